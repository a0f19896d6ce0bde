#include <gtest/gtest.h>

#include <numeric>
#include <type_traits>
#include <vector>

#include "kernels/base/operands.hpp"
#include "kernels/cuda/launch_elements.cuh"
#include "tests/support/on_each_device.hpp"

// Which of the kernels an element-wise launch takes depends on sizes that tests do not
// have: here each is run by its name.

namespace nengine::test {

using namespace kernels;
namespace {

constexpr Index steps = 3, batch = 5, rows = 7, cols = 37;
constexpr Index n = steps * batch * rows * cols;

/// dst = 2 src + its position
template <Columns columns>
struct Mark {
    static constexpr bool of_lines = all_lines<columns>();

    Operand<const double, columns> src;
    Operand<double, columns> dst;

    template <class I>
    NENGINE_HD Pending<double> read(I t, I b, I r, I c) const {
        const auto at = ((t * I(batch) + b) * I(rows) + r) * I(cols) + c;
        return {&dst(t, b, r, c), 2 * src(t, b, r, c) + static_cast<double>(at)};
    }
    NENGINE_HD void write(const Pending<double>& out) const { *out.to = out.value; }
    template <class Visit>
    NENGINE_HD void each_operand(const Visit& visit) {
        visit(src);
        visit(dst);
    }
};

/// dst = 2 src, whose elements are found by their positions.
struct Twice {
    static constexpr bool only_operands = true;

    Operand<const double, Columns::other> src;
    Operand<double, Columns::other> dst;

    template <class I>
    NENGINE_HD Pending<double> read(I t, I b, I r, I c) const {
        return {&dst(t, b, r, c), 2 * src(t, b, r, c)};
    }
    NENGINE_HD void write(const Pending<double>& out) const { *out.to = out.value; }
    template <class Visit>
    NENGINE_HD void each_operand(const Visit& visit) {
        visit(src);
        visit(dst);
    }
};

class LaunchElements : public OnEachDevice {
protected:
    void SetUp() override {
        OnEachDevice::SetUp();
        if (IsSkipped() || HasFatalFailure()) {
            return;
        }
        std::vector<double> numbers(n + 1);
        std::iota(numbers.begin(), numbers.end(), 1.0);
        src_ = upload(numbers);
        dst_ = upload(std::vector<double>(n + 1, -1.0));
    }

    /// Blocks of `e` elements that begin `offset` numbers after the buffers'.
    template <Columns columns>
    Mark<columns> mark(const Extents& e, Index offset) const {
        const Block<const double> src{
            src_.as<double>() + offset, e.steps,         e.batch, e.rows, e.cols,
            e.batch * e.rows * e.cols,  e.rows * e.cols, e.cols,  1};
        Block<double> dst{dst_.as<double>() + offset,
                          e.steps,
                          e.batch,
                          e.rows,
                          e.cols,
                          src.time_stride,
                          src.batch_stride,
                          src.row_stride,
                          1};
        return {Operand<const double, columns>(src), Operand<double, columns>(dst)};
    }

    template <class Launch>
    void on_cuda(const Launch& launch) const {
        device().run([&](const auto& exec) {
            if constexpr (std::is_same_v<std::decay_t<decltype(exec)>, CudaExec>) {
                launch(exec);
            }
        });
    }

    void expect_marked(Index count, Index offset) const {
        const auto got = download<double>(dst_);
        for (Index i = 0; i < n + 1; ++i) {
            const Index at = i - offset;
            const bool inside = at >= 0 && at < count;
            const double want =
                inside ? 2.0 * static_cast<double>(i + 1) + static_cast<double>(at)
                       : -1.0;
            ASSERT_EQ(got[static_cast<std::size_t>(i)], want) << i;
        }
    }

