// Synaptic filters over time, [steps, channels] in one call: ns per channel-step, and
// the time of a copy of the same bytes, measured in the same loop. `order` 1 is a
// lowpass, 2 an alpha synapse, others a general state space; `backward` is the adjoint.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "bench/support/devices.hpp"
#include "bench/support/timing.hpp"
#include "kernels/base/device.hpp"
#include "kernels/filter_scan.hpp"

namespace {

using nengine::Index;
using nengine::bench::seconds;
using nengine::kernels::Block;
using nengine::kernels::Buffer;
using nengine::kernels::Device;
using nengine::kernels::FilterForm;

Buffer put(const Device& on, Index count, float value) {
    const std::vector<float> values(static_cast<std::size_t>(count), value);
    Buffer buffer = on.allocate(values.size() * sizeof(float), "bench");
    on.upload(buffer.data(), values.data(), buffer.bytes());
    return buffer;
}

Block<float> rows(const Buffer& buffer, Index steps, Index n) {
    return {buffer.as<float>(), steps, 1, 1, n, n, n, n, 1};
}

/// A stable filter: A = 0.9 / order everywhere, B = C = 0.1.
std::vector<float> coefficients(Index order) {
    if (order == 1) {
        return {0.9F, 0.1F};
    }
    std::vector<float> k(static_cast<std::size_t>(order * order),
                         0.9F / static_cast<float>(order));
    k.insert(k.end(), static_cast<std::size_t>(2 * order), 0.1F);
    return k;
}

/// Runs `work` and a copy of as many bytes in turn; reports the fastest of each,
/// because other programs on the machine only ever add time.
void measure(benchmark::State& state, const Device& on, const Buffer& from,
             const Buffer& to, const auto& work) {
    double fastest = std::numeric_limits<double>::infinity();
    double fastest_copy = fastest;
    for (auto _ : state) {
        const double t = seconds(on, work);
        state.SetIterationTime(t);
        fastest = std::min(fastest, t);
        fastest_copy =
            std::min(fastest_copy,
                     seconds(on, [&] { on.copy(to.data(), from.data(), to.bytes()); }));
    }
    const double total = static_cast<double>(to.bytes()) / sizeof(float);
    state.counters["ns"] = 1e9 * fastest / total;
    state.counters["copy_ns"] = 1e9 * fastest_copy / total;
    state.counters["time_vs_copy"] = fastest / fastest_copy;
    state.counters["GB_per_s"] = 2 * sizeof(float) * total / fastest / 1e9;
    state.SetLabel(on.name());
}

void filter_scan(benchmark::State& state, const std::string& device) {
    const Device on = Device::named(device);
    const Index order = state.range(0), steps = state.range(1), n = state.range(2);
    const bool backward = state.range(3) == 1;
    const Buffer from = put(on, steps * n, 0.5F), to = put(on, steps * n, 0.0F);
    const Buffer x = put(on, order * n, 0.0F);
    const auto values = coefficients(order);
    const Buffer k = on.allocate(values.size() * sizeof(float), "bench");
    on.upload(k.data(), values.data(), k.bytes());
    const Block<float> memory{x.as<float>(), 1, 1, order, n, 0, 0, n, 1};
    const auto form = order == 1 ? FilterForm::first_order : FilterForm::state_first;
    nengine::kernels::FilterScanArgs<nengine::kernels::Bound<float>> forward{
        form,
        order,
        {k.as<float>(), 1, 0},
        rows(from, steps, n),
        memory,
        rows(to, steps, n)};
    nengine::kernels::FilterBackwardArgs<nengine::kernels::Bound<float>> adjoint{
        form,
        order,
        {k.as<float>(), 1, 0},
        rows(from, steps, n),
        memory,
        rows(to, steps, n),
        false};
    const auto work = [&](const auto& exec) {
        backward ? nengine::kernels::filter_scan_backward(exec, adjoint)
                 : nengine::kernels::filter_scan(exec, forward);
    };
    measure(state, on, from, to, work);
    on.run(work);  // over what the copy wrote
    float last = 0;
    on.download(&last, to.as<float>() + (steps * n - 1), sizeof last);
    if (!std::isfinite(last) || last == 0.0F) {
        state.SkipWithError("the filter's output is not that of a stable filter");
    }
}

const bool registered = [] {
    nengine::bench::register_on(
        nengine::bench::devices(), "filter_scan", filter_scan,
        [](auto* benchmark, const std::string&) {
            benchmark->ArgNames({"order", "steps", "channels", "backward"})
                ->ArgsProduct({{1, 2, 4, 8}, {32}, {4096, 1 << 20}, {0, 1}});
        });
    return true;
}();

}  // namespace

BENCHMARK_MAIN();
