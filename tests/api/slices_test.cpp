#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/objects/objects.hpp"
#include "helpers.hpp"
#include "nengine/nengine.hpp"

namespace nengine::test {
namespace {

using ::testing::HasSubstr;

TEST(Slices, FollowPythonsRules) {
    const auto at = [](const Key& key) {
        return detail::positions(key, 6, "test").all();
    };
    using P = std::vector<std::int64_t>;
    EXPECT_EQ(at(2), P({2}));
    EXPECT_EQ(at(-1), P({5}));
    EXPECT_EQ(at(Slice{}), P({0, 1, 2, 3, 4, 5}));
    EXPECT_EQ(at(Slice{1, 4}), P({1, 2, 3}));
    EXPECT_EQ(at(Slice{-2}), P({4, 5}));
    EXPECT_EQ(at(Slice{.stop = -4}), P({0, 1}));
    EXPECT_EQ(at(Slice{.stop = 100}), P({0, 1, 2, 3, 4, 5}));
    EXPECT_EQ(at(Slice{.step = -1}), P({5, 4, 3, 2, 1, 0}));
    EXPECT_EQ(at(Slice{4, 0, -2}), P({4, 2}));
    EXPECT_EQ(at(Slice{.stop = 1, .step = -2}), P({5, 3}));
    EXPECT_EQ(at({3, 0, 3, -1}), P({3, 0, 3, 5}));
}

TEST(Slices, OutOfRangeAreErrors) {
    Network net;
    auto x = net.node({1.0, 2.0, 3.0}, {.label = "x"});
    auto y = net.node({.size_in = 1});
    EXPECT_THAT(message<ValidationError>([&] { net.connect(x[3], y); }),
                HasSubstr("node 'x': got position 3, needs one from -3 to 2"));
    EXPECT_THAT(message<ValidationError>([&] { net.connect(x[-4], y); }),
                HasSubstr("node 'x': got position -4, needs one from -3 to 2"));
    EXPECT_THROW(net.connect(x[Slice{2, 2}], y), ValidationError);
    EXPECT_THROW(net.connect(x[Slice{.step = 0}], y), ValidationError);
    EXPECT_THROW(net.connect(x[{0, 5}], y), ValidationError);
    EXPECT_THROW(ObjectView(x[0], Key(0)), ValidationError);
}

}  // namespace
}  // namespace nengine::test
