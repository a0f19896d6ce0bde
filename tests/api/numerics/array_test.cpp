#include "nengine/array.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "kernels/base/error.hpp"

namespace nengine {
namespace {

using Shape = std::vector<std::int64_t>;
using Values = std::vector<double>;

TEST(Array, BracesGiveTheRankThatTheyShow) {
    const Array scalar = 2.0;
    const Array vector = {1.0, -1.0, 3.0};
    const Array matrix = {{1.0, 2.0, 3.0}, {4.0, 5.0, 6.0}};
    const Array column = {{1.0}, {-1.0}};
    const Array empty;

    EXPECT_EQ(scalar.shape, Shape{});
    EXPECT_EQ(vector.shape, (Shape{3}));
    EXPECT_EQ(matrix.shape, (Shape{2, 3}));
    EXPECT_EQ(column.shape, (Shape{2, 1}));
    EXPECT_EQ(empty.shape, (Shape{0}));
    EXPECT_EQ(scalar.values, (Values{2.0}));
    EXPECT_EQ(matrix.values, (Values{1.0, 2.0, 3.0, 4.0, 5.0, 6.0}));
}

TEST(Array, ContainersAndShapesAreTakenOver) {
    const std::vector<std::vector<double>> rows{{1.0, 2.0}, {3.0, 4.0}};

    EXPECT_EQ(Array(rows), (Array{{1.0, 2.0}, {3.0, 4.0}}));
    EXPECT_EQ(Array(Values{1.0, 2.0}), (Array{1.0, 2.0}));
    EXPECT_EQ(Array(Shape{2, 1, 2}, Values{1.0, 2.0, 3.0, 4.0}).extent(2), 2);
}

TEST(Array, RefusesRaggedRowsAndShapesThatDoNotFit) {
    EXPECT_THROW((Array{{1.0, 2.0}, {3.0}}), ShapeError);
    EXPECT_THROW(Array(Shape{2, 3}, Values{1.0}), ShapeError);
}

}  // namespace
}  // namespace nengine
