// How fast are the convolutions of the spiking network, beside what the device reaches
// at best in the same minutes?
//
// `of_product`: the flop rate as a share of a large product's. `of_roofline`: the time
// that the product's flop rate and a copy's bytes per second leave at least, as a share
// of the time measured; each operand counts once. `_tf32`: on a GPU, with operands
// rounded to tf32, the large product's too.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "bench/support/ceilings.hpp"
#include "bench/support/convolutions.hpp"
#include "bench/support/devices.hpp"
#include "bench/support/timing.hpp"

namespace {

using namespace nengine;
using namespace nengine::kernels;
using bench::Pass;

void conv(benchmark::State& state, Pass pass, GemmMath math,
          const std::string& device) {
    const Device on = Device::named(device);
    on.set_gemm_math(math);
    const bench::Convolution operands(
        on, bench::main_job_layer(state.range(0), state.range(1)));
    bench::Ceilings<float> ceilings(on);  // of the same arithmetic
    const auto work = [&](const auto& exec) {
        operands.run(exec, pass, operands.bias.as<float>());
    };
    operands.on.run(work);
    double fastest = std::numeric_limits<double>::infinity(), total = 0;
    for (auto _ : state) {
        const double t = bench::seconds(operands.on, work);
        state.SetIterationTime(t);
        fastest = std::min(fastest, t);
        total += t * bench::runs_per_timing(operands.on);
        ceilings.keep_up_with(total);
    }
    const double flops = operands.flops(), bytes = operands.bytes();
    const double least = std::max(flops / ceilings.flops(), bytes / ceilings.bytes());
    state.counters["GFLOP/s"] = flops / fastest * 1e-9;
    state.counters["of_product"] = flops / fastest / ceilings.flops();
    state.counters["of_roofline"] = least / fastest;
    state.counters["us_per_image"] =
        fastest / static_cast<double>(operands.s.images) * 1e6;
    state.SetLabel(operands.on.name());
    if (!operands.agree(math == GemmMath::float32 ? 1e-4 : 2e-3)) {
        state.SkipWithError("the passes do not belong to one convolution");
    }
}

void add(const std::vector<std::string>& devices, const std::string& name, Pass pass,
         GemmMath math, const std::vector<std::int64_t>& layers) {
    bench::register_on(
        devices, name,
        [=](benchmark::State& state, const std::string& device) {
            conv(state, pass, math, device);
        },
        [&](auto* benchmark, const std::string& device) {
            // A minibatch, and on a GPU the images that one call of the spiking test
            // gets.
            const auto images = device == "cpu"
                                    ? std::vector<std::int64_t>{16, 200, 330}
                                    : std::vector<std::int64_t>{200, 6000};
            benchmark->ArgNames({"layer", "images"})->ArgsProduct({layers, images});
        });
}

void add(const std::string& name, Pass pass, const std::vector<std::int64_t>& layers) {
    add(bench::devices(), name, pass, GemmMath::float32, layers);
    add(bench::rounding_devices(), name + "_tf32", pass, GemmMath::tf32, layers);
}

const bool registered = [] {
    add("conv_forward", Pass::forward, {1, 2, 3});
    // The first layer reads data, whose gradient nobody asks for.
    add("conv_backward_data", Pass::backward_data, {2, 3});
    add("conv_backward_filter", Pass::backward_filter, {1, 2, 3});
    return true;
}();

}  // namespace

BENCHMARK_MAIN();
