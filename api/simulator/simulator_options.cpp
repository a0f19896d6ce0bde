#include <cmath>
#include <limits>

#include "api/numerics/text.hpp"
#include "api/simulator/simulator_impl.hpp"
#include "kernels/base/host_memory.hpp"
#include "kernels/optimizers/optimizers.hpp"

// What options of simulators mean, and what they have to be.

namespace nengine {

namespace {

void need_in(double value, double low, double high, const std::string& what) {
    if (!(value >= low && value <= high)) {
        throw ValidationError(what + ": got " + number_text(value) +
                              ", needs a number from " + number_text(low) + " to " +
                              number_text(high));
    }
}

/// What a gradient of 0 is divided by must not be 0, as it is below the least number
/// that is not denormal.
void need_epsilon(double value, DType dtype, const std::string& what) {
    const double least = dtype == DType::float32
                             ? static_cast<double>(std::numeric_limits<float>::min())
                             : std::numeric_limits<double>::min();
    if (!(value >= least) || !std::isfinite(value)) {
        throw ValidationError(what + ": got " + number_text(value) +
                              ", needs a finite number of at least " +
                              number_text(least) +
                              ": gradients of 0 are divided by it");
    }
}

/// What optimizers have, those of all and those of each kind.
struct OptimizerCheck {
    DType dtype;
    const std::string& where;

    template <class Options>
    void operator()(const Options& options) const {
        using Formula = kernels::OptimizerFormula<Options>;
        using Range = kernels::OptionRange;
        const auto check = [&](const char* name, double value, Range range) {
            check_option(value, range, where + ": " + Formula::name + ": " + name);
        };
        check("learning_rate", options.learning_rate(0), Range::not_negative);
        Formula::visit_options(options, check);
        check("weight_decay", options.weight_decay, Range::not_negative);
        check("ema_momentum", options.ema_momentum, Range::share);
    }

    void check_option(double value, kernels::OptionRange range,
                      const std::string& what) const {
        switch (range) {
            case kernels::OptionRange::not_negative:
                return detail::need_not_negative(value, what);
            case kernels::OptionRange::not_positive:
                return need_in(value, std::numeric_limits<double>::lowest(), 0.0, what);
            case kernels::OptionRange::share:
                return need_in(value, 0.0, 1.0, what);
            case kernels::OptionRange::divisor:
                return need_epsilon(value, dtype, what);
            case kernels::OptionRange::flag:
                return;
        }
    }
};

}  // namespace

engine::PlannerOptions planner_options(const PlanOptions& plan) {
    engine::PlannerOptions result;
    result.simplify = plan.simplify;
    result.fold = plan.fold;
    result.fuse = plan.fuse;
    result.layout = plan.layout;
    result.merge = plan.merge == PlanOptions::Merge::none ? engine::MergePlanner::none
                   : plan.merge == PlanOptions::Merge::greedy
                       ? engine::MergePlanner::greedy
                       : engine::MergePlanner::tree;
    result.executor =
        plan.recorded ? engine::ExecutorMode::recorded : engine::ExecutorMode::direct;
    result.chunk_steps = plan.chunk_steps;
    result.tile_items = plan.tile_items;
    return result;
}

engine::Phase engine_phase(Phase phase) {
    return phase == Phase::training ? engine::Phase::training
                                    : engine::Phase::inference;
}

engine::Calls engine_calls(bool stateful) {
    return stateful ? engine::Calls::stateful : engine::Calls::isolated;
}

void check_options(const SimulatorOptions& options) {
    if (options.minibatch_size) {
        detail::need_size(*options.minibatch_size, 1, "Simulator: minibatch_size");
    }
    need_real(options.dtype, "Simulator: dtype");
    detail::need_size(options.plan.chunk_steps, 0, "Simulator: plan.chunk_steps");
    detail::need_size(options.plan.tile_items, 0, "Simulator: plan.tile_items");
    detail::check_spike_gradient(options.spike_gradient, "Simulator");
}

void check_optimizer(const AnyOptimizer& optimizer, DType dtype,
                     const std::string& where) {
    std::visit(OptimizerCheck{dtype, where}, optimizer);
}

void check_clipping(const Clipping& clipping, const std::string& where) {
    std::string given;
    for (const auto& [name, limit] : {std::pair("norm", clipping.norm),
                                      std::pair("global_norm", clipping.global_norm),
                                      std::pair("value", clipping.value)}) {
        if (!limit) {
            continue;
        }
        const std::string what = where + ": clip: " + name;
        if (!given.empty()) {
            throw ValidationError(what + ": got a number beside " + given +
                                  ", needs one of the two alone");
        }
        if (!(*limit > 0.0 && std::isfinite(*limit))) {
            throw ValidationError(what + ": got " + number_text(*limit) +
                                  ", needs a finite number above 0");
        }
        given = name;
    }
}

const std::vector<double>& History::operator[](const std::string& name) const {
    const auto found = values.find(name);
    if (found != values.end()) {
        return found->second;
    }
    std::string known;
    for (const auto& [other, numbers] : values) {
        known += (known.empty() ? "" : ", ") + other;
    }
    throw ValidationError("history: got '" + name + "', needs one of " +
                          (known.empty() ? "none: nothing was trained" : known));
}

void refuse_call(const char* call) {
    kernels::refuse_host_memory(
        0, {call, "the call",
            "the number of steps or items, the minibatch, or what is "
            "probed"});
}

}  // namespace nengine
