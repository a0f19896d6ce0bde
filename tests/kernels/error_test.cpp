#include "kernels/base/error.hpp"

#include <gtest/gtest.h>

#include <exception>

namespace nengine::kernels {
namespace {

TEST(ShapeError, ComposesItsMessageAndKeepsTheParts) {
    const ShapeError error("ensemble 'a': encoders", "shape [3]", "[20, 2]");

    EXPECT_STREQ(error.what(), "ensemble 'a': encoders: got shape [3], needs [20, 2]");
    EXPECT_EQ(error.object(), "ensemble 'a': encoders");
    EXPECT_EQ(error.got(), "shape [3]");
    EXPECT_EQ(error.needed(), "[20, 2]");
}

TEST(ShapeError, WithoutAnObjectBeginsWithWhatWasGot) {
    const ShapeError error("", "shape [3]", "[20, 2]");

    EXPECT_STREQ(error.what(), "got shape [3], needs [20, 2]");
    EXPECT_EQ(error.object(), "");
}

TEST(ShapeError, KeepsItsPartsWhenItIsStoredAndThrownAgain) {
    const std::exception_ptr stored =
        std::make_exception_ptr(ShapeError("filt", "a number", "an axis"));

    try {
        std::rethrow_exception(stored);
    } catch (const ShapeError& error) {
        EXPECT_EQ(error.object(), "filt");
        EXPECT_EQ(error.got(), "a number");
        EXPECT_EQ(error.needed(), "an axis");
    }
}

}  // namespace
}  // namespace nengine::kernels
