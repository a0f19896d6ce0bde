#pragma once

#include <type_traits>

#include NENGINE_LAUNCH_HEADER
#include "kernels/base/divide.hpp"
#include "kernels/base/math_range.hpp"
#include "kernels/neuron_registry.hpp"
#include "kernels/synapses/first_order.hpp"
#include "kernels/unified/neuron_operands.hpp"

// The launches of one neuron type, made of its functor: what the table of kernels has
// for it. For the files of the built-in types and for users' own.

namespace nengine::kernels {
namespace {

/// What a neuron's output is for.
enum class Keep { output, filtered, both };

/// Registers: the neuron's states, the filter's state, the neuron's constants, gain,
/// bias, and the filter's a and b.
template <class Neuron, Keep keep, bool unit>
struct NeuronScan {
    using Real = typename Neuron::Real;
    static constexpr bool one_by_one = !takes_lanes<Neuron>();
    static constexpr bool reverse = false;
    static constexpr bool has_filter = keep != Keep::output;
    static constexpr bool has_output = keep != Keep::filtered;
    static constexpr int filter_state = Neuron::n_states;
    static constexpr int n_carried = filter_state + (has_filter ? 1 : 0);
    static constexpr int constants = n_carried;
    static constexpr int gain = constants + Neuron::n_constants;
    static constexpr int bias = gain + 1;
    static constexpr int filter_a = bias + 1, filter_b = filter_a + 1;
    static constexpr int n_registers = has_filter ? filter_b + 1 : bias + 1;

    NeuronConstants<Neuron> neuron;
    Real dt;
    Panel<const Real, unit> input;
    StatePanels<Real, Neuron::n_states, unit> states;
    Panel<Real, unit> output;
    ParamView<Real> a, b;
    Panel<Real, unit> filter, filtered;

    explicit NeuronScan(const NeuronScanArgs<Bound<Real>>& args)
        : neuron(args, args.dt),
          dt(args.dt),
          input(args.input),
          states(args.states),
          output(args.output),
          a(args.filter.each(0)),
          b(args.filter.each(1)),
          filter(args.filter_state),
          filtered(args.filtered) {}

    NENGINE_HD void load_constants(Real* r, Index i) const {
        neuron.load(r + constants, r[gain], r[bias], i);
        if constexpr (has_filter) {
            r[filter_a] = a[i];
            r[filter_b] = b[i];
        }
    }

    NENGINE_HD void load_state(Real* r, Index item, Index i) const {
        states.load(r, item, i);
        if constexpr (has_filter) {
            r[filter_state] = filter(0, item, i);
        }
    }

    NENGINE_HD void step(Real* r, Index t, Index item, Index i) const {
        advance(r, read(t, item, i), t, item, i);
    }
    NENGINE_HD Real read(Index t, Index item, Index i) const {
        return input(t, item, i);
    }
    NENGINE_HD void advance(Real* r, Real in, Index t, Index item, Index i) const {
        const Real current = r[gain] * in + r[bias];
        const Real out = Neuron::step(r + constants, dt, current, r);
        if constexpr (has_output) {
            output(t, item, i) = out;
        }
        if constexpr (has_filter) {
            r[filter_state] =
                first_order_step(r[filter_a], r[filter_b], r[filter_state], out);
            filtered(t, item, i) = r[filter_state];
        }
    }

    NENGINE_HD void store_state(const Real* r, Index item, Index i) const {
        states.store(r, item, i);
        if constexpr (has_filter) {
            filter(0, item, i) = r[filter_state];
        }
    }
};

template <class Neuron, Keep keep, class Exec, class Real>
void scan_neurons(const Exec& exec, const NeuronScanArgs<Bound<Real>>& args) {
    const auto& in = args.input;
    const auto launch = [&]<bool unit>(std::bool_constant<unit>) {
        launch_scan(exec, in.steps, in.batch, in.cols,
                    NeuronScan<Neuron, keep, unit>(args));
    };
    bool unit = all_unit(in, args.output, args.filter_state, args.filtered);
    for (int k = 0; k < Neuron::n_states; ++k) {
        unit = unit && is_unit(args.states[static_cast<std::size_t>(k)]);
    }
    unit ? launch(std::true_type{}) : launch(std::false_type{});
}

/// A scan without state: the constants of a neuron are loaded once for all rows.
/// Registers: the neuron's constants, gain, bias.
template <class Neuron, bool unit>
struct NeuronRate {
    using Real = typename Neuron::Real;
    static constexpr bool one_by_one = !takes_lanes<Neuron>();
    static constexpr bool reverse = false;
    static constexpr int gain = Neuron::n_constants, bias = gain + 1;
    static constexpr int n_registers = bias + 1, n_carried = 0;

    NeuronConstants<Neuron> neuron;
    Panel<const Real, unit> input;
    Panel<Real, unit> output;

