// Networks of the Neural Engineering Framework: what folding time and merging operators
// bring. All ways of executing a network are measured in turn in the same loop, and
// must give the same recording.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "bench/support/benchmark_networks.hpp"
#include "bench/support/devices.hpp"
#include "nengine/nengine.hpp"

namespace {

using namespace nengine;
using nengine::bench::BenchmarkNetwork;
using Merge = PlanOptions::Merge;

constexpr std::int64_t n_steps = 1000;

struct Variant {
    std::string name;
    PlanOptions plan;
};

/// The first is what users get; the others leave one thing out.
const std::vector<Variant>& variants() {
    static const std::vector<Variant> all = {
        {"default", {}},
        {"stepped", {.fold = false}},
        {"unmerged", {.merge = Merge::none}},
        {"stepped_unmerged", {.fold = false, .merge = Merge::none}}};
    return all;
}

/// A simulator per variant, the data, and the seconds of each variant's fastest run.
struct Contest {
    BenchmarkNetwork network;
    Data data;
    std::vector<Simulator> simulators;
    std::vector<double> fastest;
    double last = 0;  ///< seconds of the last run

    static constexpr double never = 1e9;

    Contest(BenchmarkNetwork made, std::int64_t batch, const std::string& device)
        : network(std::move(made)), fastest(variants().size(), never) {
        std::mt19937 random(1);
        std::uniform_real_distribution<float> uniform(-0.2F, 0.2F);
        for (const Node& input : network.inputs) {
            std::vector<float> values(static_cast<std::size_t>(batch * input.size_out));
            for (float& value : values) {
                value = uniform(random);
            }
            data.push_back({input, Tensor({batch, 1, input.size_out}, values)});
        }
        for (const auto& variant : variants()) {
            simulators.emplace_back(network.net,
                                    SimulatorOptions{.minibatch_size = batch,
                                                     .device = device,
                                                     .seed = 0,
                                                     .progress_bar = false,
                                                     .plan = variant.plan});
        }
    }

    Tensor run(std::size_t variant) {
        const auto start = std::chrono::steady_clock::now();
        auto result = simulators[variant].predict(
            data, {.n_steps = n_steps, .probes = {network.output}});
        const std::chrono::duration<double> taken =
            std::chrono::steady_clock::now() - start;
        last = taken.count();
        fastest[variant] = std::min(fastest[variant], last);
        return result[network.output];
    }
};

/// Spikes may move by rounding; what is decoded from them may not drift apart.
double difference(const Tensor& a, const Tensor& b) {
    double sum = 0;
    for (std::int64_t i = 0; i < a.size(); ++i) {
        sum += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return std::sqrt(sum / static_cast<double>(a.size()));
}

double root_mean_square(const Tensor& a) {
    double sum = 0;
    for (std::int64_t i = 0; i < a.size(); ++i) {
        sum += a[i] * a[i];
    }
    return std::sqrt(sum / static_cast<double>(a.size()));
}

void measure(benchmark::State& state, BenchmarkNetwork network,
             const std::string& device) {
    const std::int64_t batch = state.range(0);
    const auto neurons = static_cast<double>(network.net.n_neurons());
    Contest contest(std::move(network), batch, device);
    for (std::size_t v = 1; v < variants().size(); ++v) {  // also makes the plans
        const Tensor want = contest.run(0), got = contest.run(v);
        if (!(difference(want, got) < 0.2 * root_mean_square(want))) {
            state.SkipWithError((variants()[v].name + ": another result").c_str());
            return;
        }
    }
    contest.fastest.assign(variants().size(), Contest::never);
    for (auto _ : state) {
        for (std::size_t v = 0; v < variants().size(); ++v) {
            contest.run(v);
            if (v == 0) {
                state.SetIterationTime(contest.last);
            }
        }
    }
    for (std::size_t v = 1; v < variants().size(); ++v) {
        state.counters["speedup_vs_" + variants()[v].name] =
            contest.fastest[v] / contest.fastest[0];
    }
    state.counters["neuron_steps_per_second"] =
        neurons * static_cast<double>(batch * n_steps) / contest.fastest[0];
}

bool register_all() {
    for (const auto& device : bench::devices()) {
        for (const std::string name : {"integrator", "cconv"}) {
            benchmark::RegisterBenchmark(
                (name + '/' + device).c_str(),
                [=](benchmark::State& state) {
                    measure(state,
                            bench::make_benchmark_network(name, {.dimensions = 64}),
                            device);
                })
                ->ArgName("batch")
                ->Arg(1)
                ->Arg(16)
                ->UseManualTime()
                ->Unit(benchmark::kMillisecond)
                ->Iterations(8);
        }
    }
    return true;
}

const bool registered = register_all();

}  // namespace

BENCHMARK_MAIN();
