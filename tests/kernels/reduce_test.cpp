#include "kernels/reduce.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/blocks.hpp"
#include "tests/support/on_each_device.hpp"

namespace nengine::test {

using namespace kernels;
namespace {

class Reduce : public OnEachDevice {
protected:
    /// Compares every choice of kept extents with plain sums.
    template <class Real>
    void every_choice(Index steps, Index batch, Index rows, Index cols,
                      double tolerance) {
        const Index total = steps * batch * rows * cols;
        const auto a = uniform<Real>(total, -1, 1, 1),
                   b = uniform<Real>(total, -1, 1, 2);
        const Buffer da = upload(a), db = upload(b);
        for (int kept = 0; kept < 16; ++kept) {
            const Index t_n = kept & 1 ? steps : 1, b_n = kept & 2 ? batch : 1;
            const Index r_n = kept & 4 ? rows : 1, c_n = kept & 8 ? cols : 1;
            const auto before = uniform<Real>(t_n * b_n * r_n * c_n, -1, 1, 3);
            for (const int options : {0, 1, 2, 3}) {
                const bool with_b = options & 1, accumulate = options & 2;
                std::vector<double> want(before.size(), 0.0);
                for (Index i = 0; i < total; ++i) {
                    const Index c = i % cols, r = i / cols % rows;
                    const Index item = i / (cols * rows) % batch;
                    const Index t = i / (cols * rows * batch);
                    const auto at = static_cast<std::size_t>(
                        (((kept & 1 ? t : 0) * b_n + (kept & 2 ? item : 0)) * r_n +
                         (kept & 4 ? r : 0)) *
                            c_n +
                        (kept & 8 ? c : 0));
                    const auto k = static_cast<std::size_t>(i);
                    want[at] += static_cast<double>(a[k]) * (with_b ? b[k] : Real(1));
                }
                const Buffer out = upload(before);
                device().run([&](const auto& exec) {
                    sum_product(
                        exec,
                        SumProductArgs<Bound<Real>>{
                            dense<const Real>(da.as<Real>(), steps, batch, rows, cols),
                            with_b ? dense<const Real>(db.as<Real>(), steps, batch,
                                                       rows, cols)
                                   : Block<const Real>{},
                            dense(out.as<Real>(), t_n, b_n, r_n, c_n), accumulate});
                });
                const auto got = download<Real>(out);
                for (std::size_t i = 0; i < got.size(); ++i) {
                    ASSERT_NEAR(got[i], want[i] + (accumulate ? before[i] : Real(0)),
                                tolerance)
                        << "kept " << kept << " options " << options << " at " << i;
                }
            }
        }
    }
};

TEST_P(Reduce, SumsOverEveryChoiceOfExtents) {
    every_choice<double>(3, 5, 7, 67, 1e-11);
    every_choice<float>(2, 5, 3, 33, 1e-4);
    every_choice<double>(1, 1, 1, 257, 1e-12);
    every_choice<double>(3, 1, 5, 1, 1e-12);
}

TEST_P(Reduce, LongSumsKeepTheirDigits) {
    // the sum of a million floats in float would lose about three digits
    constexpr Index n = 1000003;
    const auto a = uniform<float>(n, 0, 1, 1);
    double want = 0;
    for (const float value : a) {
        want += value;
    }
    const Buffer da = upload(a), out = upload(std::vector<float>{0.0F});
    device().run([&](const auto& exec) {
        sum_product(exec, SumProductArgs<Bound<float>>{
                              dense<const float>(da.as<float>(), n, 1, 1, 1),
                              {},
                              dense(out.as<float>(), 1, 1, 1, 1),
                              false});
    });
    EXPECT_NEAR(download<float>(out)[0], want, 1e-6 * want);
}

TEST_P(Reduce, ReadsBroadcastFactors) {
    const auto a = uniform<double>(5 * 67, -1, 1, 1), b = uniform<double>(67, -1, 1, 2);
    const Buffer da = upload(a), db = upload(b),
                 out = upload(std::vector<double>(5, 0.0));
    device().run([&](const auto& exec) {
        sum_product(exec,
                    SumProductArgs<Bound<double>>{
                        dense<const double>(da.as<double>(), 1, 5, 1, 67),
                        Block<const double>{db.as<double>(), 1, 5, 1, 67, 0, 0, 0, 1},
                        dense(out.as<double>(), 1, 5, 1, 1), false});
    });
    const auto got = download<double>(out);
    for (std::size_t item = 0; item < 5; ++item) {
        double want = 0;
        for (std::size_t i = 0; i < 67; ++i) {
            want += a[item * 67 + i] * b[i];
        }
        EXPECT_NEAR(got[item], want, 1e-12);
    }
}

TEST_P(Reduce, AnEmptySumIsZero) {
    const Buffer out = upload(std::vector<float>(3, 5.0F));
    for (const bool accumulate : {true, false}) {
        device().run([&](const auto& exec) {
            sum_product(exec, SumProductArgs<Bound<float>>{
                                  dense<const float>(out.as<float>(), 0, 4, 1, 3),
                                  {},
                                  dense(out.as<float>(), 1, 1, 1, 3),
                                  accumulate});
        });
        EXPECT_EQ(download<float>(out),
                  std::vector<float>(3, accumulate ? 5.0F : 0.0F));
    }
}

TEST_P(Reduce, IsTheSameForAnyNumberOfThreads) {
    if (device().is_cuda()) {
        GTEST_SKIP() << "threads are the host's";
    }
    constexpr Index n = 20011, cols = 37;
    const Buffer a = upload(uniform<float>(n * cols, -1, 1, 1));
    const auto with = [&](int threads, Index kept) {
        const Buffer out =
            upload(std::vector<float>(static_cast<std::size_t>(kept), 0.0F));
        Device::cpu(threads).run([&](const auto& exec) {
            sum_product(exec, SumProductArgs<Bound<float>>{
                                  dense<const float>(a.as<float>(), n, 1, 1, cols),
                                  {},
                                  dense(out.as<float>(), 1, 1, 1, kept),
                                  false});
        });
        return download<float>(out);
    };
    for (const Index kept : {Index{1}, cols}) {
        EXPECT_EQ(with(1, kept), with(2, kept));
        EXPECT_EQ(with(1, kept), with(3, kept));
    }
}

INSTANTIATE_TEST_SUITE_P(Devices, Reduce, ::testing::ValuesIn(device_names()),
                         device_label);

}  // namespace
}  // namespace nengine::test
