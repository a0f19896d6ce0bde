#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "kernels/neuron_scan.hpp"
#include "tests/reference/neurons.hpp"
#include "tests/support/on_each_device.hpp"

namespace nengine::test {

using namespace kernels;

/// Neurons with per-neuron gain, bias and parameters, their states, and their run.
template <class Real>
struct Population {
    NeuronType type;
    Index steps, batch, n;
    MathPolicy math;
    std::vector<Real> input, gain, bias;
    std::vector<std::vector<Real>> states, params;
    std::vector<Real> a, b;  ///< of the filter

    Population(NeuronType of, Index t, Index items, Index neurons, MathPolicy policy)
        : type(of),
          steps(t),
          batch(items),
          n(neurons),
          math(policy),
          input(uniform<Real>(t * items * neurons, -1.5, 3, 1)),
          gain(uniform<Real>(neurons, 0.5, 2, 2)),
          bias(uniform<Real>(neurons, -1, 3, 3)),
          a(uniform<Real>(neurons, 0.7, 0.95, 6)),
          b(uniform<Real>(neurons, 0.05, 0.3, 7)) {
        const NeuronInfo& info = neuron_info(type);
        for (int k = 0; k < info.n_states; ++k) {
            const auto name = info.states[static_cast<std::size_t>(k)].name;
            const double low = name == "refractory_time" ? -0.002 : 0;
            const double high = name == "refractory_time" ? 0.003 : 1;
            states.push_back(uniform<Real>(items * neurons, low, high,
                                           static_cast<unsigned>(4 + k)));
        }
        for (int k = 0; k < info.n_params; ++k) {
            params.push_back(
                param(std::string(info.params[static_cast<std::size_t>(k)]),
                      static_cast<unsigned>(10 + k)));
        }
    }

    std::vector<Real> param(const std::string& name, unsigned seed) const {
        const auto draw = [&](double low, double high) {
            return uniform<Real>(n, low, high, seed);
        };
        if (name == "tau_rc") {
            return draw(0.02, 0.05);
        }
        if (name == "tau_ref") {
            return draw(0.001, 0.004);
        }
        if (name == "sigma") {
            return draw(0.02, 1);
        }
        if (name == "min_voltage") {
            return draw(-0.5, 0);
        }
        if (name == "tau_n") {
            return draw(0.02, 0.1);
        }
        if (name == "slope" || name == "increment") {
            return draw(0.08, 0.15);
        }
        if (name == "tau_w") {
            return draw(0.1, 0.2);
        }
        if (name == "v_reset") {
            return draw(-0.1, 0.1);
        }
        if (name == "inc_n" || name == "tau_recovery") {
            return draw(0.01, 0.03);
        }
        if (name == "coupling" || name == "negative_slope") {
            return draw(0.1, 0.3);
        }
        if (name == "reset_voltage" || name == "reset_recovery") {
            return name == "reset_voltage" ? draw(-70, -60) : draw(2, 8);
        }
        EXPECT_EQ(name, "amplitude");
        return draw(0.5, 2);
    }

    reference::Neuron reference_neuron(Index item, Index i) const {
        reference::Neuron neuron;
        neuron.type = neuron_info(type).name;
        const auto at = static_cast<std::size_t>(i);
        const NeuronInfo& info = neuron_info(type);
        for (std::size_t k = 0; k < params.size(); ++k) {
            *neuron.find(info.params[k]) = params[k][at];
        }
        for (std::size_t k = 0; k < states.size(); ++k) {
            *neuron.find(info.states[k].name) =
                states[k][static_cast<std::size_t>(item * n + i)];
        }
        return neuron;
    }
};

}  // namespace nengine::test
