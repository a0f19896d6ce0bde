#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "errors.hpp"

// Numbers that cannot be: indices out of range, values that are not finite, sizes that
// are negative or far too large.

namespace nengine::test {

namespace {

using ::testing::ElementsAre;

constexpr double infinity = std::numeric_limits<double>::infinity();

Tensor recorded(Example& e) {
    const Probe p = e.net.probe(e.u[0]);
    Simulator sim(e.net, quiet());
    sim.run_steps(10);
    return sim.data(p);
}

void make_mine(EnsembleOptions options) {
    Network net({.seed = 1});
    options.label = "mine";
    net.probe(net.ensemble(2, 1, options));
    Simulator(net, quiet());
}

/// Object, got and needed of the ShapeError that `work` ends with.
template <class Work>
std::vector<std::string> parts(const Work& work) {
    try {
        work();
    } catch (const ShapeError& error) {
        return {error.object(), error.got(), error.needed()};
    }
    return {};
}

std::vector<Case> indices() {
    using enum Type;
    const auto read = [](auto... at) {
        return [=](Example& e) { static_cast<void>(recorded(e)(at...)); };
    };
    const Array matrix = {{1.0, 2.0}, {3.0, 4.0}};
    return {
        {"Python's last sample",
         validation,
         {"axis 0", "-1", "0 to 9", "[10, 1]"},
         read(-1, 0)},
        {"a sample too many", validation, {"axis 0", "10", "0 to 9"}, read(10, 0)},
        {"a component too many", validation, {"axis 1", "got", "1", "0"}, read(0, 1)},
        {"too few indices", shape, {"1 index", "needs 2", "[10, 1]"}, read(0)},
        {"too many indices", shape, {"3 indices", "needs 2"}, read(0, 0, 0)},
        {"a negative position",
         validation,
         {"position -1", "0 to 9"},
         [](Example& e) { static_cast<void>(recorded(e)[-1]); }},
        {"a position too large",
         validation,
         {"position 10"},
         [](Example& e) { static_cast<void>(recorded(e)[10]); }},
        {"a number of an empty tensor",
         validation,
         {"with elements", "[0, 0, 0]"},
         [](Example&) { static_cast<void>(Tensor()(0, 0, 0)); }},
        {"a number of a tensor that was moved",
         shape,
         {"needs 0"},
         [](Example&) {
             Tensor t({1, 1, 1}, {0.5});
             const Tensor moved = std::move(t);
             EXPECT_EQ(moved[0], 0.5);
             EXPECT_EQ(t.size(), 0);
             static_cast<void>(t(0, 0, 0));
         }},
        {"numbers without an address",
         validation,
         {"borrow", "[2, 1, 1]"},
         [](Example&) {
             Tensor::borrow(static_cast<float*>(nullptr), {2, 1, 1});
         }},
        {"items out of range",
         validation,
         {"2 items from 9"},
         [](Example& e) { static_cast<void>(recorded(e).items(9, 2)); }},
        {"an array's last row",
         validation,
         {"axis 0", "-1", "0 to 1", "[2, 2]"},
         [=](Example&) { static_cast<void>(matrix(-1, 0)); }},
        {"an array's column too many",
         validation,
         {"axis 1", "2", "0 to 1"},
         [=](Example&) { static_cast<void>(matrix(0, 2)); }},
        {"one index of a matrix",
         shape,
         {"1 index", "needs 2"},
         [=](Example&) { static_cast<void>(matrix(0)); }},
        {"three indices of a matrix",
         shape,
         {"3 indices", "needs 2"},
         [=](Example&) { static_cast<void>(matrix(0, 0, 0)); }},
        {"an array with fewer numbers than its shape has",
         shape,
         {"4 numbers", "[3, 2]"},
         [=](Example&) {
             Array short_of = matrix;
             short_of.shape = {3, 2};
             short_of(2, 0) = 1.0;
         }},
        {"a history of what there is none of",
         validation,
         {"'accuracy'", "loss"},
         [](Example&) {
             History history;
             history.values["loss"] = {1.0};
             static_cast<void>(history["accuracy"]);
         }},
    };
}

std::vector<Case> sizes() {
    using enum Type;
    constexpr std::int64_t huge = std::int64_t{1} << 32;
    return {
        {"a tensor of more elements than can be counted",
         shape,
         {"[4294967296, 4294967296]"},
         [=](Example&) {
             Tensor({huge, huge}, std::vector<float>());
         }},
        {"an array of more elements than can be counted",
         shape,
         {"[4294967296, 4294967296]"},
         [=](Example&) {
             Array({huge, huge}, std::vector<double>());
         }},
        {"a full array of more elements than can be counted",
         shape,
         {"[4294967296, 4294967296]"},
         [=](Example&) { Array::identity(huge); }},
        {"an image of more elements than can be counted",
         shape,
         {"'big'", "[4294967296, 4294967296, 1]"},
         [=](Example& e) {
             e.net.layer(Flatten{}, e.u, {.label = "big", .shape_in = {huge, huge, 1}});
         }},
        {"more neurons than any machine has memory for",
         validation,
         {"'x'", "n_neurons", "4611686018427387904", "2^47"},
         [](Example& e) { e.net.ensemble(std::int64_t{1} << 62, 1, {.label = "x"}); }},
        {"more components than any machine has memory for",
         validation,
         {"'x'", "size_in", "2^47"},
         [](Example& e) {
             e.net.node({.label = "x", .size_in = std::int64_t{1} << 62});
         }},
        {"more items than any machine has memory for",
         validation,
         {"minibatch_size", "2^47"},
         [](Example& e) { e.simulate(quiet(std::int64_t{1} << 62)); }},
    };
}

std::vector<Case> ensembles() {
    using enum Type;
    const auto mine = [](const char* what, Type type, std::vector<std::string> texts,
                         EnsembleOptions options) {
        texts.insert(texts.begin(), "'mine'");
        return Case{what, type, texts, [=](Example&) { make_mine(options); }};
    };
    const Array with_nan = {{1.0}, {nan}};
    return {
        mine("a choice of numbers as encoders", shape,
             {"encoders", "Choice", "1 dimensions"}, {.encoders = Choice{{1.0, -1.0}}}),
        mine("too few samples as encoders", shape,
             {"encoders", "Samples", "[1, 1]", "[2, 1]"},
             {.encoders = Samples{{{0.5}}}}),
        mine("an encoder that is not a number", validation,
             {"encoders", "nan", "[1, 0]", "finite"}, {.encoders = with_nan}),
        mine("a sampled encoder that is not a number", validation,
             {"encoders", "nan", "[1, 0]"}, {.encoders = Samples{with_nan}}),
        mine("an encoder of length 0", build, {"encoder 1", "length 0"},
             {.encoders = {{1.0}, {0.0}}}),
        mine("an evaluation point that is not a number", validation,
             {"eval_points", "nan", "[1, 0]"}, {.eval_points = with_nan}),
        mine("samples of evaluation points that are not numbers", validation,
             {"eval_points", "nan"},
             {.eval_points = Samples{with_nan}, .n_eval_points = 2}),
        mine("a choice of vectors as evaluation points", shape,
             {"eval_points", "Choice", "2 dimensions"},
             {.eval_points = Choice{{{1.0, 2.0}}}}),
        mine("rates that are not numbers", validation, {"max_rates", "nan", "[1]"},
             {.max_rates = {100.0, nan}}),
        mine("intercepts of a distribution that cannot be", validation,
             {"intercepts", "Gaussian", "std"},
             {.intercepts = Gaussian{.mean = 0.0, .std = -1.0}}),
        mine("a gain that is not finite", validation, {"gain", "inf"},
             {.gain = {1.0, infinity}, .bias = 0.0}),
        mine("a bias that is not a number", validation, {"bias", "nan"},
             {.gain = 1.0, .bias = nan}),
        mine("an array whose numbers were moved away", shape,
             {"encoders", "0 numbers", "[2, 1]"},
             [] {
                 Array moved = {{1.0}, {-1.0}};
                 moved.values.clear();
                 return EnsembleOptions{.encoders = moved};
             }()),
        {"connection's evaluation points that are not numbers",
         validation,
         {"'y'", "eval_points", "nan"},
         [](Example& e) {
             e.net.connect(e.a, e.sum,
                           {.label = "y", .eval_points = {{0.0, 1.0}, {nan, 0.0}}});
         }},
        {"a transform that is not a number",
         validation,
         {"'y'", "transform", "nan", "[1, 0]"},
         [](Example& e) {
             e.net.connect(e.u, e.sum,
                           {.label = "y", .transform = {{1.0, 0.0}, {nan, 1.0}}});
         }},
        {"a distribution of a transform that cannot be",
         validation,
         {"'y'", "transform", "Choice"},
         [](Example& e) {
             e.net.connect(e.u, e.sum, {.label = "y", .transform = Choice{{1.0, 2.0}}});
             e.simulate();
         }},
        {"a layer's distribution that cannot be",
         validation,
         {"'y'", "kernel", "Gaussian"},
         [](Example& e) {
             e.net.layer(
                 Dense{.units = 2,
                       .kernel_initializer = Gaussian{.mean = 0.0, .std = -1.0}},
                 e.u, {.label = "y"});
             e.simulate();
         }},
    };
}

std::vector<Case> filters() {
    using enum Type;
    const auto probed = [](LinearFilter filter) {
        return [=](Example& e) {
            e.net.probe(e.u, {.label = "p", .synapse = filter});
            e.simulate();
        };
    };
    return {
        {"a filter without a numerator",
         validation,
         {"'p'", "needs a numerator"},
         probed({.num = {}, .den = {1.0}})},
        {"a filter without a denominator",
         validation,
         {"'p'", "needs a denominator"},
         probed({.num = {1.0}, .den = {}})},
        {"a filter with a denominator of zero",
         validation,
         {"'p'", "denominator of zero"},
         probed({.num = {1.0}, .den = {0.0, 0.0}})},
        {"a filter with a coefficient that is not a number",
         validation,
         {"'p'", "nan", "denominator"},
         probed({.num = {1.0}, .den = {1.0, nan}})},
        {"a filter that looks ahead",
         validation,
         {"'p'", "degree 1"},
         probed({.num = {1.0, 0.0}, .den = {1.0}})},
        {"a negative window",
         validation,
         {"'p'", "-1"},
         [](Example& e) {
             e.net.probe(e.u, {.label = "p", .synapse = Triangle{-1.0}});
         }},
        {"a response of a filter without a numerator",
         validation,
         {"needs a numerator"},
         [](Example&) { evaluate(LinearFilter{.num = {}, .den = {1.0}}, {1.0}); }},
        {"filters without a numerator one after the other",
         validation,
         {"needs a numerator"},
         [](Example&) {
             combine(LinearFilter{.num = {}, .den = {1.0}}, Lowpass{0.1});
         }},
        {"fewer values than the shape has",
         shape,
         {"filt", "1 numbers", "[2]"},
         [](Example&) {
             Array x = {1.0, 2.0};
             x.values.pop_back();
             filt(0.1, x);
         }},
    };
}

TEST(Errors, OfIndices) {
    expect_errors(indices());
}
TEST(Errors, OfSizes) {
    expect_errors(sizes());
}
TEST(Errors, OfNumbersOfEnsemblesAndConnections) {
    expect_errors(ensembles());
}
TEST(Errors, OfFilters) {
    expect_errors(filters());
}

TEST(ShapeErrors, OfArraysHaveTheirParts) {
    const Array two{1.0, 2.0}, one{1.0};
    EXPECT_THAT(parts([&] { static_cast<void>(two + one); }),
                ElementsAre("arithmetic on arrays", "shapes [2] and [1]",
                            "equal ones, or a number"));
    EXPECT_THAT(parts([&] { static_cast<void>(two(0, 0)); }),
                ElementsAre("Array", "2 indices", "1 (shape [2])"));
}

TEST(ShapeErrors, OfObjectsHaveTheObjectByItsLabel) {
    EXPECT_THAT(parts([] {
                    make_mine({.encoders = {{1.0, 0.0}}});
                }),
                ElementsAre("ensemble 'mine': encoders", "shape [1, 2]", "[2, 1]"));
    Example e;
    EXPECT_THAT(
        parts([&] { e.net.connect(e.u, e.sum, {.label = "y", .transform = {{1.0}}}); }),
        ElementsAre("connection 'y' (node 'u' to node 'sum')",
                    "a transform of shape [1, 1]",
                    "[2, 2]: (size of post, size of the function's value)"));
    Simulator sim(e.net, quiet());
    EXPECT_THAT(
        parts([&] {
            sim.run_steps(1, {.data = {{e.u, Tensor({1, 1}, std::vector{0.5})}}});
        }),
        ElementsAre("run_steps: node 'u'", "data of shape [1, 1]",
                    "[batch, steps, 2]"));
}

TEST(ShapeErrors, ThatAreNamedFurtherOutKeepWhatTheyGotAndNeeded) {
    EXPECT_THAT(
        parts([] { make_mine({.encoders = Samples{{{0.5}}}}); }),
        ElementsAre("ensemble 'mine': encoders: Samples", "shape [1, 1]", "[2, 1]"));
    constexpr std::int64_t huge = std::int64_t{1} << 32;
    Example e;
    EXPECT_THAT(
        parts([&] {
            e.net.layer(Flatten{}, e.u, {.label = "big", .shape_in = {huge, huge, 1}});
        }),
        ElementsAre("layer 'big'",
                    "shape [4294967296, 4294967296, 1], which no machine has "
                    "memory for",
                    "at most 2^47 elements"));
}

TEST(Options, BracesWithNamesAreOptionsAndOthersAreNumbers) {
    Network net;
    const Node named = net.node({.size_in = 0, .size_out = 0});
    EXPECT_EQ(named.size_in, 0);
    EXPECT_EQ(named.size_out, 0);
    EXPECT_EQ(net.node({.size_in = 2, .size_out = 2}).size_out, 2);
    EXPECT_EQ(net.node({1.0, 2.0, 3.0}).size_out, 3);
    EXPECT_EQ(net.node({1, 2}, {.label = "two"}).size_out, 2);
    EXPECT_EQ(message<ValidationError>(
                  [&] { net.node({.label = "x", .size_in = 0, .size_out = 1}); }),
              "node 'x': got size_in 0 and size_out 1, needs equal sizes without an "
              "output of its own");
}

}  // namespace

}  // namespace nengine::test
