#include "kernels/gemm.hpp"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "tests/support/on_each_device.hpp"

namespace nengine::kernels {
namespace {

std::size_t at(Index i) {
    return static_cast<std::size_t>(i);
}

/// One product on the host: sizes, options, and operands with room between their rows
/// and between the members of a batch.
template <class Real>
struct Problem {
    Index m, n, k, count = 1;
    bool transpose_a = false, transpose_b = false;
    Real alpha = 1, beta = 0;
    Index gap = 0;                            // unused numbers at the end of each row
    bool shared_a = false, shared_b = false;  // one matrix for the whole batch
    std::vector<Real> a, b, c;

    Index lda() const { return (transpose_a ? m : k) + gap; }
    Index ldb() const { return (transpose_b ? k : n) + gap; }
    Index ldc() const { return n + gap; }
    Index a_stride() const {
        return shared_a ? 0 : (transpose_a ? k : m) * lda() + gap;
    }
    Index b_stride() const {
        return shared_b ? 0 : (transpose_b ? n : k) * ldb() + gap;
    }
    Index c_stride() const { return m * ldc() + gap; }

    void fill(unsigned seed) {
        a = test::uniform<Real>(count * ((transpose_a ? k : m) * lda() + gap), -1, 1,
                                seed);
        b = test::uniform<Real>(count * ((transpose_b ? n : k) * ldb() + gap), -1, 1,
                                seed + 1);
        c = test::uniform<Real>(count * c_stride(), -1, 1, seed + 2);
    }

    GemmArgs<Real> args(const Buffer& da, const Buffer& db, const Buffer& dc) const {
        return {transpose_a, transpose_b,   m,          n,
                k,           da.as<Real>(), lda(),      db.as<Real>(),
                ldb(),       dc.as<Real>(), ldc(),      alpha,
                beta,        count,         a_stride(), b_stride(),
                c_stride()};
    }

    /// c as it should be, by three loops in double.
    std::vector<Real> expected() const {
        std::vector<Real> out = c;
        for (Index g = 0; g < count; ++g) {
            for (Index i = 0; i < m; ++i) {
                for (Index j = 0; j < n; ++j) {
                    Real& to = out[at(g * c_stride() + i * ldc() + j)];
                    const double before =
                        beta == 0 ? 0.0 : static_cast<double>(beta) * to;
                    to = static_cast<Real>(alpha * sum(g, i, j) + before);
                }
            }
        }
        return out;
    }

private:
    double sum(Index g, Index i, Index j) const {
        double total = 0;
        for (Index p = 0; p < k; ++p) {
            const Index in_a = transpose_a ? p * lda() + i : i * lda() + p;
            const Index in_b = transpose_b ? j * ldb() + p : p * ldb() + j;
            total += static_cast<double>(a[at(g * a_stride() + in_a)]) *
                     static_cast<double>(b[at(g * b_stride() + in_b)]);
        }
        return total;
    }
};

template <class Real>
void expect_near(const std::vector<Real>& got, const std::vector<Real>& want, Index k,
                 const std::string& what) {
    ASSERT_EQ(got.size(), want.size()) << what;
    const double unit = static_cast<double>(std::numeric_limits<Real>::epsilon());
    // Each of k products of numbers below 1 rounds once, and so does each sum.
    const double bound = unit * (8.0 + 2.0 * static_cast<double>(k));
    for (std::size_t i = 0; i < got.size(); ++i) {
        ASSERT_NEAR(static_cast<double>(got[i]), static_cast<double>(want[i]), bound)
            << what << " element " << i;
    }
}

template <class Real>
std::string describe(const Problem<Real>& p) {
    return std::to_string(p.count) + " x (" + std::to_string(p.m) + ", " +
           std::to_string(p.n) + ", " + std::to_string(p.k) + ")" +
           (p.transpose_a ? " A^T" : "") + (p.transpose_b ? " B^T" : "") +
           (sizeof(Real) == 4 ? " float32" : " float64");
}

class Gemm : public test::OnEachDevice {
protected:
    template <class Real>
    void check(Problem<Real> problem, unsigned seed) {
        problem.fill(seed);
        const Buffer a = upload(problem.a), b = upload(problem.b),
                     c = upload(problem.c);
        device().run([&](const auto& exec) { gemm(exec, problem.args(a, b, c)); });
        expect_near(download<Real>(c), problem.expected(), problem.k,
                    describe(problem));
    }

