// Training with small minibatches: an epoch of a dense network 784-128-10 with Adam, in
// ms per minibatch, and how long its matrix products and updates take alone, measured
// in the same loop. What is between the two is what a minibatch costs beside
// arithmetic.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "bench/support/dense_network.hpp"
#include "bench/support/devices.hpp"
#include "engine/train/optimizer_state.hpp"
#include "kernels/base/device.hpp"
#include "kernels/gemm.hpp"
#include "nengine/nengine.hpp"
#include "samples/support/image_set.hpp"

namespace {

using namespace nengine;

using bench::DenseNetwork;

constexpr std::int64_t n_images = 2000;
constexpr Index n_pixels = DenseNetwork::n_pixels, n_hidden = DenseNetwork::n_hidden,
                n_classes = DenseNetwork::n_classes,
                n_parameters = DenseNetwork::n_parameters;

double seconds(const auto& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
        .count();
}

/// The products and the update of a minibatch, on memory of their own.
class Floor {
public:
    Floor(const kernels::Device& device, Index minibatch)
        : device_(device),
          batch_(minibatch),
          x_(zeros(minibatch * n_pixels)),
          h_(zeros(minibatch * n_hidden)),
          y_(zeros(minibatch * n_classes)),
          w_(zeros(n_parameters)),
          dw_(zeros(n_parameters)),
          optimizer_(device, DType::float32) {
        optimizer_.set(Adam{});
    }

    void run() {
        float* const w2 = w_.as<float>() + n_pixels * n_hidden;
        float* const dw2 = dw_.as<float>() + n_pixels * n_hidden;
        product(false, true, batch_, n_hidden, n_pixels, x_.as<float>(), w_.as<float>(),
                h_.as<float>());
        product(false, true, batch_, n_classes, n_hidden, h_.as<float>(), w2,
                y_.as<float>());
        product(true, false, n_classes, n_hidden, batch_, y_.as<float>(),
                h_.as<float>(), dw2);
        product(false, false, batch_, n_hidden, n_classes, y_.as<float>(), w2,
                h_.as<float>());
        product(true, false, n_hidden, n_pixels, batch_, h_.as<float>(), x_.as<float>(),
                dw_.as<float>());
        optimizer_.update(n_parameters, w_.data(), dw_.data(), nullptr);
    }
    void wait() const { device_.synchronize(); }

private:
    kernels::Buffer zeros(Index count) const {
        kernels::Buffer buffer =
            device_.allocate(static_cast<std::size_t>(count) * sizeof(float), "bench");
        device_.zero(buffer.data(), buffer.bytes());
        return buffer;
    }
    void product(bool transpose_a, bool transpose_b, Index m, Index n, Index k,
                 const float* a, const float* b, float* c) const {
        const kernels::GemmArgs<float> args{.transpose_a = transpose_a,
                                            .transpose_b = transpose_b,
                                            .m = m,
                                            .n = n,
                                            .k = k,
                                            .a = a,
                                            .lda = transpose_a ? m : k,
                                            .b = b,
                                            .ldb = transpose_b ? k : n,
                                            .c = c,
                                            .ldc = n};
        device_.run([&](const auto& exec) { kernels::gemm(exec, args); });
    }

    kernels::Device device_;
    Index batch_;
    kernels::Buffer x_, h_, y_, w_, dw_;
    engine::OptimizerState optimizer_;
};

/// A network that learns the repository's digits.
class Training {
public:
    Training(const std::string& device, std::int64_t minibatch)
        : network_(0),
          sim_(network_.net, {.minibatch_size = minibatch,
                              .device = device,
                              .seed = 0,
                              .progress_bar = false}),
          set_(samples::read_image_set(samples::digits_folder(), "train", n_images, 1.0,
                                       n_classes)) {
        sim_.compile({.optimizer = Adam{},
                      .loss = {{network_.probe,
                                SparseCategoricalCrossentropy{.from_logits = true}}}});
    }

    /// The loss of one epoch.
    double run() {
        return sim_
            .fit({set_.input(network_.input)}, {{network_.probe, set_.targets}})["loss"]
            .back();
    }

private:
    DenseNetwork network_;
    Simulator sim_;
    samples::ImageSet set_;
};

void dense_epoch(benchmark::State& state, const std::string& device) {
    const std::int64_t minibatch = state.range(0), minibatches = n_images / minibatch;
    Training training(device, minibatch);
    Floor floor(kernels::Device::named(device), minibatch);
    const double first = training.run();  // makes the plan

    double fastest = std::numeric_limits<double>::infinity(), fastest_floor = fastest;
    double loss = first;
    for (auto _ : state) {
        const double t = seconds([&] { loss = training.run(); });
        state.SetIterationTime(t);
        fastest = std::min(fastest, t);
        fastest_floor = std::min(fastest_floor, seconds([&] {
                                     for (std::int64_t i = 0; i < minibatches; ++i) {
                                         floor.run();
                                     }
                                     floor.wait();
                                 }));
    }
    const auto count = static_cast<double>(minibatches);
    state.counters["ms_per_minibatch"] = 1e3 * fastest / count;
    state.counters["floor_ms"] = 1e3 * fastest_floor / count;
    state.counters["time_vs_floor"] = fastest / fastest_floor;
    if (!(loss < first)) {
        state.SkipWithError("the network has not learned");
    }
}

bool register_all() {
    for (const auto& device : nengine::bench::devices()) {
        benchmark::RegisterBenchmark(
            ("dense_epoch/" + device).c_str(),
            [=](benchmark::State& state) { dense_epoch(state, device); })
            ->ArgName("minibatch")
            ->Arg(20)
            ->Arg(200)
            ->UseManualTime()
            ->Unit(benchmark::kMillisecond);
    }
    return true;
}

const bool registered = register_all();

}  // namespace

BENCHMARK_MAIN();
