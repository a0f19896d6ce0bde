// What does a matrix product cost, from one neuron's decoder to a whole layer?
//
// `of_product`: the flop rate as a share of a large product's, `of_roofline`: the time
// that this rate and a copy's bytes per second leave at least, as a share of the time
// measured; each matrix counts once. `single_tf32`, `single_bf16`: on a GPU, with
// operands rounded to these, the large product's too. `batched`: many small products of
// one shape in one call, as block-diagonal dots need them; `speedup_vs_calls` compares
// with one call for each. All are measured in the same run.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "bench/support/ceilings.hpp"
#include "bench/support/devices.hpp"
#include "bench/support/operands.hpp"
#include "bench/support/timing.hpp"
#include "kernels/gemm.hpp"

namespace {

using namespace nengine;
using namespace nengine::kernels;

/// How far from its exact value an element may be, by the sum of its products' sizes:
/// both factors of a product may be cut off instead of rounded.
double bound_of(GemmMath math) {
    switch (math) {
        case GemmMath::tf32:
            return 2e-3;
        case GemmMath::bf16:
            return 1.6e-2;
        case GemmMath::float32:
            break;
    }
    return 1e-5;
}

/// `count` products x W^T, x [m, k], W [n, k]; the engine's form of a connection.
template <class Real>
struct Products {
    Device on;
    GemmMath math;
    Buffer x, w, y;
    GemmArgs<Real> args;

    /// Opens a device that rounds to `rounding` whatever it multiplies.
    Products(const std::string& device, GemmMath rounding, Index count, Index m,
             Index n, Index k)
        : on(Device::named(device)),
          math(rounding),
          x(bench::random_numbers<Real>(on, count * m * k, -1, 1, 1)),
          w(bench::random_numbers<Real>(on, count * n * k, -1, 1, 2)),
          y(bench::random_numbers<Real>(on, count * m * n, -1, 1, 3)) {
        on.set_gemm_math(math);
        args = {.transpose_b = true,
                .m = m,
                .n = n,
                .k = k,
                .a = x.as<Real>(),
                .lda = k,
                .b = w.as<Real>(),
                .ldb = k,
                .c = y.as<Real>(),
                .ldc = n,
                .count = count,
                .a_stride = m * k,
                .b_stride = n * k,
                .c_stride = m * n};
    }

    double flops() const {
        return 2.0 * static_cast<double>(args.count * args.m * args.n * args.k);
    }
    double bytes() const {
        return static_cast<double>(x.bytes() + w.bytes() + y.bytes());
    }
    double run() const {
        return bench::seconds(on, [&](const auto& exec) { gemm<Real>(exec, args); });
    }
    double run_one_by_one() const {
        return bench::seconds(on, [&](const auto& exec) {
            for (Index g = 0; g < args.count; ++g) {
                GemmArgs<Real> one = args;
                one.count = 1;
                one.a += g * args.a_stride;
                one.b += g * args.b_stride;
                one.c += g * args.c_stride;
                gemm<Real>(exec, one);
            }
        });
    }

