#include "kernels/random_spikes.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <optional>

#include "tests/support/blocks.hpp"
#include "tests/support/on_each_device.hpp"

namespace nengine::test {

using namespace kernels;
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// The elements of one stream.
std::vector<Index> elements_of(Index n, Index stream) {
    std::vector<Index> table;
    for (Index i = 0; i < n; ++i) {
        table.insert(table.end(), {stream, i});
    }
    return table;
}

class PoissonSpikes : public OnEachDevice {
protected:
    struct Run {
        RandomOrigin origin;
        double dt = 1.0, amplitude = 1.0;
        Index steps = 1, batch = 1;
        std::optional<Index> counter = std::nullopt;
    };

    template <class Real>
    std::vector<Real> draw(const Run& run, const std::vector<Real>& rates,
                           const std::vector<Index>& elements) const {
        const Index n = static_cast<Index>(elements.size()) / random_element_fields;
        const Buffer in = upload(rates), table = upload(elements),
                     origin = upload(std::vector{run.origin}),
                     counter = upload(std::vector{run.counter.value_or(0)}),
                     amplitude = upload(std::vector{static_cast<Real>(run.amplitude)}),
                     out = upload(std::vector<Real>(rates.size(), Real(-99)));
        const PoissonSpikesArgs<Bound<Real>> args{
            .dt = run.dt,
            .origin = origin.as<RandomOrigin>(),
            .counter = counter.as<Index>(),
            .stepped = run.counter.has_value(),
            .elements = table.as<Index>(),
            .rates = dense<const Real>(in.as<Real>(), run.steps, run.batch, 1, n),
            .amplitude = {amplitude.as<Real>(), 0},
            .output = dense(out.as<Real>(), run.steps, run.batch, 1, n)};
        device().run([&](const auto& exec) { poisson_spikes(exec, args); });
        return download<Real>(out);
    }

