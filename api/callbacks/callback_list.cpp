#include "api/callbacks/callback_list.hpp"

#include <algorithm>

#include "api/callbacks/make_callback.hpp"

namespace nengine::detail {

CallbackList::CallbackList(const std::vector<Callback>& callbacks) {
    for (const Callback& callback : callbacks) {
        callbacks_.push_back(std::visit(
            [](const auto& options) { return make_callback(options); }, callback));
    }
}

void CallbackList::on_train_begin(Training& training) {
    for (const auto& callback : callbacks_) {
        callback->on_train_begin(training);
    }
}

void CallbackList::on_epoch_begin(Training& training, int epoch) {
    for (const auto& callback : callbacks_) {
        callback->on_epoch_begin(training, epoch);
    }
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

void CallbackList::on_epoch_end(Training& training, int epoch, Logs& logs) {
    for (const auto& callback : callbacks_) {
        callback->on_epoch_end(training, epoch, logs);
    }
}

void CallbackList::on_train_end(Training& training) {
    for (const auto& callback : callbacks_) {
        callback->on_train_end(training);
    }
}

}  // namespace nengine::detail