    explicit NeuronRate(const NeuronRateArgs<Bound<Real>>& args)
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
    static constexpr bool one_by_one = !takes_lanes<Neuron>();
    static constexpr int n_sums = 2, constants = n_sums;
    static constexpr int gain = constants + Neuron::n_constants, bias = gain + 1;
    static constexpr int n_registers = bias + 1;

    NeuronConstants<Neuron> neuron;
    RowDivisor batch;
    Panel<const Real, unit> input, dL_doutput;
    Panel<Real, unit> dL_dinput;
    Real *dL_dbias, *dL_dgain;

    explicit NeuronRateBackward(const NeuronRateBackwardArgs<Bound<Real>>& args)
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
        const auto [t, b] = batch.divide(row);
        add_at(r, input(t, b, i), dL_doutput(t, b, i), t, b, i);
    }

    struct Term {
        Real x, dL_doutput;
        Index t, b;
    };
    NENGINE_HD Term read(Index row, Index i) const {
        const auto [t, b] = batch.divide(row);
        return {input(t, b, i), dL_doutput(t, b, i), t, b};
    }
    NENGINE_HD void add(Real* r, const Term& at, Index, Index i) const {
        add_at(r, at.x, at.dL_doutput, at.t, at.b, i);
    }

    NENGINE_HD void add_at(Real* r, Real x, Real dL_dy, Index t, Index b,
                           Index i) const {
        const Real slope =
            Neuron::rate_derivative(r + constants, r[gain] * x + r[bias]);
        const Real dJ = dL_dy * slope;
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
void run_backward(const Exec& exec, const NeuronRateBackwardArgs<Bound<Real>>& args) {
    const Index rows = args.input.steps * args.input.batch;
    if (all_unit(args.input, args.dL_doutput, args.dL_dinput)) {
        launch_columns(exec, rows, args.input.cols,
                       NeuronRateBackward<Neuron, true, accumulate>(args));
    } else {
        launch_columns(exec, rows, args.input.cols,
                       NeuronRateBackward<Neuron, false, accumulate>(args));
    }
}

/// What a functor says of itself: `using Range`; without, all that there is.
template <class Neuron>
struct RangeOf {
    using Range = WholeRange;
};
template <class Neuron>
requires requires {
    typename Neuron::Range;
}
struct RangeOf<Neuron> {
    using Range = typename Neuron::Range;
};

/// Whether the functor has a rate curve.
template <class Neuron>
concept HasRate = requires(typename Neuron::Real x) {
    Neuron::rate(&x, x);
    Neuron::rate_derivative(&x, x);
};

template <template <class> class Neuron, class Range, class Exec, class Real>
void run_neuron_scan(const Exec& exec, const NeuronScanArgs<Bound<Real>>& args) {
    Range::template visit<Real>(args.math, [&]<class Math>(Math) {
        if (args.filtered.data == nullptr) {
            scan_neurons<Neuron<Math>, Keep::output>(exec, args);
        } else if (args.output.data == nullptr) {
            scan_neurons<Neuron<Math>, Keep::filtered>(exec, args);
        } else {
            scan_neurons<Neuron<Math>, Keep::both>(exec, args);
        }
    });
}

template <template <class> class Neuron, class Range, class Exec, class Real>
void run_neuron_rate(const Exec& exec, const NeuronRateArgs<Bound<Real>>& args) {
    const auto& in = args.input;
    Range::template visit<Real>(args.math, [&]<class Math>(Math) {
        if (all_unit(in, args.output)) {
            launch_scan(exec, in.steps, in.batch, in.cols,
                        NeuronRate<Neuron<Math>, true>(args));
        } else {
            launch_scan(exec, in.steps, in.batch, in.cols,
                        NeuronRate<Neuron<Math>, false>(args));
        }
    });
}

template <template <class> class Neuron, class Range, class Exec, class Real>
void run_neuron_rate_backward(const Exec& exec,
                              const NeuronRateBackwardArgs<Bound<Real>>& args) {
    Range::template visit<Real>(args.math, [&]<class Math>(Math) {
        if (args.accumulate_input) {
            run_backward<Neuron<Math>, true>(exec, args);
        } else {
            run_backward<Neuron<Math>, false>(exec, args);
        }
    });
}

/// The table's entry for a functor that is a template on its math policy.
template <template <class> class Neuron, class Exec, class Real>
NeuronKernels<Exec, Real> kernels_of() {
    using Range = typename RangeOf<Neuron<LibraryMath<Real>>>::Range;
    NeuronKernels<Exec, Real> kernels;
    kernels.scan = run_neuron_scan<Neuron, Range, Exec, Real>;
    if constexpr (HasRate<Neuron<LibraryMath<Real>>>) {
        kernels.rate = run_neuron_rate<Neuron, Range, Exec, Real>;
        kernels.rate_backward = run_neuron_rate_backward<Neuron, Range, Exec, Real>;
    }
    return kernels;
}

}  // namespace
}  // namespace nengine::kernels
