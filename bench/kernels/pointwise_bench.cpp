// Pointwise programs: ns per element interpreted, beside the same function as one loop
// that the compiler has fused, and beside a loop per operation, all on one thread and
// measured in turn. In the first-level cache (4096 elements), the second-level one and
// memory. On other devices the interpreter alone, and a copy of what it reads and
// writes.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "bench/support/devices.hpp"
#include "bench/support/operands.hpp"
#include "bench/support/timing.hpp"
#include "engine/program/pointwise_graph.hpp"
#include "kernels/pointwise.hpp"
#include "kernels/pointwise/math.hpp"

namespace {

using nengine::Index;
using nengine::bench::seconds;
using nengine::engine::PointwiseGraph;
using nengine::engine::PointwiseValue;
using nengine::kernels::Bound;
using nengine::kernels::Buffer;
using nengine::kernels::Device;
using nengine::kernels::PointwiseArgs;
using nengine::kernels::PointwiseProgram;
using Math = nengine::kernels::PointwiseMath<float>;

// ----- loops; as wide as the processor is

using Columns = float* const*;

#if defined(__x86_64__) && defined(__clang__)
#define NENGINE_WIDE __attribute__((noinline, target("arch=x86-64-v4")))
#elif defined(__x86_64__)
#define NENGINE_WIDE \
    __attribute__((noinline, target("arch=x86-64-v4,prefer-vector-width=512")))
#else
#define NENGINE_WIDE __attribute__((noinline))
#endif
#if defined(__x86_64__)
bool is_wide() {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl");
}
#else
bool is_wide() {
    return false;
}
#endif

/// A loop over n elements of the columns `x`, in two widths: name(x, n).
#define NENGINE_LOOP(name, statement)                                  \
    NENGINE_WIDE void name##_wide(Columns x, Index n) {                \
        _Pragma("omp simd") for (Index j = 0; j < n; ++j) {            \
            statement;                                                 \
        }                                                              \
    }                                                                  \
    __attribute__((noinline)) void name##_narrow(Columns x, Index n) { \
        _Pragma("omp simd") for (Index j = 0; j < n; ++j) {            \
            statement;                                                 \
        }                                                              \
    }                                                                  \
    void name(Columns x, Index n) {                                    \
        is_wide() ? name##_wide(x, n) : name##_narrow(x, n);           \
    }

/// The derivative of a fast sigmoid: y = g / (1 + 25 |u - 1|)^2
NENGINE_LOOP(surrogate, const float q = std::fabs((x[0][j] - 1) * 25) + 1;
             x[2][j] = x[1][j] / (q * q))
NENGINE_LOOP(subtract_1, x[3][j] = x[0][j] - 1)
NENGINE_LOOP(times_25, x[2][j] = x[3][j] * 25)
NENGINE_LOOP(absolute, x[3][j] = std::fabs(x[2][j]))
NENGINE_LOOP(plus_1, x[2][j] = x[3][j] + 1)
NENGINE_LOOP(squared, x[3][j] = x[2][j] * x[2][j])
NENGINE_LOOP(divided, x[2][j] = x[1][j] / x[3][j])

/// An LSTM's cell: c' = sigmoid(f) c + sigmoid(i) tanh(g), h = sigmoid(o) tanh(c')
NENGINE_LOOP(cell, const float c = Math::sigmoid(x[1][j]) * x[4][j] +
                                   Math::sigmoid(x[0][j]) * Math::tanh(x[2][j]);
             x[6][j] = c; x[5][j] = Math::sigmoid(x[3][j]) * Math::tanh(c))
NENGINE_LOOP(gate_i, x[5][j] = Math::sigmoid(x[0][j]))
NENGINE_LOOP(gate_f, x[6][j] = Math::sigmoid(x[1][j]))
NENGINE_LOOP(candidate, x[7][j] = Math::tanh(x[2][j]))
NENGINE_LOOP(taken, x[5][j] = x[5][j] * x[7][j])
NENGINE_LOOP(kept, x[6][j] = x[6][j] * x[4][j])
NENGINE_LOOP(summed, x[6][j] = x[6][j] + x[5][j])
NENGINE_LOOP(squashed, x[5][j] = Math::tanh(x[6][j]))
NENGINE_LOOP(gate_o, x[7][j] = Math::sigmoid(x[3][j]))
NENGINE_LOOP(shown, x[5][j] = x[7][j] * x[5][j])

/// u = u v + 0.5, ten times
NENGINE_LOOP(
    twenty, float u = x[0][j]; const float v = x[1][j];
    for (int k = 0; k < 10; ++k) { u = u * v + 0.5F; } x[2][j] = u)
NENGINE_LOOP(times_v, x[2][j] = x[3][j] * x[1][j])
NENGINE_LOOP(times_v_first, x[2][j] = x[0][j] * x[1][j])
NENGINE_LOOP(plus_half, x[3][j] = x[2][j] + 0.5F)

struct Function {
    const char* name;
    int n_inputs, n_outputs;
    PointwiseGraph graph;
    void (*fused)(Columns, Index);
    std::vector<void (*)(Columns, Index)> passes;
};

PointwiseGraph surrogate_graph() {
    PointwiseGraph graph;
    const PointwiseValue u = graph.input(0), g = graph.input(1);
    graph.add_output(g / square(abs((u - 1.0) * 25.0) + 1.0));
    return graph;
}

