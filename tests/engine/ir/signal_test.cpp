#include "engine/ir/signal.hpp"

#include <gtest/gtest.h>

namespace nengine::engine {
namespace {

TEST(Shapes, SizeIsTheProductOfExtents) {
    EXPECT_EQ(shape_size({}), 1);
    EXPECT_EQ(shape_size({7}), 7);
    EXPECT_EQ(shape_size({3, 5, 2}), 30);
    EXPECT_EQ(shape_size({3, 0}), 0);
}

TEST(Shapes, AreWrittenAsInPython) {
    EXPECT_EQ(to_string(Shape{}), "()");
    EXPECT_EQ(to_string(Shape{3}), "(3,)");
    EXPECT_EQ(to_string(Shape{3, 4}), "(3, 4)");
}

TEST(Shapes, DenseStridesAreRowMajor) {
    EXPECT_EQ(dense_strides({}), (std::vector<Index>{}));
    EXPECT_EQ(dense_strides({5}), (std::vector<Index>{1}));
    EXPECT_EQ(dense_strides({2, 3, 5}), (std::vector<Index>{15, 5, 1}));
}

}  // namespace
}  // namespace nengine::engine