    /// All four transpositions of a size, with and without room between the rows.
    template <class Real>
    void check_all(Index m, Index n, Index k, Index count, Real alpha, Real beta) {
        for (const bool ta : {false, true}) {
            for (const bool tb : {false, true}) {
                for (const Index gap : {0, 3}) {
                    check(Problem<Real>{.m = m,
                                        .n = n,
                                        .k = k,
                                        .count = count,
                                        .transpose_a = ta,
                                        .transpose_b = tb,
                                        .alpha = alpha,
                                        .beta = beta,
                                        .gap = gap,
                                        .a = {},
                                        .b = {},
                                        .c = {}},
                          7);
                }
            }
        }
    }
    template <class Real>
    void check_sizes(Index count) {
        // Around the borders between the ways a product is computed: rows, columns, a
        // handful of numbers, a library's call, several threads.
        const Index sizes[][3] = {{1, 1, 1},    {1, 64, 1},   {5, 64, 1},   {1, 67, 65},
                                  {65, 1, 67},  {1, 1, 257},  {3, 5, 7},    {5, 1, 64},
                                  {17, 19, 13}, {33, 31, 37}, {5, 257, 64}, {9, 33, 3}};
        for (const auto& [m, n, k] : sizes) {
            check_all<Real>(m, n, k, count, 1, 0);
            check_all<Real>(m, n, k, count, Real{-0.5}, Real{0.25});
        }
    }
};

TEST_P(Gemm, EveryTranspositionMatchesThreeLoopsInFloat32) {
    check_sizes<float>(1);
}

TEST_P(Gemm, EveryTranspositionMatchesThreeLoopsInFloat64) {
    check_sizes<double>(1);
}

TEST_P(Gemm, BatchesMatchThreeLoopsInFloat32) {
    check_sizes<float>(5);
}

TEST_P(Gemm, BatchesMatchThreeLoopsInFloat64) {
    check_sizes<double>(5);
}

TEST_P(Gemm, ProductsLargeEnoughForSeveralThreadsMatch) {
    check_all<float>(129, 130, 131, 1, 1, 1);
    check_all<double>(129, 130, 131, 1, 1, 1);
    check_all<double>(1, 511, 513, 1, 1, 0);
    check_all<float>(1, 511, 513, 1, 1, 0);
    check_all<float>(67, 65, 64, 9, 2, 1);
    check_all<float>(8191, 67, 2, 1, 1, 1);
    check_all<double>(1, 1031, 1033, 1, 1, 1);
    check_all<double>(1031, 1, 1033, 1, 1, 0);
}

TEST_P(Gemm, OneMatrixCanServeAWholeBatch) {
    for (const bool first : {true, false}) {
        const Problem<float> problem{.m = 9,
                                     .n = 33,
                                     .k = 21,
                                     .count = 5,
                                     .transpose_b = true,
                                     .beta = 1,
                                     .shared_a = first,
                                     .shared_b = !first,
                                     .a = {},
                                     .b = {},
                                     .c = {}};
        check(problem, 3);
    }
}

TEST_P(Gemm, ThousandsOfTinyProductsMatch) {
    check(Problem<float>{.m = 1,
                         .n = 64,
                         .k = 1,
                         .count = 3001,
                         .transpose_b = true,
                         .a = {},
                         .b = {},
                         .c = {}},
          11);
    check(Problem<float>{.m = 5,
                         .n = 1,
                         .k = 64,
                         .count = 3001,
                         .transpose_b = true,
                         .beta = 1,
                         .a = {},
                         .b = {},
                         .c = {}},
          12);
}

TEST_P(Gemm, WithoutTermsCIsScaled) {
    check_all<float>(5, 7, 0, 3, 1, 0);
    check_all<float>(5, 7, 0, 3, 1, 0.5f);
    check_all<double>(5, 7, 0, 3, 1, 0);
}

TEST_P(Gemm, EmptyProductsWriteNothing) {
    struct Size {
        Index m, n, count;
    };
    for (const Size& size : {Size{0, 5, 1}, Size{5, 0, 1}, Size{5, 5, 0}}) {
        const Buffer c = upload(std::vector<float>(25, 3.0f));
        device().run([&](const auto& exec) {
            gemm(exec, GemmArgs<float>{.m = size.m,
                                       .n = size.n,
                                       .k = 0,
                                       .lda = 1,
                                       .ldb = 5,
                                       .c = c.as<float>(),
                                       .ldc = 5,
                                       .count = size.count});
        });
        EXPECT_EQ(download<float>(c), std::vector<float>(25, 3.0f));
    }
}

TEST_P(Gemm, WithBetaZeroCIsNotRead) {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    for (const Index size : {3, 33, 100}) {
        const std::vector<float> ones(at(size * size), 1.0f);
        const Buffer a = upload(ones), b = upload(ones);
        const Buffer c = upload(std::vector<float>(ones.size(), nan));
        device().run([&](const auto& exec) {
            gemm(exec, GemmArgs<float>{.m = size,
                                       .n = size,
                                       .k = size,
                                       .a = a.as<float>(),
                                       .lda = size,
                                       .b = b.as<float>(),
                                       .ldb = size,
                                       .c = c.as<float>(),
                                       .ldc = size});
        });
        const std::vector<float> want(ones.size(), static_cast<float>(size));
        EXPECT_EQ(download<float>(c), want);
    }
}

TEST_P(Gemm, TheSameProductGivesTheSameBits) {
    Problem<float> problem{.m = 200, .n = 10, .k = 3200, .a = {}, .b = {}, .c = {}};
    problem.fill(21);
    const Buffer a = upload(problem.a), b = upload(problem.b), c = upload(problem.c);
    std::vector<float> first;
    for (int run = 0; run < 4; ++run) {
        device().run([&](const auto& exec) { gemm(exec, problem.args(a, b, c)); });
        const auto now = download<float>(c);
        if (run == 0) {
            first = now;
        }
        EXPECT_EQ(now, first) << "run " << run;
    }
}

template <class Real>
std::vector<Problem<Real>> ragged_blocks() {
    std::vector<Problem<Real>> problems;
    const Index sizes[][3] = {
        {5, 64, 1}, {1, 3, 67}, {0, 5, 5}, {200, 210, 220}, {7, 9, 0}};
    for (const auto& [m, n, k] : sizes) {
        problems.push_back({.m = m,
                            .n = n,
                            .k = k,
                            .transpose_b = k % 2 == 1,
                            .beta = Real{0.5},
                            .gap = 1,
                            .a = {},
                            .b = {},
                            .c = {}});
        problems.back().fill(static_cast<unsigned>(problems.size()));
    }
    return problems;
}

TEST_P(Gemm, GroupedProductsOfDifferentShapesMatchThreeLoops) {
    const auto problems = ragged_blocks<float>();
    std::vector<Buffer> buffers;
    std::vector<GemmArgs<float>> all;
    for (const auto& problem : problems) {
        for (const auto* values : {&problem.a, &problem.b, &problem.c}) {
            buffers.push_back(upload(*values));
        }
        const std::size_t last = buffers.size();
        all.push_back(
            problem.args(buffers[last - 3], buffers[last - 2], buffers[last - 1]));
    }

    device().run([&](const auto& exec) {
        gemm_grouped(exec, std::span<const GemmArgs<float>>(all));
    });

    for (std::size_t i = 0; i < problems.size(); ++i) {
        expect_near(download<float>(buffers[3 * i + 2]), problems[i].expected(),
                    problems[i].k, describe(problems[i]));
    }
}

INSTANTIATE_TEST_SUITE_P(Devices, Gemm, ::testing::ValuesIn(test::device_names()),
                         test::device_label);

}  // namespace
}  // namespace nengine::kernels