PointwiseGraph cell_graph() {
    PointwiseGraph graph;
    const auto x = [&](int k) { return graph.input(k); };
    const PointwiseValue c = sigmoid(x(1)) * x(4) + sigmoid(x(0)) * tanh(x(2));
    graph.add_output(sigmoid(x(3)) * tanh(c));
    graph.add_output(c);
    return graph;
}

PointwiseGraph twenty_graph() {
    PointwiseGraph graph;
    PointwiseValue u = graph.input(0);
    for (int k = 0; k < 10; ++k) {
        u = u * graph.input(1) + 0.5;
    }
    graph.add_output(u);
    return graph;
}

const std::vector<Function>& functions() {
    static const std::vector<Function> all{
        {"6 cheap operations",
         2,
         1,
         surrogate_graph(),
         surrogate,
         {subtract_1, times_25, absolute, plus_1, squared, divided}},
        {"9 operations, 5 functions",
         5,
         2,
         cell_graph(),
         cell,
         {gate_i, gate_f, candidate, taken, kept, summed, squashed, gate_o, shown}},
        {"20 cheap operations",
         2,
         1,
         twenty_graph(),
         twenty,
         {times_v_first, plus_half, times_v,   plus_half, times_v,
          plus_half,     times_v,   plus_half, times_v,   plus_half,
          times_v,       plus_half, times_v,   plus_half, times_v,
          plus_half,     times_v,   plus_half, times_v,   plus_half}}};
    return all;
}

/// Columns of a function's inputs and outputs, and one for what lies in between.
struct Operands {
    Device on;
    Index n;
    std::vector<Buffer> memory;
    std::vector<float*> columns;

    Operands(const std::string& device, Index count)
        : on(device == "cpu" ? Device::cpu(1) : Device::named(device)), n(count) {
        for (unsigned k = 0; k < 8; ++k) {
            memory.push_back(nengine::bench::random_numbers<float>(on, n, -1, 1, k));
            columns.push_back(memory.back().as<float>());
        }
    }
    PointwiseArgs<Bound<float>> args(const Function& function) const {
        PointwiseArgs<Bound<float>> args;
        args.program = assemble(function.graph, function.n_inputs).value();
        for (int k = 0; k < function.n_inputs + function.n_outputs; ++k) {
            const auto at = static_cast<std::size_t>(k);
            const auto out = at - static_cast<std::size_t>(function.n_inputs);
            if (k < function.n_inputs) {
                args.inputs[at] = {.data = columns[at]};
                args.inputs[at].item.back() = {n, 1};
            } else {
                args.outputs[out] = {.data = columns[at]};
                args.outputs[out].item.back() = {n, 1};
            }
        }
        return args;
    }
};

/// Runs several things in turn; the fastest of each counts, because other programs on
/// the machine only ever add time.
void pointwise_program(benchmark::State& state, const std::string& device) {
    const Function& function = functions()[static_cast<std::size_t>(state.range(0))];
    const Operands operands(device, state.range(1));
    const auto args = operands.args(function);
    const Index n = operands.n;
    const auto interpreted = [&](const auto& exec) {
        nengine::kernels::pointwise(exec, args);
    };
    const bool on_host = device == "cpu";
    const double calls = std::max(1.0, 1e6 / static_cast<double>(n));
    const auto host_seconds = [&](const auto& work) {
        return seconds(operands.on,
                       [&] {
                           for (double i = 0; i < calls; ++i) {
                               work();
                           }
                       }) /
               calls;
    };
    double fastest = std::numeric_limits<double>::infinity();
    double fused = fastest, passes = fastest;
    for (auto _ : state) {
        if (!on_host) {
            const double t = seconds(operands.on, interpreted);
            state.SetIterationTime(t);
            fastest = std::min(fastest, t);
            continue;
        }
        const double t = host_seconds([&] { operands.on.run(interpreted); });
        state.SetIterationTime(t * calls);
        fastest = std::min(fastest, t);
        fused = std::min(
            fused, host_seconds([&] { function.fused(operands.columns.data(), n); }));
        passes = std::min(passes, host_seconds([&] {
                              for (const auto& pass : function.passes) {
                                  pass(operands.columns.data(), n);
                              }
                          }));
    }
    state.counters["ns"] = 1e9 * fastest / static_cast<double>(n);
    if (on_host) {
        state.counters["fused_ns"] = 1e9 * fused / static_cast<double>(n);
        state.counters["passes_ns"] = 1e9 * passes / static_cast<double>(n);
        state.counters["passes_over_it"] = passes / fastest;
        state.counters["it_over_fused"] = fastest / fused;
    }
    state.SetLabel(function.name);
}

const bool registered = [] {
    nengine::bench::register_on(
        nengine::bench::devices(), "pointwise_program", pointwise_program,
        [](auto* benchmark, const std::string&) {
            benchmark->ArgNames({"function", "elements"});
            for (Index function = 0; function < 3; ++function) {
                for (const Index elements : {4096, 262144, 16 << 20}) {
                    benchmark->Args({function, elements});
                }
            }
        });
    return true;
}();

}  // namespace

BENCHMARK_MAIN();
