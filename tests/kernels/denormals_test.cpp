#include <gtest/gtest.h>

#include <limits>

#include "kernels/filter_scan.hpp"
#include "kernels/optimizer.hpp"
#include "tests/support/blocks.hpp"
#include "tests/support/on_each_device.hpp"
#include "tests/support/optimizer_run.hpp"

namespace nengine::test {

using namespace kernels;
namespace {

constexpr float least_normal = std::numeric_limits<float>::min();

/// On the host: a GPU is as fast with denormals as without.
class Denormals : public OnEachDevice {
protected:
    void SetUp() override {
        OnEachDevice::SetUp();
#if !defined(__SSE__) && !defined(__aarch64__)
        GTEST_SKIP() << "this processor has no such cost";
#endif
    }

    /// What a filter x = x / 2 without input leaves of the least normal number.
    std::vector<float> decayed(Index steps, Index n) const {
        const Buffer u = upload(std::vector<float>(std::size_t(steps * n), 0.0F));
        const Buffer y = upload(std::vector<float>(std::size_t(steps * n), 1.0F));
        const Buffer x = upload(std::vector<float>(std::size_t(n), least_normal));
        const Buffer k = upload(std::vector<float>{0.5F, 0.5F});
        const FilterScanArgs<Bound<float>> args{FilterForm::first_order,
                                                1,
                                                {k.as<float>(), 1, 0},
                                                dense(u.as<float>(), steps, 1, 1, n),
                                                dense(x.as<float>(), 1, 1, 1, n),
                                                dense(y.as<float>(), steps, 1, 1, n)};
        device().run([&](const auto& exec) { filter_scan(exec, args); });
        return download<float>(x);
    }
};

TEST_P(Denormals, AreZeroOnEveryThread) {
    for (const Index n : {1, 257, 100003}) {
        EXPECT_EQ(decayed(1, n), std::vector<float>(std::size_t(n), 0.0F)) << n;
    }
}

TEST_P(Denormals, OfTheCallerStayAsTheyAre) {
    decayed(3, 257);
    decayed(1, 100003);

    volatile float small = least_normal;
    EXPECT_GT(small / 2, 0.0F);
}

// The running averages of a unit that has died would be among them from the 830th
// update on, and every update would take ten times as long.
TEST_P(Denormals, DoNotStayInAdamsAverages) {
    constexpr Index n = 257;
    const Buffer g = upload(std::vector<float>(n, 0.0F));
    OptimizerRun<float> run(device(), Adam{}, std::vector<float>(n, 1.0F));
    run.averages[0] = upload(std::vector<float>(n, 1e-3F));
    run.averages[1] = upload(std::vector<float>(n, 1e-36F));
    for (int update = 0; update < 10000; ++update) {
        run.update(g);
    }
    for (const Buffer& averages : run.averages) {
        for (const float average : download<float>(averages)) {
            EXPECT_TRUE(average == 0.0F || average >= least_normal) << average;
            EXPECT_LT(average, 1e-34F);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Devices, Denormals, ::testing::Values("cpu_avx2", "cpu_best"),
                         device_label);

}  // namespace
}  // namespace nengine::test
