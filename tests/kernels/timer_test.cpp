#include "kernels/base/timer.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <vector>

#include "kernels/gemm.hpp"
#include "tests/support/on_each_device.hpp"

namespace nengine::test {

using namespace kernels;
namespace {

class Timers : public OnEachDevice {
protected:
    /// Launches `count` products of [120, 120] matrices.
    void multiply(int count) const {
        constexpr Index n = 120;
        for (int i = 0; i < count; ++i) {
            device().run([&](const auto& exec) {
                gemm<float>(exec, {.m = n,
                                   .n = n,
                                   .k = n,
                                   .a = a_.as<float>(),
                                   .lda = n,
                                   .b = a_.as<float>(),
                                   .ldb = n,
                                   .c = c_.as<float>(),
                                   .ldc = n});
            });
        }
    }

    void SetUp() override {
        OnEachDevice::SetUp();
        if (!IsSkipped() && !HasFatalFailure()) {
            a_ = upload(uniform<float>(120 * 120, -1, 1, 1));
            c_ = upload(uniform<float>(120 * 120, -1, 1, 2));
            multiply(1);  // libraries are loaded
        }
    }
    void TearDown() override {
        a_ = Buffer();
        c_ = Buffer();
    }

private:
    Buffer a_, c_;
};

TEST_P(Timers, GiveEachPartTheTimeOfItsWork) {
    const auto timer = device().timer(3);
    multiply(1);  // the first one warms up, for milliseconds
    device().synchronize();
    const auto start = std::chrono::steady_clock::now();
    for (int run = 0; run < 3; ++run) {
        timer->start();
        multiply(1);
        timer->lap(2);
        multiply(20);
        timer->lap(0);
    }

    const std::vector<double> seconds = timer->seconds();

    const std::chrono::duration<double> all = std::chrono::steady_clock::now() - start;
    ASSERT_EQ(seconds.size(), 3U);
    EXPECT_GT(seconds[2], 0.0);
    EXPECT_GT(seconds[0], seconds[2]);
    EXPECT_EQ(seconds[1], 0.0);
    EXPECT_LE(seconds[0] + seconds[2], all.count());
    EXPECT_GE(seconds[0] + seconds[2], 0.2 * all.count());  // not that of launches
    EXPECT_EQ(timer->seconds(), seconds);
}

TEST_P(Timers, LeaveOutRunsThatDidNotEnd) {
    const auto timer = device().timer(1);
    timer->start();
    multiply(50);

    timer->start();
    timer->lap(0);
    const double nothing = timer->seconds()[0];
    timer->start();
    multiply(50);
    timer->lap(0);

    EXPECT_GT(timer->seconds()[0] - nothing, nothing);
}

INSTANTIATE_TEST_SUITE_P(Devices, Timers, ::testing::ValuesIn(device_names()),
                         device_label);

}  // namespace
}  // namespace nengine::test
