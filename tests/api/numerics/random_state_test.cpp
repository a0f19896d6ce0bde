#include "api/numerics/random_state.hpp"

#include <gtest/gtest.h>

#include "kernels/base/error.hpp"

namespace nengine {
namespace {

TEST(RandomState, CopyContinuesTheSameStream) {
    RandomState rng(7);
    rng.standard_normal();  // leaves a second value behind
    RandomState copy = rng;

    for (int i = 0; i < 1000; ++i) {
        ASSERT_EQ(copy.standard_normal(), rng.standard_normal());
    }
}

TEST(RandomState, RangeOfOneValueDrawsNothing) {
    RandomState rng(3), untouched(3);

    EXPECT_EQ(rng.randint(5, 6), 5);

    EXPECT_EQ(rng.random_u32(), untouched.random_u32());
}

TEST(RandomState, RefusesAnEmptyRangeAndTooManyUniqueChoices) {
    RandomState rng(0);

    EXPECT_THROW(rng.randint(4, 4), ValidationError);
    EXPECT_THROW(rng.choice_unique(3, 4), ValidationError);
}

}  // namespace
}  // namespace nengine
