#include "kernels/moments.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <random>
#include <type_traits>

#include "tests/support/on_each_device.hpp"

namespace nengine::test {

using namespace kernels;
namespace {

/// [steps, items, outer, inner], of which an item's axes are summed or kept.
struct Case {
    Index steps, items, outer, inner;
    bool sums_outer, sums_inner;
    Index valid;
    Index apart = 1;  ///< between neighbouring elements of x

    Index kept_outer() const { return sums_outer ? 1 : outer; }
    Index kept_inner() const { return sums_inner ? 1 : inner; }
    Index results() const { return steps * kept_outer() * kept_inner(); }
    Index terms() const {
        return valid * outer * inner / (kept_outer() * kept_inner());
    }
};

std::size_t at(Index i) {
    return static_cast<std::size_t>(i);
}

/// In long double, of the numbers as they are.
template <class Real>
std::array<std::vector<double>, 2> expected(const Case& c, const std::vector<Real>& x) {
    using Sums = std::vector<long double>;
    const auto sums_of = [&](const auto& term) {
        Sums sums(at(c.results()), 0.0L);
        Index i = 0;
        for (Index t = 0; t < c.steps; ++t) {
            for (Index b = 0; b < c.items; ++b) {
                for (Index o = 0; o < c.outer; ++o) {
                    for (Index n = 0; n < c.inner; ++n, ++i) {
                        const Index result =
                            (t * c.kept_outer() + (c.sums_outer ? 0 : o)) *
                                c.kept_inner() +
                            (c.sums_inner ? 0 : n);
                        if (b < c.valid) {
                            sums[at(result)] += term(x[at(i * c.apart)], at(result));
                        }
                    }
                }
            }
        }
        for (auto& sum : sums) {
            sum /= static_cast<long double>(c.terms());
        }
        return sums;
    };
    const Sums mean = sums_of([](Real u, std::size_t) -> long double { return u; });
    const Sums variance = sums_of([&](Real u, std::size_t result) {
        const long double distance = u - mean[result];
        return distance * distance;
    });
    return {std::vector<double>(mean.begin(), mean.end()),
            std::vector<double>(variance.begin(), variance.end())};
}

class Moments : public OnEachDevice {
protected:
    template <class Real>
    static View<Real> view_of(Real* data, Index steps, Index items, Index outer,
                              Index inner, Index apart) {
        View<Real> view;
        view.data = data;
        view.item[5] = {inner, apart};
        view.item[4] = {outer, inner * apart};
        view.batch = {items, items == 1 ? 0 : outer * inner * apart};
        view.steps = {steps, items * outer * inner * apart};
        return view;
    }

