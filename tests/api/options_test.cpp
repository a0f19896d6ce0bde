#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "helpers.hpp"
#include "nengine/nengine.hpp"

namespace nengine::test {
namespace {

using ::testing::HasSubstr;

// The forms in which options and attributes take their values.

TEST(Options, NoneTakesBackWhatAConfigSets) {
    Network net({.seed = 1});
    net.config.ensemble.noise = WhiteNoise{};
    net.config.ensemble.gain = net.config.ensemble.bias = 1.0;
    net.config.ensemble.n_eval_points = 50;
    net.config.connection.eval_points = Uniform{-1, 1};
    net.config.probe.sample_every = 0.1;

    auto given = net.ensemble(5, 1);
    auto none = net.ensemble(
        5, 1, {.gain = None, .bias = None, .n_eval_points = None, .noise = None});
    auto c = net.connect(given, none, {.eval_points = None});
    auto p = net.probe(none, {.sample_every = None});

    EXPECT_TRUE(given.noise && given.gain && given.bias && given.n_eval_points);
    EXPECT_FALSE(none.noise || none.gain || none.bias || none.n_eval_points);
    EXPECT_FALSE(c.eval_points || p.sample_every);
    given.noise = None;
    given.gain = None;
    given.seed = None;
    EXPECT_FALSE(given.noise || given.gain || given.seed);
}

TEST(Options, ASynapseOfNoneIsAValue) {
    const BCM rule{.post_synapse = None};
    ASSERT_TRUE(rule.post_synapse.has_value());
    EXPECT_TRUE(rule.post_synapse->is_none());
}

TEST(Options, SeedsOutOfRangeAreErrors) {
    Network net({.seed = 4294967295});
    EXPECT_THAT(message<ValidationError>([&] { net.ensemble(5, 1, {.seed = -1}); }),
                HasSubstr("seed: got -1, needs a number from 0 to 4294967295"));
    EXPECT_THROW(net.node(WhiteNoise{.seed = 4294967296}), ValidationError);
    EXPECT_THROW(net.seed = -5, ValidationError);
    EXPECT_THROW(RandomStream(-5), ValidationError);
    EXPECT_EQ(net.seed, 4294967295);
    net.seed = 0;
    EXPECT_EQ(*net.seed, 0u);
}

}  // namespace
}  // namespace nengine::test
