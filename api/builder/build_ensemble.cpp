#include <algorithm>
#include <cmath>
#include <cstdint>

#include "api/builder/build_state.hpp"
#include "api/numerics/distributions.hpp"
#include "api/numerics/text.hpp"
#include "api/objects/neuron_parts.hpp"
#include "engine/ir/host_call.hpp"
#include "engine/operators/copy.hpp"
#include "engine/operators/dot_inc.hpp"
#include "engine/operators/random_spikes.hpp"
#include "engine/operators/reset.hpp"
#include "engine/operators/sim_neurons.hpp"
#include "engine/operators/sim_process.hpp"
#include "engine/operators/sim_random.hpp"

namespace nengine {

namespace {

using detail::EnsembleData;

/// What a state starts from unless the user says otherwise. A fixed value is Nengo's
/// Choice of one option, which draws all the same.
Vector default_values(const kernels::NeuronState& state, Index count,
                      RandomState& rng) {
    if (state.low < state.high) {
        return sample(Uniform{.low = state.low, .high = state.high}, count, rng);
    }
    return sample(Choice{.options = {state.low}}, count, rng);
}

Vector initial_values(const InitialState* initial, const kernels::NeuronState& state,
                      Index count, RandomState& rng, const std::string& where) {
    const std::string name(state.name);
    if (initial != nullptr) {
        if (const auto at = initial->find(name); at != initial->end()) {
            return values_or_samples(at->second, count, rng, where + ": " + name);
        }
    }
    return default_values(state, count, rng);
}

/// The first item draws as Nengo does; the others have generators of their own, seeded
/// by a mix of seed and item (Steele et al. 2014, SplitMix).
std::uint32_t item_seed(std::uint32_t seed, Index item) {
    if (item == 0) {
        return seed;
    }
    std::uint64_t z = (std::uint64_t{seed} << 32) +
                      static_cast<std::uint64_t>(item) * 0x9E3779B97F4A7C15;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return static_cast<std::uint32_t>((z ^ (z >> 31)) >> 32);
}

/// Random numbers from [0, 1), one per neuron and step.
engine::ProcessFactory uniform_numbers(std::uint32_t seed) {
    return [=](Index item) -> engine::ProcessStep {
        return [rng = RandomState(item_seed(seed, item))](
                   double, std::span<const double>, std::span<double> out) mutable {
            std::ranges::generate(out, [&] { return rng.random_sample(); });
        };
    };
}

/// The mean number of spikes in a step; there is none of a rate that is not finite.
double mean_spikes(double rate, double dt, double t, const std::string& where) {
    constexpr double most = 9.2e18;  // what an integer can count
    const double mean = std::abs(rate) * dt;
    if (!(mean <= most)) {
        throw SimulationError(where + ": at t = " + number_text(t) + " got a rate of " +
                              number_text(rate) + " Hz, needs at most " +
                              number_text(most) + " spikes per step");
    }
    return mean;
}

/// amplitude / dt sign(r) Poisson(dt |r|) of each rate r. How many numbers a draw takes
/// depends on the rate, so that none can be drawn before it is known.
engine::ProcessFactory poisson_spikes(std::uint32_t seed, double dt, double amplitude,
                                      const std::string& where) {
    return [=](Index item) -> engine::ProcessStep {
        return [=, rng = RandomState(item_seed(seed, item))](
                   double t, std::span<const double> rates,
                   std::span<double> out) mutable {
            for (std::size_t i = 0; i < rates.size(); ++i) {
                const double height = std::copysign(amplitude / dt, rates[i]);
                out[i] = height * static_cast<double>(
                                      rng.poisson(mean_spikes(rates[i], dt, t, where)));
            }
        };
    };
}

/// The neurons of one operator; their states are drawn from a generator of their own.
class NeuronBuilder {
public:
    NeuronBuilder(BuildState& state, const EnsembleData& ensemble,
                  BuiltEnsembleParts& parts)
        : state_(state),
          ensemble_(ensemble),
          parts_(parts),
          gradient_(spike_gradient(ensemble, state.spike_gradient)),
          name_(detail::name(ensemble)) {}

