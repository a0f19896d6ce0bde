#include "kernels/matmul.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>

#include "kernels/base/error.hpp"
#include "kernels/pointwise/axes.hpp"
#include "tests/support/on_each_device.hpp"

namespace nengine::test {

using namespace kernels;
namespace {

constexpr std::size_t outer = max_program_axes - 2;
using Extents = std::array<Index, max_program_axes>;

/// A stack of matrices in a buffer of its own: dense, transposed, or with gaps between
/// its rows.
struct Stack {
    Extents extent, stride;
    Index size = 1;

    Stack(const std::array<Index, outer>& stack, Index rows, Index cols,
          std::mt19937& draw) {
        std::copy(stack.begin(), stack.end(), extent.begin());
        extent[outer] = rows;
        extent[outer + 1] = cols;
        const bool transposed = draw() % 2 == 0;
        const std::size_t inner = transposed ? outer : outer + 1;
        const std::size_t lines = transposed ? outer + 1 : outer;
        stride[inner] = 1;
        stride[lines] = extent[inner] + static_cast<Index>(draw() % 3);
        size = stride[lines] * extent[lines];
        for (std::size_t k = outer; k-- > 0;) {
            stride[k] = size;
            size *= extent[k];
        }
    }

    template <class Real>
    View<Real> view(Real* data) const {
        View<Real> result{.data = data,
                          .steps = {extent[0], stride[0]},
                          .batch = {extent[1], stride[1]}};
        for (std::size_t k = 0; k < max_item_axes; ++k) {
            result.item[k] = {extent[2 + k], stride[2 + k]};
        }
        return result;
    }
    /// Along axes of which there is one, there is that one.
    std::size_t place(const std::array<Index, outer>& at, Index row, Index col) const {
        Index sum = row * stride[outer] + col * stride[outer + 1];
        for (std::size_t k = 0; k < outer; ++k) {
            sum += extent[k] == 1 ? 0 : at[k] * stride[k];
        }
        return static_cast<std::size_t>(sum);
    }
};

class MatMul : public OnEachDevice {
protected:
    /// Random stacks, some of which repeat or are summed along some axes.
    template <class Real>
    void compare_random_products(double tolerance) {
        std::mt19937 draw(3);
        for (int round = 0; round < 120; ++round) {
            SCOPED_TRACE(round);
            compare<Real>(draw, tolerance);
        }
    }

private:
    template <class Real>
    void compare(std::mt19937& draw, double tolerance) {
        const auto below = [&](Index end) {
            return static_cast<Index>(draw() % static_cast<unsigned>(end));
        };
        std::array<Index, outer> extent{}, of_a{}, of_b{}, of_y{};
        for (std::size_t k = 0; k < outer; ++k) {
            extent[k] = draw() % 2 == 0 ? 1 : 1 + below(3);
            // At least one of them has the axis.
            const Index who = below(6);
            of_a[k] = who == 1 || who == 3 ? 1 : extent[k];
            of_b[k] = who == 2 || who == 3 ? 1 : extent[k];
            of_y[k] = who == 4 ? 1 : extent[k];
        }
        const Index m = 1 + below(9), n = 1 + below(9), inner = 1 + below(9);
        const Stack a(of_a, m, inner, draw), b(of_b, inner, n, draw),
            y(of_y, m, n, draw);
        const auto va = uniform<Real>(a.size, -1, 1, 1),
                   vb = uniform<Real>(b.size, -1, 1, 2);
        const auto before = uniform<Real>(y.size, -1, 1, 3);
        const bool accumulate = draw() % 2 == 0;

        const Buffer da = upload(va), db = upload(vb), dy = upload(before);
        const MatMulArgs<Bound<Real>> args{a.view(da.as<const Real>()),
                                           b.view(db.as<const Real>()),
                                           y.view(dy.as<Real>()), accumulate};
        const auto prepared = args.prepared();
        device().run([&](const auto& exec) { prepared.run(exec); });

        std::vector<double> want(before.begin(), before.end());
        const auto for_each_position = [&](const auto& visit) {
            Index positions = 1;
            for (const Index e : extent) {
                positions *= e;
            }
            for (Index p = 0; p < positions; ++p) {
                std::array<Index, outer> at{};
                Index rest = p;
                for (std::size_t k = outer; k-- > 0;) {
                    at[k] = rest % extent[k];
                    rest /= extent[k];
                }
                for (Index i = 0; i < m * n; ++i) {
                    visit(at, i / n, i % n);
                }
            }
        };
        if (!accumulate) {
            for_each_position(
                [&](const auto& at, Index i, Index j) { want[y.place(at, i, j)] = 0; });
        }
        for_each_position([&](const auto& at, Index i, Index j) {
            for (Index k = 0; k < inner; ++k) {
                want[y.place(at, i, j)] +=
                    static_cast<double>(va[a.place(at, i, k)]) * vb[b.place(at, k, j)];
            }
        });
        const auto got = download<Real>(dy);
        for (std::size_t i = 0; i < got.size(); ++i) {
            ASSERT_NEAR(got[i], want[i], tolerance) << "element " << i;
        }
    }
};

TEST_P(MatMul, OfStacksThatRepeatAndAreSummedInFloat32) {
    compare_random_products<float>(2e-4);
}
TEST_P(MatMul, OfStacksThatRepeatAndAreSummedInFloat64) {
    compare_random_products<double>(1e-12);
}

/// What stacks densely is one product: rows with one matrix, and sums over items.
TEST_P(MatMul, TakesAsFewProductsAsTheStridesAllow) {
    const Buffer numbers = upload(std::vector<float>(4096, 1));
    const auto stack = [&](Index items, Index rows, Index cols, Index item_stride) {
        View<const float> view{.data = numbers.as<const float>(),
                               .batch = {items, item_stride}};
        view.item[4] = {rows, cols};
        view.item[5] = {cols, 1};
        return view;
    };
    const auto transposed = [](View<const float> view) {
        std::swap(view.item[4], view.item[5]);
        return view;
    };
    const auto written = [&](Index items, Index rows, Index cols) {
        View<float> view{.data = numbers.as<float>(), .batch = {items, rows * cols}};
        view.item[4] = {rows, cols};
        view.item[5] = {cols, 1};
        return view;
    };
    using Args = MatMulArgs<Bound<float>>;

    const auto shared =
        Args{stack(8, 4, 5, 20), stack(1, 5, 3, 0), written(8, 4, 3), false}.prepared();
    ASSERT_EQ(shared.parts.size(), 1U);
    EXPECT_EQ(shared.parts[0].m, 32);
    EXPECT_EQ(shared.parts[0].count, 1);

    const auto summed = Args{transposed(stack(8, 4, 5, 20)), stack(8, 4, 3, 12),
                             written(1, 5, 3), false}
                            .prepared();
    ASSERT_EQ(summed.parts.size(), 1U);
    EXPECT_EQ(summed.parts[0].k, 32);

    const auto each =
        Args{stack(8, 4, 5, 20), stack(8, 5, 3, 15), written(8, 4, 3), false}
            .prepared();
    ASSERT_EQ(each.parts.size(), 1U);
    EXPECT_EQ(each.parts[0].count, 8);
}

TEST_P(MatMul, RefusesMatricesOfWhichNeitherRowsNorColumnsAreDense) {
    const Buffer numbers = upload(std::vector<float>(64, 1));
    View<const float> apart{.data = numbers.as<const float>()};
    apart.item[4] = {2, 16};
    apart.item[5] = {2, 3};
    View<float> y{.data = numbers.as<float>()};
    y.item[4] = {2, 2};
    y.item[5] = {2, 1};

    EXPECT_FALSE(is_matrix(apart.item[4], apart.item[5]));
    EXPECT_THROW((MatMulArgs<Bound<float>>{apart, apart, y, false}.prepared()),
                 BuildError);
}

INSTANTIATE_TEST_SUITE_P(Devices, MatMul, ::testing::ValuesIn(device_names()),
                         device_label);

}  // namespace
}  // namespace nengine::test
