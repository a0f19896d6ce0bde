#include "api/callbacks/callback_list.hpp"

#include <algorithm>
#include <charconv>

#include "api/callbacks/make_callback.hpp"
#include "nengine/error.hpp"

namespace nengine::detail {

CallbackList::CallbackList(const std::vector<Callback>& callbacks) {
    for (const Callback& callback : callbacks) {
        callbacks_.push_back(std::visit(
            [](const auto& options) { return make_callback(options); }, callback));
    }
}

void CallbackList::on_train_begin(Training& training) {
    call<Training&>(&CallbackBase::on_train_begin, training);
}
void CallbackList::on_epoch_begin(Training& training, int epoch) {
    call<Training&, int>(&CallbackBase::on_epoch_begin, training, epoch);
}
void CallbackList::on_train_batch_begin(Training& training, std::int64_t batch) {
    call<Training&, std::int64_t>(&CallbackBase::on_train_batch_begin, training, batch);
}

bool CallbackList::has_batch_hook() const {
    return std::ranges::any_of(
        callbacks_, [](const auto& callback) { return callback->has_batch_hook(); });
}

void CallbackList::on_train_batch_end(Training& training, std::int64_t batch,
                                      const Logs& logs) {
    for (const auto& callback : callbacks_) {
        if (callback->has_batch_hook()) {
            callback->on_train_batch_end(training, batch, logs);
        }
    }
}

void CallbackList::on_test_begin(Training& training) {
    call<Training&>(&CallbackBase::on_test_begin, training);
}
void CallbackList::on_test_end(Training& training, const Logs& logs) {
    call<Training&, const Logs&>(&CallbackBase::on_test_end, training, logs);
}
void CallbackList::on_epoch_end(Training& training, int epoch, Logs& logs) {
    call<Training&, int, Logs&>(&CallbackBase::on_epoch_end, training, epoch, logs);
}
void CallbackList::on_train_end(Training& training) {
    call<Training&>(&CallbackBase::on_train_end, training);
}

std::map<std::string, std::vector<double>> CallbackList::save_state() const {
    std::map<std::string, std::vector<double>> result;
    for (std::size_t i = 0; i < callbacks_.size(); ++i) {
        for (auto& [name, numbers] : callbacks_[i]->save_state()) {
            result[std::to_string(i) + '/' + name] = numbers;
        }
    }
    return result;
}

void CallbackList::load_state(const std::map<std::string, std::vector<double>>& state) {
    std::vector<std::map<std::string, std::vector<double>>> by_callback(
        callbacks_.size());
    for (const auto& [name, numbers] : state) {
        std::size_t i = callbacks_.size();
        const auto [end, error] =
            std::from_chars(name.data(), name.data() + name.size(), i);
        if (error != std::errc() || i >= callbacks_.size() || *end != '/') {
            throw ValidationError(
                "fit: callbacks: BackupAndRestore: got a checkpoint "
                "with what more callbacks remember than there are");
        }
        by_callback[i][std::string(end + 1, name.data() + name.size())] = numbers;
    }
    for (std::size_t i = 0; i < callbacks_.size(); ++i) {
        callbacks_[i]->load_state(by_callback[i]);
    }
}

}  // namespace nengine::detail