    /// Many counts of one mean.
    std::vector<double> counts(double mean, Index n, std::uint64_t seed = 3) const {
        return draw<double>({.origin = {.seed = seed}},
                            std::vector<double>(static_cast<std::size_t>(n), mean),
                            elements_of(n, 1));
    }
};

const std::vector<double> means = {1e-3, 0.2, 1, 4.5, 9.99, 10, 11.3, 40, 250, 1e4};

TEST_P(PoissonSpikes, HaveMeanVarianceAndSkewnessOfTheirMean) {
    constexpr Index n = 200000;
    for (const double mean : means) {
        double first = 0, second = 0, third = 0;
        for (const double x : counts(mean, n)) {
            ASSERT_GE(x, 0.0);
            ASSERT_EQ(x, std::floor(x));
            first += x / n;
            second += (x - mean) * (x - mean) / n;
            third += std::pow(x - mean, 3) / n;
        }
        // All three are the mean; the bounds are five standard deviations.
        EXPECT_NEAR(first, mean, 5 * std::sqrt(mean / n));
        EXPECT_NEAR(second, mean, 5 * std::sqrt((mean + 2 * mean * mean) / n));
        const double sixth = mean + 25 * mean * mean + 15 * std::pow(mean, 3);
        EXPECT_NEAR(third, mean, 5 * std::sqrt(sixth / n)) << mean;
    }
}

TEST_P(PoissonSpikes, HaveThePoissonDistribution) {
    constexpr Index n = 200000;
    for (const double mean : means) {
        std::map<Index, double> seen;
        for (const double x : counts(mean, n, 8)) {
            ++seen[static_cast<Index>(x)];
        }
        // Chi-square over the counts that are expected ten times and more; the others
        // are one bin.
        double chi_square = 0, bins = 0, rest_seen = n, rest_expected = n;
        const double width = 8 * std::sqrt(mean) + 10;
        for (double k = std::max(0.0, std::floor(mean - width)); k < mean + width;
             ++k) {
            const double expected =
                n * std::exp(k * std::log(mean) - mean - std::lgamma(k + 1));
            if (expected >= 10) {
                const double got = seen[static_cast<Index>(k)];
                chi_square += (got - expected) * (got - expected) / expected;
                rest_seen -= got;
                rest_expected -= expected;
                ++bins;
            }
        }
        if (rest_expected > 1) {
            chi_square += (rest_seen - rest_expected) * (rest_seen - rest_expected) /
                          rest_expected;
            ++bins;
        }
        EXPECT_LT(chi_square, bins - 1 + 5 * std::sqrt(2 * bins)) << mean;
        EXPECT_LT(rest_seen, rest_expected + 5 * std::sqrt(rest_expected) + 5) << mean;
    }
}

TEST_P(PoissonSpikes, AreNotCorrelatedBetweenNeighbours) {
    constexpr Index n = 200000;
    for (const double mean : {0.5, 30.0}) {
        const auto x = counts(mean, n);
        double product = 0;
        for (std::size_t i = 1; i < x.size(); ++i) {
            product += (x[i] - mean) * (x[i - 1] - mean);
        }
        EXPECT_NEAR(product / n, 0, 5 * mean / std::sqrt(n)) << mean;
    }
}

TEST_P(PoissonSpikes, DependOnCoordinatesAloneNotOnTheChunkAndTheTile) {
    constexpr Index steps = 4, batch = 5, n = 7;
    const RandomOrigin origin{5, 0x1fffffffe, 100};
    std::vector<float> rates;
    for (Index i = 0; i < steps * batch * n; ++i) {
        const auto x = static_cast<float>(i);
        rates.push_back(i % 3 == 0 ? 40 + x : -0.1F * x);
    }
    const auto table = elements_of(n, 3);
    const auto all =
        draw({.origin = origin, .steps = steps, .batch = batch}, rates, table);
    for (Index t = 0; t < steps; ++t) {
        for (Index b = 0; b < batch; ++b) {
            const auto at = static_cast<std::ptrdiff_t>((t * batch + b) * n);
            const std::vector<float> row(rates.begin() + at, rates.begin() + at + n),
                want(all.begin() + at, all.begin() + at + n);
            RandomOrigin moved = origin;
            moved.first_item += static_cast<std::uint32_t>(b);
            ASSERT_EQ(draw({.origin = moved, .counter = t}, row, table), want);
            moved.first_step += static_cast<std::uint64_t>(t);
            ASSERT_EQ(draw({.origin = moved}, row, table), want);
        }
    }
}

TEST_P(PoissonSpikes, EveryCoordinateMatters) {
    // Means for which each of the two methods is asked.
    std::vector<double> rates(20, 3.0);
    rates.resize(40, 300.0);
    const RandomOrigin origin{1, 3, 4};
    const auto base = draw({.origin = origin}, rates, elements_of(40, 2));
    const auto differs = [&](const std::vector<double>& other) {
        const auto middle = [](const auto& x) { return x.begin() + 20; };
        return !std::equal(base.begin(), middle(base), other.begin()) &&
               !std::equal(middle(base), base.end(), middle(other));
    };
    EXPECT_TRUE(differs(draw({.origin = {2, 3, 4}}, rates, elements_of(40, 2))));
    EXPECT_TRUE(differs(draw({.origin = {1, 4, 4}}, rates, elements_of(40, 2))));
    EXPECT_TRUE(differs(draw({.origin = {1, 3, 5}}, rates, elements_of(40, 2))));
    EXPECT_TRUE(differs(draw({.origin = origin}, rates, elements_of(40, 3))));
    EXPECT_TRUE(differs(draw({.origin = {1, 3 + (std::uint64_t{1} << 32), 4}}, rates,
                             elements_of(40, 2))));
}

TEST_P(PoissonSpikes, StreamsSideBySideAreThoseAlone) {
    const std::vector<double> first_rates = {0.5, 70, -2}, second_rates = {30, -8};
    auto table = elements_of(3, 8);
    const auto second_table = elements_of(2, 9);
    table.insert(table.end(), second_table.begin(), second_table.end());
    const Run run{.origin = {.seed = 5}};

    const auto both = draw<double>(run, {0.5, 70, -2, 30, -8}, table);

    auto want = draw(run, first_rates, elements_of(3, 8));
    const auto second = draw(run, second_rates, second_table);
    want.insert(want.end(), second.begin(), second.end());
    EXPECT_EQ(both, want);
}

TEST_P(PoissonSpikes, HaveTheSignOfTheRateAndTheHeightOfASpike) {
    const std::vector<float> rates = {3000, -3000, 90000, -90000, 0, -0.0F};
    const auto got = draw({.dt = 0.001, .amplitude = 0.5}, rates, elements_of(6, 0));
    const auto counts = draw<float>({}, {3, 3, 90, 90, 0, 0}, elements_of(6, 0));
    for (std::size_t i = 0; i < rates.size(); ++i) {
        EXPECT_EQ(got[i], (rates[i] < 0 ? -500 : 500) * counts[i]) << i;
    }
}

TEST_P(PoissonSpikes, OfRatesThatCannotBeEndAndAreNotNumbers) {
    const auto got = draw<double>({}, {NAN, infinity, 1e300, 1e15}, elements_of(4, 0));
    EXPECT_TRUE(std::isnan(got[0]));
    EXPECT_FALSE(std::isfinite(got[1]));
    EXPECT_NEAR(got[2], 1e300, 1e290);
    EXPECT_NEAR(got[3], 1e15, 1e9);
}

INSTANTIATE_TEST_SUITE_P(Devices, PoissonSpikes, ::testing::ValuesIn(device_names()),
                         device_label);

}  // namespace
}  // namespace nengine::test
