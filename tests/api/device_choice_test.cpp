#include "api/simulator/device_choice.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>
#include <string>

#include "api/builder/build.hpp"
#include "helpers.hpp"

// What "auto" is for which network.

namespace nengine::test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

/// Sets NENGINE_DEVICE, or takes it away, as long as it lives.
class NengineDevice {
public:
    explicit NengineDevice(const char* value) {
        if (const char* before = std::getenv(name)) {
            before_ = before;
        }
        set(value);
    }
    NengineDevice(const NengineDevice&) = delete;
    NengineDevice& operator=(const NengineDevice&) = delete;
    ~NengineDevice() { set(before_ ? before_->c_str() : nullptr); }

private:
    static constexpr const char* name = "NENGINE_DEVICE";

    static void set(const char* value) {
        value != nullptr ? setenv(name, value, 1) : unsetenv(name);
    }

    std::optional<std::string> before_;
};

/// Neurons in one ensemble, without connections.
Network neurons(Index n) {
    Network net({.seed = 1});
    auto ensemble = net.ensemble(n, 1, {.gain = 1.0, .bias = 1.0});
    net.probe(ensemble.neurons);
    return net;
}

std::string first_line(const Network& net, SimulatorOptions options) {
    options.progress_bar = false;
    const Simulator sim(net, options);
    const std::string text = sim.explain(10);
    return text.substr(0, text.find('\n'));
}

TEST(DeviceChoice, IsTheCpuForFewNeuronsAndItems) {
    const NengineDevice none(nullptr);
    const Network net = neurons(1000);
    for (const std::int64_t items : {1, 20}) {
        const std::string line = first_line(net, {.minibatch_size = items});
        EXPECT_THAT(line, StartsWith("runs on cpu (")) << items;
        EXPECT_THAT(line, HasSubstr("'auto': a step takes")) << items;
    }
}

TEST(DeviceChoice, IsAGpuForManyIfThereIsOne) {
    const NengineDevice none(nullptr);
    const bool gpu = kernels::Device::cuda_count() > 0;
    for (const std::int64_t n : {1000, 50000}) {
        const std::string line = first_line(neurons(n), {.minibatch_size = 50000 / n});
        EXPECT_THAT(line, StartsWith(gpu ? "runs on cuda:0 (" : "runs on cpu (")) << n;
        EXPECT_EQ(line.find("there is none") == std::string::npos, gpu) << n;
    }
}

TEST(DeviceChoice, IsTheUsersIfTheySaySo) {
    {
        const NengineDevice cpu("cpu");
        EXPECT_THAT(first_line(neurons(50000), {}),
                    HasSubstr("as NENGINE_DEVICE says"));
        EXPECT_THAT(first_line(neurons(50000), {}), StartsWith("runs on cpu ("));
    }
    const NengineDevice wrong("gpu");
    EXPECT_THAT(first_line(neurons(5), {.device = "cpu"}), HasSubstr("as asked for"));
    EXPECT_THAT(message<ValidationError>([] { first_line(neurons(5), {}); }),
                HasSubstr("got 'gpu'"));
}

TEST(DeviceChoice, GoesByTheOperationsOfAllItems) {
    constexpr double per_neuron = 30;
    Network net({.seed = 1});
    const Ensemble ensemble = net.ensemble(500, 1, {.gain = 1.0, .bias = 1.0});
    const BuiltNetwork built =
        build(*ObjectView(ensemble).object()->network.lock(), 0.001);

    const StepWork work = step_work(*built.model, 3);

    EXPECT_GE(work.operations, per_neuron * 500 * 3);
    EXPECT_LE(work.operations, (per_neuron + 10) * 500 * 3);
    EXPECT_EQ(work.calls, 0);
}

TEST(DeviceChoice, CountsCallsThatAGpuWaitsFor) {
    EXPECT_TRUE(is_worth_a_gpu({.operations = 2e6}));
    EXPECT_FALSE(is_worth_a_gpu({.operations = 2e6, .calls = 1}));
    EXPECT_TRUE(is_worth_a_gpu({.operations = 2e7, .calls = 1}));
}

}  // namespace
}  // namespace nengine::test
