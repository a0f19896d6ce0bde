// LIF neurons over time, [steps, neurons] in one call: ns per neuron-step, and the time
// of a copy of the same bytes, measured in the same loop. In cache it is arithmetic
// that counts, over 1 GiB memory. The rate curve and its gradient are measured beside
// it.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "bench/support/devices.hpp"
#include "bench/support/operands.hpp"
#include "bench/support/timing.hpp"
#include "kernels/base/device.hpp"
#include "kernels/base/dtype.hpp"
#include "kernels/neuron_scan.hpp"

namespace {

using nengine::Index;
using nengine::kernels::Block;
using nengine::kernels::Buffer;
using nengine::kernels::Device;

using nengine::bench::seconds;

/// By the name of a backend: of the CPU's two, "cpu" is the best.
Device open(const std::string& name) {
    return name == "cpu_avx2" ? Device::cpu(0, Device::Isa::avx2) : Device::named(name);
}

Block<float> rows(const Buffer& buffer, Index steps, Index n) {
    return {buffer.as<float>(), steps, 1, 1, n, n, n, n, 1};
}

/// Currents, states and parameters of n neurons over some steps.
struct Population {
    Device on;
    Index steps, n;
    Buffer input, output, gradient, voltage, refractory, constants, dL_dbias;

    Population(const std::string& device, Index t, Index neurons)
        : on(open(device)),
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
        return nengine::bench::random_numbers<float>(on, count, low, high);
    }

    template <class Args>
    Args args(nengine::kernels::NeuronType type) const {
        Args a;
        a.type = type;
        a.input = rows(input, steps, n);
        for (int k = 0; k < nengine::kernels::neuron_info(type).n_params; ++k) {
            a.params[static_cast<std::size_t>(k)] = {constants.as<float>() + k, 0};
        }
        a.gain = {constants.as<float>() + 4, 0};
        a.bias = {constants.as<float>() + 5, 0};
        a.math = nengine::kernels::choose_math(nengine::DType::float32, 0.05);
        return a;
    }

    nengine::kernels::NeuronScanArgs<nengine::kernels::Bound<float>> scan() const {
        auto a = args<nengine::kernels::NeuronScanArgs<nengine::kernels::Bound<float>>>(
            nengine::kernels::neuron_type("LIF"));
        a.dt = 0.001F;
        a.states[0] = rows(voltage, 1, n);
        a.states[1] = rows(refractory, 1, n);
        a.output = rows(output, steps, n);
        return a;
    }

    double copy_seconds() const {
        return seconds(on,
                       [&] { on.copy(output.data(), input.data(), output.bytes()); });
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

void lif_scan(benchmark::State& state, const std::string& device) {
    const Population p(device, state.range(0), state.range(1));
    const auto args = p.scan();
    measure(state, p, 1,
            [&](const auto& exec) { nengine::kernels::neuron_scan(exec, args); });

    std::vector<float> output(static_cast<std::size_t>(p.n));
    p.on.run([&](const auto& exec) { nengine::kernels::neuron_scan(exec, args); });
    p.on.download(output.data(), p.output.data(), output.size() * sizeof(float));
    const auto spikes = std::count(output.begin(), output.end(), 1 / 0.001F);
    if (spikes == 0 || spikes == p.n) {
        state.SkipWithError("the neurons do not spike as neurons do");
    }
}

void lif_rate(benchmark::State& state, const std::string& device) {
    const Population p(device, state.range(0), state.range(1));
    auto args =
        p.args<nengine::kernels::NeuronRateArgs<nengine::kernels::Bound<float>>>(
            nengine::kernels::neuron_type("LIFRate"));
    args.output = rows(p.output, p.steps, p.n);
    measure(state, p, 1,
            [&](const auto& exec) { nengine::kernels::neuron_rate(exec, args); });
}

/// Reads currents and gradients, writes gradients: half as many bytes again as a copy.
void lif_rate_gradient(benchmark::State& state, const std::string& device) {
    Population p(device, state.range(0), state.range(1));
    p.gradient = p.put(p.steps * p.n, -1, 1);
    auto args = p.args<
        nengine::kernels::NeuronRateBackwardArgs<nengine::kernels::Bound<float>>>(
        nengine::kernels::neuron_type("LIFRate"));
    args.dL_doutput = rows(p.gradient, p.steps, p.n);
    args.dL_dinput = rows(p.output, p.steps, p.n);
    args.dL_dbias = p.dL_dbias.as<float>();
    measure(state, p, 1.5, [&](const auto& exec) {
        nengine::kernels::neuron_rate_backward(exec, args);
    });
}

const bool registered = [] {
    auto devices = nengine::bench::devices();
    devices.insert(devices.begin(), "cpu_avx2");
    const auto sizes = [](auto* benchmark, const std::string&) {
        benchmark->ArgNames({"steps", "neurons"})
            ->Args({32, 4096})      // 1 MiB: second-level cache
            ->Args({1, 131072})     // one step
            ->Args({32, 4 << 20});  // 1 GiB
    };
    nengine::bench::register_on(devices, "lif_scan", lif_scan, sizes);
    nengine::bench::register_on(devices, "lif_rate", lif_rate, sizes);
    nengine::bench::register_on(devices, "lif_rate_gradient", lif_rate_gradient, sizes);
    return true;
}();

}  // namespace

BENCHMARK_MAIN();
