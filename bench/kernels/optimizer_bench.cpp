// One update of all parameters: ns per parameter, and the time of a copy of as many
// bytes, measured in the same loop. `optimizer` 0 is SGD, 1 SGD with momentum, 2
// RMSprop, 3 Adam; `threads` 0 are all.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "bench/support/devices.hpp"
#include "bench/support/timing.hpp"
#include "kernels/base/device.hpp"
#include "kernels/optimizer.hpp"

namespace {

using nengine::Index;
using nengine::bench::seconds;
using nengine::kernels::AdamProgress;
using nengine::kernels::Buffer;
using nengine::kernels::Device;

constexpr double learning_rate = 1e-4, momentum = 0.9, rho = 0.9, beta_1 = 0.9,
                 beta_2 = 0.999, epsilon = 1e-7, gradient = 0.5;

template <class Real>
Buffer put(const Device& on, Index count, double value) {
    const std::vector<Real> values(static_cast<std::size_t>(count),
                                   static_cast<Real>(value));
    Buffer buffer = on.allocate(values.size() * sizeof(Real), "bench");
    on.upload(buffer.data(), values.data(), buffer.bytes());
    return buffer;
}

enum Optimizer { sgd, sgd_momentum, rmsprop, adam };

/// Parameters with what an optimizer keeps of them.
template <class Real>
struct Parameters {
    Optimizer optimizer;
    Index n;
    Buffer p, g, a, b, progress;

    Parameters(Optimizer of, Index count, const Device& on)
        : optimizer(of),
          n(count),
          p(put<Real>(on, n, 1)),
          g(put<Real>(on, n, gradient)),
          a(put<Real>(on, n, 0)),
          b(put<Real>(on, n, 0)),
          progress(on.allocate(sizeof(AdamProgress<Real>), "bench")) {
        on.zero(progress.data(), progress.bytes());
    }

    void update(const auto& exec) const {
        const nengine::kernels::UpdateArgs<Real> args{n, p.as<Real>(), g.as<Real>(),
                                                      Real(learning_rate), nullptr};
        switch (optimizer) {
            case sgd:
                return sgd_update(exec, args, static_cast<Real*>(nullptr), Real(0),
                                  false);
            case sgd_momentum:
                return sgd_update(exec, args, a.as<Real>(), Real(momentum), false);
            case rmsprop:
                return rmsprop_update(exec, args,
                                      nengine::kernels::RmspropState<Real>{
                                          a.as<Real>(), nullptr, nullptr},
                                      Real(rho), Real(0), Real(epsilon));
            case adam:
                return adam_update(
                    exec, args,
                    nengine::kernels::AdamState<Real>{
                        a.as<Real>(), b.as<Real>(), progress.as<AdamProgress<Real>>()},
                    beta_1, beta_2, epsilon);
        }
    }

    /// Numbers that an update reads or writes, per parameter.
    double traffic() const { return optimizer == sgd ? 3 : optimizer == adam ? 7 : 5; }
};

/// What is left of 1 after so many updates.
double expected(Optimizer optimizer, Index updates) {
    double p = 1, m = 0, v = 0;
    for (Index t = 1; t <= updates; ++t) {
        const double k = static_cast<double>(t);
        if (optimizer == rmsprop) {
            v = rho * v + (1 - rho) * gradient * gradient;
            p -= learning_rate * gradient / std::sqrt(v + epsilon);
        } else if (optimizer == adam) {
            m += (1 - beta_1) * (gradient - m);
            v += (1 - beta_2) * (gradient * gradient - v);
            p -= learning_rate * m / (1 - std::pow(beta_1, k)) /
                 (std::sqrt(v / (1 - std::pow(beta_2, k))) + epsilon);
        } else {
            v = (optimizer == sgd ? 0 : momentum) * v - learning_rate * gradient;
            p += v;
        }
    }
    return p;
}

/// Runs updates and copies of as many bytes in turn; reports the fastest of each,
/// because other programs on the machine only ever add time. Returns the number of
/// updates.
template <class Real>
Index measure(benchmark::State& state, const Device& on,
              const Parameters<Real>& parameters) {
    const auto total = static_cast<double>(parameters.n);
    const auto copied = static_cast<Index>(parameters.traffic() / 2 * total);
    const Buffer from = put<Real>(on, copied, 1), to = put<Real>(on, copied, 0);
    double fastest = std::numeric_limits<double>::infinity(), fastest_copy = fastest;
    Index updates = 0;
    for (auto _ : state) {
        const double t =
            seconds(on, [&](const auto& exec) { parameters.update(exec); });
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
    const auto optimizer = static_cast<Optimizer>(state.range(0));
    const Parameters<Real> parameters(optimizer, state.range(1), on);
    state.SetLabel(on.name());
    const double want = expected(optimizer, measure(state, on, parameters));
    Real last = 0;
    on.download(&last, parameters.p.template as<Real>() + (parameters.n - 1),
                sizeof last);
    if (!(std::fabs(static_cast<double>(last) - want) <=
          1e-3 * (1 + std::fabs(1 - want)))) {
        state.SkipWithError("the parameters are not those of so many updates");
    }
}

const bool registered = [] {
    const auto sizes = [](auto* benchmark, const std::vector<std::int64_t>& optimizers,
                          const std::vector<std::int64_t>& threads) {
        benchmark->ArgNames({"optimizer", "parameters", "threads"})
            ->ArgsProduct({optimizers, {101770, 1 << 22}, threads});
    };
    const auto devices = nengine::bench::devices();
    nengine::bench::register_on(
        devices, "update_float32", update<float>,
        [&](auto* benchmark, const std::string& device) {
            const std::vector<std::int64_t> all{0}, one_or_all{1, 0};
            sizes(benchmark, {sgd, sgd_momentum, rmsprop, adam},
                  device == "cpu" ? one_or_all : all);
        });
    nengine::bench::register_on(
        devices, "update_float64", update<double>,
        [&](auto* benchmark, const std::string&) { sizes(benchmark, {adam}, {1}); });
    return true;
}();

}  // namespace

BENCHMARK_MAIN();
