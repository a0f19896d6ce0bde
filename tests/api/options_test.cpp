#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "helpers.hpp"
#include "nengine/nengine.hpp"

namespace nengine::test {
namespace {

using ::testing::HasSubstr;

// The forms in which options and attributes take their values.

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
