#include "api/numerics/tensor_text.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "kernels/base/error.hpp"

namespace nengine::test {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

std::string text(const std::vector<std::int64_t>& shape, std::vector<double> values,
                 DType dtype = DType::float32) {
    return tensor_text(shape, values, dtype);
}

std::string single(double value) {
    return text({}, {value});
}

std::string count_up(const std::vector<std::int64_t>& shape) {
    std::int64_t size = 1;
    for (const std::int64_t extent : shape) {
        size *= extent;
    }
    std::vector<double> values(static_cast<std::size_t>(size));
    std::iota(values.begin(), values.end(), 0.0);
    return text(shape, values);
}

TEST(TensorText, WritesNumbersAsTheyAreReadBack) {
    EXPECT_EQ(single(1), "1");
    EXPECT_EQ(single(-0.0), "-0");
    EXPECT_EQ(single(0.005F), "0.005");
    EXPECT_EQ(single(0.00500000035), "0.0050000004");
    EXPECT_EQ(single(0.501), "0.501");
    EXPECT_EQ(single(100000), "100000");
    EXPECT_EQ(single(1e6), "1e+06");
    EXPECT_EQ(single(1234567), "1234567");
    EXPECT_EQ(single(1e-4), "0.0001");
    EXPECT_EQ(single(1e-5), "1e-05");
    EXPECT_EQ(single(-3.4028234663852886e38), "-3.4028235e+38");
    EXPECT_EQ(single(std::nan("")), "nan");
    EXPECT_EQ(single(-std::nan("")), "nan");
    EXPECT_EQ(single(infinity), "inf");
    EXPECT_EQ(single(-infinity), "-inf");
}

TEST(TensorText, HasTheDigitsOfTheDtype) {
    EXPECT_EQ(text({}, {0.1}, DType::float32), "0.1");
    EXPECT_EQ(text({}, {0.1}, DType::float64), "0.1");
    EXPECT_EQ(text({}, {0.1F}, DType::float64), "0.10000000149011612");
    EXPECT_EQ(text({}, {1.0 / 3}, DType::float32), "0.33333334");
    EXPECT_EQ(text({}, {1.0 / 3}, DType::float64), "0.3333333333333333");
    EXPECT_EQ(text({}, {1e6}, DType::float64), "1000000");
}

TEST(TensorText, ReadsBackAsTheSameNumber) {
    float value = 1e-45F;
    for (int i = 0; i < 2000; ++i) {
        EXPECT_EQ(std::strtof(single(value).c_str(), nullptr), value);
        value *= 1.0931F;
        value = i % 7 == 0 ? std::nextafter(value, 1e38F) : value;
    }
}

TEST(TensorText, PutsRowsOnLinesOfTheirOwn) {
    EXPECT_EQ(text({2}, {0.5, -0.1}), "[0.5 -0.1]");
    EXPECT_EQ(text({1, 2}, {0.5, -0.1}), "[[0.5 -0.1]]");
    EXPECT_EQ(count_up({2, 2}), "[[0 1]\n [2 3]]");
    EXPECT_EQ(count_up({2, 2, 1}), "[[[0]\n  [1]]\n\n [[2]\n  [3]]]");
    EXPECT_EQ(count_up({0}), "[]");
}

TEST(TensorText, ShowsThreeAtEachEndOfAxesBeyondSix) {
    EXPECT_EQ(count_up({6}), "[0 1 2 3 4 5]");
    EXPECT_EQ(count_up({7}), "[0 1 2 ... 4 5 6]");
    EXPECT_EQ(count_up({8, 1}), "[[0]\n [1]\n [2]\n ...\n [5]\n [6]\n [7]]");
    EXPECT_EQ(count_up({1, 9}), "[[0 1 2 ... 6 7 8]]");
}

TEST(TensorText, SaysWhatDoesNotFit) {
    EXPECT_THROW(text({2, 2}, {1, 2, 3}), ValidationError);
    EXPECT_THROW(text({}, {1}, DType::int32), ValidationError);
}

}  // namespace
}  // namespace nengine::test
