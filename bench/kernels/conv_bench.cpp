// How fast are the convolutions of the spiking network, beside what the device reaches
// at best in the same minutes?
//
// `of_product`: the flop rate as a share of a large product's. `of_roofline`: the time
// that the product's flop rate and a copy's bytes per second leave at least, as a share
// of the time measured; each operand counts once. `_tf32`: on a GPU, with operands
// rounded to tf32, the large product's too.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "bench/support/ceilings.hpp"
#include "bench/support/devices.hpp"
#include "bench/support/operands.hpp"
#include "bench/support/timing.hpp"
#include "kernels/conv.hpp"

namespace {

using namespace nengine;
using namespace nengine::kernels;

Conv2DShape layer(Index number, Index images) {
    switch (number) {
        case 1:
            return {.images = images,
                    .in_h = 28,
                    .in_w = 28,
                    .in_c = 1,
                    .out_h = 26,
                    .out_w = 26,
                    .out_c = 32,
                    .k_h = 3,
                    .k_w = 3};
        case 2:
            return {.images = images,
                    .in_h = 26,
                    .in_w = 26,
                    .in_c = 32,
                    .out_h = 12,
                    .out_w = 12,
                    .out_c = 64,
                    .k_h = 3,
                    .k_w = 3,
                    .stride_h = 2,
                    .stride_w = 2};
        default:
            return {.images = images,
                    .in_h = 12,
                    .in_w = 12,
                    .in_c = 64,
                    .out_h = 5,
                    .out_w = 5,
                    .out_c = 128,
                    .k_h = 3,
                    .k_w = 3,
                    .stride_h = 2,
                    .stride_w = 2};
    }
}

enum class Pass { forward, backward_data, backward_filter };

double dot(const std::vector<float>& a, const std::vector<float>& b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

/// x, w and y (or its gradient), and where each pass writes.
struct Operands {
    Device on;
    ConvShape s;
    Buffer x, w, bias, y;
    Buffer new_y, new_x, new_w, new_bias;

    Operands(const Device& device, const Conv2DShape& shape)
        : on(device),
          s(shape),
          x(random_numbers(s.images * s.x_size(), 1)),
          w(random_numbers(s.w_size(), 2)),
          bias(random_numbers(s.out_c, 3)),
          y(random_numbers(s.images * s.y_size(), 4)),
          new_y(random_numbers(s.images * s.y_size(), 5)),
          new_x(random_numbers(s.images * s.x_size(), 6)),
          new_w(random_numbers(s.w_size(), 7)),
          new_bias(random_numbers(s.out_c, 8)) {}

    Buffer random_numbers(Index count, unsigned seed) const {
        return bench::random_numbers<float>(on, count, -1, 1, seed);
    }

    void run(const auto& exec, Pass pass, const float* added) const {
        const Conv2DShape& plane = s;
        if (pass == Pass::forward) {
            conv2d_forward(exec, plane, x.as<float>(), w.as<float>(), added,
                           new_y.as<float>(), false);
        } else if (pass == Pass::backward_data) {
            conv2d_backward_data(exec, plane, y.as<float>(), w.as<float>(),
                                 new_x.as<float>(), false);
        } else {
            conv2d_backward_filter(exec, plane, x.as<float>(), y.as<float>(),
                                   new_w.as<float>(), new_bias.as<float>(), false);
        }
    }

    /// The three passes are one trilinear form of x, w and y, seen from another side:
    /// whether two of them find the same number, within `bound` of its size.
    bool agree(double bound) const {
        for (const Pass pass :
             {Pass::forward, Pass::backward_data, Pass::backward_filter}) {
            on.run([&](const auto& exec) { run(exec, pass, nullptr); });
        }
        const auto all = [&](const Buffer& buffer) {
            return bench::numbers_of<float>(on, buffer);
        };
        const auto to = all(y), made = all(new_y);
        const double form = dot(to, made);
        const double size = std::sqrt(dot(to, to) * dot(made, made));
        return std::abs(dot(all(x), all(new_x)) - form) < bound * size &&
               std::abs(dot(all(w), all(new_w)) - form) < bound * size;
    }

    double flops() const {
        return 2.0 * static_cast<double>(s.images * s.y_size() * s.k_h * s.k_w *
                                         s.in_c / s.groups);
    }
    double bytes() const {
        return sizeof(float) *
               static_cast<double>(s.images * (s.x_size() + s.y_size()) + s.w_size());
    }
};

void conv(benchmark::State& state, Pass pass, GemmMath math,
          const std::string& device) {
    const Device on = Device::named(device);
    on.set_gemm_math(math);
    const Operands operands(on, layer(state.range(0), state.range(1)));
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
