#include <cmath>

#include "api/callbacks/checks.hpp"
#include "api/callbacks/make_callback.hpp"
#include "api/callbacks/monitor.hpp"
#include "api/callbacks/remembered.hpp"
#include "nengine/simulator.hpp"

namespace nengine::detail {

namespace {

using Parameters = std::map<std::string, Array>;

Parameters parameters_of(const Simulator& simulator) {
    Parameters values;
    for (const Parameter& parameter : simulator.parameters()) {
        values[parameter.name] = simulator.parameter(parameter.name);
    }
    return values;
}

/// Setting a constant, even to what it is, makes plans anew: only what differs is set.
void restore(Simulator& simulator, const Parameters& values) {
    for (const auto& [name, value] : values) {
        if (simulator.parameter(name) != value) {
            simulator.set_parameter(name, value);
        }
    }
}

const std::string parameter_prefix = "parameter/";

bool is_larger_better(const std::string& name) {
    return name.ends_with("acc") || name.ends_with("accuracy") || name.ends_with("auc");
}

class Stopper : public CallbackBase {
public:
    explicit Stopper(const EarlyStopping& options)
        : options_(options),
          monitor_("EarlyStopping", options.monitor, options.mode,
                   is_larger_better(options.monitor)),
          best_(monitor_.worst()) {
        need_finite(options.min_delta, "EarlyStopping.min_delta");
        need_at_least(options.patience, 0, "EarlyStopping.patience");
        need_at_least(options.start_from_epoch, 0, "EarlyStopping.start_from_epoch");
        if (options.baseline) {
            need_finite(*options.baseline, "EarlyStopping.baseline");
        }
    }

    void on_epoch_end(Training& training, int epoch, Logs& logs) override {
        const std::optional<double> value = monitor_.value(training, logs);
        if (!value || epoch < options_.start_from_epoch) {
            return;
        }
        ++waited_;
        const bool is_best = is_improvement(*value, best_);
        if (options_.restore_best_weights && (is_best || best_parameters_.empty())) {
            best_parameters_ = parameters_of(training.simulator());
        }
        if (is_best) {
            best_ = *value;
            if (!options_.baseline || is_improvement(*value, *options_.baseline)) {
                waited_ = 0;
            }
            return;
        }
        if (waited_ >= options_.patience && epoch > 0) {
            training.stop();
            restore(training.simulator(), best_parameters_);
        }
    }

    Remembered save_state() const override {
        Remembered state = {{"best", {best_}}, {"waited", {double(waited_)}}};
        for (const auto& [name, values] : best_parameters_) {
            state[parameter_prefix + name] = values.values;
        }
        return state;
    }
    void load_state(const Remembered& state) override {
        best_ = remembered(state, "best");
        waited_ = static_cast<int>(remembered(state, "waited"));
        for (const auto& [name, numbers] : state) {
            if (name.starts_with(parameter_prefix)) {
                loaded_[name.substr(parameter_prefix.size())] = numbers;
            }
        }
    }
    /// Shapes are the network's.
    void on_train_begin(Training& training) override {
        for (auto& [name, numbers] : loaded_) {
            best_parameters_[name] =
                Array(training.simulator().parameter(name).shape, std::move(numbers));
        }
        loaded_.clear();
    }

private:
    bool is_improvement(double value, double than) const {
        const double margin = std::abs(options_.min_delta);
        return monitor_.is_better(monitor_.worsened(value, margin), than);
    }

    EarlyStopping options_;
    Monitor monitor_;
    double best_;
    int waited_ = 0;
    Parameters best_parameters_;
    Remembered loaded_;  ///< of a checkpoint
};

}  // namespace

std::shared_ptr<CallbackBase> make_callback(const EarlyStopping& options) {
    return std::make_shared<Stopper>(options);
}

}  // namespace nengine::detail
