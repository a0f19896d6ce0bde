// How long building takes: drawing ensembles, solving for decoders, and the rest, for
// the ensembles of NengoDL's benchmark networks and for a large array. What is solved
// as one large system is held against its floor, the Gram matrix and its factorisation
// alone.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <limits>
#include <string>

#include "api/builder/build_state.hpp"
#include "api/builder/decode.hpp"
#include "api/numerics/dense.hpp"
#include "api/numerics/parallel_for.hpp"
#include "bench/support/benchmark_networks.hpp"
#include "nengine/nengine.hpp"

namespace {

using namespace nengine;
using bench::BenchmarkNetworkOptions;
using bench::make_benchmark_network;

/// One ensemble whose tuning is drawn as by default, solved as one large system.
Network one_large_ensemble() {
    Network net({.seed = 0});
    const Ensemble one = net.ensemble(4096, 128);
    net.connect(one, net.node({.size_in = 128}));
    return net;
}

Network array_of_10000() {
    Network net({.seed = 0});
    const EnsembleArray array(net, 50, 10000);
    net.connect(net.node({.size_in = 10000}), array.input);
    return net;
}

double seconds(auto&& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double> taken =
        std::chrono::steady_clock::now() - start;
    return taken.count();
}

/// Of a network with a node.
const detail::NetworkData& data_of(const Network& net) {
    return *ObjectView(net.nodes().front()).object()->network.lock();
}

/// The Gram matrix of the activities of so many neurons, and its factorisation.
double floor_seconds(std::int64_t neurons) {
    const std::int64_t points = std::max<std::int64_t>(2 * neurons, 2500);
    const Matrix A = Matrix::Random(points, neurons);
    double fastest = std::numeric_limits<double>::infinity();
    for (int rep = 0; rep < 2; ++rep) {
        fastest = std::min(fastest, seconds([&] {
                               Matrix gram = gram_of(A);
                               gram.diagonal().array() += 1.0;
                               const Matrix right = Matrix::Ones(neurons, 1);
                               solve_positive_definite(std::move(gram), right, "floor");
                           }));
    }
    return fastest;
}

/// @param dense  neurons of the one large system, 0 if there is none
void measure(benchmark::State& state, const Network& net, std::int64_t dense) {
    double drawing = 0.0, building = 0.0, simulator = 0.0;
    for (auto _ : state) {
        const auto ensembles = net.all_ensembles();
        drawing += seconds([&] {
            parallel_for(ensembles.size(), [&](std::size_t i) {
                const auto& data = static_cast<const detail::EnsembleData&>(
                    *ObjectView(ensembles[i]).object());
                benchmark::DoNotOptimize(draw_ensemble(data, 1, false));
            });
        });
        building += seconds([&] { build(data_of(net), 0.001); });
        const double all =
            seconds([&] { Simulator(net, {.device = "cpu", .progress_bar = false}); });
        simulator += all;
        state.SetIterationTime(all);
    }
    const auto mean = benchmark::Counter::kAvgIterations;
    state.counters["drawing"] = benchmark::Counter(drawing, mean);
    state.counters["build"] = benchmark::Counter(building, mean);
    state.counters["simulator"] = benchmark::Counter(simulator, mean);
    if (dense > 0) {
        const double floor = floor_seconds(dense);
        state.counters["floor"] = floor;
        state.counters["ratio_to_floor"] =
            building / static_cast<double>(state.iterations()) / floor;
    }
}

void add(const std::string& name, const std::function<Network()>& make,
         std::int64_t dense = 0) {
    benchmark::RegisterBenchmark(
        name.c_str(), [=](benchmark::State& state) { measure(state, make(), dense); })
        ->UseManualTime()
        ->Unit(benchmark::kMillisecond)
        ->Iterations(2);
}

void add_of_nengo_dl(const std::string& name, const BenchmarkNetworkOptions& options,
                     const std::string& suffix, std::int64_t dense = 0) {
    add(
        name + '_' + suffix, [=] { return make_benchmark_network(name, options).net; },
        dense);
}

bool register_all() {
    constexpr std::int64_t large = 4096;
    add_of_nengo_dl("cconv", {.neuron_type = RectifiedLinear{}}, "relu");
    add_of_nengo_dl("cconv", {}, "lif");
    add_of_nengo_dl("integrator", {.neurons_per_d = 32}, "lif");
    add_of_nengo_dl("basal_ganglia", {.neurons_per_d = 32}, "lif");
    add_of_nengo_dl(
        "random_network",
        {.dimensions = 64, .neurons_per_d = 32, .neuron_type = RectifiedLinear{}},
        "relu");
    add_of_nengo_dl("pes", {.neurons_per_d = 32}, "lif", large);
    add("one_large_ensemble", one_large_ensemble, large);
    add("array_of_10000", array_of_10000);
    return true;
}

const bool registered = register_all();

}  // namespace

BENCHMARK_MAIN();