    void build(const NeuronPart& neurons, engine::SignalId current,
               engine::SignalId output, const std::string& label) {
        std::vector<engine::SignalId> params;
        const auto& [type, values] = neurons.neuron;
        for (const double param : values) {
            params.push_back(state_.scalar(param));
        }
        engine::SimNeurons op(type, current, output,
                              build_states(neurons.info(), neurons.initial), params);
        if (const int tau = neurons.info().time_constant; tau >= 0) {
            op.max_ratio = state_.dt / values[static_cast<std::size_t>(tau)];
        }
        add(std::move(op), label);
    }

    void build_spikes(const SpikePart& spikes, engine::SignalId rates,
                      engine::SignalId output) {
        const std::string label = name_ + ".spikes";
        switch (spikes.kind) {
            case SpikePart::Kind::regular:
                build({{kernels::neuron_type("RegularSpiking"), {spikes.amplitude}},
                       spikes.initial},
                      rates, output, label);
                return;
            case SpikePart::Kind::stochastic:
                build_stochastic(spikes.amplitude, rates, output, label);
                return;
            case SpikePart::Kind::poisson:
                build_poisson(spikes.amplitude, rates, output, label);
                return;
        }
    }

private:
    /// Adds an operator of the neurons, which trains as their spikes' gradient says.
    template <class Op>
    void add(Op op, const std::string& label) {
        if (const auto* rate = std::get_if<RateGradient>(&gradient_)) {
            if constexpr (std::is_same_v<Op, engine::SimNeurons>) {
                op.smoothing = rate->lif_smoothing;
            }
        } else {
            op.spikes_in_training = op.properties().spiking;
        }
        state_.add(std::move(op), label);
    }

    void build_stochastic(double amplitude, engine::SignalId rates,
                          engine::SignalId output, const std::string& label) {
        const engine::SignalId uniform =
            state_.signal(label + ".uniform", ensemble_.n_neurons);
        if (state_.rng == Rng::philox) {
            state_.add(engine::SimRandom(uniform, {}), label + ".uniform");
        } else {
            state_.add(engine::SimProcess(uniform_numbers(spike_seed()), uniform,
                                          engine::no_signal, {}),
                       label + ".uniform");
        }
        add(engine::StochasticSpikes(rates, output, uniform, state_.scalar(amplitude)),
            label);
    }

    void build_poisson(double amplitude, engine::SignalId rates,
                       engine::SignalId output, const std::string& label) {
        engine::PoissonSpikes drawn(rates, output, state_.scalar(amplitude));
        if (state_.rng == Rng::philox) {
            add(std::move(drawn), label);
            return;
        }
        engine::SimProcess op(
            poisson_spikes(spike_seed(), state_.dt, amplitude, describe(ensemble_)),
            output, rates, {});
        drawn.label = label;
        op.trained_as = drawn.training_form();
        add(std::move(op), label);
    }

    /// A generator of its own, which starts like that of the states.
    std::uint32_t spike_seed() const { return state_.seed(ensemble_) + 1; }

    std::vector<engine::SignalId> build_states(const kernels::NeuronInfo& info,
                                               const InitialState* initial) {
        RandomState rng(state_.seed(ensemble_) + 1);
        std::vector<engine::SignalId> states;
        for (int i = 0; i < info.n_states; ++i) {
            const kernels::NeuronState& of = info.states[static_cast<std::size_t>(i)];
            const std::string name(of.name);
            const Shape shape = {ensemble_.n_neurons};
            auto values = values_of(initial_values(initial, of, ensemble_.n_neurons,
                                                   rng, describe(ensemble_)));
            states.push_back(
                name == "voltage"
                    ? state_.parameter(ensemble_, name, shape, values, false)
                    : state_.variable(name_ + '.' + name, shape, values));
            parts_.states.emplace(name, states.back());
        }
        return states;
    }

