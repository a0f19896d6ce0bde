// How long building takes: drawing ensembles, solving for decoders, and the rest, for
// the ensembles of NengoDL's benchmark networks and for a large array. What is solved
// as one large system is held against its floor, the Gram matrix and its factorisation
// alone.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <string>

#include "api/builder/build_state.hpp"
#include "api/builder/decode.hpp"
#include "api/builder/numerics/dense.hpp"
#include "nengine/nengine.hpp"

namespace {

using namespace nengine;

struct Size {
    std::int64_t ensembles, neurons, dimensions;
};

/// Gains of +-1 and biases in [-1, 1), as in all of NengoDL's networks but one.
EnsembleOptions plain_tuning(const NeuronModel& type) {
    return {
        .gain = Choice{{1.0, -1.0}}, .bias = Uniform{-1.0, 1.0}, .neuron_type = type};
}

double square(double x) {
    return x * x;
}

/// Ensembles between an input and an output node, as in EnsembleArray.
Network array_of(const Size& size, const EnsembleOptions& ensemble,
                 const ConnectionOptions& decoded) {
    Network net({.seed = 0});
    const std::int64_t d = size.dimensions, total = size.ensembles * d;
    const Node input = net.node({.size_in = total});
    const Node output = net.node({.size_in = total});
    for (std::int64_t i = 0; i < size.ensembles; ++i) {
        const Ensemble one = net.ensemble(size.neurons, d, ensemble);
        net.connect(input[Slice(i * d, (i + 1) * d)], one, {.synapse = None});
        net.connect(one, output[Slice(i * d, (i + 1) * d)], decoded);
    }
    return net;
}

Network cconv(const NeuronModel& type) {
    return array_of({520, 32, 1}, plain_tuning(type),
                    {.function = square, .synapse = None});
}

Network integrator() {
    return array_of({128, 32, 1}, plain_tuning(LIF{}), {.synapse = None});
}

Network pes(const EnsembleOptions& ensemble) {
    return array_of({1, 4096, 128}, ensemble, {});
}

Network basal_ganglia() {
    const Array up({1, 1}, {1.0});
    return array_of(
        {640, 32, 1},
        {.radius = 1.5, .encoders = Choice{up}, .intercepts = Uniform{0.2, 1.0}},
        {.function = [](double x) { return std::max(0.0, x - 0.2); },
         .solver = NnlsL2nz{}});
}

Network random_network() {
    return array_of(
        {20, 2048, 64}, plain_tuning(RectifiedLinear{}),
        {.solver = NoSolver{Array({2048, 64}, std::vector(2048 * 64, 1.0))}});
}

Network large_array() {
    return array_of({10000, 50, 1}, {}, {.synapse = None});
}

double seconds(auto&& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double> taken =
        std::chrono::steady_clock::now() - start;
    return taken.count();
}

const detail::NetworkData& data_of(const Network& net) {
    return *ObjectView(net.nodes().front()).object()->network.lock();
}

/// The Gram matrix of activities of this size, and its factorisation.
double floor_seconds(const Size& size) {
    const std::int64_t points = std::max<std::int64_t>(2 * size.neurons, 2500);
    const Matrix A = Matrix::Random(points, size.neurons);
    double fastest = std::numeric_limits<double>::infinity();
    for (int rep = 0; rep < 2; ++rep) {
        fastest = std::min(fastest, seconds([&] {
                               Matrix gram = gram_of(A);
                               gram.diagonal().array() += 1.0;
                               const Matrix right = Matrix::Ones(size.neurons, 1);
                               solve_positive_definite(std::move(gram), right, "floor");
                           }));
    }
    return fastest;
}

void measure(benchmark::State& state, const Network& net, const Size& dense = {}) {
    double drawing = 0.0, building = 0.0, simulator = 0.0;
    for (auto _ : state) {
        const auto& ensembles = data_of(net).ensembles;
        drawing += seconds([&] {
            parallel_for(ensembles.size(), [&](std::size_t i) {
                benchmark::DoNotOptimize(draw_ensemble(*ensembles[i], 1));
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
    if (dense.neurons > 0) {
        const double floor = floor_seconds(dense);
        state.counters["floor"] = floor;
        state.counters["ratio_to_floor"] =
            building / static_cast<double>(state.iterations()) / floor;
    }
}

void add(const std::string& name, Network (*make)(), const Size& dense = {}) {
    benchmark::RegisterBenchmark(
        name.c_str(), [=](benchmark::State& state) { measure(state, make(), dense); })
        ->UseManualTime()
        ->Unit(benchmark::kMillisecond)
        ->Iterations(2);
}

void register_all() {
    constexpr Size one_large = {1, 4096, 128};
    add("cconv_relu", [] { return cconv(RectifiedLinear{}); });
    add("cconv_lif", [] { return cconv(LIF{}); });
    add("integrator_lif", integrator);
    add("basal_ganglia_lif", basal_ganglia);
    add("random_network_relu", random_network);
    add(
        "pes_lif", [] { return pes(plain_tuning(LIF{})); }, one_large);
    add(
        "one_large_ensemble", [] { return pes({}); }, one_large);
    add("array_of_10000", large_array);
}

}  // namespace

int main(int argc, char** argv) {
    register_all();
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
        return 1;
    }
    benchmark::RunSpecifiedBenchmarks();
}
