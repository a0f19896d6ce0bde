#include <algorithm>
#include <cmath>
#include <cstdio>

#include "engine/ir/written.hpp"
#include "engine/train/trainer.hpp"
#include "kernels/base/error.hpp"
#include "kernels/loss.hpp"

// What of training was not finite, and where that began.

namespace nengine::engine {
namespace {

bool is_finite(double value) {
    return std::isfinite(value);
}

std::string name_of(const Signal& signal) {
    return (signal.statistic ? "statistic '" : "parameter '") + signal.known_as() + "'";
}

std::string short_text(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3g", value);
    return text;
}

/// The first row of `row_size` numbers, or the last if `from_end`, in which one that
/// counts is not finite; -1 if all are. `counts` is by element, over and over.
Index bad_row(const std::vector<double>& values, Index row_size,
              const std::vector<char>& counts, bool from_end) {
    Index found = -1;
    for (std::size_t i = 0; i < values.size() && (found < 0 || from_end); ++i) {
        if (counts[i % counts.size()] != 0 && !is_finite(values[i])) {
            found = static_cast<Index>(i) / row_size;
        }
    }
    return found;
}

}  // namespace

/// What is not finite spreads to later steps and stages, backwards to earlier steps.
bool Trainer::Fault::is_earlier(const Fault& other, bool backward) const {
    const Index later = backward ? other.step - step : step - other.step;
    return other.step < 0 || later < 0 || (later == 0 && stage < other.stage);
}

Index Trainer::bad_row_of(const PlanRunner& runner, BufferId buffer,
                          const std::vector<char>& written, const ChunkExtent& extent,
                          bool backward) const {
    const BufferSpec& spec = runner.plan().buffers[buffer];
    const Operand all{.buffer = buffer,
                      .in_time = spec.history ? Rows::history : Rows::fixed,
                      .shift = spec.history && !backward ? spec.extra_rows : 0,
                      .cols = spec.width};
    const AnyBlock block = runner.block(all, extent);
    const std::vector<double> values = download_from(
        device_, block.data, block.dtype, static_cast<std::size_t>(block.size()));
    return bad_row(values, block.batch * block.cols, written, backward);
}

/// Steps are numbers of rows, stages those in which a buffer gets its contents. Only
/// what the pass has written is looked at: fresh memory may hold anything.
void Trainer::find_fault(const PlanRunner& runner, const ChunkExtent& extent,
                         bool backward, Fault& fault) const {
    const Plan& plan = runner.plan();
    for (const auto& [buffer, written] : written_elements(plan, backward)) {
        const Index row = bad_row_of(runner, buffer, written, extent, backward);
        const BufferSpec& spec = plan.buffers[buffer];
        const Fault found{extent.first_step - replica_.step() + row, spec.first_stage,
                          spec.name};
        if (row >= 0 && found.is_earlier(fault, backward)) {
            fault = found;
        }
    }
}

/// Runs a minibatch again with every row kept, the way back only if the way forth was
/// finite. What the user's functions gave is taken from `calls`.
auto Trainer::run_again(const Batch& batch, Index number, bool backward,
                        const CallLog& calls) -> Fault {
    PlannerOptions options = replica_.options().planner;
    options.reuse_buffers = false;
    const auto again = std::make_shared<PlanRunner>(
        device_, std::make_shared<Plan>(pass_->runner->plan()), options,
        pass_->runner->chunk(), replica_.parameters(), replica_.state());
    ProcessStates processes = processes_of(*again, pass_->calls, number, calls);
    again->use(processes, true);
    again->refresh_parameters();
    again->load_state(replica_.state());
    again->begin_minibatch();
    pass_->scoring.use(again);
    Fault forth, back;
    for (const ChunkExtent& extent :
         replica_.tiles(*again, pass_->scoring.n_steps(), batch)) {
        replica_.forward(*again, batch, extent, 0);
        find_fault(*again, extent, false, forth);
        if (backward) {
            pass_->scoring.add(batch, extent);
            again->backward(extent);
            find_fault(*again, extent, true, back);
        }
    }
    again->collect_gradients();
    if (backward) {
        pass_->scoring.add_penalty(batch.valid);
    }
    pass_->scoring.use(pass_->runner);
    return forth.step >= 0 ? forth : back;
}

std::string Trainer::describe_parameters() const {
    for (const auto& [signal, offset] : replica_.parameters().layout()) {
        if (!std::ranges::all_of(replica_.parameters().read(signal, false),
                                 is_finite)) {
            return "an update made " + name_of(replica_.model().signal(signal)) +
                   " NaN or infinite, and the parameters before it are not kept: go "
                   "back to those that were saved, or reset(), and lower the learning "
                   "rate";
        }
    }
    return {};
}

std::string Trainer::describe_gradients() const {
    std::string where;
    double largest = 0;
    for (const auto& [signal, offset] : replica_.parameters().layout()) {
        const Signal& of = replica_.model().signal(signal);
        for (const double value : replica_.parameters().read(signal, true)) {
            if (!is_finite(value)) {
                return (of.trainable ? "the gradient of " : "") + name_of(of) +
                       " became NaN or infinite";
            }
            if (of.trainable && std::abs(value) > largest) {
                largest = std::abs(value);
                where = name_of(of);
            }
        }
    }
    const std::string real(dtype_name(replica_.options().dtype));
    if (!optimizer_.traits().bounds_steps) {
        return "the update of " + where + " would be " +
               short_text(largest * optimizer_.learning_rate()) + ", too large for " +
               real;
    }
    return "the gradient of " + where + " reached " + short_text(largest) +
           ", the square of which is too large for " + real;
}

/// What is known of a minibatch that was not finite: what it was, and if its data are
/// still there where that began.
std::string Trainer::describe(Index minibatch, bool backward, const CallLog& calls) {
    const std::optional<Batch> batch = batch_of_(minibatch);
    const Fault fault =
        batch ? run_again(*batch, first_trained_ + minibatch, backward, calls)
              : Fault{};
    std::string text =
        backward ? describe_gradients() : "the loss became NaN or infinite";
    text += " in minibatch " + std::to_string(minibatch + 1);
    if (fault.step >= 0) {
        text += ", first at step " + std::to_string(fault.step + 1) + " in signal '" +
                fault.buffer + "'";
    } else if (batch && !backward) {
        text += ", in the loss itself; the signals are finite";
    }
    return text;
}

void Trainer::throw_if_not_finite(const Scoring::Sums& sums, const CallLog& calls) {
    if (sums.non_finite == NonFinite::nothing) {
        return;
    }
    // An update of an earlier minibatch shows in the losses of later ones.
    if (const std::string text = describe_parameters(); !text.empty()) {
        throw SimulationError("train: " + text);
    }
    optimizer_.go_back_to(first_update_ + sums.minibatches);
    const bool backward = sums.non_finite == NonFinite::gradient;
    throw SimulationError("train: " + describe(sums.minibatches, backward, calls) +
                          "; the parameters are those before this minibatch; lower "
                          "the learning rate");
}

}  // namespace nengine::engine