    BuildState& state_;
    const EnsembleData& ensemble_;
    BuiltEnsembleParts& parts_;
    SpikeGradient gradient_;
    std::string name_;
};

/// No neurons: the value passes.
void build_direct(BuildState& state, const EnsembleData& ensemble,
                  BuiltEnsembleParts& parts) {
    const std::string base = detail::name(ensemble);
    parts.in = state.signal(base + ".in", ensemble.dimensions);
    state.add(engine::Reset(parts.in), base + ".in");
    parts.neurons_in = parts.neurons_out =
        state.signal(base + ".value", ensemble.dimensions);
    state.add(engine::Copy(parts.in, parts.neurons_in, false), base + ".value");
}

void build_noise(BuildState& state, const EnsembleData& ensemble,
                 engine::SignalId current) {
    const std::string label = detail::name(ensemble) + ".noise";
    const engine::SignalId noise =
        state.signal(label, state.model->signal(current).size());
    add_process(state, *ensemble.noise, ensemble, OrderedProcess::Role::noise, noise,
                engine::no_signal, label);
    state.add(engine::Copy(noise, current, true), label);
}

}  // namespace

void check_neurons(const EnsembleData& ensemble) {
    const std::string where = describe(ensemble);
    check_neuron_parts(neuron_parts(ensemble.neuron_type, where), where);
    // The simulator has checked its own.
    detail::check_spike_gradient(spike_gradient(ensemble, RateGradient{}), where);
}

void build_neurons(BuildState& state, const EnsembleData& ensemble,
                   BuiltEnsembleParts& parts) {
    const NeuronParts of = neuron_parts(ensemble.neuron_type, describe(ensemble));
    const std::string base = detail::name(ensemble);
    NeuronBuilder builder(state, ensemble, parts);
    if (!of.spikes) {
        builder.build(*of.neurons, parts.neurons_in, parts.neurons_out,
                      base + ".neurons");
        return;
    }
    const engine::SignalId rates =
        state.signal(base + ".neurons.rate_out", ensemble.n_neurons);
    builder.build(*of.neurons, parts.neurons_in, rates, base + ".neurons");
    builder.build_spikes(*of.spikes, rates, parts.neurons_out);
    parts.rate_out = rates;
}

void build_ensemble(BuildState& state, const EnsembleData& ensemble) {
    BuiltEnsembleParts& parts = state.ensemble(ensemble);
    if (detail::is_direct(ensemble)) {
        build_direct(state, ensemble, parts);
        if (ensemble.noise) {
            build_noise(state, ensemble, parts.neurons_in);
        }
        return;
    }
    const std::string base = detail::name(ensemble);
    const bool has_input = state.ensembles_with_input.contains(&ensemble);
    if (has_input) {
        parts.in = state.signal(base + ".in", ensemble.dimensions);
        state.add(engine::Reset(parts.in), base + ".in");
    }
    parts.neurons_in = state.signal(base + ".neurons.in", ensemble.n_neurons);
    parts.neurons_out = state.signal(base + ".neurons.out", ensemble.n_neurons);
    parts.bias_signal =
        state.parameter(ensemble, "bias", {ensemble.n_neurons}, values_of(parts.bias),
                        neurons_trainable(ensemble));
    state.add(engine::Copy(parts.bias_signal, parts.neurons_in, false), base + ".bias");
    build_neurons(state, ensemble, parts);
    if (ensemble.noise) {
        build_noise(state, ensemble, parts.neurons_in);
    }
    if (has_input) {
        parts.encoders_signal = state.parameter(
            ensemble, "encoders", {ensemble.n_neurons, ensemble.dimensions},
            values_of(parts.scaled_encoders), is_trainable(ensemble));
        state.add(engine::DotInc(parts.encoders_signal, parts.in, parts.neurons_in),
                  base + ".encoders");
    }
}

}  // namespace nengine
