#include <algorithm>
#include <cmath>
#include <cstdio>

#include "engine/runtime/replica.hpp"
#include "kernels/base/error.hpp"

// What a replica tells and is told between runs.

namespace nengine::engine {
namespace {

/// What each stage has taken so far, where anything has run.
std::string measured_times(const Plan& plan, const std::vector<double>& seconds) {
    double total = 0;
    for (const double s : seconds) {
        total += s;
    }
    if (total == 0) {
        return "";
    }
    std::string text = "measured so far:";
    for (std::size_t i = 0; i < seconds.size(); ++i) {
        const bool back = i >= plan.forward.size();
        const std::size_t stage = back ? i - plan.forward.size() : i;
        char line[96];
        std::snprintf(line, sizeof(line), "%s stage %s%zu %.3f s (%.0f %%)",
                      i > 0 ? "," : "", back ? "back " : "", stage, seconds[i],
                      100 * seconds[i] / total);
        text += line;
    }
    return text + "\n";
}

}  // namespace

void Replica::reset(bool parameters, std::optional<std::uint64_t> seed,
                    bool processes) {
    if (parameters) {
        for (const SignalId s : model_->signal_ids()) {
            if (!model_->signal(s).parameter.empty()) {
                model_->signal(s).initial = built_->signal(s).initial;
            }
        }
        parameters_.restore(*model_);
        forget_plans();
    }
    state_.reset(*model_, parameters);
    if (processes) {
        processes_.reset(seed.value_or(processes_.seed()));
    } else {
        processes_.calls = {};  // of steps that come again
    }
    step_ = 0;
}

std::vector<ParameterInfo> Replica::parameter_list() const {
    std::vector<ParameterInfo> list;
    for (const auto& [name, signal] : by_name_) {
        const Signal& s = model_->signal(signal);
        list.push_back({name, s.shape, s.trainable});
    }
    return list;
}

SignalId Replica::signal_named(const std::string& name) const {
    const auto found = by_name_.find(name);
    if (found == by_name_.end()) {
        throw ValidationError("parameter '" + name +
                              "': got no parameter of this name");
    }
    return found->second;
}

std::vector<double> Replica::parameter(const std::string& name) const {
    const SignalId id = signal_named(name);
    const Signal& signal = model_->signal(id);
    if (parameters_.holds(id)) {
        return parameters_.read(id, false);
    }
    if (signal.learned && state_.holds(id)) {
        return state_.read(id);
    }
    std::vector<double> values = signal.initial;
    values.resize(static_cast<std::size_t>(signal.size()), 0.0);
    return values;
}

void Replica::check_values(const std::string& name, SignalId id,
                           const std::vector<double>& values) const {
    const Signal& signal = model_->signal(id);
    if (static_cast<Index>(values.size()) != signal.size()) {
        throw ShapeError("parameter '" + name + "'",
                         std::to_string(values.size()) + " values",
                         "shape " + to_string(signal.shape));
    }
    if (!std::ranges::all_of(values, [](double v) { return std::isfinite(v); })) {
        throw ValidationError("parameter '" + name +
                              "': got a value that is not finite, needs finite ones");
    }
}

void Replica::set_parameters(const std::map<std::string, std::vector<double>>& values) {
    for (const auto& [name, numbers] : values) {
        check_values(name, signal_named(name), numbers);
    }
    bool constants = false, states = false;
    for (const auto& [name, numbers] : values) {
        const SignalId id = signal_named(name);
        if (parameters_.holds(id)) {
            parameters_.write(id, numbers);
            continue;
        }
        if (model_->signal(id).learned && state_.holds(id)) {
            state_.write(id, numbers);
            continue;
        }
        model_->signal(id).initial = numbers;
        states = states || state_.holds(id);
        constants = constants || !state_.holds(id);
    }
    if (constants) {  // plans have relied on their values
        forget_plans();
    }
    if (states && step_ == 0) {
        state_.reset(*model_, false);
    }
}

std::string Replica::explain(const PlanKey& key) {
    std::string text = plan_for(key)->explain();
    for (const auto& [used, runner] : runners_) {
        if (used.plan.fed == key.fed && used.plan.mode == key.mode) {
            text += measured_times(runner->plan(), runner->stage_seconds());
        }
    }
    return text;
}

std::size_t Replica::memory_bytes() const {
    std::size_t bytes = parameters_.bytes() + state_.bytes();
    for (const auto& [key, runner] : runners_) {
        bytes += runner->bytes();
    }
    for (const auto& held : beside_) {
        bytes += held();
    }
    return bytes;
}

}  // namespace nengine::engine
