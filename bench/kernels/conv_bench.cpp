// How fast are the convolutions of the spiking network, beside a large matrix product?
//
// `of_gemm` is the flop rate as a share of what a 512^3 product reaches in the same
// minutes, measured in between.
#include <benchmark/benchmark.h>
#include <omp.h>

#include <chrono>
#include <vector>

#include "kernels/conv.hpp"
#include "kernels/gemm.hpp"

namespace {

using namespace nengine;
using Clock = std::chrono::steady_clock;

double seconds(auto&& work) {
    const auto start = Clock::now();
    work();
    return std::chrono::duration<double>(Clock::now() - start).count();
}

CpuExec all_threads() {
    return {omp_get_max_threads()};
}

std::size_t at(Index i) {
    return static_cast<std::size_t>(i);
}

/// A large product of the same type, to measure what the machine gives right now.
struct Yardstick {
    static constexpr Index n = 512;
    static constexpr double flops = 2.0 * n * n * n;
    std::vector<float> a = std::vector<float>(at(n * n), 0.5f), b = a, c = a;

    void run() {
        gemm(all_threads(), GemmArgs<float>{.m = n,
                                            .n = n,
                                            .k = n,
                                            .a = a.data(),
                                            .lda = n,
                                            .b = b.data(),
                                            .ldb = n,
                                            .c = c.data(),
                                            .ldc = n});
    }
};

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

struct Operands {
    std::vector<float> x, w, bias, y;

    explicit Operands(const Conv2DShape& s)
        : x(at(s.images * s.in_h * s.in_w * s.in_c), 0.25f),
          w(at(s.k_h * s.k_w * s.in_c * s.out_c), 0.125f),
          bias(at(s.out_c), 1.0f),
          y(at(s.images * s.out_h * s.out_w * s.out_c), 0.5f) {}

    void run(Pass pass, const Conv2DShape& s) {
        const CpuExec exec = all_threads();
        if (pass == Pass::forward) {
            conv2d_forward(exec, s, x.data(), w.data(), bias.data(), y.data(), false);
        } else if (pass == Pass::backward_data) {
            conv2d_backward_data(exec, s, y.data(), w.data(), x.data(), false);
        } else {
            conv2d_backward_filter(exec, s, x.data(), y.data(), w.data(), bias.data(),
                                   false);
        }
    }
};

void conv(benchmark::State& state, Pass pass) {
    const Conv2DShape s = layer(state.range(0), state.range(1));
    const double flops = 2.0 * static_cast<double>(s.images * s.out_h * s.out_w *
                                                   s.out_c * s.k_h * s.k_w * s.in_c);
    Operands operands(s);
    Yardstick yardstick;
    operands.run(pass, s);
    yardstick.run();
    double fastest = 1e9, fastest_gemm = 1e9;
    for (auto _ : state) {
        fastest_gemm = std::min(fastest_gemm, seconds([&] { yardstick.run(); }));
        const double t = seconds([&] { operands.run(pass, s); });
        state.SetIterationTime(t);
        fastest = std::min(fastest, t);
    }
    state.counters["GFLOP/s"] = flops / fastest * 1e-9;
    state.counters["of_gemm"] = flops / fastest / (Yardstick::flops / fastest_gemm);
    state.counters["us_per_image"] = fastest / static_cast<double>(s.images) * 1e6;
}

void layers(benchmark::internal::Benchmark* bench) {
    bench->ArgNames({"layer", "images"})
        ->ArgsProduct({{1, 2, 3}, {16, 200, 330}})
        ->UseManualTime();
}

BENCHMARK_CAPTURE(conv, forward, Pass::forward)->Apply(layers);
// The first layer reads data, whose gradient nobody asks for.
BENCHMARK_CAPTURE(conv, backward_data, Pass::backward_data)
    ->ArgNames({"layer", "images"})
    ->ArgsProduct({{2, 3}, {16, 200, 330}})
    ->UseManualTime();
BENCHMARK_CAPTURE(conv, backward_filter, Pass::backward_filter)->Apply(layers);

}  // namespace

BENCHMARK_MAIN();
