#pragma once

#include <array>

#include "kernels/base/exec.hpp"
#include "kernels/base/math_policy.hpp"
#include "kernels/base/view.hpp"
#include "kernels/neuron_info.hpp"

namespace nengine::kernels {

/// Per-neuron operands that scan, rate curve and its gradient share. The input current
/// is J = gain * input + bias; absent gain and bias mean J = input.
template <class Real>
struct NeuronInput {
    NeuronType type{};
    Block<const Real> input;  ///< [steps, batch, 1, n]; time stride 0 if held
    ParamView<Real> gain, bias;
    std::array<ParamView<Real>, max_neuron_params> params{};  ///< in NeuronInfo's order
    MathPolicy math;
};

/// A first-order filter run on the neurons' output in registers:
/// state = a * state + b * output; filtered(t) = state.
template <class Real>
struct FusedFilter {
    ParamView<Real> a, b;
    Block<Real> state;     ///< [1, batch, 1, n], in and out
    Block<Real> filtered;  ///< [steps, batch, 1, n]; null data: no filter
};

/// Runs neurons over time with their state in registers.
template <class Real>
struct NeuronScanArgs : NeuronInput<Real> {
    Real dt{};
    std::array<Block<Real>, max_neuron_states>
        states{};  ///< [1, batch, 1, n], in and out
    Block<Real>
        output;  ///< [steps, batch, 1, n]; null data: only the filter's output is kept
    FusedFilter<Real> filter;
};

/// Bit for bit the same whether called once for T steps or T times for one.
template <class Exec, class Real>
void neuron_scan(const Exec& exec, const NeuronScanArgs<Real>& args);

/// The rate curve of `type`'s rate_type: output = rate(J), in Hz times amplitude. Only
/// for types that have a rate curve.
template <class Real>
struct NeuronRateArgs : NeuronInput<Real> {
    Block<Real> output;
};

template <class Exec, class Real>
void neuron_rate(const Exec& exec, const NeuronRateArgs<Real>& args);

/// Gradient of the rate curve: dJ = dL_doutput * rate'(J), dL_dinput = (or +=) gain *
/// dJ, dL_dbias += sum of dJ and dL_dgain += sum of input * dJ over steps and batch, in
/// a fixed order. Null data in dL_dinput, null dL_dbias or dL_dgain: not wanted.
template <class Real>
struct NeuronRateBackwardArgs : NeuronInput<Real> {
    Block<const Real> dL_doutput;
    Block<Real> dL_dinput;
    bool accumulate_input = false;
    Real* dL_dbias = nullptr;  ///< [n]
    Real* dL_dgain = nullptr;  ///< [n]
};

template <class Exec, class Real>
void neuron_rate_backward(const Exec& exec, const NeuronRateBackwardArgs<Real>& args);

}  // namespace nengine::kernels
