#include "nengine/tensor.hpp"

#include <gtest/gtest.h>

#include "nengine/error.hpp"

namespace nengine::test {

namespace {

TEST(Tensors, AreReadByPosition) {
    const Tensor t({2, 2, 3}, std::vector<float>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
    EXPECT_EQ(t(1, 0, 2), 8.0);
    EXPECT_EQ(t[11], 11.0);
    EXPECT_EQ(t.extent(-1), 3);
    EXPECT_EQ(t.dtype(), DType::float32);
    EXPECT_EQ(t.floats().size(), 12u);
    EXPECT_THROW(t.doubles(), ValidationError);
    EXPECT_THROW(t.extent(3), ValidationError);
}

TEST(Tensors, HoldIntegersAndBytesAsTheyAre) {
    const Tensor integers({2, 1, 2}, std::vector<std::int32_t>{-7, 0, 1, 2147483647});
    const Tensor bytes({2, 1, 2}, std::vector<std::uint8_t>{0, 1, 128, 255});

    EXPECT_EQ(integers.dtype(), DType::int32);
    EXPECT_EQ(bytes.dtype(), DType::uint8);
    EXPECT_EQ(integers(1, 0, 1), 2147483647.0);
    EXPECT_EQ(bytes[3], 255.0);
    EXPECT_EQ(integers.to_vector(), (std::vector<double>{-7, 0, 1, 2147483647}));
    EXPECT_EQ(bytes.items(1, 1).to_vector(), (std::vector<double>{128, 255}));
    EXPECT_EQ(bytes.items(1, 1).raw(), &bytes.bytes()[2]);
    EXPECT_EQ(integers.reshaped({4}).integers()[0], -7);
    EXPECT_THROW(static_cast<void>(bytes.floats()), ValidationError);
    EXPECT_THROW(static_cast<void>(bytes.integers()), ValidationError);
    EXPECT_THROW(static_cast<void>(integers.bytes()), ValidationError);
    EXPECT_THROW(Tensor({3}, std::vector<std::uint8_t>(4)), ShapeError);
}

TEST(Tensors, BorrowIntegersAndBytes) {
    std::vector<std::int32_t> integers = {1, 2};
    std::vector<std::uint8_t> bytes = {3, 4};
    const Tensor a = Tensor::borrow(integers.data(), {2, 1, 1});
    const Tensor b = Tensor::borrow(bytes.data(), {2, 1, 1});

    integers[1] = -5;
    bytes[1] = 255;

    EXPECT_EQ(a(1, 0, 0), -5.0);
    EXPECT_EQ(b(1, 0, 0), 255.0);
    const std::uint8_t* none = nullptr;
    EXPECT_THROW(Tensor::borrow(none, {1}), ValidationError);
}

TEST(Tensors, ShareTheirNumbersWithPartsAndReshapedForms) {
    const Tensor t({4, 1, 2}, std::vector<double>{0, 1, 2, 3, 4, 5, 6, 7});
    const Tensor part = t.items(1, 2);
    EXPECT_EQ(part.shape(), Tensor::Shape({2, 1, 2}));
    EXPECT_EQ(part(1, 0, 1), 5.0);
    EXPECT_EQ(part.raw(), &t.doubles()[2]);
    EXPECT_EQ(t.reshaped({8})[7], 7.0);
    EXPECT_THROW(t.items(3, 2), ValidationError);
    EXPECT_THROW(t.reshaped({9}), ShapeError);
}

TEST(Tensors, BorrowWithoutACopy) {
    std::vector<float> values = {1, 2};
    const Tensor t = Tensor::borrow(values.data(), {2, 1, 1});
    values[1] = 5;
    EXPECT_EQ(t(1, 0, 0), 5.0);
}

TEST(Tensors, AreMadeOfNumbersInBraces) {
    const Tensor t({1, 2, 1}, {1.0, 2.0});
    EXPECT_EQ(t.dtype(), DType::float64);
    EXPECT_EQ(t(0, 1, 0), 2.0);
    EXPECT_EQ(Tensor({1, 2, 1}, {1.0f, 2.0f}).dtype(), DType::float32);
    EXPECT_EQ(Tensor({2, 1}, {1, 2})(1, 0), 2.0);
    EXPECT_EQ(Tensor({2, 1}, {1, 2.5})(1, 0), 2.5);
    EXPECT_EQ(Tensor({1}, {0.5})(0), 0.5);
    EXPECT_EQ(Tensor({0, 1, 1}, {}).size(), 0);
    EXPECT_THROW(Tensor({1, 2, 1}, {1.0}), ShapeError);
}

TEST(Tensors, HaveNoNumbersOnceTheyWereMoved) {
    Tensor t({2, 1}, {1.0, 2.0});
    Tensor other;

    other = std::move(t);

    EXPECT_EQ(other.to_vector(), std::vector<double>({1.0, 2.0}));
    // NOLINTBEGIN(bugprone-use-after-move): what is left behind is the subject
    EXPECT_EQ(t.size(), 0);
    EXPECT_TRUE(t.to_vector().empty());
    EXPECT_TRUE(t.doubles().empty());
    // NOLINTEND(bugprone-use-after-move)
    t = other;
    EXPECT_EQ(t(1, 0), 2.0);
}

TEST(Tensors, NeedAsManyNumbersAsTheShapeHas) {
    EXPECT_THROW(Tensor({2, 2}, std::vector<float>(3)), ShapeError);
    EXPECT_THROW(Tensor({-1, 2}, std::vector<double>()), ShapeError);
    EXPECT_EQ(Tensor({0, 2}, std::vector<double>()).size(), 0);
}

}  // namespace
}  // namespace nengine::test
