// The main job: a training epoch and the spiking test of the convolutional network of
// samples/spiking_mnist.cpp, on the repository's digits, in time per image. Beside an
// epoch, in the same loop, what its convolutions take alone, forward and backward.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "bench/support/convolutions.hpp"
#include "bench/support/devices.hpp"
#include "bench/support/timing.hpp"
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

/// The convolutions of a minibatch of training.
class ConvolutionFloor {
public:
    ConvolutionFloor(const kernels::Device& device, Index images) : device_(device) {
        for (const Index number : {1, 2, 3}) {
            layers_.emplace_back(device, bench::main_job_layer(number, images));
        }
    }

    void run() const {
        device_.run([&](const auto& exec) {
            for (const bench::Convolution& layer : layers_) {
                layer.run(exec, bench::Pass::forward, layer.bias.as<float>());
            }
            for (std::size_t i = layers_.size(); i-- > 0;) {
                layers_[i].run(exec, bench::Pass::backward_filter, nullptr);
                if (i > 0) {  // nobody asks for the gradient of an image
                    layers_[i].run(exec, bench::Pass::backward_data, nullptr);
                }
            }
        });
    }

private:
    kernels::Device device_;
    std::vector<bench::Convolution> layers_;
};

void train_epoch(benchmark::State& state, const std::string& device) {
    Job job(device, "train", state.range(0));
    const Data targets = {{job.classifier.raw, job.set.targets}};
    job.sim.compile({.optimizer = RMSprop{},
                     .loss = {{job.classifier.raw,
                               SparseCategoricalCrossentropy{.from_logits = true}}}});
    job.sim.fit(job.inputs(), targets);  // makes the plan
    const kernels::Device on = kernels::Device::named(device);
    const ConvolutionFloor floor(on, state.range(0));
    const std::int64_t minibatches = job.set.size() / state.range(0);
    double fastest = std::numeric_limits<double>::infinity(), fastest_floor = fastest;
    for (auto _ : state) {
        const double t = job.sim.fit(job.inputs(), targets).seconds.back();
        state.SetIterationTime(t);
        fastest = std::min(fastest, t);
        fastest_floor = std::min(fastest_floor, bench::seconds(on, [&] {
                                     for (std::int64_t i = 0; i < minibatches; ++i) {
                                         floor.run();
                                     }
                                 }));
    }
    job.count(state);
    const auto images = static_cast<double>(job.set.size());
    state.counters["fastest_ms_per_image"] = 1e3 * fastest / images;
    state.counters["floor_ms_per_image"] = 1e3 * fastest_floor / images;
    state.counters["time_vs_floor"] = fastest / fastest_floor;
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
        return benchmark::RegisterBenchmark(
                   (name + '/' + device).c_str(),
                   [=](benchmark::State& state) { function(state, device); })
            ->ArgName("minibatch")
            ->Arg(minibatch)
            ->Unit(benchmark::kMillisecond);
    };
    add("train_epoch", train_epoch)->UseManualTime();
    add("spiking_test", spiking_test)->UseRealTime();
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
