#include "engine/ir/sampling.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "kernels/base/error.hpp"

namespace nengine::engine {
namespace {

bool nengos_rule(Index step, double period) {
    return std::fmod(static_cast<double>(step), period) < 1.0;
}

std::vector<double> periods() {
    std::vector<double> result = {1,   1.5, 2,         2.5,   2.7,       3,   10,
                                  100, 1e6, 1.0000001, 1e300, 4.0 / 3.0, M_PI};
    for (const double dt : {0.001, 0.0005, 0.0013, 1e-5}) {
        for (const double sample_every : {0.002, 0.0027, 0.01, 0.1}) {
            result.push_back(std::max(sample_every / dt, 1.0));
        }
    }
    std::mt19937_64 random(1);
    for (int i = 0; i < 200; ++i) {
        const double period =
            std::exp(std::uniform_real_distribution(0.0, 9.0)(random));
        // Whole numbers and their neighbours are where rounding would show.
        result.insert(result.end(), {period, std::nextafter(std::ceil(period), 0.0),
                                     std::nextafter(std::ceil(period), 1e9)});
    }
    return result;
}

TEST(Sampling, IsNengosRuleStepByStep) {
    for (const double period : periods()) {
        SCOPED_TRACE(period);
        const Sampling sampling(period);
        Index samples = 0;
        for (Index step = 1; step <= 3000; ++step) {
            const bool wanted = nengos_rule(step, period);
            ASSERT_EQ(sampling.includes(step), wanted) << step;
            samples += wanted ? 1 : 0;
            ASSERT_EQ(sampling.count(step), samples) << step;
            if (wanted) {
                ASSERT_EQ(sampling.step(samples), step);
            }
        }
    }
}

TEST(Sampling, IsNengosRuleAtStepsWhoseProductsRound) {
    std::mt19937_64 random(2);
    for (const double period : periods()) {
        SCOPED_TRACE(period);
        const Sampling sampling(period);
        for (int bits = 10; bits <= 52; bits += 3) {
            const Index power = Index{1} << bits;
            const auto any =
                static_cast<Index>(random() % static_cast<std::uint64_t>(power));
            for (const Index center : {power, power + any}) {
                for (Index step = center - 40; step <= center + 40; ++step) {
                    const bool wanted = nengos_rule(step, period);
                    ASSERT_EQ(sampling.includes(step), wanted) << step;
                    if (wanted) {
                        ASSERT_EQ(sampling.step(sampling.count(step)), step);
                    }
                }
            }
            // Around what n periods are, too.
            const Index n = sampling.count(power);
            for (Index i = std::max<Index>(n - 20, 1); i <= n; ++i) {
                const Index step = sampling.step(i);
                ASSERT_TRUE(nengos_rule(step, period)) << step;
                ASSERT_EQ(sampling.count(step), i);
                ASSERT_EQ(sampling.count(step - 1), i - 1);
            }
        }
    }
}

/// Which steps of a call a probe shows, chunk by chunk, one step at a time.
std::vector<Index> shown_one_by_one(const ProbePoint& probe, Index first, Index steps) {
    std::vector<Index> result;
    for (Index step = first + 1; step <= first + steps; ++step) {
        if (nengos_rule(step, probe.period)) {
            if (!probe.keep_history) {
                result.clear();
            }
            result.push_back(step);
        }
    }
    return result;
}

TEST(CallSamples, OfChunksAreThoseOfTheCall) {
    for (const double period : {1.0, 1.5, 2.0, 2.7, 13.0}) {
        for (const bool keep_history : {true, false}) {
            for (const Index first : {Index{0}, Index{4}, Index{1} << 40}) {
                for (const Index chunk : {1, 3, 64}) {
                    const ProbePoint probe{"p", 0, period, keep_history};
                    const auto want = shown_one_by_one(probe, first, 30);
                    const CallSamples samples(probe, first, 30);
                    std::vector<Index> got, last;
                    for (Index done = 0; done < 30; done += chunk) {
                        const Index steps = std::min<Index>(chunk, 30 - done);
                        const auto at = samples.in_chunk(first + done, steps);
                        if (!at.rows.empty()) {
                            EXPECT_EQ(at.before, static_cast<Index>(got.size()));
                        }
                        for (const Index row : at.rows) {
                            got.push_back(first + done + row + 1);
                        }
                        const auto end = samples.last_in_chunk(first + done, steps);
                        if (!end.rows.empty()) {
                            EXPECT_EQ(end.before, samples.count() - 1);
                            last.push_back(first + done + end.rows.front() + 1);
                        }
                    }
                    EXPECT_EQ(got, want);
                    EXPECT_EQ(samples.count(), static_cast<Index>(want.size()));
                    EXPECT_EQ(last, std::vector<Index>(want.end() - 1, want.end()));
                }
            }
        }
    }
}

// If a chunk's work grew with its place in the call, this would take days.
TEST(CallSamples, OfAChunkDoNotDependOnHowMuchLiesBeforeOrAfter) {
    constexpr Index begin = 3, end = Index{1} << 52;
    const ProbePoint probe{"p", 0, 2.5, true}, last{"q", 0, 2.5, false};
    const CallSamples samples(probe, begin, end - begin);
    const CallSamples last_sample(last, begin, end - begin);
    for (const Index chunk : {begin, Index{1} << 40, end - 100}) {
        const SampledRows at = samples.in_chunk(chunk, 100);
        EXPECT_EQ(at.rows.size(), 40U);
        EXPECT_EQ(at.before, Sampling(2.5).count(chunk) - Sampling(2.5).count(begin));
        EXPECT_EQ(last_sample.in_chunk(chunk, 100).rows.size(),
                  chunk == end - 100 ? 1U : 0U);
    }
    EXPECT_EQ(samples.count(), Sampling(2.5).count(end) - Sampling(2.5).count(begin));
}

TEST(CallSamples, OfACallWithoutASampleAreNone) {
    for (const bool keep_history : {true, false}) {
        const ProbePoint probe{"p", 0, 10, keep_history};
        const CallSamples samples(probe, 11, 8);
        EXPECT_EQ(samples.count(), 0);
        EXPECT_TRUE(samples.in_chunk(11, 8).rows.empty());
        EXPECT_TRUE(samples.last_in_chunk(11, 8).rows.empty());
        EXPECT_THROW(check_target_steps(probe, 11, 8, 1, "p"), ValidationError);
    }
}

TEST(CallSamples, AreAsManyAsTargetsNeedSteps) {
    const ProbePoint sampled{"p", 0, 2, true}, last{"q", 0, 2, false};
    for (const Index steps : {1, 3}) {
        EXPECT_NO_THROW(check_target_steps(sampled, 0, 7, steps, "p"));
    }
    for (const Index steps : {2, 4, 7}) {
        EXPECT_THROW(check_target_steps(sampled, 0, 7, steps, "p"), ShapeError);
        EXPECT_THROW(check_target_steps(last, 0, 7, steps, "q"), ShapeError);
    }
    EXPECT_NO_THROW(check_target_steps(sampled, 1, 7, 4, "p"));
    EXPECT_NO_THROW(check_target_steps(last, 0, 7, 1, "q"));
    try {
        check_target_steps(sampled, 0, 7, 7, "evaluate: probe 'p'");
        FAIL();
    } catch (const ShapeError& error) {
        EXPECT_STREQ(error.what(),
                     "evaluate: probe 'p': got targets of 7 steps, needs 3, one for "
                     "each sample of the probe in 7 steps, or 1 to be held");
        EXPECT_EQ(error.object(), "evaluate: probe 'p'");
        EXPECT_EQ(error.got(), "targets of 7 steps");
        EXPECT_EQ(error.needed(),
                  "3, one for each sample of the probe in 7 steps, or 1 to be held");
    }
}

}  // namespace
}  // namespace nengine::engine
