#include <gtest/gtest.h>

#include <vector>

#include "environment.hpp"
#include "kernels/base/device.hpp"
#include "kernels/base/timer.hpp"

// Times of a device on which each piece of work, events too, takes a millisecond.

namespace nengine::test {

using namespace kernels;
namespace {

class EventTimers : public ::testing::Test {
protected:
    void zero(int times) const {
        for (int i = 0; i < times; ++i) {
            device_.zero(number_.data(), 4);
        }
    }

    const Emulated clock_{"NENGINE_EMULATOR_CLOCK", "work"};
    const Device device_ = Device::cuda();
    const Buffer number_ = device_.allocate(4, "test");
};

TEST_F(EventTimers, MeasureThePartsOfEachRun) {
    const auto timer = device_.timer(3);
    for (int run = 0; run < 5; ++run) {
        zero(7);
        timer->start();
        zero(2);
        timer->lap(2);
        zero(9);
        timer->lap(0);
    }

    const std::vector<double> seconds = timer->seconds();

    EXPECT_NEAR(seconds[0], 5 * 0.010, 1e-6);
    EXPECT_EQ(seconds[1], 0.0);
    EXPECT_NEAR(seconds[2], 5 * 0.003, 1e-6);
    EXPECT_EQ(timer->seconds(), seconds);
}

TEST_F(EventTimers, CountTheRunsThatTheyLeaveOut) {
    const auto timer = device_.timer(1);
    for (int run = 0; run < 160; ++run) {
        timer->start();
        zero(1);
        timer->lap(0);
    }

    EXPECT_NEAR(timer->seconds()[0], 160 * 0.002, 1e-5);
}

TEST_F(EventTimers, LeaveOutRunsThatDidNotEnd) {
    const auto timer = device_.timer(1);
    timer->start();
    zero(50);
    timer->start();
    zero(3);
    timer->lap(0);

    EXPECT_NEAR(timer->seconds()[0], 0.004, 1e-6);
}

}  // namespace
}  // namespace nengine::test
