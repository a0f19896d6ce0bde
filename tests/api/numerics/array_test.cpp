#include "nengine/array.hpp"

#include <gtest/gtest.h>

#include <array>
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
    EXPECT_EQ(Array(std::array{1, 2}), (Array{1.0, 2.0}));
    EXPECT_EQ(Array(std::vector{std::array{1.0f, 2.0f}}), (Array{{1.0, 2.0}}));
    EXPECT_EQ(Array(std::vector<Values>{}).shape, (Shape{0, 0}));
}

TEST(Array, FullAndIdentityAreMadeByShape) {
    EXPECT_EQ(Array::full({2, 1}, -2.5), (Array{{-2.5}, {-2.5}}));
    EXPECT_EQ(Array::full({3}), (Array{0.0, 0.0, 0.0}));
    EXPECT_EQ(Array::identity(2, 0.5), (Array{{0.5, 0.0}, {0.0, 0.5}}));
    EXPECT_THROW(Array::full({2, -1}), ShapeError);
}

TEST(Array, NumbersAreReadAndWrittenByPosition) {
    Array vector = {1.0, 2.0};
    Array matrix = {{1.0, 2.0, 3.0}, {4.0, 5.0, 6.0}};
    const Array cube(Shape{2, 1, 2}, Values{1.0, 2.0, 3.0, 4.0});

    vector(1) = 7.0;
    matrix(1, 0) = matrix(0, 2);

    EXPECT_EQ(vector, (Array{1.0, 7.0}));
    EXPECT_EQ(matrix, (Array{{1.0, 2.0, 3.0}, {3.0, 5.0, 6.0}}));
    EXPECT_EQ(cube(1, 0, 1), 4.0);
}

TEST(Array, RefusesRaggedRowsAndShapesThatDoNotFit) {
    EXPECT_THROW((Array{{1.0, 2.0}, {3.0}}), ShapeError);
    EXPECT_THROW(Array(std::vector<Values>{{1.0}, {}}), ShapeError);
    EXPECT_THROW(Array(Shape{2, 3}, Values{1.0}), ShapeError);
    EXPECT_THROW(Array(Shape{-1, -1}, Values{1.0}), ShapeError);
}

}  // namespace
}  // namespace nengine
