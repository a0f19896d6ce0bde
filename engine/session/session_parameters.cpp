#include <algorithm>
#include <cstdio>

#include "engine/session/session_core.hpp"

// What a session tells and is told between runs.

namespace nengine::engine {

void SessionCore::reset(bool parameters, std::optional<std::uint64_t> seed) {
    if (parameters) {
        for (const SignalId s : model_->signal_ids()) {
            if (!model_->signal(s).parameter.empty()) {
                model_->signal(s).initial = built_[s];
            }
        }
        parameters_.restore(*model_);
        plans_.clear();
        runners_.clear();
    }
    state_.reset(*model_, parameters);
    processes_.reset(seed.value_or(processes_.seed()));
    step_ = 0;
    trained_ = 0;
}

std::vector<double> SessionCore::parameter(SignalId signal) const {
    if (model_->signal(signal).trainable) {
        return parameters_.read(signal, false);
    }
    if (model_->signal(signal).learned && state_.holds(signal)) {
        return state_.read(signal);
    }
    std::vector<double> values = model_->signal(signal).initial;
    values.resize(static_cast<std::size_t>(model_->signal(signal).size()), 0.0);
    return values;
}

void SessionCore::set_parameters(
    const std::map<SignalId, std::vector<double>>& values) {
    bool constants = false, states = false;
    for (const auto& [signal, numbers] : values) {
        if (model_->signal(signal).trainable) {
            parameters_.write(signal, numbers);
            continue;
        }
        if (model_->signal(signal).learned && state_.holds(signal)) {
            state_.write(signal, numbers);
            continue;
        }
        model_->signal(signal).initial = numbers;
        states = states || state_.holds(signal);
        constants = constants || !state_.holds(signal);
    }
    if (constants) {  // plans have relied on their values
        plans_.clear();
        runners_.clear();
    }
    if (states && step_ == 0) {
        state_.reset(*model_, false);
    }
}

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

std::string SessionCore::explain(const Feeds& feeds, PlanMode mode) {
    const RunnerKey key = plan_key(feeds, all_probes(), mode);
    std::string text = plan_for(key)->explain();
    for (const auto& [used, runner] : runners_) {
        if (used.fed == key.fed && used.mode == mode) {
            text += measured_times(runner->plan(), runner->stage_seconds());
        }
    }
    return text;
}

std::size_t SessionCore::memory_bytes() const {
    std::size_t bytes = parameters_.bytes() + state_.bytes() + optimizer_.bytes();
    for (const auto& [key, runner] : runners_) {
        bytes += runner->bytes();
    }
    for (const auto& [gradients, run] : objective_runs_) {
        bytes += run->bytes();
    }
    return bytes;
}

void SessionCore::note_memory(std::size_t extra) {
    peak_ = std::max(peak_, memory_bytes() + extra);
}

}  // namespace nengine::engine
