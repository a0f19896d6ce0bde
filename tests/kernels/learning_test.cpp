#include "kernels/learning.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/on_each_device.hpp"

namespace nengine::test {

using namespace kernels;
namespace {

/// Matrices of several members and items, and what changes them.
struct Case {
    Index members, batch, m, n;
    bool decays, transposed, accumulate;
};

template <class Real>
std::size_t at(const Block<Real>& block, Index t, Index b, Index r, Index c) {
    return static_cast<std::size_t>(block.index(t, b, r, c));
}

class LearningKernels : public OnEachDevice {
protected:
    template <class Real>
    void check(const Case& k, double tolerance) {
        const Index mats = k.members * k.batch;
        auto w = uniform<Real>(mats * k.m * k.n, -1, 1, 1);
        const auto row = uniform<Real>(mats * k.m, -1, 1, 2),
                   col = uniform<Real>(mats * k.n, -1, 1, 3),
                   decay = uniform<Real>(mats * k.m, 0, 1, 4),
                   x = uniform<Real>(mats * k.n, -1, 1, 5);
        auto y = uniform<Real>(mats * k.m, -1, 1, 6);
        const Buffer dw = upload(w), dr = upload(row), dc = upload(col),
                     dd = upload(decay), dx = upload(x), dy = upload(y),
                     dout = upload(w);
        const auto matrix = [&](Real* data) {
            return Block<Real>{.data = data,
                               .steps = k.members,
                               .batch = k.batch,
                               .rows = k.m,
                               .cols = k.n,
                               .time_stride = k.batch * k.m * k.n,
                               .batch_stride = k.m * k.n,
                               .row_stride = k.transposed ? 1 : k.n,
                               .col_stride = k.transposed ? k.m : 1};
        };
        const auto column = [&](Real* data) {
            return Block<Real>{.data = data,
                               .steps = k.members,
                               .batch = k.batch,
                               .rows = k.m,
                               .cols = 1,
                               .time_stride = k.batch * k.m,
                               .batch_stride = k.m,
                               .row_stride = 1,
                               .col_stride = 0};
        };
        const auto line = [&](Real* data, Index size) {
            return Block<Real>{.data = data,
                               .steps = k.members,
                               .batch = k.batch,
                               .rows = 1,
                               .cols = size,
                               .time_stride = k.batch * size,
                               .batch_stride = size};
        };
        const Block<Real> row_block = column(dr.as<Real>()),
                          col_block = line(dc.as<Real>(), k.n),
                          decay_block =
                              k.decays ? column(dd.as<Real>()) : Block<Real>{};
        const Block<Real> weights = matrix(dw.as<Real>());
        device().run([&](const auto& exec) {
            change_weights(exec, ChangeWeightsArgs<Bound<Real>>{
                                     row_block, col_block, decay_block, weights,
                                     matrix(dout.as<Real>()), false});
            change_and_multiply(exec, ChangeAndMultiplyArgs<Bound<Real>>{
                                          row_block, col_block, decay_block, weights,
                                          line(dx.as<Real>(), k.n),
                                          line(dy.as<Real>(), k.m), k.accumulate});
        });
        const auto delta = download<Real>(dout), after = download<Real>(dw),
                   product = download<Real>(dy);

        const Block<Real> host = matrix(w.data());
        for (Index g = 0; g < k.members; ++g) {
            for (Index b = 0; b < k.batch; ++b) {
                const auto item = static_cast<std::size_t>(g * k.batch + b);
                for (Index i = 0; i < k.m; ++i) {
                    const std::size_t of_row = item * static_cast<std::size_t>(k.m) +
                                               static_cast<std::size_t>(i);
                    double sum = k.accumulate ? y[of_row] : 0.0;
                    for (Index j = 0; j < k.n; ++j) {
                        const std::size_t of_col =
                            item * static_cast<std::size_t>(k.n) +
                            static_cast<std::size_t>(j);
                        const std::size_t e = at(host, g, b, i, j);
                        const double want =
                            static_cast<double>(row[of_row]) * col[of_col] -
                            (k.decays ? static_cast<double>(decay[of_row]) * w[e]
                                      : 0.0);
                        ASSERT_NEAR(delta[e], want, tolerance);
                        ASSERT_NEAR(after[e], w[e] + want, tolerance);
                        sum += (w[e] + want) * x[of_col];
                    }
                    ASSERT_NEAR(product[of_row], sum,
                                tolerance * std::sqrt(static_cast<double>(k.n) + 1));
                }
            }
        }
    }
};

TEST_P(LearningKernels, ChangeAndProductAreThoseOfPlainLoops) {
    for (const bool decays : {false, true}) {
        for (const bool transposed : {false, true}) {
            for (const bool accumulate : {false, true}) {
                check<double>({1, 1, 3, 257, decays, transposed, accumulate}, 1e-13);
                check<double>({3, 5, 7, 33, decays, transposed, accumulate}, 1e-13);
                check<float>({2, 5, 65, 67, decays, transposed, accumulate}, 1e-5);
                check<float>({1, 1, 1, 1, decays, transposed, accumulate}, 1e-5);
                check<float>({1, 1, 131, 2051, decays, transposed, accumulate}, 1e-5);
            }
        }
    }
}

TEST_P(LearningKernels, ResultsDoNotDependOnTheNumberOfThreads) {
    constexpr Index m = 61, n = 4099;
    const auto w = uniform<float>(m * n, -1, 1, 1), x = uniform<float>(n, -1, 1, 2),
               row = uniform<float>(m, -1, 1, 3);
    const auto product = [&](const Device& on) {
        const Buffer dw = upload(w), dx = upload(x), dr = upload(row),
                     dy = upload(std::vector<float>(m, 0.0F));
        on.run([&](const auto& exec) {
            change_and_multiply(
                exec,
                ChangeAndMultiplyArgs<Bound<float>>{
                    {.data = dr.as<float>(),
                     .rows = m,
                     .row_stride = 1,
                     .col_stride = 0},
                    {.data = dx.as<float>(), .cols = n},
                    {},
                    {.data = dw.as<float>(), .rows = m, .cols = n, .row_stride = n},
                    {.data = dx.as<float>(), .cols = n},
                    {.data = dy.as<float>(), .cols = m},
                    false});
        });
        return download<float>(dy);
    };
    if (device().is_cuda()) {
        EXPECT_EQ(product(device()), product(device()));
        return;
    }
    EXPECT_EQ(product(Device::cpu(1)), product(Device::cpu(3)));
}

INSTANTIATE_TEST_SUITE_P(Devices, LearningKernels, ::testing::ValuesIn(device_names()),
                         device_label);

}  // namespace
}  // namespace nengine::test
