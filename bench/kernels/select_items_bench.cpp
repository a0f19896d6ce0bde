// The items of minibatches out of a data set of 784 numbers each, shuffled, as floats:
// ns per number for numbers of a type, with a scale or without, beside those that are
// floats already, which are copied in the same loop.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "bench/support/devices.hpp"
#include "bench/support/operands.hpp"
#include "bench/support/timing.hpp"
#include "kernels/gather.hpp"

namespace {

using nengine::Index;
using nengine::bench::random_numbers;
using nengine::bench::seconds;
using nengine::kernels::Block;
using nengine::kernels::Buffer;
using nengine::kernels::Device;

constexpr Index n_items = 20000, minibatch = 200, cols = 784;

/// Items of a data set in a random order, minibatch after minibatch.
template <class Stored>
class Epoch {
public:
    Epoch(const Device& on, double scale)
        : on_(on),
          scale_(scale),
          data_(random_numbers<Stored>(on, n_items * cols, 0, 255)),
          to_(random_numbers<float>(on, minibatch * cols, 0, 1)),
          order_(on.allocate(n_items * sizeof(Index), "bench")) {
        std::vector<Index> order(n_items);
        std::iota(order.begin(), order.end(), Index{0});
        std::shuffle(order.begin(), order.end(), std::mt19937(1));
        on.upload(order_.data(), order.data(), order_.bytes());
    }

    /// The time of an epoch.
    double run() const {
        return seconds(on_, [&](const auto& exec) {
            for (Index first = 0; first < n_items; first += minibatch) {
                const Block<const Stored> from{
                    data_.as<Stored>(), 1, n_items, 1, cols, 0, cols, 0, 1};
                const Block<float> to{
                    to_.as<float>(), 1, minibatch, 1, cols, 0, cols, 0, 1};
                select_items(exec, from, order_.as<Index>() + first, to, scale_);
            }
        });
    }

private:
    Device on_;
    double scale_;
    Buffer data_, to_, order_;
};

template <class Stored>
void select(benchmark::State& state, const std::string& device, double scale) {
    const Device on = device == "cpu" ? Device::cpu(1) : Device::named(device);
    const Epoch<Stored> epoch(on, scale);
    const Epoch<float> copy(on, 1.0);
    double fastest = std::numeric_limits<double>::infinity(), fastest_copy = fastest;
    for (auto _ : state) {
        const double t = epoch.run();
        state.SetIterationTime(t);
        fastest = std::min(fastest, t);
        fastest_copy = std::min(fastest_copy, copy.run());
    }
    constexpr double numbers = n_items * cols;
    state.counters["ns_per_number"] = fastest / numbers * 1e9;
    state.counters["copy_ns_per_number"] = fastest_copy / numbers * 1e9;
    state.counters["to_copy"] = fastest / fastest_copy;
}

template <class Stored>
void add(const std::string& type) {
    const auto options = [](auto*, const std::string&) {};
    for (const double scale : {1.0, 1.0 / 255}) {
        nengine::bench::register_on(
            nengine::bench::devices(),
            "select/" + type + (scale == 1.0 ? "" : "_scaled"),
            [scale](benchmark::State& state, const std::string& device) {
                select<Stored>(state, device, scale);
            },
            options);
    }
}

const bool registered = [] {
    add<float>("float32");
    add<double>("float64");
    add<std::int32_t>("int32");
    add<std::uint8_t>("uint8");
    return true;
}();

}  // namespace

BENCHMARK_MAIN();
