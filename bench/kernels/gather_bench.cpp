// Elements chosen by computed numbers and their gradient, running sums, softmax and its
// gradient: ns per element that is gathered, added or written, beside a copy of as many
// numbers, measured in the same loop. `rows` of `inner` numbers lie along the axis, of
// which `k` are named.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "bench/support/devices.hpp"
#include "bench/support/operands.hpp"
#include "bench/support/timing.hpp"
#include "kernels/cumulative_sum.hpp"
#include "kernels/gather_scatter.hpp"
#include "kernels/softmax.hpp"

namespace {

using nengine::Index;
using nengine::bench::random_numbers;
using nengine::bench::seconds;
using nengine::kernels::Bound;
using nengine::kernels::Buffer;
using nengine::kernels::Device;
using nengine::kernels::View;

template <class Real>
View<Real> matrix(Real* data, Index rows, Index row_stride, Index cols,
                  Index col_stride) {
    View<Real> view{.data = data};
    view.item[4] = {rows, row_stride};
    view.item[5] = {cols, col_stride};
    return view;
}

/// Runs a kernel and a copy in turn; the fastest of each counts, because other programs
/// on the machine only ever add time.
void compare(benchmark::State& state, const Device& on, Index elements,
             const auto& kernel) {
    const Buffer from = random_numbers<float>(on, elements, -1, 1),
                 to = random_numbers<float>(on, elements, -1, 1);
    const int calls = on.is_cuda() ? 1 : static_cast<int>(1000000 / elements + 1);
    double fastest = std::numeric_limits<double>::infinity(), copy = fastest;
    for (auto _ : state) {
        const auto of = [&](const auto& work) {
            return seconds(on,
                           [&] {
                               for (int i = 0; i < calls; ++i) {
                                   work();
                               }
                           }) /
                   calls;
        };
        const double t = of([&] { on.run(kernel); });
        state.SetIterationTime(t * calls);
        fastest = std::min(fastest, t);
        copy = std::min(copy, of([&] { on.copy(to.data(), from.data(), to.bytes()); }));
    }
    state.counters["ns"] = 1e9 * fastest / static_cast<double>(elements);
    state.counters["copy_ns"] = 1e9 * copy / static_cast<double>(elements);
    state.SetLabel(on.name());
}

Device open(const std::string& device) {
    return device == "cpu" ? Device::cpu(1) : Device::named(device);
}

/// A table's rows and the numbers that name them.
struct Rows {
    Index n, k, inner;
    Buffer table, numbers, chosen;

    Rows(const Device& on, const benchmark::State& state)
        : n(state.range(0)),
          k(state.range(1)),
          inner(state.range(2)),
          table(random_numbers<float>(on, n * inner, -1, 1)),
          numbers(random_numbers<float>(on, k, 0, static_cast<double>(n) - 1)),
          chosen(random_numbers<float>(on, k * inner, -1, 1)) {}

