#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <span>

#include "nengine/nengine.hpp"

// Outside of the library's namespace, as users are.

namespace users {

namespace {

using namespace nengine;
using Span = std::span<const double>;

/// The value of `function` of a node that gives {1, -2}.
template <class F>
std::vector<double> value(F function) {
    Network net({.seed = 1});
    auto u = net.node({1.0, -2.0});
    auto y = net.node({.size_in = 2});
    net.connect(u, y, {.function = function, .synapse = None});
    auto p = net.probe(y);
    Simulator sim(net, {.dtype = DType::float64, .progress_bar = false});
    sim.run_steps(1);
    return sim.data(p).to_vector();
}

TEST(Arithmetic, OnWhatFunctionsGet) {
    using ::testing::ElementsAre;

    EXPECT_THAT(value([](Span x) { return -x; }), ElementsAre(-1, 2));
    EXPECT_THAT(value([](Span x) { return +x; }), ElementsAre(1, -2));
    EXPECT_THAT(value([](Span x) { return x * 0.5; }), ElementsAre(0.5, -1));
    EXPECT_THAT(value([](Span x) { return 2 * x; }), ElementsAre(2, -4));
    EXPECT_THAT(value([](Span x) { return x / 2; }), ElementsAre(0.5, -1));
    EXPECT_THAT(value([](Span x) { return 1 / x; }), ElementsAre(1, -0.5));
    EXPECT_THAT(value([](Span x) { return x + x; }), ElementsAre(2, -4));
    EXPECT_THAT(value([](Span x) { return x * x - 1; }), ElementsAre(0, 3));
    EXPECT_THAT(value([](Span x) { return 1 - x; }), ElementsAre(0, 3));
    EXPECT_THAT(value([](Span x) { return 2 * (x + 1.0) - x / 4.0; }),
                ElementsAre(3.75, -1.5));
    EXPECT_THAT(value([](Span x) {
                    return std::array{1.0, 2.0} * x;
                }),
                ElementsAre(1, -4));
    EXPECT_THAT(value([](Span x) {
                    return x - std::vector{1.0, 2.0};
                }),
                ElementsAre(0, -4));
}

TEST(Arithmetic, InFunctionsOfTimeAndInput) {
    Network net({.seed = 1});
    auto u = net.node({1.0, -2.0});
    auto y = net.node([](double t, Span x) { return x * t + 1; }, {.size_in = 2});
    net.connect(u, y, {.synapse = None});
    auto p = net.probe(y);
    Simulator sim(net, {.dt = 0.5, .dtype = DType::float64, .progress_bar = false});

    sim.run_steps(1);

    EXPECT_EQ(y.size_out, 2);
    EXPECT_EQ(sim.data(p).to_vector(), (std::vector{1.5, 0.0}));
}

TEST(Arithmetic, OfArraysKeepsTheirShape) {
    const Array rows = {{1.0, 2.0}, {3.0, 4.0}};

    EXPECT_EQ(rows * 2 - 1, (Array{{1.0, 3.0}, {5.0, 7.0}}));
    EXPECT_EQ(rows * rows, (Array{{1.0, 4.0}, {9.0, 16.0}}));
    EXPECT_EQ(-rows, (Array{{-1.0, -2.0}, {-3.0, -4.0}}));
    EXPECT_EQ(Array(3.0) * rows, rows + rows + rows);
    EXPECT_EQ(Array(3.0) + 1, Array(4.0));
    EXPECT_TRUE(std::signbit((-Array{0.0}).values[0]));
}

TEST(Arithmetic, NeedsEqualShapes) {
    EXPECT_THROW((Array{1.0, 2.0} + Array{1.0}), ShapeError);
    EXPECT_THROW((Array{{1.0, 2.0}} * std::vector{1.0, 2.0}), ShapeError);
    try {
        Array{1.0, 2.0} + Array{1.0, 2.0, 3.0};
        FAIL();
    } catch (const ShapeError& error) {
        EXPECT_THAT(error.what(), ::testing::HasSubstr("got shapes [2] and [3]"));
    }
}

}  // namespace

}  // namespace users
