#include "kernels/base/region_error.hpp"

#include <gtest/gtest.h>

#include <array>
#include <stdexcept>
#include <vector>

#include "kernels/gemm.hpp"
#include "tests/support/no_memory.hpp"

namespace nengine::test {

using namespace kernels;
namespace {

TEST(RegionError, IsThrownBehindTheRegion) {
    for (const int threads : {1, 2}) {
        RegionError error;
        std::atomic<int> done = 0;
#pragma omp parallel for num_threads(threads)
        for (int i = 0; i < 5; ++i) {
            error.guard([&] {
                if (i == 3) {
                    throw std::runtime_error("three");
                }
                ++done;
            });
        }
        EXPECT_EQ(done, 4);
        try {
            error.rethrow();
            FAIL() << "no error";
        } catch (const std::runtime_error& thrown) {
            EXPECT_STREQ(thrown.what(), "three");
        }
    }
    EXPECT_NO_THROW(RegionError().rethrow());
}

/// Products in double, whose blocks Eigen copies to memory of a few MiB: one on two
/// threads, some side by side, and a group.
TEST(RegionError, ProductsWithoutMemoryDoNotEndTheProcess) {
    const auto args = [](Index n, Index count, std::vector<double>& numbers) {
        numbers.assign(static_cast<std::size_t>(3 * n * n * count), 0.5);
        const double* const a = numbers.data();
        return GemmArgs<double>{.m = n,
                                .n = n,
                                .k = n,
                                .a = a,
                                .lda = n,
                                .b = a + n * n * count,
                                .ldb = n,
                                .c = numbers.data() + 2 * n * n * count,
                                .ldc = n,
                                .count = count,
                                .a_stride = n * n,
                                .b_stride = n * n,
                                .c_stride = n * n};
    };
    std::vector<double> one, some;
    const auto alone = args(800, 1, one), batch = args(150, 4, some);
    auto member = batch;
    member.count = 1;
    const std::array group{member, member};
    const CpuExec exec{2};

    expect_bad_alloc(
        [&] { gemm(exec, alone); }, [&] { gemm(exec, batch); },
        [&] { gemm_grouped(exec, std::span<const GemmArgs<double>>(group)); });
}

}  // namespace
}  // namespace nengine::test
