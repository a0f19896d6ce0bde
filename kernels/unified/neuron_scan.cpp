#include "kernels/neuron_scan.hpp"

#include NENGINE_LAUNCH_HEADER
#include "kernels/neurons/neurons.hpp"
#include "kernels/synapses/first_order.hpp"
#include "kernels/unified/neuron_operands.hpp"

namespace nengine {
namespace {

/// What a neuron's output is for.
enum class Keep { output, filtered, both };

/// Registers: the neuron's states, the filter's state, the neuron's constants, gain,
/// bias, and the filter's a and b.
template <class Neuron, Keep keep, bool unit>
struct NeuronScan {
    using Real = typename Neuron::Real;
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

    explicit NeuronScan(const NeuronScanArgs<Real>& args)
        : neuron(args, args.dt),
          dt(args.dt),
          input(args.input),
          states(args.states),
          output(args.output),
          a(args.filter.a),
          b(args.filter.b),
          filter(args.filter.state),
          filtered(args.filter.filtered) {}

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
void run_kept(const Exec& exec, const NeuronScanArgs<Real>& args) {
    const auto& in = args.input;
    const auto launch = [&]<bool unit>(std::bool_constant<unit>) {
        launch_scan(exec, in.steps, in.batch, in.cols,
                    NeuronScan<Neuron, keep, unit>(args));
    };
    bool unit = all_unit(in, args.output, args.filter.state, args.filter.filtered);
    for (int k = 0; k < Neuron::n_states; ++k) {
        unit = unit && is_unit(args.states[static_cast<std::size_t>(k)]);
    }
    unit ? launch(std::true_type{}) : launch(std::false_type{});
}

}  // namespace

template <class Exec, class Real>
void neuron_scan(const Exec& exec, const NeuronScanArgs<Real>& args) {
    with_neuron<Real>(args.type, args.math, [&]<class Neuron>(Neuron) {
        if (args.filter.filtered.data == nullptr) {
            run_kept<Neuron, Keep::output>(exec, args);
        } else if (args.output.data == nullptr) {
            run_kept<Neuron, Keep::filtered>(exec, args);
        } else {
            run_kept<Neuron, Keep::both>(exec, args);
        }
    });
}

template void neuron_scan(const ThisExec&, const NeuronScanArgs<float>&);
template void neuron_scan(const ThisExec&, const NeuronScanArgs<double>&);

}  // namespace nengine
