#include "engine/train/checkpoint.hpp"

#include "engine/train/trainer.hpp"
#include "kernels/base/error.hpp"

namespace nengine::engine {
namespace {

std::vector<double> bytes_of(const Device& device, const Buffer& buffer) {
    std::vector<unsigned char> bytes(buffer.bytes());
    device.download(bytes.data(), buffer.data(), bytes.size());
    return {bytes.begin(), bytes.end()};
}

void load_bytes(const Device& device, const Buffer& buffer,
                const std::vector<double>& values) {
    const std::vector<unsigned char> bytes(values.begin(), values.end());
    device.upload(buffer.data(), bytes.data(), bytes.size());
}

}  // namespace

const std::vector<double>& entry_of(const Checkpoint& checkpoint,
                                    const std::string& name, std::size_t size) {
    const auto found = checkpoint.find(name);
    if (found == checkpoint.end()) {
        throw ValidationError("checkpoint: got no '" + name +
                              "', needs one: it is of another network, optimizer or "
                              "objective");
    }
    if (found->second.size() != size) {
        throw ValidationError("checkpoint: got " +
                              std::to_string(found->second.size()) + " numbers of '" +
                              name + "', needs " + std::to_string(size) +
                              ": it is of another network, optimizer or objective");
    }
    return found->second;
}

double number_of(const Checkpoint& checkpoint, const std::string& name) {
    return entry_of(checkpoint, name, 1).front();
}

/// Numbers of a dtype by name, but for the progress, whose bytes are numbers.
template <class Use>
void OptimizerState::for_each_number(const Use& use) const {
    for (std::size_t k = 0; k < averages_.size(); ++k) {
        use("optimizer/average_" + std::to_string(k), averages_[k]);
    }
    if (parameter_average_.data() != nullptr) {
        use("optimizer/parameter_average", parameter_average_);
    }
}

std::string OptimizerState::kind_entry() const {
    return std::visit(
        []<class Options>(const Options&) {
            return std::string("optimizer/") + kernels::OptimizerFormula<Options>::name;
        },
        optimizer_);
}

Checkpoint OptimizerState::save() const {
    Checkpoint to;
    to[kind_entry()] = {static_cast<double>(updates_)};
    if (has_constant_rate()) {
        to["optimizer/learning_rate"] = {learning_rate()};
    }
    for_each_number([&](const std::string& name, const Buffer& numbers) {
        to[name] = download_from(device_, numbers.data(), dtype_,
                                 numbers.bytes() / itemsize(dtype_));
    });
    if (progress_.data() != nullptr) {
        to["optimizer/progress"] = bytes_of(device_, progress_);
    }
    return to;
}

OptimizerState OptimizerState::loaded(
    const Checkpoint& from, Index n, const void* parameters,
    std::span<const kernels::ParameterShape> shapes) const {
    OptimizerState result(device_, dtype_);
    result.optimizer_ = optimizer_;
    result.take_rate_factors(rate_factors_);
    result.updates_ = static_cast<Index>(number_of(from, kind_entry()));
    if (has_constant_rate()) {
        result.set_learning_rate(number_of(from, "optimizer/learning_rate"));
    }
    if (result.updates_ == 0) {
        return result;
    }
    result.need_memory(n, parameters, shapes);
    result.for_each_number([&](const std::string& name, const Buffer& numbers) {
        const auto& values = entry_of(from, name, numbers.bytes() / itemsize(dtype_));
        upload_as(device_, numbers.data(), dtype_, values.data(), values.size());
    });
    if (result.progress_.data() != nullptr) {
        load_bytes(device_, result.progress_,
                   entry_of(from, "optimizer/progress", result.progress_.bytes()));
    }
    return result;
}

namespace {

const std::string parameter_prefix = "parameter/", learned_prefix = "learned/";

/// Every item's learned weights, one after the other.
std::vector<double> learned_weights(const StateStore& state, SignalId signal) {
    std::vector<double> values;
    for (Index item = 0; item < state.minibatch(); ++item) {
        const std::vector<double> of_item = state.read(signal, item);
        values.insert(values.end(), of_item.begin(), of_item.end());
    }
    return values;
}

}  // namespace

Checkpoint Trainer::save() const {
    Checkpoint to = optimizer_.save();
    for (const ParameterInfo& info : replica_.parameter_list()) {
        to[parameter_prefix + info.name] = replica_.parameter(info.name);
    }
    for (const SignalId signal : replica_.state().learned()) {
        to[learned_prefix + replica_.model().signal(signal).known_as()] =
            learned_weights(replica_.state(), signal);
    }
    to["trained"] = {static_cast<double>(trained_)};
    return to;
}

void Trainer::load(const Checkpoint& from) {
    ParameterStore& parameters = replica_.parameters();
    OptimizerState optimizer = optimizer_.loaded(
        from, parameters.trained_size(), parameters.values(), parameters.shapes());
    std::map<std::string, std::vector<double>> values;
    for (const ParameterInfo& info : replica_.parameter_list()) {
        values[info.name] = entry_of(from, parameter_prefix + info.name,
                                     static_cast<std::size_t>(shape_size(info.shape)));
    }
    StateStore& state = replica_.state();
    std::map<SignalId, const std::vector<double>*> learned;
    for (const SignalId signal : state.learned()) {
        const Signal& of = replica_.model().signal(signal);
        learned[signal] =
            &entry_of(from, learned_prefix + of.known_as(),
                      static_cast<std::size_t>(of.size() * state.minibatch()));
    }
    const auto trained = static_cast<Index>(number_of(from, "trained"));
    replica_.set_parameters(values);  // all are checked before the first is changed
    for (const auto& [signal, weights] : learned) {
        const Index size = replica_.model().signal(signal).size();
        for (Index item = 0; item < state.minibatch(); ++item) {
            state.write(
                signal, item,
                std::span(*weights).subspan(static_cast<std::size_t>(item * size),
                                            static_cast<std::size_t>(size)));
        }
    }
    optimizer_ = std::move(optimizer);
    recordings_.clear();  // of its former memory
    trained_ = trained;
}

Checkpoint Trainer::save_epoch() const {
    const Scoring::Sums sums = pass_->scoring.read();
    return {{"epoch/sums", sums.of_entries},
            {"epoch/penalty", {sums.penalty}},
            {"epoch/minibatches", {static_cast<double>(sums.minibatches)}},
            {"epoch/items", {static_cast<double>(items_)}}};
}

void Trainer::load_epoch(const Checkpoint& from) {
    Scoring::Sums sums;
    sums.of_entries =
        entry_of(from, "epoch/sums", pass_->scoring.objective().entries());
    sums.penalty = number_of(from, "epoch/penalty");
    sums.minibatches = static_cast<Index>(number_of(from, "epoch/minibatches"));
    items_ = static_cast<Index>(number_of(from, "epoch/items"));
    first_trained_ = trained_ - sums.minibatches;
    first_update_ = optimizer_.updates() - sums.minibatches;
    pass_->scoring.write(sums);
}

}  // namespace nengine::engine
