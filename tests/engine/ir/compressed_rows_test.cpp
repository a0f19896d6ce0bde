#include "engine/ir/compressed_rows.hpp"

#include <gtest/gtest.h>

namespace nengine::test {

using namespace engine;
namespace {

using Indices = std::vector<Index>;

TEST(CompressedRows, HaveTheEntriesOfEachRowInTheirOrder) {
    const CompressedRows rows = compressed_rows({2, 0, 2, 3, 0, 2}, 5);
    EXPECT_EQ(rows.offsets, (Indices{0, 2, 2, 5, 6, 6}));
    EXPECT_EQ(rows.order, (Indices{1, 4, 0, 2, 5, 3}));
    EXPECT_EQ(rows.in_order({10, 11, 12, 13, 14, 15}),
              (Indices{11, 14, 10, 12, 15, 13}));
}

TEST(CompressedRows, CountFromTheFirstRow) {
    const CompressedRows rows = compressed_rows({8, 7, 8}, 2, 7);
    EXPECT_EQ(rows.offsets, (Indices{0, 1, 3}));
    EXPECT_EQ(rows.order, (Indices{1, 0, 2}));
}

TEST(CompressedRows, OfNothingAreEmpty) {
    const CompressedRows rows = compressed_rows({}, 2);
    EXPECT_EQ(rows.offsets, (Indices{0, 0, 0}));
    EXPECT_TRUE(rows.order.empty());
}

}  // namespace
}  // namespace nengine::test