    /// From columns that are apart, and rows from the last to the first one.
    template <class Word, class I>
    void expect_twice_in() {
        const Extents all{steps, batch, rows, cols};
        const Block<const double> src{.data = src_.as<double>() + rows - 1,
                                      .steps = steps,
                                      .batch = batch,
                                      .rows = rows,
                                      .cols = cols,
                                      .time_stride = rows,
                                      .batch_stride = rows * steps,
                                      .row_stride = -1,
                                      .col_stride = rows * steps * batch};
        const Block<double> dst{.data = dst_.as<double>(),
                                .steps = steps,
                                .batch = batch,
                                .rows = rows,
                                .cols = cols,
                                .time_stride = batch * rows * cols,
                                .batch_stride = rows * cols,
                                .row_stride = 1,
                                .col_stride = rows};
        const Twice fn{Operand<const double, Columns::other>(src),
                       Operand<double, Columns::other>(dst)};
        on_cuda([&](const CudaExec& exec) {
            cuda::launch_unfolded<Word, I>(exec, blocks<Twice>(n), n, all, fn);
        });

        const auto got = download<double>(dst_);
        for (Index i = 0; i < n; ++i) {
            const Index r = i % rows, c = i / rows % cols, item = i / rows / cols;
            const Index at = src.index(item / batch, item % batch, r, c) + rows - 1;
            ASSERT_EQ(got[static_cast<std::size_t>(i)],
                      2.0 * static_cast<double>(at + 1))
                << i;
        }
        EXPECT_EQ(got.back(), -1.0);
    }

    template <class Fn>
    static unsigned blocks(Index count) {
        return cuda::checked_grid(cuda::ceil_div(count, cuda::elements_per_block<Fn>));
    }

    Buffer src_, dst_;
};

TEST_P(LaunchElements, FindsElementsIn32Bits) {
    const Extents all{steps, batch, rows, cols};
    const auto fn = mark<Columns::other>(all, 0);
    on_cuda([&](const CudaExec& exec) {
        cuda::launch_unfolded<std::uint32_t, std::int32_t>(
            exec, blocks<std::decay_t<decltype(fn)>>(n), n, all, fn);
    });
    expect_marked(n, 0);
}

TEST_P(LaunchElements, FindsElementsIn64Bits) {
    const Extents all{steps, batch, rows, cols};
    const auto fn = mark<Columns::other>(all, 0);
    on_cuda([&](const CudaExec& exec) {
        cuda::launch_unfolded<std::uint64_t, Index>(
            exec, blocks<std::decay_t<decltype(fn)>>(n), n, all, fn);
    });
    expect_marked(n, 0);
}

TEST_P(LaunchElements, FindsElementsByTheirPositionsIn32Bits) {
    expect_twice_in<std::uint32_t, std::int32_t>();
}

TEST_P(LaunchElements, FindsElementsByTheirPositionsIn64Bits) {
    expect_twice_in<std::uint64_t, Index>();
}

/// Full blocks, and a last one with fewer elements; from an aligned place and another.
TEST_P(LaunchElements, RunsThroughALineWhereverItBegins) {
    for (const Index offset : {0, 1}) {
        for (const Index count : {Index{1}, Index{1023}, Index{1024}, Index{2051}, n}) {
            dst_ = upload(std::vector<double>(n + 1, -1.0));
            const Extents line{1, 1, 1, count};
            const auto fn = mark<Columns::unit>(line, offset);
            on_cuda([&](const CudaExec& exec) { launch_elements(exec, line, fn); });
            expect_marked(count, offset);
        }
    }
}

TEST_P(LaunchElements, TakesNarrowIndicesWhereAllElementsAreNear) {
    const Extents all{steps, batch, rows, cols};
    auto fn = mark<Columns::other>(all, 0);
    EXPECT_TRUE(cuda::is_narrow(fn, all, n));
    EXPECT_FALSE(cuda::is_narrow(fn, all, Index{1} << 31));
    fn.src.row_stride = -(Index{1} << 31) / (rows - 1) - 1;
    EXPECT_FALSE(cuda::is_narrow(fn, all, n));
}

INSTANTIATE_TEST_SUITE_P(Devices, LaunchElements, ::testing::Values("cuda"),
                         device_label);

}  // namespace
}  // namespace nengine::test
