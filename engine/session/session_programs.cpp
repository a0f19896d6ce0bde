#include <algorithm>

#include "engine/ir/sampling.hpp"
#include "engine/session/session_core.hpp"
#include "kernels/elementwise.hpp"
#include "kernels/loss.hpp"

// Losses and metrics that are programs: of all that probes give in a call.

namespace nengine::engine {
namespace {

/// One of a block's steps.
AnyBlock step_of(AnyBlock block, Index step) {
    block.data = block.address(step * block.time_stride);
    block.steps = 1;
    return block;
}

/// Calls move(some steps of a block, as many of the other's) for steps that are listed
/// and all of the other's: once, if they are evenly spaced.
template <class Move>
void move_steps(const AnyBlock& block, const std::vector<Index>& steps,
                const AnyBlock& other, const Move& move) {
    if (steps.empty()) {
        return;
    }
    if (const auto some = evenly_spaced(block, steps)) {
        move(*some, other);
        return;
    }
    for (std::size_t i = 0; i < steps.size(); ++i) {
        move(step_of(block, steps[i]), step_of(other, static_cast<Index>(i)));
    }
}

/// As a probe's rows are shaped.
AnyBlock shaped_as(AnyBlock block, const AnyBlock& like) {
    block.rows = like.rows;
    block.cols = like.cols;
    block.row_stride = like.cols;
    return block;
}

}  // namespace

ObjectiveRun& SessionCore::objective_run(const Objective& objective, bool gradients) {
    constexpr std::size_t kept = 4;
    const auto found = std::ranges::find_if(objective_runs_, [&](const auto& entry) {
        return entry.first == gradients &&
               &entry.second->program() == objective.program.get();
    });
    if (found != objective_runs_.end()) {
        objective_runs_.splice(objective_runs_.begin(), objective_runs_, found);
    } else {
        while (objective_runs_.size() >= kept) {
            objective_runs_.pop_back();
        }
        objective_runs_.emplace_front(
            gradients,
            std::make_unique<ObjectiveRun>(device_, options_, objective, gradients));
        note_memory(0);
    }
    return *objective_runs_.front().second;
}

void SessionCore::take_samples(const ObjectiveRun& run, int input, Runner& runner,
                               const ProbeRows& probe, Index n_steps,
                               const ChunkExtent& extent) const {
    const SampledRows at = CallSamples(model_->probe(probe.probe), step_, n_steps)
                               .in_chunk(extent.first_step, extent.steps);
    const AnyBlock all =
        runner.block(probe.rows, extent).over(extent.steps, extent.items);
    const auto n = static_cast<Index>(at.rows.size());
    const AnyBlock to = shaped_as(run.rows(input, extent.first_item, extent.items,
                                           at.before, n, all.rows * all.cols),
                                  all);
    move_steps(all, at.rows, to, [&](const AnyBlock& given, const AnyBlock& taken) {
        copy_block(device_, given, taken);
    });
}

void SessionCore::give_gradient(const ObjectiveRun& run, int input, Runner& runner,
                                const ProbeRows& probe, Index n_steps,
                                const ChunkExtent& extent) const {
    if (!probe.gradient.present()) {
        return;
    }
    const SampledRows at = CallSamples(model_->probe(probe.probe), step_, n_steps)
                               .in_chunk(extent.first_step, extent.steps);
    const AnyBlock all = runner.block(probe.gradient, extent);
    run_as(device_, all.dtype, [&]<class Real>(const auto& exec, Real) {
        fill(exec, FillArgs<Bound<Real>>{all.as<Real>(), Real{0}});
    });
    const auto n = static_cast<Index>(at.rows.size());
    const AnyBlock from = run.gradient(input, extent, n, all.rows * all.cols);
    if (from.data == nullptr) {
        return;
    }
    move_steps(all, at.rows, shaped_as(from, all),
               [&](const AnyBlock& taken, const AnyBlock& given) {
                   copy_block(device_, given, taken);
               });
}

void SessionCore::add_value(const ObjectiveRun& run, int value, const Comparison& with,
                            const ChunkExtent& extent, double scale,
                            double* sum) const {
    const AnyBlock values = run.value(value, extent);
    const AnyBlock gradient = run.value_gradient(value, extent);
    const Index valid =
        std::clamp<Index>(with.valid - extent.first_item, 0, extent.items);
    run_as(device_, values.dtype, [&]<class Real>(const auto& exec, Real) {
        sum_of_values(exec, LossArgs<Real>{.prediction = values.as<const Real>(),
                                           .valid = valid,
                                           .scale = static_cast<Real>(scale),
                                           .loss = sum,
                                           .dL_dprediction = gradient.as<Real>()});
    });
}

void SessionCore::add_program(Runner& runner, const Comparison& with,
                              const ChunkExtent& extent, std::size_t first,
                              double* sums) {
    const Objective& objective = with.objective;
    const auto& compared = objective.program->compared;
    ObjectiveRun& run = objective_run(objective, with.training);
    for (std::size_t k = 0; k < compared.size(); ++k) {
        take_samples(run, compared[k].output, runner, runner.plan().probes[first + k],
                     with.n_steps, extent);
    }
    if (extent.first_step + extent.steps < step_ + with.n_steps) {
        return;
    }
    for (const ObjectiveProgram::Compared& one : compared) {
        if (one.target >= 0) {
            const ItemSource& source = with.targets.at(one.probe);
            select(source.rows(0, source.steps()), with.items + extent.first_item,
                   run.rows(one.target, extent.first_item, extent.items, 0,
                            source.steps(), source.size()));
        }
    }
    run.forward(extent);
    for (const LossSpec& loss : objective.losses) {
        if (loss.kind == LossKind::program) {
            const double items = with.training ? static_cast<double>(with.valid) : 1.0;
            add_value(run, loss.value, with, extent, loss.weight / items, sums);
            flag_loss(with, sums);
        }
        ++sums;
    }
    for (const MetricSpec& metric : objective.metrics) {
        if (metric.value >= 0) {
            add_value(run, metric.value, with, extent, 1.0, sums);
        }
        ++sums;
    }
    if (!with.training) {
        return;
    }
    run.backward(extent);
    for (std::size_t k = 0; k < compared.size(); ++k) {
        give_gradient(run, compared[k].output, runner, runner.plan().probes[first + k],
                      with.n_steps, extent);
    }
}

}  // namespace nengine::engine
