#include <gtest/gtest.h>

#include <vector>

#include "engine/simulation/simulation.hpp"
#include "environment.hpp"
#include "kernels/gemm.hpp"
#include "tests/engine/planner/populations.hpp"

// A driver that refuses captures costs time, but no results.

namespace nengine::test {

using namespace kernels;
namespace {

/// A product of [1, 1] matrices, all of them `number`.
void multiply(const Device& device, const Buffer& number) {
    device.run([&](const auto& exec) {
        gemm<float>(exec, {.m = 1,
                           .n = 1,
                           .k = 1,
                           .a = number.as<float>(),
                           .lda = 1,
                           .b = number.as<float>(),
                           .ldb = 1,
                           .c = number.as<float>(),
                           .ldc = 1});
    });
}

float read(const Device& device, const Buffer& number) {
    float value = 0;
    device.download(&value, number.data(), sizeof value);
    return value;
}

TEST(RefusedRecording, IsCountedAndTheDeviceGoesOn) {
    const Device device = Device::cuda();
    const Buffer number = device.allocate(4, "test");
    const float three = 3;
    device.upload(number.data(), &three, 4);
    {
        const Emulated refuses("NENGINE_EMULATOR_REFUSES", "captures");
        EXPECT_EQ(device.record([&] { device.zero(number.data(), 4); }), nullptr);
    }
    EXPECT_EQ(device.refused_recordings(), 1);

    const auto recording = device.record([&] { device.zero(number.data(), 4); });

    ASSERT_NE(recording, nullptr);
    EXPECT_EQ(read(device, number), 3.0F);
    recording->replay();
    EXPECT_EQ(read(device, number), 0.0F);
    EXPECT_EQ(device.refused_recordings(), 1);
}

TEST(RefusedRecording, OfTheFirstProductWorksAfterOneThatIsNotRecorded) {
    const Device device = Device::cuda();
    const Buffer number = device.allocate(4, "test");
    const float three = 3;
    device.upload(number.data(), &three, 4);
    EXPECT_EQ(device.record([&] { multiply(device, number); }), nullptr);

    multiply(device, number);
    const auto recording = device.record([&] { multiply(device, number); });

    ASSERT_NE(recording, nullptr);
    recording->replay();
    EXPECT_EQ(read(device, number), 81.0F);
}

TEST(RefusedRecording, OfStepsIsTriedOnceAndTheStepsAreLaunchedOneByOne) {
    std::vector<float> results[2];
    const auto run = [](const Device& device, std::vector<float>& result) {
        Simulation simulation(populations({.feedback = true}), device, {});
        const float input = 0.5F;
        for (int call = 0; call < 3; ++call) {
            simulation.run(50, {{0, {&input, DType::float32, 1, 1, 1}}},
                           [&](int, Index, Index, Index, Index rows, const void* from) {
                               const auto* values = static_cast<const float*>(from);
                               result.insert(result.end(), values, values + rows);
                           });
        }
    };
    const Device records = Device::cuda(), refuses = Device::cuda();
    run(records, results[0]);
    {
        const Emulated option("NENGINE_EMULATOR_REFUSES", "captures");
        run(refuses, results[1]);
    }

    EXPECT_EQ(records.refused_recordings(), 0);
    EXPECT_EQ(refuses.refused_recordings(), 1);
    EXPECT_EQ(results[1], results[0]);
    EXPECT_EQ(results[0].size(), 150U);
}

}  // namespace
}  // namespace nengine::test
