#pragma once

#include <array>
#include <cstddef>
#include <utility>

#include "kernels/base/macros.hpp"
#include "kernels/base/operands.hpp"
#include "kernels/neuron_scan.hpp"

namespace nengine::kernels {
namespace {

/// Gain, bias and parameters of a neuron type: what is loaded once per neuron.
template <class Neuron>
struct NeuronConstants {
    using Real = typename Neuron::Real;

    ParamView<Real> gain, bias;
    ParamView<Real> params[Neuron::n_params];
    Real dt;

    NeuronConstants(const NeuronInput<Bound<Real>>& args, Real step)
        : gain(args.gain), bias(args.bias), dt(step) {
        for (int k = 0; k < Neuron::n_params; ++k) {
            params[k] = args.params[static_cast<std::size_t>(k)];
        }
    }

    NENGINE_HD void load(Real* constants, Real& g, Real& c, Index i) const {
        Real values[Neuron::n_params];
        for (int k = 0; k < Neuron::n_params; ++k) {
            values[k] = params[k][i];
        }
        Neuron::prepare(values, dt, constants);
        g = gain.present() ? gain[i] : Real(1);
        c = bias.present() ? bias[i] : Real(0);
    }
};

/// The state blocks of a neuron type.
template <class Real, int n, bool unit>
struct StatePanels {
    Panel<Real, unit> panel[n];

    explicit StatePanels(const std::array<Block<Real>, max_neuron_states>& blocks)
        : StatePanels(blocks, std::make_index_sequence<n>{}) {}

    NENGINE_HD void load(Real* r, Index b, Index i) const {
        for (int k = 0; k < n; ++k) {
            r[k] = panel[k](0, b, i);
        }
    }
    NENGINE_HD void store(const Real* r, Index b, Index i) const {
        for (int k = 0; k < n; ++k) {
            panel[k](0, b, i) = r[k];
        }
    }

private:
    template <std::size_t... k>
    StatePanels(const std::array<Block<Real>, max_neuron_states>& blocks,
                std::index_sequence<k...>)
        : panel{Panel<Real, unit>(blocks[k])...} {}
};

template <class Real, bool unit>
struct StatePanels<Real, 0, unit> {
    explicit StatePanels(const std::array<Block<Real>, max_neuron_states>&) {}
    NENGINE_HD void load(Real*, Index, Index) const {}
    NENGINE_HD void store(const Real*, Index, Index) const {}
};

}  // namespace
}  // namespace nengine::kernels