    View<const float> index() const {
        return matrix(numbers.as<const float>(), k, 1, inner, 0);
    }
};

void gather(benchmark::State& state, const std::string& device) {
    const Device on = open(device);
    const Rows rows(on, state);
    compare(state, on, rows.k * rows.inner, [&](const auto& exec) {
        gather(exec,
               nengine::kernels::GatherArgs<Bound<float>>{
                   matrix(rows.table.as<const float>(), rows.k, 0, rows.inner, 1),
                   rows.index(),
                   matrix(rows.chosen.as<float>(), rows.k, rows.inner, rows.inner, 1),
                   {rows.n, rows.inner},
                   false});
    });
}

void scatter_add(benchmark::State& state, const std::string& device) {
    const Device on = open(device);
    const Rows rows(on, state);
    compare(state, on, rows.k * rows.inner, [&](const auto& exec) {
        scatter_add(exec, nengine::kernels::ScatterAddArgs<Bound<float>>{
                              matrix(rows.chosen.as<const float>(), rows.k, rows.inner,
                                     rows.inner, 1),
                              rows.index(),
                              matrix(rows.table.as<float>(), 1, 0, rows.inner, 1),
                              {rows.n, rows.inner},
                              true});
    });
}

/// Along the rows or the columns of a matrix.
void cumulative_sum(benchmark::State& state, const std::string& device) {
    const Device on = open(device);
    const Index rows = state.range(0), cols = state.range(1);
    const Buffer x = random_numbers<float>(on, rows * cols, -1, 1),
                 y = random_numbers<float>(on, rows * cols, -1, 1);
    compare(state, on, rows * cols, [&](const auto& exec) {
        cumulative_sum(exec, nengine::kernels::CumulativeSumArgs<Bound<float>>{
                                 matrix(x.as<const float>(), rows, cols, cols, 1),
                                 matrix(y.as<float>(), rows, cols, cols, 1),
                                 static_cast<int>(state.range(2))});
    });
}

/// Along the rows of a matrix.
void softmax(benchmark::State& state, const std::string& device) {
    const Device on = open(device);
    const Index rows = state.range(0), cols = state.range(1);
    const Buffer x = random_numbers<float>(on, rows * cols, -1, 1),
                 y = random_numbers<float>(on, rows * cols, -1, 1);
    compare(state, on, rows * cols, [&](const auto& exec) {
        softmax(exec, nengine::kernels::SoftmaxArgs<Bound<float>>{
                          matrix(x.as<const float>(), rows, cols, cols, 1),
                          matrix(y.as<float>(), rows, cols, cols, 1), 5});
    });
}

void softmax_gradient(benchmark::State& state, const std::string& device) {
    const Device on = open(device);
    const Index rows = state.range(0), cols = state.range(1);
    const Buffer x = random_numbers<float>(on, rows * cols, -1, 1),
                 dy = random_numbers<float>(on, rows * cols, -1, 1),
                 dx = random_numbers<float>(on, rows * cols, -1, 1);
    compare(state, on, rows * cols, [&](const auto& exec) {
        softmax_gradient(exec, nengine::kernels::SoftmaxGradientArgs<Bound<float>>{
                                   matrix(x.as<const float>(), rows, cols, cols, 1),
                                   matrix(dy.as<const float>(), rows, cols, cols, 1),
                                   matrix(dx.as<float>(), rows, cols, cols, 1), 5});
    });
}

const bool registered = [] {
    const auto devices = nengine::bench::devices();
    const auto rows = [](auto* benchmark, const std::string&) {
        benchmark->ArgNames({"rows", "k", "inner"});
        for (const auto& args :
             std::vector<std::vector<std::int64_t>>{{10000, 100, 64},
                                                    {10000, 100000, 64},
                                                    {100, 100000, 64},
                                                    {100, 100000, 1},
                                                    {1000, 10000, 7}}) {
            benchmark->Args(args);
        }
    };
    nengine::bench::register_on(devices, "gather", gather, rows);
    nengine::bench::register_on(devices, "scatter_add", scatter_add, rows);
    nengine::bench::register_on(devices, "cumulative_sum", cumulative_sum,
                                [](auto* benchmark, const std::string&) {
                                    benchmark->ArgNames({"rows", "cols", "axis"})
                                        ->ArgsProduct({{64, 1024}, {64, 1024}, {4, 5}});
                                });
    const auto lines = [](auto* benchmark, const std::string&) {
        benchmark->ArgNames({"rows", "cols"});
        for (const std::int64_t cols : {10, 16, 128, 1000}) {
            benchmark->Args({(std::int64_t{1} << 18) / cols, cols});
        }
    };
    nengine::bench::register_on(devices, "softmax", softmax, lines);
    nengine::bench::register_on(devices, "softmax_gradient", softmax_gradient, lines);
    return true;
}();

}  // namespace

BENCHMARK_MAIN();
