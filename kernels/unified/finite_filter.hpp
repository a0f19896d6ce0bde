#pragma once

#include "kernels/filter_check.hpp"
#include "kernels/filter_scan.hpp"

// Filters of finite response. No output needs another, so that steps run side by side;
// what is added up, and in which order, is the same whatever the chunk.

namespace nengine::kernels {
namespace {

/// y(t) = sum over k of w(k) u(t - k); inputs before the first are in the state.
template <class Real>
struct FiniteOutput {
    static constexpr bool one_by_one = true;

    FilterCoefficients<Real> w;
    Block<const Real> input;
    Block<Real> state, output;
    Index order;

    NENGINE_HD void operator()(Index t, Index b, Index, Index i) const {
        Real sum = 0;
        for (Index k = 0; k <= order; ++k) {
            sum +=
                w(k, i) * (k <= t ? input(t - k, b, 0, i) : state(0, b, k - t - 1, i));
        }
        output(t, b, 0, i) = sum;
    }
};

/// x(k) = the input k steps before the last one.
template <class Real>
struct FiniteState {
    static constexpr bool one_by_one = true;

    Block<const Real> input;
    Block<Real> state;
    Index order;

    NENGINE_HD void operator()(Index, Index b, Index, Index i) const {
        for (Index k = order - 1; k >= 0; --k) {
            state(0, b, k, i) = k < input.steps ? input(input.steps - 1 - k, b, 0, i)
                                                : state(0, b, k - input.steps, i);
        }
    }
};

/// du(t) = sum over k of w(k) dy(t + k); what later chunks say is in the adjoint.
template <class Real, bool accumulate>
struct FiniteInputAdjoint {
    static constexpr bool one_by_one = true;

    FilterCoefficients<Real> w;
    Block<const Real> dL_doutput;
    Block<Real> adjoint, dL_dinput;
    Index order;

    NENGINE_HD void operator()(Index t, Index b, Index, Index i) const {
        const Index left = dL_doutput.steps - 1 - t;
        Real sum = left < order ? adjoint(0, b, left, i) : Real(0);
        for (Index k = 0; k <= order && k <= left; ++k) {
            sum += w(k, i) * dL_doutput(t + k, b, 0, i);
        }
        Real& to = dL_dinput(t, b, 0, i);
        to = accumulate ? to + sum : sum;
    }
};

/// l(k): of the input k + 1 steps before the first.
template <class Real>
struct FiniteStateAdjoint {
    static constexpr bool one_by_one = true;

    FilterCoefficients<Real> w;
    Block<const Real> dL_doutput;
    Block<Real> adjoint;
    Index order;

    NENGINE_HD void operator()(Index, Index b, Index, Index i) const {
        const Index steps = dL_doutput.steps;
        for (Index k = 0; k < order; ++k) {
            Real sum = k + steps < order ? adjoint(0, b, k + steps, i) : Real(0);
            for (Index t = 0; t < steps && k + 1 + t <= order; ++t) {
                sum += w(k + 1 + t, i) * dL_doutput(t, b, 0, i);
            }
            adjoint(0, b, k, i) = sum;
        }
    }
};

template <class Exec, class Real>
void finite_scan(const Exec& exec, const FilterScanArgs<Bound<Real>>& args) {
    check_finite_order(args.order);
    const auto& in = args.input;
    launch_elements(
        exec, {in.steps, in.batch, 1, in.cols},
        FiniteOutput<Real>{args.coefficients, in, args.state, args.output, args.order});
    launch_elements(exec, {1, in.batch, 1, in.cols},
                    FiniteState<Real>{in, args.state, args.order});
}

template <bool accumulate, class Exec, class Real>
void finite_scan_backward(const Exec& exec,
                          const FilterBackwardArgs<Bound<Real>>& args) {
    check_finite_order(args.order);
    const auto& dy = args.dL_doutput;
    launch_elements(
        exec, {dy.steps, dy.batch, 1, dy.cols},
        FiniteInputAdjoint<Real, accumulate>{args.coefficients, dy, args.adjoint,
                                             args.dL_dinput, args.order});
    launch_elements(
        exec, {1, dy.batch, 1, dy.cols},
        FiniteStateAdjoint<Real>{args.coefficients, dy, args.adjoint, args.order});
}

}  // namespace
}  // namespace nengine::kernels
