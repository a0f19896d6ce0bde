#pragma once

#include <array>
#include <tuple>

#include "kernels/base/args.hpp"
#include "kernels/base/exec.hpp"
#include "kernels/base/math_policy.hpp"
#include "kernels/base/view.hpp"
#include "kernels/filter_scan.hpp"
#include "kernels/neuron_info.hpp"

namespace nengine::kernels {

/// Per-neuron operands that scan, rate curve and its gradient share. The input current
/// is J = gain * input + bias; absent gain and bias mean J = input.
template <class Ref>
struct NeuronInput {
    NeuronType type{};
    typename Ref::Read input;  ///< [steps, batch, 1, n]; time stride 0 if held
    typename Ref::Param gain, bias;
    std::array<typename Ref::Param, max_neuron_params> params{};  ///< as in NeuronInfo
    typename Ref::Math math{};

    using Shared = NeuronInput;
    /// The fields of arguments that begin with these, the input as wide as `like`.
    template <class Like>
    static constexpr auto shared_fields(Like like) {
        using A = NeuronInput;
        return std::tuple{constant(&A::type), reads(&A::input).as_wide_as(like),
                          reads(&A::gain),    reads(&A::bias),
                          reads(&A::params),  constant(&A::math)};
    }
};

/// Runs neurons over time with their state in registers, and on their output a
/// first-order filter: state = a * state + b * output; filtered(t) = state.
template <class Ref>
struct NeuronScanArgs : NeuronInput<Ref> {
    typename Ref::StepSize dt{};
    /// [1, batch, 1, n], in and out
    std::array<typename Ref::Write, max_neuron_states> states{};
    typename Ref::Write output;  ///< [steps, batch, 1, n]; absent: nobody wants it
    typename Ref::Coefficients filter;  ///< a, b
    typename Ref::Write filter_state;   ///< [1, batch, 1, n], in and out
    typename Ref::Write filtered;       ///< [steps, batch, 1, n]; absent: no filter

    constexpr auto fields() const {
        using A = NeuronScanArgs;
        return std::tuple_cat(
            A::shared_fields(Ref::present(output) ? &A::output : &A::filtered),
            std::tuple{constant(&A::dt), updates(&A::states), writes(&A::output),
                       reads(&A::filter), updates(&A::filter_state),
                       writes(&A::filtered)});
    }
    template <class Exec>
    void run(const Exec& exec) const {
        neuron_scan(exec, *this);
    }
};

/// Bit for bit the same whether called once for T steps or T times for one.
template <class Exec, class Real>
void neuron_scan(const Exec& exec, const NeuronScanArgs<Bound<Real>>& args);

/// The rate curve of `type`'s rate_type: output = rate(J), in Hz times amplitude. Only
/// for types that have a rate curve.
template <class Ref>
struct NeuronRateArgs : NeuronInput<Ref> {
    typename Ref::Write output;

    constexpr auto fields() const {
        using A = NeuronRateArgs;
        return std::tuple_cat(A::shared_fields(&A::output),
                              std::tuple{writes(&A::output)});
    }
    template <class Exec>
    void run(const Exec& exec) const {
        neuron_rate(exec, *this);
    }
};

template <class Exec, class Real>
void neuron_rate(const Exec& exec, const NeuronRateArgs<Bound<Real>>& args);

/// Gradient of the rate curve: dJ = dL_doutput * rate'(J), dL_dinput = (or +=) gain *
/// dJ, dL_dbias += sum of dJ and dL_dgain += sum of input * dJ over steps and batch, in
/// a fixed order. What is absent of the three is not wanted.
template <class Ref>
struct NeuronRateBackwardArgs : NeuronInput<Ref> {
    typename Ref::Read dL_doutput;
    typename Ref::Write dL_dinput;
    bool accumulate_input = false;
    typename Ref::WriteArray dL_dbias{};  ///< [n]
    typename Ref::WriteArray dL_dgain{};  ///< [n]

    constexpr auto fields() const {
        using A = NeuronRateBackwardArgs;
        return std::tuple_cat(
            A::shared_fields(&A::dL_doutput),
            std::tuple{reads(&A::dL_doutput), writes(&A::dL_dinput, accumulate_input),
                       constant(&A::accumulate_input), updates(&A::dL_dbias),
                       updates(&A::dL_dgain)});
    }
    template <class Exec>
    void run(const Exec& exec) const {
        neuron_rate_backward(exec, *this);
    }
};

template <class Exec, class Real>
void neuron_rate_backward(const Exec& exec,
                          const NeuronRateBackwardArgs<Bound<Real>>& args);

}  // namespace nengine::kernels
