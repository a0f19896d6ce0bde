#include <algorithm>
#include <cmath>
#include <cstdio>

#include "engine/session/session_impl.hpp"
#include "kernels/base/error.hpp"
#include "kernels/loss.hpp"

// What of training was not finite, and where that began.

namespace nengine {
namespace {

bool is_finite(double value) {
    return std::isfinite(value);
}

std::string name_of(const Signal& signal) {
    return "parameter '" + (signal.parameter.empty() ? signal.name : signal.parameter) +
           "'";
}

std::string short_text(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3g", value);
    return text;
}

/// The row of `size` numbers in which the first that is not finite lies, or the last if
/// `from_end`; -1 if all are finite.
Index bad_row(const std::vector<double>& values, Index size, bool from_end) {
    const auto first = std::ranges::find_if_not(values, is_finite);
    if (first == values.end()) {
        return -1;
    }
    if (!from_end) {
        return (first - values.begin()) / size;
    }
    const auto last = std::find_if_not(values.rbegin(), values.rend(), is_finite);
    return (values.rend() - last - 1) / size;
}

}  // namespace

/// Steps are numbers of rows, stages those in which a buffer gets its contents. What is
/// not finite spreads to later steps and stages, backwards to earlier steps.
template <class Real>
void SessionOf<Real>::find_fault(const Runner& runner, const ChunkExtent& extent,
                                 bool backward, Fault& fault) const {
    const Plan& plan = runner.plan();
    const auto n_forward = static_cast<int>(plan.forward.size());
    const auto is_earlier = [&](const Fault& one, const Fault& other) {
        const Index step = backward ? other.step - one.step : one.step - other.step;
        return other.step < 0 || step < 0 || (step == 0 && one.stage < other.stage);
    };
    for (BufferId b = 0; b < static_cast<BufferId>(plan.buffers.size()); ++b) {
        const BufferSpec& spec = plan.buffers[static_cast<std::size_t>(b)];
        if (spec.kind != BufferKind::work || spec.last_stage < 0 ||
            (spec.first_stage >= n_forward) != backward) {
            continue;
        }
        const Operand all{.buffer = b,
                          .in_time = spec.history ? Rows::history : Rows::fixed,
                          .shift = spec.history && !backward ? spec.extra_rows : 0,
                          .cols = spec.width};
        const Block<Real> block = runner.binder().block(all, extent);
        const std::vector<double> values =
            download_from(device_, block.data, static_cast<std::size_t>(block.size()));
        const Index row = bad_row(values, block.batch * block.cols, backward);
        const Fault found{extent.first_step - step_ + row, spec.first_stage, spec.name};
        if (row >= 0 && is_earlier(found, fault)) {
            fault = found;
        }
    }
}

/// Runs a minibatch again with every row kept, the way back only if the way forth was
/// finite.
template <class Real>
auto SessionOf<Real>::run_again(Runner& runner, const Epoch& epoch, Index minibatch,
                                bool backward) -> Fault {
    PlannerOptions options = options_.planner;
    options.reuse_buffers = false;
    Runner again(device_, std::make_shared<Plan>(runner.plan()), options,
                 runner.chunk(), parameters_, state_);
    ProcessStates processes = processes_;
    begin_minibatch(again, processes, epoch.first + minibatch);
    const Comparison with = comparison(epoch, minibatch);
    Fault forth, back;
    run_minibatch(again, epoch.n_steps, epoch.sources, with.items,
                  [&](const ChunkExtent& extent, Index) {
                      find_fault(again, extent, false, forth);
                      if (backward) {
                          add_losses(again, with, extent);
                          again.backward(extent);
                          find_fault(again, extent, true, back);
                      }
                  });
    again.collect_gradients();
    return forth.step >= 0 ? forth : back;
}

template <class Real>
std::string SessionOf<Real>::describe_parameters() const {
    for (const auto& [signal, offset] : parameters_.layout()) {
        if (!std::ranges::all_of(parameters_.read(signal, false), is_finite)) {
            return "an update made " + name_of(model_->signal(signal)) +
                   " NaN or infinite; needs a smaller learning rate";
        }
    }
    return {};
}

template <class Real>
std::string SessionOf<Real>::describe_gradients() const {
    std::string where;
    double largest = 0;
    for (const auto& [signal, offset] : parameters_.layout()) {
        for (const double value : parameters_.read(signal, true)) {
            if (!is_finite(value)) {
                return "the gradient of " + name_of(model_->signal(signal)) +
                       " became NaN or infinite";
            }
            if (std::abs(value) > largest) {
                largest = std::abs(value);
                where = name_of(model_->signal(signal));
            }
        }
    }
    return "the gradient of " + where + " reached " + short_text(largest) +
           ", the square of which is too large for " +
           (sizeof(Real) == sizeof(float) ? "float32" : "float64");
}

template <class Real>
void SessionOf<Real>::throw_if_not_finite(Runner& runner, const Epoch& epoch) {
    int code = 0;
    device_.download(&code, epoch.tally.flag.data(), sizeof(code));
    if (code == 0) {
        return;
    }
    // An update of an earlier minibatch shows in the losses of later ones.
    if (const std::string text = describe_parameters(); !text.empty()) {
        throw SimulationError("train: " + text);
    }
    const Index minibatch = flagged_minibatch(code);
    const bool backward = flagged_kind(code) == NonFinite::gradient;
    const Fault fault = run_again(runner, epoch, minibatch, backward);
    std::string text =
        backward ? describe_gradients() : "the loss became NaN or infinite";
    text += " in minibatch " + std::to_string(minibatch + 1);
    if (fault.step >= 0) {
        text += ", first at step " + std::to_string(fault.step + 1) + " in signal '" +
                fault.buffer + "'";
    } else if (!backward) {
        text += ", in the loss itself; the signals are finite";
    }
    throw SimulationError("train: " + text +
                          "; the parameters are those before this minibatch; try a "
                          "smaller learning rate");
}

template class SessionOf<float>;
template class SessionOf<double>;

}  // namespace nengine
