// The main job: a training epoch and the spiking test of the convolutional network of
// samples/spiking_mnist.cpp, on the repository's digits, in time per image.

#include <benchmark/benchmark.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "bench/support/devices.hpp"
#include "nengine/nengine.hpp"
#include "samples/support/image_set.hpp"
#include "samples/support/spiking_classifier.hpp"

namespace {

using namespace nengine;
using namespace nengine::samples;

constexpr std::int64_t minibatch = 200, test_steps = 30;

ImageSet digits(const char* name) {
    return read_image_set(digits_folder(), name, 2000, 255.0,
                          SpikingClassifier::n_classes);
}

struct Job {
    SpikingClassifier classifier =
        SpikingClassifier::make(LIF{.amplitude = SpikingClassifier::amplitude}, 0);
    Simulator sim;
    ImageSet set;

    Job(const std::string& device, const char* name, std::int64_t batch)
        : sim(classifier.net, {.minibatch_size = batch,
                               .device = device,
                               .seed = 0,
                               .progress_bar = false}),
          set(digits(name)) {}

    Data inputs() const { return {set.input(classifier.input)}; }

    void count(benchmark::State& state) const {
        const auto images = static_cast<double>(set.size());
        state.counters["seconds_per_image"] =
            benchmark::Counter(images, benchmark::Counter::kIsIterationInvariantRate |
                                           benchmark::Counter::kInvert);
        state.counters["peak_megabytes"] = static_cast<double>(sim.peak_memory()) / 1e6;
    }
};

void train_epoch(benchmark::State& state, const std::string& device) {
    Job job(device, "train", state.range(0));
    const Data targets = {{job.classifier.raw, job.set.targets}};
    job.sim.compile({.optimizer = RMSprop{},
                     .loss = {{job.classifier.raw,
                               SparseCategoricalCrossentropy{.from_logits = true}}}});
    job.sim.fit(job.inputs(), targets);  // makes the plan
    for (auto _ : state) {
        benchmark::DoNotOptimize(job.sim.fit(job.inputs(), targets));
    }
    job.count(state);
}

void spiking_test(benchmark::State& state, const std::string& device) {
    Job job(device, "t10k", state.range(0));
    const Data targets = {{job.classifier.filtered, job.set.targets}};
    job.sim.compile(
        {.metrics = {{job.classifier.filtered, Accuracy{.last_step = true}}}});
    job.sim.evaluate(job.inputs(), targets, {.n_steps = test_steps});
    for (auto _ : state) {
        benchmark::DoNotOptimize(
            job.sim.evaluate(job.inputs(), targets, {.n_steps = test_steps}));
    }
    job.count(state);
}

void register_for(const std::string& device) {
    const auto add = [&](const std::string& name, auto function) {
        benchmark::RegisterBenchmark(
            (name + '/' + device).c_str(),
            [=](benchmark::State& state) { function(state, device); })
            ->ArgName("minibatch")
            ->Arg(minibatch)
            ->UseRealTime()
            ->Unit(benchmark::kMillisecond);
    };
    add("train_epoch", train_epoch);
    add("spiking_test", spiking_test);
}

bool register_all() {
    for (const auto& device : nengine::bench::devices()) {
        register_for(device);
    }
    return true;
}

const bool registered = register_all();

}  // namespace

BENCHMARK_MAIN();
