#include <algorithm>

#include "engine/ir/sampling.hpp"
#include "engine/train/scoring.hpp"
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

void Scoring::take_samples(int input, const ProbeRows& probe,
                           const ChunkExtent& extent) const {
    const SampledRows at =
        CallSamples(replica_.model().probe(probe.probe), replica_.step(), n_steps_)
            .in_chunk(extent.first_step, extent.steps);
    const AnyBlock all =
        runner_->block(probe.rows, extent).over(extent.steps, extent.items);
    const auto n = static_cast<Index>(at.rows.size());
    const AnyBlock to = shaped_as(run_->rows(input, extent.first_item, extent.items,
                                             at.before, n, all.rows * all.cols),
                                  all);
    move_steps(all, at.rows, to, [&](const AnyBlock& given, const AnyBlock& taken) {
        copy_block(device_, given, taken);
    });
}

void Scoring::give_gradient(int input, const ProbeRows& probe,
                            const ChunkExtent& extent) const {
    if (!probe.gradient.present()) {
        return;
    }
    const SampledRows at =
        CallSamples(replica_.model().probe(probe.probe), replica_.step(), n_steps_)
            .in_chunk(extent.first_step, extent.steps);
    const AnyBlock all = runner_->block(probe.gradient, extent);
    const auto n = static_cast<Index>(at.rows.size());
    const AnyBlock from = run_->gradient(input, extent, n, all.rows * all.cols);
    if (from.data == nullptr || n < all.steps) {
        run_as(device_, all.dtype, [&]<class Real>(const auto& exec, Real) {
            fill(exec, FillArgs<Bound<Real>>{all.as<Real>(), Real{0}});
        });
    }
    if (from.data == nullptr) {
        return;
    }
    move_steps(all, at.rows, shaped_as(from, all),
               [&](const AnyBlock& taken, const AnyBlock& given) {
                   copy_block(device_, given, taken);
               });
}

/// What the caller says of a probe, for an input that wants it.
void Scoring::take_given(int input, const Sources& sources, int probe,
                         const Batch& batch, const ChunkExtent& extent) const {
    if (input < 0) {
        return;
    }
    const ItemSource& source = sources.at(probe);
    source.select(device_, 0, batch.items + extent.first_item,
                  run_->rows(input, extent.first_item, extent.items, 0, source.steps(),
                             source.size()));
}

void Scoring::add_loss_value(const LossSpec& loss, const Batch& batch,
                             const ChunkExtent& extent, double* sum) const {
    const AnyBlock values = run_->value(loss.value, extent);
    const AnyBlock gradient = run_->value_gradient(loss.value, extent);
    const double items = items_of_mean(batch);
    run_as(device_, values.dtype, [&]<class Real>(const auto& exec, Real) {
        sum_of_values(exec,
                      LossArgs<Real>{.prediction = values.as<const Real>(),
                                     .target = {},
                                     .valid = valid_in(batch, extent),
                                     .scale = static_cast<Real>(loss.weight / items),
                                     .value_weight = items,
                                     .loss = sum,
                                     .dL_dprediction = gradient.as<Real>()});
    });
    flag_loss(sum);
}

void Scoring::add_program(const Batch& batch, const ChunkExtent& extent,
                          std::size_t first, double* sums) {
    const auto& compared = objective_->program->compared;
    const auto& probes = runner_->plan().probes;
    for (std::size_t k = 0; k < compared.size(); ++k) {
        take_samples(compared[k].output, probes[first + k], extent);
    }
    if (extent.first_step + extent.steps < replica_.step() + n_steps_) {
        return;
    }
    for (const ObjectiveProgram::Compared& one : compared) {
        take_given(one.target, batch.data.targets, one.probe, batch, extent);
        take_given(one.weight, batch.data.weights, one.probe, batch, extent);
    }
    run_->forward(extent);
    add_values(batch, extent, sums);
    if (!training_) {
        return;
    }
    run_->backward(extent);
    for (std::size_t k = 0; k < compared.size(); ++k) {
        give_gradient(compared[k].output, probes[first + k], extent);
    }
}

void Scoring::add_values(const Batch& batch, const ChunkExtent& extent, double* sums) {
    for (const LossSpec& loss : objective_->losses) {
        if (loss.kind == LossKind::program) {
            add_loss_value(loss, batch, extent, sums);
        }
        ++sums;
    }
    for (const MetricSpec& metric : objective_->metrics) {
        if (metric.value >= 0 && valid_in(batch, extent) > 0) {
            const AnyBlock values = run_->value(metric.value, extent);
            run_as(device_, values.dtype, [&]<class Real>(const auto& exec, Real) {
                sum_columns(exec, values.as<const Real>(), valid_in(batch, extent),
                            sums);
            });
        }
        sums += metric.size;
    }
}

}  // namespace nengine::engine
