#include "kernels/reduce.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>

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

/// Largest, smallest and products, of views with more axes than blocks have.
TEST_P(Reduce, ReducesOverEveryChoiceOfAxes) {
    const std::array<Index, 4> extent{3, 2, 5, 17};
    constexpr Index total = 3 * 2 * 5 * 17;
    const auto x = uniform<float>(total, -1.2, 1.2, 1);
    const Buffer from = upload(x);
    const auto view = [&](auto* data, const std::array<Index, 4>& extents) {
        View<std::remove_pointer_t<decltype(data)>> result{.data = data};
        Index inside = 1;
        for (std::size_t k = 4; k-- > 0;) {
            result.item[2 + k] = {extents[k], inside};
            inside *= extents[k];
        }
        return result;
    };
    const auto combine = [](Reduction kind, double a, double b) {
        return kind == Reduction::sum       ? a + b
               : kind == Reduction::product ? a * b
               : kind == Reduction::max     ? std::max(a, b)
                                            : std::min(a, b);
    };
    for (unsigned kept = 0; kept < 16; ++kept) {
        for (const Reduction kind :
             {Reduction::sum, Reduction::product, Reduction::max, Reduction::min}) {
            SCOPED_TRACE(testing::Message()
                         << "kept " << kept << " kind " << int(kind));
            std::array<Index, 4> to{};
            for (std::size_t k = 0; k < 4; ++k) {
                to[k] = kept >> k & 1 ? extent[k] : 1;
            }
            const auto n = static_cast<std::size_t>(to[0] * to[1] * to[2] * to[3]);
            std::vector<double> want(n);
            std::vector<bool> begun(n, false);
            for (Index i = 0; i < total; ++i) {
                Index rest = i, at = 0, inside = 1;
                for (std::size_t k = 4; k-- > 0;) {
                    at += to[k] > 1 ? rest % extent[k] * inside : 0;
                    inside *= to[k];
                    rest /= extent[k];
                }
                const auto place = static_cast<std::size_t>(at);
                const double value = x[static_cast<std::size_t>(i)];
                want[place] = begun[place] ? combine(kind, want[place], value) : value;
                begun[place] = true;
            }
            const Buffer out = upload(std::vector<float>(n, 2));
            device().run([&](const auto& exec) {
                reduce(exec, ReduceArgs<Bound<float>>{
                                 kind, view(from.as<const float>(), extent),
                                 view(out.as<float>(), to), kept % 2 == 1});
            });
            const auto got = download<float>(out);
            for (std::size_t i = 0; i < n; ++i) {
                const double before = kept % 2 == 1 ? 2 : 0;
                ASSERT_NEAR(got[i], want[i] + before, 1e-4 * (1 + std::abs(want[i])));
            }
        }
    }
}

TEST_P(Reduce, FindsTheFirstOfEqualNumbersAndTheFirstNan) {
    const float nan = std::nanf("");
    const std::vector<float> x{1, 3, 3, 2, -1, -1, 0, 5, 4, nan, 9, nan};
    const Buffer from = upload(x), out = upload(std::vector<float>(3, -7));
    View<const float> rows{.data = from.as<const float>()};
    rows.item[4] = {3, 4};
    rows.item[5] = {4, 1};
    View<float> places{.data = out.as<float>()};
    places.item[4] = {3, 1};
    const auto run = [&](Reduction kind) {
        device().run([&](const auto& exec) {
            arg_reduce(exec, ArgReduceArgs<Bound<float>>{kind, rows, places});
        });
        return download<float>(out);
    };
    EXPECT_EQ(run(Reduction::max), (std::vector<float>{1, 3, 1}));
    EXPECT_EQ(run(Reduction::min), (std::vector<float>{0, 0, 1}));
}

TEST_P(Reduce, OfNothingIsWhereItStarts) {
    const Buffer out = upload(std::vector<float>{7});
    View<const float> none{.data = out.as<const float>()};
    none.item.back() = {0, 1};
    View<float> one{.data = out.as<float>()};
    const std::pair<Reduction, float> starts[] = {
        {Reduction::sum, 0.0F},
        {Reduction::product, 1.0F},
        {Reduction::max, -std::numeric_limits<float>::infinity()},
        {Reduction::min, std::numeric_limits<float>::infinity()}};
    for (const auto& start : starts) {
        device().run([&](const auto& exec) {
            reduce(exec, ReduceArgs<Bound<float>>{start.first, none, one, false});
        });
        EXPECT_EQ(download<float>(out).front(), start.second);
    }
}

TEST_P(Reduce, HandsNanOn) {
    std::vector<float> x(40, 1.0F);
    x[23] = std::nanf("");
    const Buffer from = upload(x), out = upload(std::vector<float>{7});
    View<const float> line{.data = from.as<const float>()};
    line.item.back() = {40, 1};
    for (const Reduction kind : {Reduction::max, Reduction::min, Reduction::sum}) {
        device().run([&](const auto& exec) {
            reduce(exec, ReduceArgs<Bound<float>>{
                             kind, line, View<float>{.data = out.as<float>()}, false});
        });
        EXPECT_TRUE(std::isnan(download<float>(out).front()));
    }
}

INSTANTIATE_TEST_SUITE_P(Devices, Reduce, ::testing::ValuesIn(device_names()),
                         device_label);

}  // namespace
}  // namespace nengine::test