    /// Compares some 100 elements from all over with sums in double.
    bool right() const {
        const double bound = bound_of(math);
        const auto a = bench::numbers_of<Real>(on, x),
                   b = bench::numbers_of<Real>(on, w);
        const auto c = bench::numbers_of<Real>(on, y);
        const auto size = static_cast<Index>(c.size());
        for (Index at = 0; at < size; at += std::max<Index>(1, size / 101)) {
            const Index item = at / (args.m * args.n);
            const Index row = at / args.n % args.m, column = at % args.n;
            double sum = 0, magnitude = 0;
            for (Index p = 0; p < args.k; ++p) {
                const double product = static_cast<double>(a[static_cast<std::size_t>(
                                           (item * args.m + row) * args.k + p)]) *
                                       static_cast<double>(b[static_cast<std::size_t>(
                                           (item * args.n + column) * args.k + p)]);
                sum += product;
                magnitude += std::abs(product);
            }
            const auto got = static_cast<double>(c[static_cast<std::size_t>(at)]);
            if (!(std::abs(got - sum) <= bound * magnitude)) {
                return false;
            }
        }
        return true;
    }
};

template <class Real>
void single(benchmark::State& state, GemmMath math, const std::string& device) {
    const Products<Real> products(device, math, 1, state.range(0), state.range(1),
                                  state.range(2));
    bench::Ceilings<Real> ceilings(products.on);  // of the same arithmetic
    products.run();
    double fastest = std::numeric_limits<double>::infinity(), total = 0;
    for (auto _ : state) {
        const double t = products.run();
        state.SetIterationTime(t);
        fastest = std::min(fastest, t);
        total += t * bench::runs_per_timing(products.on);
        ceilings.keep_up_with(total);
    }
    const double least = std::max(products.flops() / ceilings.flops(),
                                  products.bytes() / ceilings.bytes());
    state.counters["GFLOP/s"] = products.flops() / fastest * 1e-9;
    state.counters["of_product"] = products.flops() / fastest / ceilings.flops();
    state.counters["of_roofline"] = least / fastest;
    state.counters["copy_GB/s"] = ceilings.bytes() * 1e-9;
    state.SetLabel(products.on.name());
    if (!products.right()) {
        state.SkipWithError("wrong product");
    }
}

void batched(benchmark::State& state, const std::string& device) {
    const Products<float> products(device, GemmMath::float32, state.range(0),
                                   state.range(1), state.range(2), state.range(3));
    products.run();
    double fastest = std::numeric_limits<double>::infinity(), fastest_calls = fastest;
    for (auto _ : state) {
        fastest_calls = std::min(fastest_calls, products.run_one_by_one());
        const double t = products.run();
        state.SetIterationTime(t);
        fastest = std::min(fastest, t);
    }
    state.counters["ns_per_product"] =
        fastest / static_cast<double>(products.args.count) * 1e9;
    state.counters["GFLOP/s"] = products.flops() / fastest * 1e-9;
    state.counters["speedup_vs_calls"] = fastest_calls / fastest;
    state.SetLabel(products.on.name());
    if (!products.right()) {
        state.SkipWithError("wrong product");
    }
}

void single_sizes(auto* benchmark, const std::string& device) {
    benchmark->ArgNames({"m", "n", "k"});
    std::vector<std::vector<std::int64_t>> sizes{
        {1, 64, 1},      {1, 1024, 1024},  {5, 1024, 1024}, {64, 64, 64},
        {200, 10, 3200}, {6000, 10, 3200}, {256, 256, 256}, {1024, 1024, 1024}};
    if (device != "cpu") {
        sizes.insert(sizes.end(),
                     {{200, 4096, 4096}, {4096, 4096, 4096}, {8192, 8192, 8192}});
    }
    for (const auto& size : sizes) {
        benchmark->Args(size);
    }
}

void batched_sizes(auto* benchmark, const std::string&) {
    benchmark->ArgNames({"count", "m", "n", "k"})
        ->ArgsProduct({{64, 4096}, {1, 5}, {64}, {1, 16}})
        ->ArgsProduct({{64, 4096}, {1, 5}, {1, 16}, {64}})
        ->ArgsProduct({{64}, {200}, {64}, {1, 16, 64}});
}

template <class Real>
void add_single(const std::vector<std::string>& devices, const std::string& name,
                GemmMath math) {
    bench::register_on(
        devices, name,
        [=](benchmark::State& state, const std::string& device) {
            single<Real>(state, math, device);
        },
        [](auto* benchmark, const std::string& device) {
            single_sizes(benchmark, device);
        });
}

const bool registered = [] {
    const auto devices = bench::devices(), rounding = bench::rounding_devices();
    add_single<float>(devices, "single<float>", GemmMath::float32);
    add_single<float>(rounding, "single_tf32", GemmMath::tf32);
    add_single<float>(rounding, "single_bf16", GemmMath::bf16);
    add_single<double>(devices, "single<double>", GemmMath::float32);
    bench::register_on(devices, "batched", batched,
                       [](auto* benchmark, const std::string& device) {
                           batched_sizes(benchmark, device);
                       });
    return true;
}();

}  // namespace

BENCHMARK_MAIN();
