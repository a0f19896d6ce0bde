// What does a matrix product cost, from one neuron's decoder to a whole layer?
//
// `batched`: many small products of one shape in one call, as block-diagonal dots need
// them; `speedup_vs_calls` compares with one call for each, in the same run.
#include <benchmark/benchmark.h>
#include <omp.h>

#include <algorithm>
#include <chrono>
#include <vector>

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

/// `count` products x W^T, x [m, k], W [n, k]; the engine's form of a connection.
template <class Real>
struct Products {
    std::vector<Real> x, w, y;
    GemmArgs<Real> args;

    Products(Index count, Index m, Index n, Index k)
        : x(static_cast<std::size_t>(count * m * k), Real{0.5}),
          w(static_cast<std::size_t>(count * n * k), Real{0.25}),
          y(static_cast<std::size_t>(count * m * n)) {
        args = {.transpose_b = true,
                .m = m,
                .n = n,
                .k = k,
                .a = x.data(),
                .lda = k,
                .b = w.data(),
                .ldb = k,
                .c = y.data(),
                .ldc = n,
                .count = count,
                .a_stride = m * k,
                .b_stride = n * k,
                .c_stride = m * n};
    }

    double flops() const {
        return 2.0 * static_cast<double>(args.count * args.m * args.n * args.k);
    }
    void run() { gemm(all_threads(), args); }
    void run_one_by_one() {
        for (Index g = 0; g < args.count; ++g) {
            GemmArgs<Real> one = args;
            one.count = 1;
            one.a += g * args.a_stride;
            one.b += g * args.b_stride;
            one.c += g * args.c_stride;
            gemm(all_threads(), one);
        }
    }
    bool right() const {
        const auto want = static_cast<Real>(args.k) / 8;
        return std::ranges::all_of(y, [&](Real v) { return v == want; });
    }
};

template <class Real>
void single(benchmark::State& state) {
    Products<Real> products(1, state.range(0), state.range(1), state.range(2));
    products.run();
    double fastest = 1e9;
    for (auto _ : state) {
        const double t = seconds([&] { products.run(); });
        state.SetIterationTime(t);
        fastest = std::min(fastest, t);
    }
    if (!products.right()) {
        state.SkipWithError("wrong product");
    }
    state.counters["GFLOP/s"] = products.flops() / fastest * 1e-9;
}

void batched(benchmark::State& state) {
    Products<float> products(state.range(0), state.range(1), state.range(2),
                             state.range(3));
    products.run();
    double fastest = 1e9, fastest_calls = 1e9;
    for (auto _ : state) {
        fastest_calls =
            std::min(fastest_calls, seconds([&] { products.run_one_by_one(); }));
        const double t = seconds([&] { products.run(); });
        state.SetIterationTime(t);
        fastest = std::min(fastest, t);
    }
    if (!products.right()) {
        state.SkipWithError("wrong product");
    }
    state.counters["ns_per_product"] =
        fastest / static_cast<double>(products.args.count) * 1e9;
    state.counters["GFLOP/s"] = products.flops() / fastest * 1e-9;
    state.counters["speedup_vs_calls"] = fastest_calls / fastest;
}

void sizes(benchmark::internal::Benchmark* bench) {
    bench->ArgNames({"m", "n", "k"})->UseManualTime();
    for (const auto& size : {std::vector<std::int64_t>{1, 64, 1},
                             {1, 1024, 1024},
                             {5, 1024, 1024},
                             {64, 64, 64},
                             {200, 10, 3200},
                             {6000, 10, 3200},
                             {256, 256, 256},
                             {1024, 1024, 1024}}) {
        bench->Args(size);
    }
}

BENCHMARK_TEMPLATE(single, float)->Apply(sizes);
BENCHMARK_TEMPLATE(single, double)->Apply(sizes);
BENCHMARK(batched)
    ->ArgNames({"count", "m", "n", "k"})
    ->ArgsProduct({{64, 4096}, {1, 5}, {64}, {1, 16}})
    ->ArgsProduct({{64, 4096}, {1, 5}, {1, 16}, {64}})
    ->ArgsProduct({{64}, {200}, {64}, {1, 16, 64}})
    ->UseManualTime();

}  // namespace

BENCHMARK_MAIN();
