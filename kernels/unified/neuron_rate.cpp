#include NENGINE_LAUNCH_HEADER
#include "kernels/base/divide.hpp"
#include "kernels/neuron_scan.hpp"
#include "kernels/neurons/neurons.hpp"
#include "kernels/unified/neuron_operands.hpp"

namespace nengine {
namespace {

/// A scan without state: the constants of a neuron are loaded once for all rows.
/// Registers: the neuron's constants, gain, bias.
template <class Neuron, bool unit>
struct NeuronRate {
    using Real = typename Neuron::Real;
    static constexpr bool reverse = false;
    static constexpr int gain = Neuron::n_constants, bias = gain + 1;
    static constexpr int n_registers = bias + 1, n_carried = 0;

    NeuronConstants<Neuron> neuron;
    Panel<const Real, unit> input;
    Panel<Real, unit> output;

    explicit NeuronRate(const NeuronRateArgs<Real>& args)
        : neuron(args, Real(1)), input(args.input), output(args.output) {}

    NENGINE_HD void load_constants(Real* r, Index i) const {
        neuron.load(r, r[gain], r[bias], i);
    }
    NENGINE_HD void load_state(Real*, Index, Index) const {}
    NENGINE_HD void step(Real* r, Index t, Index b, Index i) const {
        advance(r, read(t, b, i), t, b, i);
    }
    NENGINE_HD Real read(Index t, Index b, Index i) const { return input(t, b, i); }
    NENGINE_HD void advance(Real* r, Real in, Index t, Index b, Index i) const {
        output(t, b, i) = Neuron::rate(r, r[gain] * in + r[bias]);
    }
    NENGINE_HD void store_state(const Real*, Index, Index) const {}
};

/// Sums over rows (t, b) of a neuron's column. Registers: dL_dbias, dL_dgain, the
/// neuron's constants, gain, bias.
template <class Neuron, bool unit, bool accumulate>
struct NeuronRateBackward {
    using Real = typename Neuron::Real;
    static constexpr int n_sums = 2, constants = n_sums;
    static constexpr int gain = constants + Neuron::n_constants, bias = gain + 1;
    static constexpr int n_registers = bias + 1;

    NeuronConstants<Neuron> neuron;
    Index batch;
    Panel<const Real, unit> input, dL_doutput;
    Panel<Real, unit> dL_dinput;
    Real *dL_dbias, *dL_dgain;

    explicit NeuronRateBackward(const NeuronRateBackwardArgs<Real>& args)
        : neuron(args, Real(1)),
          batch(args.input.batch),
          input(args.input),
          dL_doutput(args.dL_doutput),
          dL_dinput(args.dL_dinput),
          dL_dbias(args.dL_dbias),
          dL_dgain(args.dL_dgain) {}

    NENGINE_HD void load_constants(Real* r, Index i) const {
        neuron.load(r + constants, r[gain], r[bias], i);
    }

    NENGINE_HD void term(Real* r, Index row, Index i) const {
        const auto [t, b] = divide(row, batch);
        const Real x = input(t, b, i);
        const Real slope =
            Neuron::rate_derivative(r + constants, r[gain] * x + r[bias]);
        const Real dJ = dL_doutput(t, b, i) * slope;
        r[0] += dJ;
        r[1] += x * dJ;
        if (dL_dinput.data != nullptr) {
            Real& to = dL_dinput(t, b, i);
            to = accumulate ? to + r[gain] * dJ : r[gain] * dJ;
        }
    }

    NENGINE_HD void finish(Index i, const double (&total)[n_sums]) const {
        if (dL_dbias != nullptr) {
            dL_dbias[i] += static_cast<Real>(total[0]);
        }
        if (dL_dgain != nullptr) {
            dL_dgain[i] += static_cast<Real>(total[1]);
        }
    }
};

template <class Neuron, bool accumulate, class Exec, class Real>
void run_backward(const Exec& exec, const NeuronRateBackwardArgs<Real>& args) {
    const Index rows = args.input.steps * args.input.batch;
    if (all_unit(args.input, args.dL_doutput, args.dL_dinput)) {
        launch_columns(exec, rows, args.input.cols,
                       NeuronRateBackward<Neuron, true, accumulate>(args));
    } else {
        launch_columns(exec, rows, args.input.cols,
                       NeuronRateBackward<Neuron, false, accumulate>(args));
    }
}

}  // namespace

template <class Exec, class Real>
void neuron_rate(const Exec& exec, const NeuronRateArgs<Real>& args) {
    const auto& in = args.input;
    const auto type = neuron_info(args.type).rate_type;
    with_rate_neuron<Real>(type, args.math, [&]<class Neuron>(Neuron) {
        if (all_unit(in, args.output)) {
            launch_scan(exec, in.steps, in.batch, in.cols,
                        NeuronRate<Neuron, true>(args));
        } else {
            launch_scan(exec, in.steps, in.batch, in.cols,
                        NeuronRate<Neuron, false>(args));
        }
    });
}

template <class Exec, class Real>
void neuron_rate_backward(const Exec& exec, const NeuronRateBackwardArgs<Real>& args) {
    const auto type = neuron_info(args.type).rate_type;
    with_rate_neuron<Real>(type, args.math, [&]<class Neuron>(Neuron) {
        if (args.accumulate_input) {
            run_backward<Neuron, true>(exec, args);
        } else {
            run_backward<Neuron, false>(exec, args);
        }
    });
}

template void neuron_rate(const ThisExec&, const NeuronRateArgs<float>&);
template void neuron_rate(const ThisExec&, const NeuronRateArgs<double>&);
template void neuron_rate_backward(const ThisExec&,
                                   const NeuronRateBackwardArgs<float>&);
template void neuron_rate_backward(const ThisExec&,
                                   const NeuronRateBackwardArgs<double>&);

}  // namespace nengine
