// LIF neurons over time, [steps, neurons] in one call: ns per neuron-step, and the time
// of a copy of the same bytes, measured in the same loop. In cache it is arithmetic
// that counts, over 1 GiB memory. The rate curve and its gradient are measured beside
// it.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <random>
#include <vector>

#include "kernels/base/device.hpp"
#include "kernels/elementwise.hpp"
#include "kernels/neuron_scan.hpp"

namespace {

using nengine::Block;
using nengine::Buffer;
using nengine::Device;
using nengine::Index;

enum Where { base_cpu, best_cpu, cuda };

Device device(Index where) {
    return where == cuda       ? Device::cuda()
           : where == best_cpu ? Device::cpu()
                               : Device::cpu(0, Device::Isa::avx2);
}

double seconds(const Device& on, const auto& work) {
    const auto start = std::chrono::steady_clock::now();
    on.run(work);
    on.synchronize();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
        .count();
}

Block<float> rows(const Buffer& buffer, Index steps, Index n) {
    return {buffer.as<float>(), steps, 1, 1, n, n, n, n, 1};
}

/// Currents, states and parameters of n neurons over some steps.
struct Population {
    Device on;
    Index steps, n;
    Buffer input, output, gradient, voltage, refractory, constants, dL_dbias;

    Population(Index where, Index t, Index neurons)
        : on(device(where)),
          steps(t),
          n(neurons),
          input(put(t * neurons, 0.8, 3)),
          output(put(t * neurons, 0, 1)),
          voltage(put(neurons, 0, 1)),
          refractory(put(neurons, 0, 0)) {
        // tau_rc, tau_ref, amplitude, min_voltage, gain, bias
        const std::vector<float> values{0.02F, 0.002F, 1, 0, 1, 0};
        constants = on.allocate(values.size() * sizeof(float), "bench");
        on.upload(constants.data(), values.data(), constants.bytes());
        dL_dbias = put(neurons, 0, 0);
    }

    Buffer put(Index count, double low, double high) const {
        constexpr Index pattern = 65537;
        std::mt19937 generator(1);
        std::uniform_real_distribution<double> draw(low, high);
        std::vector<float> some(static_cast<std::size_t>(std::min(count, pattern)));
        std::generate(some.begin(), some.end(),
                      [&] { return static_cast<float>(draw(generator)); });
        Buffer buffer =
            on.allocate(static_cast<std::size_t>(count) * sizeof(float), "bench");
        for (Index at = 0; at < count; at += pattern) {
            const auto part = static_cast<std::size_t>(std::min(pattern, count - at));
            on.upload(buffer.as<float>() + at, some.data(), part * sizeof(float));
        }
        return buffer;
    }

    template <class Args>
    Args args(nengine::NeuronType type) const {
        Args a;
        a.type = type;
        a.input = rows(input, steps, n);
        for (int k = 0; k < nengine::neuron_info(type).n_params; ++k) {
            a.params[static_cast<std::size_t>(k)] = {constants.as<float>() + k, 0};
        }
        a.gain = {constants.as<float>() + 4, 0};
        a.bias = {constants.as<float>() + 5, 0};
        a.math = nengine::choose_math(nengine::RealType::float32, 0.05);
        return a;
    }

    nengine::NeuronScanArgs<float> scan() const {
        auto a = args<nengine::NeuronScanArgs<float>>(nengine::NeuronType::lif);
        a.dt = 0.001F;
        a.states[0] = rows(voltage, 1, n);
        a.states[1] = rows(refractory, 1, n);
        a.output = rows(output, steps, n);
        return a;
    }

    double copy_seconds() const {
        return seconds(on, [&](const auto& exec) {
            nengine::copy<std::decay_t<decltype(exec)>, float>(
                exec, rows(input, steps, n), rows(output, steps, n), false);
        });
    }
};

/// Runs `work` and the copy in turn; reports the fastest of each, because other
/// programs on the machine only ever add time.
void measure(benchmark::State& state, const Population& p, double bytes_per_copy,
             const auto& work) {
    double fastest = std::numeric_limits<double>::infinity();
    double fastest_copy = fastest;
    for (auto _ : state) {
        const double t = seconds(p.on, work);
        state.SetIterationTime(t);
        fastest = std::min(fastest, t);
        fastest_copy = std::min(fastest_copy, p.copy_seconds());
    }
    const auto total = static_cast<double>(p.steps * p.n);
    state.counters["ns"] = 1e9 * fastest / total;
    state.counters["copy_ns"] = 1e9 * fastest_copy / total;
    state.counters["time_vs_copy"] = fastest / (fastest_copy * bytes_per_copy);
    state.counters["GB_per_s"] =
        2 * sizeof(float) * bytes_per_copy * total / fastest / 1e9;
    state.SetLabel(p.on.name());
}

bool unavailable(benchmark::State& state) {
    if (state.range(0) == cuda && Device::cuda_count() == 0) {
        state.SkipWithError("no CUDA device");
        return true;
    }
    return false;
}

void lif_scan(benchmark::State& state) {
    if (unavailable(state)) {
        return;
    }
    const Population p(state.range(0), state.range(1), state.range(2));
    const auto args = p.scan();
    measure(state, p, 1, [&](const auto& exec) { nengine::neuron_scan(exec, args); });

    std::vector<float> output(static_cast<std::size_t>(p.n));
    p.on.download(output.data(), p.input.data(), output.size() * sizeof(float));
    p.on.run([&](const auto& exec) { nengine::neuron_scan(exec, args); });
    p.on.download(output.data(), p.output.data(), output.size() * sizeof(float));
    const auto spikes = std::count(output.begin(), output.end(), 1 / 0.001F);
    if (spikes == 0 || spikes == p.n) {
        state.SkipWithError("the neurons do not spike as neurons do");
    }
}

void lif_rate(benchmark::State& state) {
    if (unavailable(state)) {
        return;
    }
    const Population p(state.range(0), state.range(1), state.range(2));
    auto args = p.args<nengine::NeuronRateArgs<float>>(nengine::NeuronType::lif_rate);
    args.output = rows(p.output, p.steps, p.n);
    measure(state, p, 1, [&](const auto& exec) { nengine::neuron_rate(exec, args); });
}

/// Reads currents and gradients, writes gradients: half as many bytes again as a copy.
void lif_rate_gradient(benchmark::State& state) {
    if (unavailable(state)) {
        return;
    }
    Population p(state.range(0), state.range(1), state.range(2));
    p.gradient = p.put(p.steps * p.n, -1, 1);
    auto args =
        p.args<nengine::NeuronRateBackwardArgs<float>>(nengine::NeuronType::lif_rate);
    args.dL_doutput = rows(p.gradient, p.steps, p.n);
    args.dL_dinput = rows(p.output, p.steps, p.n);
    args.dL_dbias = p.dL_dbias.as<float>();
    measure(state, p, 1.5,
            [&](const auto& exec) { nengine::neuron_rate_backward(exec, args); });
}

void sizes(benchmark::internal::Benchmark* b) {
    b->ArgNames({"device", "steps", "neurons"})->UseManualTime();
    for (const Index where : {base_cpu, best_cpu, cuda}) {
        b->Args({where, 32, 4096});     // 1 MiB: second-level cache
        b->Args({where, 1, 131072});    // one step
        b->Args({where, 32, 4 << 20});  // 1 GiB
    }
}

BENCHMARK(lif_scan)->Apply(sizes);
BENCHMARK(lif_rate)->Apply(sizes);
BENCHMARK(lif_rate_gradient)->Apply(sizes);

}  // namespace

BENCHMARK_MAIN();