    template <class Real>
    void run(const Case& c, double offset) {
        std::mt19937 draw(3);
        std::normal_distribution<double> normal;
        std::vector<Real> x(at(c.steps * c.items * c.outer * c.inner * c.apart));
        for (Real& u : x) {
            u = static_cast<Real>(normal(draw) + offset);
        }
        const auto [mean, variance] = expected(c, x);
        const std::vector<Real> nothing(at(c.results()), Real(-7));
        const Buffer data = upload(x), of_mean = upload(nothing),
                     of_variance = upload(nothing);

        device().run([&](const auto& exec) {
            const auto result = [&](const Buffer& buffer) {
                return view_of(buffer.as<Real>(), c.steps, 1, c.kept_outer(),
                               c.kept_inner(), 1);
            };
            moments(exec, MomentsArgs<Bound<Real>>{
                              view_of<const Real>(data.as<Real>(), c.steps, c.items,
                                                  c.outer, c.inner, c.apart),
                              result(of_mean), result(of_variance), c.valid});
        });

        const auto got_mean = download<Real>(of_mean),
                   got_variance = download<Real>(of_variance);
        const double eps = std::is_same_v<Real, float> ? 1e-6 : 1e-14;
        for (std::size_t i = 0; i < mean.size(); ++i) {
            ASSERT_NEAR(got_mean[i], mean[i], eps * (1 + std::abs(offset))) << i;
            // Of the distances, however far the mean is from 0.
            ASSERT_NEAR(got_variance[i], variance[i], 20 * eps * (1 + variance[i]))
                << i;
        }
    }
};
INSTANTIATE_TEST_SUITE_P(Devices, Moments, ::testing::ValuesIn(device_names()),
                         device_label);

TEST_P(Moments, AreThoseOfThePlainLoop) {
    for (const bool outer : {false, true}) {
        for (const bool inner : {false, true}) {
            for (const Case& c :
                 {Case{1, 5, 1, 3, outer, inner, 5}, Case{1, 7, 4, 33, outer, inner, 4},
                  Case{3, 5, 6, 17, outer, inner, 1},
                  Case{4, 33, 1, 70, outer, inner, 32},
                  Case{2, 5, 3, 4, outer, inner, 3, 2}}) {
                SCOPED_TRACE(testing::Message()
                             << c.steps << " steps, " << c.items << " items of "
                             << c.outer << " x " << c.inner << ", summed " << outer
                             << inner << ", valid " << c.valid);
                run<float>(c, 0);
                run<double>(c, 0);
            }
        }
    }
}

TEST_P(Moments, OfManyNumbersFarFromZeroKeepTheirDigits) {
    run<float>({1, 50, 400, 8, true, false, 49}, 1000);
    run<double>({1, 50, 400, 8, true, false, 49}, 1e6);
}

TEST_P(Moments, OfEqualNumbersHaveNoVariance) {
    const Buffer x = upload(std::vector<float>(12, 0.1F)),
                 mean = upload(std::vector<float>(1, 0)),
                 variance = upload(std::vector<float>(1, -1));

    device().run([&](const auto& exec) {
        moments(exec, MomentsArgs<Bound<float>>{
                          view_of<const float>(x.as<float>(), 1, 12, 1, 1, 1),
                          view_of(mean.as<float>(), 1, 1, 1, 1, 1),
                          view_of(variance.as<float>(), 1, 1, 1, 1, 1), 12});
    });

    EXPECT_GE(download<float>(variance)[0], 0.0F);
    EXPECT_LT(download<float>(variance)[0], 1e-12F);
}

TEST_P(Moments, OfOneNumberThatIsNoneAreNone) {
    const Buffer x = upload(std::vector<double>{1, std::nan(""), 3}),
                 mean = upload(std::vector<double>(1, 0)),
                 variance = upload(std::vector<double>(1, 0));

    device().run([&](const auto& exec) {
        moments(exec, MomentsArgs<Bound<double>>{
                          view_of<const double>(x.as<double>(), 1, 3, 1, 1, 1),
                          view_of(mean.as<double>(), 1, 1, 1, 1, 1),
                          view_of(variance.as<double>(), 1, 1, 1, 1, 1), 3});
    });

    EXPECT_TRUE(std::isnan(download<double>(mean)[0]));
    EXPECT_TRUE(std::isnan(download<double>(variance)[0]));
}

TEST_P(Moments, GiveItemsOfPaddingNoShare) {
    const Buffer share = upload(std::vector<double>(5, -1));

    device().run([&](const auto& exec) {
        item_shares(
            exec,
            ItemSharesArgs<Bound<double>>{
                {.data = share.as<double>(), .batch = 5, .cols = 1, .batch_stride = 1},
                4,
                2});
    });

    EXPECT_EQ(download<double>(share), (std::vector<double>{0.125, 0.125, 0, 0, 0}));
}

class MovingAverage : public OnEachDevice {
protected:
    /// Of [steps, n] values, `at_once` steps in a call.
    template <class Real>
    std::vector<Real> run(const std::vector<Real>& values, Index n, Index at_once,
                          bool one_step) {
        const Index steps = static_cast<Index>(values.size()) / n;
        const Buffer value = upload(values),
                     average = upload(std::vector<Real>(at(n), Real(0.5)));
        for (Index first = 0; first < steps; first += at_once) {
            device().run([&](const auto& exec) {
                moving_average(exec, MovingAverageArgs<Bound<Real>>{
                                         {.data = value.as<Real>() + first * n,
                                          .steps = at_once,
                                          .cols = n,
                                          .time_stride = n},
                                         {.data = average.as<Real>(), .cols = n},
                                         0.9,
                                         one_step,
                                         one_step ? 77 : at_once});
            });
        }
        return download<Real>(average);
    }
};
INSTANTIATE_TEST_SUITE_P(Devices, MovingAverage, ::testing::ValuesIn(device_names()),
                         device_label);

TEST_P(MovingAverage, TakesOneStepAfterTheOther) {
    constexpr Index n = 35, steps = 6;
    std::vector<float> values;
    for (Index i = 0; i < n * steps; ++i) {
        values.push_back(static_cast<float>((i * 37) % 101) * 0.1F);
    }

    const auto at_once = run(values, n, steps, false),
               by_step = run(values, n, 1, true);

    EXPECT_EQ(at_once, by_step);
    for (Index i = 0; i < n; ++i) {
        double want = 0.5;
        for (Index t = 0; t < steps; ++t) {
            want = want * 0.9 + static_cast<double>(values[at(t * n + i)]) * 0.1;
        }
        EXPECT_NEAR(at_once[at(i)], want, 1e-5) << i;
    }
}

TEST_P(MovingAverage, OfWhatDoesNotChangeIsTakenInEachStep) {
    const Buffer value = upload(std::vector<double>{2}),
                 average = upload(std::vector<double>{0, 1, 2});

    device().run([&](const auto& exec) {
        moving_average(exec,
                       MovingAverageArgs<Bound<double>>{
                           {.data = value.as<double>(), .cols = 3, .col_stride = 0},
                           {.data = average.as<double>(), .cols = 3},
                           0.5,
                           false,
                           2});
    });

    EXPECT_EQ(download<double>(average), (std::vector<double>{1.5, 1.75, 2}));
}

}  // namespace
}  // namespace nengine::test
