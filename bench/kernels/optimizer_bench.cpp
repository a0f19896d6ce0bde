// One update of all parameters: ns per parameter, and the time of a copy of as many
// bytes, measured in the same loop. `optimizer` counts the rows of `optimizers` below;
// `threads` 0 are all.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "bench/support/devices.hpp"
#include "bench/support/timing.hpp"
#include "engine/train/optimizer_state.hpp"
#include "kernels/base/device.hpp"
#include "kernels/optimizer.hpp"

namespace {

using nengine::DType;
using nengine::Index;
using nengine::bench::seconds;
using nengine::engine::OptimizerState;
using nengine::kernels::Buffer;
using nengine::kernels::Device;

constexpr double rate = 1e-4, gradient = 0.5;

const nengine::AnyOptimizer optimizers[] = {
    nengine::SGD{rate},      nengine::SGD{.learning_rate = rate, .momentum = 0.9},
    nengine::RMSprop{rate},  nengine::Adam{rate},
    nengine::AdamW{rate},    nengine::Adamax{rate},
    nengine::Nadam{rate},    nengine::Adagrad{rate},
    nengine::Adadelta{rate}, nengine::Ftrl{rate}};
constexpr std::int64_t adam = 3;

template <class Real>
constexpr DType dtype = sizeof(Real) == 4 ? DType::float32 : DType::float64;

template <class Real>
Buffer put(const Device& on, Index count, double value) {
    const std::vector<Real> values(static_cast<std::size_t>(count),
                                   static_cast<Real>(value));
    Buffer buffer = on.allocate(values.size() * sizeof(Real), "bench");
    on.upload(buffer.data(), values.data(), buffer.bytes());
    return buffer;
}

/// Parameters with what an optimizer keeps of them.
template <class Real>
class Parameters {
public:
    Parameters(const nengine::AnyOptimizer& optimizer, Index count, const Device& on)
        : n(count),
          on_(on),
          p_(put<Real>(on, n, 1)),
          g_(put<Real>(on, n, gradient)),
          state_(on, dtype<Real>),
          traffic_(3 +
                   2 * nengine::kernels::optimizer_memory<Real>(optimizer).n_averages) {
        state_.set(optimizer);
        update();  // takes memory
    }

    void update() { state_.update(n, p_.data(), g_.data(), nullptr); }
    /// Numbers that an update reads or writes, per parameter.
    double traffic() const { return traffic_; }
    double last() const {
        Real value = 0;
        on_.download(&value, p_.template as<Real>() + (n - 1), sizeof value);
        return static_cast<double>(value);
    }

    const Index n;

private:
    Device on_;
    Buffer p_, g_;
    OptimizerState state_;
    double traffic_;
};

/// One parameter after so many updates, in double.
double alone(const nengine::AnyOptimizer& optimizer, Index updates) {
    Parameters<double> one(optimizer, 1, Device::cpu(1));
    for (Index t = 1; t < updates; ++t) {
        one.update();
    }
    return one.last();
}

/// Runs updates and copies of as many bytes in turn; reports the fastest of each,
/// because other programs on the machine only ever add time. Returns the number of
/// updates.
template <class Real>
Index measure(benchmark::State& state, const Device& on, Parameters<Real>& parameters) {
    const auto total = static_cast<double>(parameters.n);
    const auto copied = static_cast<Index>(parameters.traffic() / 2 * total);
    const Buffer from = put<Real>(on, copied, 1), to = put<Real>(on, copied, 0);
    double fastest = std::numeric_limits<double>::infinity(), fastest_copy = fastest;
    Index updates = 1;
    for (auto _ : state) {
        const double t = seconds(on, [&] { parameters.update(); });
        state.SetIterationTime(t);
        fastest = std::min(fastest, t);
        fastest_copy =
            std::min(fastest_copy,
                     seconds(on, [&] { on.copy(to.data(), from.data(), to.bytes()); }));
        updates += nengine::bench::runs_per_timing(on);
    }
    state.counters["ns"] = 1e9 * fastest / total;
    state.counters["copy_ns"] = 1e9 * fastest_copy / total;
    state.counters["time_vs_copy"] = fastest / fastest_copy;
    state.counters["GB_per_s"] =
        parameters.traffic() * sizeof(Real) * total / fastest / 1e9;
    return updates;
}

template <class Real>
void update(benchmark::State& state, const std::string& device) {
    const Device on = device == "cpu" ? Device::cpu(static_cast<int>(state.range(2)))
                                      : Device::named(device);
    const nengine::AnyOptimizer& optimizer =
        optimizers[static_cast<std::size_t>(state.range(0))];
    Parameters<Real> parameters(optimizer, state.range(1), on);
    state.SetLabel(on.name());
    const double want = alone(optimizer, measure(state, on, parameters));
    if (!(std::fabs(parameters.last() - want) <= 1e-3 * (1 + std::fabs(1 - want)))) {
        state.SkipWithError("the parameters are not those of so many updates");
    }
}

const bool registered = [] {
    const auto sizes = [](auto* benchmark, const std::vector<std::int64_t>& rows,
                          const std::vector<std::int64_t>& threads) {
        benchmark->ArgNames({"optimizer", "parameters", "threads"})
            ->ArgsProduct({rows, {101770, 1 << 22}, threads});
    };
    const auto devices = nengine::bench::devices();
    nengine::bench::register_on(
        devices, "update_float32", update<float>,
        [&](auto* benchmark, const std::string& device) {
            const std::vector<std::int64_t> all{0}, one_or_all{1, 0};
            std::vector<std::int64_t> rows;
            for (std::size_t i = 0; i < std::size(optimizers); ++i) {
                rows.push_back(static_cast<std::int64_t>(i));
            }
            sizes(benchmark, rows, device == "cpu" ? one_or_all : all);
        });
    nengine::bench::register_on(
        devices, "update_float64", update<double>,
        [&](auto* benchmark, const std::string&) { sizes(benchmark, {adam}, {1}); });
    return true;
}();

}  // namespace

BENCHMARK_MAIN();
