// A neuron type that nengine does not know, the theta neuron of theta_neuron.hpp,
// represents a sine like any built-in one. (Its kernels for CUDA: custom_neuron.cu.)

#include <cmath>
#include <cstdio>
#include <numbers>

#include "nengine/nengine.hpp"
#include "samples/theta_neuron.hpp"

NENGINE_REGISTER_NEURON(Theta);

namespace {

using namespace nengine;

/// The mean squared error after the first 100 steps, where the filter settles.
double error(const Tensor& got, double (*want)(double)) {
    constexpr std::int64_t settled = 100;
    double sum = 0.0;
    for (std::int64_t i = settled; i < got.extent(0); ++i) {
        const double off = got(i, 0) - want(0.001 * static_cast<double>(i + 1));
        sum += off * off;
    }
    return sum / static_cast<double>(got.extent(0) - settled);
}

double sine(double t) {
    return std::sin(2.0 * std::numbers::pi * t);
}

}  // namespace

int main() {
    Network net({.seed = 1});
    const auto wave = net.node([](double t) { return std::vector{sine(t)}; });
    const auto neurons = net.ensemble(
        200, 1,
        {.max_rates = Uniform{.low = 60, .high = 120},
         .neuron_type = CustomNeuron{.type = "Theta", .params = {{"tau", 0.01}}}});
    net.connect(wave, neurons);
    const auto value = net.probe(neurons, {.synapse = 0.03});
    const auto phases = net.probe(neurons.neurons, {.attr = "phase"});

    Simulator sim(net, {.progress_bar = false});
    sim.run(1.0);
    const double off = error(sim.data(value), [](double t) { return sine(t - 0.035); });
    std::printf("a sine by %lld theta neurons: mean squared error %.5f\n",
                static_cast<long long>(neurons.n_neurons), off);
    std::printf("phases recorded: %lld\n",
                static_cast<long long>(sim.data(phases).extent(1)));
    return off < 0.01 ? 0 : 1;
}
