#include "kernels/base/gemm_math.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/gemm.hpp"
#include "tests/support/on_each_device.hpp"

namespace nengine::test {

using namespace kernels;
namespace {

/// A product of [n, n] matrices of numbers in [-1, 1), `shift` numbers into their
/// memory and with as many between rows.
struct SquareProduct {
    Index n, shift;

    Index row() const { return n + shift; }
    Index size() const { return shift + n * row(); }

    double error_of(const std::vector<float>& a, const std::vector<float>& b,
                    const std::vector<float>& c) const {
        const auto at = [&](const std::vector<float>& x, Index i, Index j) {
            return static_cast<double>(
                x[static_cast<std::size_t>(shift + i * row() + j)]);
        };
        double worst = 0;
        for (Index i = 0; i < n; ++i) {
            for (Index j = 0; j < n; ++j) {
                double sum = 0;
                for (Index p = 0; p < n; ++p) {
                    sum += at(a, i, p) * at(b, p, j);
                }
                worst = std::max(worst, std::abs(at(c, i, j) - sum));
            }
        }
        // A sum of n products is about as large as the root of n.
        return worst / std::sqrt(static_cast<double>(n));
    }
};

// Tensor cores may cut off instead of rounding, which more than doubles an error.
constexpr double tf32_bound = 2e-3, bf16_bound = 2e-2;

class GemmMathOf : public OnEachDevice {
protected:
    /// The largest error of the product, by that of its numbers.
    double error(GemmMath math, const SquareProduct& of) const {
        const auto a = uniform<float>(of.size(), -1, 1, 1);
        const auto b = uniform<float>(of.size(), -1, 1, 2);
        const Buffer da = upload(a), db = upload(b), dc = upload(a);
        device().set_gemm_math(math);
        device().run([&](const auto& exec) {
            gemm<float>(exec, {.m = of.n,
                               .n = of.n,
                               .k = of.n,
                               .a = da.as<float>() + of.shift,
                               .lda = of.row(),
                               .b = db.as<float>() + of.shift,
                               .ldb = of.row(),
                               .c = dc.as<float>() + of.shift,
                               .ldc = of.row()});
        });
        return of.error_of(a, b, download<float>(dc));
    }
};

TEST_P(GemmMathOf, ProductsRoundsAsMuchAsItSays) {
    const SquareProduct aligned{.n = 128, .shift = 0};
    const double exact = error(GemmMath::float32, aligned);
    const double tf32 = error(GemmMath::tf32, aligned);
    const double bf16 = error(GemmMath::bf16, aligned);

    EXPECT_LT(exact, 1e-6);
    EXPECT_LT(tf32, tf32_bound);
    EXPECT_LT(bf16, bf16_bound);
    if (device().is_cuda()) {
        EXPECT_GT(tf32, 1e-5);  // tensor cores are used
        EXPECT_GT(bf16, 1.5 * tf32);
    } else {
        EXPECT_EQ(tf32, exact);
        EXPECT_EQ(bf16, exact);
    }
}

TEST_P(GemmMathOf, ProductsTakesOperandsOfAnyAlignment) {
    for (const Index shift : {1, 2, 3}) {
        for (const Index n : {128, 33}) {
            const SquareProduct of{.n = n, .shift = shift};
            EXPECT_LT(error(GemmMath::float32, of), 1e-6) << n << ' ' << shift;
            EXPECT_LT(error(GemmMath::tf32, of), tf32_bound) << n << ' ' << shift;
            EXPECT_LT(error(GemmMath::bf16, of), bf16_bound) << n << ' ' << shift;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Devices, GemmMathOf, ::testing::ValuesIn(device_names()),
                         device_label);

}  // namespace
}  // namespace nengine::test
