#include "kernels/sparse_product.hpp"

#include <gtest/gtest.h>

#include "tests/support/blocks.hpp"
#include "tests/support/on_each_device.hpp"

namespace nengine::test {

using namespace kernels;
namespace {

constexpr Index steps = 3, batch = 5, n_x = 6, n_y = 4, count = 7;

std::size_t at(Index i) {
    return static_cast<std::size_t>(i);
}

/// A matrix [n_y, n_x] with an empty row, and two values in one place.
struct Matrix {
    std::vector<Index> offsets{0, 3, 3, 6, 7}, rows{0, 0, 0, 2, 2, 2, 3},
        columns{5, 0, 5, 1, 2, 4, 3}, order{6, 5, 4, 3, 2, 1, 0};
};

class SparseProduct : public OnEachDevice {};

TEST_P(SparseProduct, SumsTheValuesOfEachRow) {
    const Matrix m;
    const auto x = uniform<double>(steps * batch * n_x, -1, 1, 1);
    const auto before = uniform<double>(steps * batch * n_y, -1, 1, 2);
    const auto values = uniform<double>(count, -1, 1, 3);
    const Buffer dx = upload(x), dv = upload(values), offsets = upload(m.offsets),
                 columns = upload(m.columns), order = upload(m.order);
    for (const bool accumulate : {false, true}) {
        for (const bool ordered : {false, true}) {
            const Buffer dy = upload(before);
            const SparseProductArgs<Bound<double>> args{
                .x = dense<const double>(dx.as<double>(), steps, batch, 1, n_x),
                .y = dense(dy.as<double>(), steps, batch, 1, n_y),
                .values = dv.as<double>(),
                .offsets = offsets.as<Index>(),
                .columns = columns.as<Index>(),
                .order = ordered ? order.as<Index>() : nullptr,
                .accumulate = accumulate};

            device().run([&](const auto& exec) { sparse_product(exec, args); });

            const auto got = download<double>(dy);
            for (Index i = 0; i < steps * batch * n_y; ++i) {
                double want = accumulate ? before[at(i)] : 0.0;
                for (Index p = 0; p < count; ++p) {
                    const Index value = ordered ? m.order[at(p)] : p;
                    if (m.rows[at(p)] == i % n_y) {
                        want +=
                            values[at(value)] * x[at(i / n_y * n_x + m.columns[at(p)])];
                    }
                }
                ASSERT_NEAR(got[at(i)], want, 1e-14) << "element " << i;
            }
        }
    }
}

TEST_P(SparseProduct, GradientOfAValueSumsOverStepsAndItems) {
    const Matrix m;
    const auto x = uniform<float>(steps * batch * n_x, -1, 1, 1);
    const auto dy = uniform<float>(steps * batch * n_y, -1, 1, 2);
    const auto before = uniform<float>(count, -1, 1, 3);
    const Buffer to = upload(before), from_x = upload(x), from_y = upload(dy),
                 rows = upload(m.rows), columns = upload(m.columns);

    device().run([&](const auto& exec) {
        sparse_gradient(
            exec,
            SparseGradientArgs<Bound<float>>{
                .x = dense<const float>(from_x.as<float>(), steps, batch, 1, n_x),
                .dL_dy = dense<const float>(from_y.as<float>(), steps, batch, 1, n_y),
                .dL_dvalues = to.as<float>(),
                .rows = rows.as<Index>(),
                .columns = columns.as<Index>(),
                .count = count});
    });

    const auto got = download<float>(to);
    for (Index p = 0; p < count; ++p) {
        double want = before[at(p)];
        for (Index row = 0; row < steps * batch; ++row) {
            want += static_cast<double>(dy[at(row * n_y + m.rows[at(p)])]) *
                    static_cast<double>(x[at(row * n_x + m.columns[at(p)])]);
        }
        EXPECT_NEAR(got[at(p)], want, 1e-5) << "value " << p;
    }
}

INSTANTIATE_TEST_SUITE_P(Devices, SparseProduct, ::testing::ValuesIn(device_names()),
                         device_label);

}  // namespace
}  // namespace nengine::test
