#include <gtest/gtest.h>

#include "tests/api/expressions/naive_terms.hpp"
#include "tests/api/helpers.hpp"

// What functions of expressions mean, by numbers worked out by hand (numpy's).

namespace nengine::test {

namespace {

using ::testing::HasSubstr;

NaiveTensor value(const Expression& x) {
    return NaiveTerms({}).value(x.term());
}

void expect_value(const Expression& x, const Shape& shape,
                  const std::vector<double>& values) {
    const NaiveTensor got = value(x);
    EXPECT_EQ(got.shape, shape);
    EXPECT_THAT(got.values, near_to(values));
}

/// 0, 1, 2 ... in a shape.
Expression count_up(const Shape& shape) {
    Array array = Array::full(shape);
    for (std::size_t i = 0; i < array.values.size(); ++i) {
        array.values[i] = static_cast<double>(i);
    }
    return array;
}

TEST(Expressions, HaveShapes) {
    const Expression x = count_up({2, 3});

    EXPECT_EQ(x.shape(), (Shape{2, 3}));
    EXPECT_EQ(x.rank(), 2U);
    EXPECT_EQ(x.size(), 6);
    EXPECT_EQ(x.extent(-1), 3);
    EXPECT_EQ(message<ValidationError>([&] { x.extent(2); }),
              "extent: got axis 2, needs one of 2 axes");
}

TEST(Expressions, BroadcastAsInNumpy) {
    expect_value(count_up({2, 1}) + count_up({3}), {2, 3}, {0, 1, 2, 1, 2, 3});
    expect_value(2.0 * count_up({2}), {2}, {0, 2});
    expect_value(count_up({2}) >= 1, {2}, {0, 1});
    EXPECT_EQ(message<ShapeError>([&] {
                  count_up({2, 3}) + count_up({2});
              }),
              "add: got shapes (2, 3) and (2,), needs shapes that are equal, counted "
              "from the last axis, or 1");
}

TEST(Expressions, AreSlicedAsInNumpy) {
    const Expression x = count_up({3, 4});

    expect_value(x[1], {4}, {4, 5, 6, 7});
    expect_value(x[-1][0], {}, {8});
    expect_value(x[Slice{.start = 1}], {2, 4}, {4, 5, 6, 7, 8, 9, 10, 11});
    expect_value(slice(x, Slice{.step = -2}, 1), {3, 2}, {3, 1, 7, 5, 11, 9});
    expect_value(slice(x, {2, 0, 0}, 1), {3, 3}, {2, 0, 0, 6, 4, 4, 10, 8, 8});
    expect_value(x[{true, false, true}], {2, 4}, {0, 1, 2, 3, 8, 9, 10, 11});
    expect_value(first(x, 1), {1, 4}, {0, 1, 2, 3});
    expect_value(last(x, 2, 1), {3, 2}, {2, 3, 6, 7, 10, 11});
    expect_value(reverse(x[0]), {4}, {3, 2, 1, 0});
    EXPECT_THAT(message<ValidationError>([&] { x[3]; }), HasSubstr("got position 3"));
}

TEST(Expressions, ChangeTheirShapes) {
    const Expression x = count_up({2, 3});

    expect_value(reshape(x, {3, -1}), {3, 2}, {0, 1, 2, 3, 4, 5});
    expect_value(flatten(x), {6}, {0, 1, 2, 3, 4, 5});
    expect_value(transpose(x), {3, 2}, {0, 3, 1, 4, 2, 5});
    expect_value(transpose(reshape(x, {1, 2, 3}), {2, 0, 1}), {3, 1, 2},
                 {0, 3, 1, 4, 2, 5});
    expect_value(expand_dims(x[0], -1), {3, 1}, {0, 1, 2});
    expect_value(squeeze(reshape(x, {1, 6, 1})), {6}, {0, 1, 2, 3, 4, 5});
    expect_value(broadcast_to(x[0], {2, 3}), {2, 3}, {0, 1, 2, 0, 1, 2});
    EXPECT_THAT(message<ShapeError>([&] {
                    reshape(x, {4, -1});
                }),
                HasSubstr("reshape: got shape (2, 3), needs as many elements"));
    EXPECT_THAT(message<ShapeError>([&] { squeeze(x, {0}); }),
                HasSubstr("squeeze: got shape (2, 3), needs an extent of 1"));
    EXPECT_THAT(message<ValidationError>([&] {
                    transpose(x, {0, 0});
                }),
                HasSubstr("transpose: got axis 0 twice"));
    EXPECT_THAT(message<ShapeError>([&] {
                    reshape(x, {1, 1, 1, 1, 1, 1, 6});
                }),
                HasSubstr("needs at most 6 axes"));
}

TEST(Expressions, AreJoinedAndRepeated) {
    const Expression x = count_up({2, 2});

    expect_value(concat({x, x[Slice{.stop = 1}]}), {3, 2}, {0, 1, 2, 3, 0, 1});
    expect_value(concat({x, x}, -1), {2, 4}, {0, 1, 0, 1, 2, 3, 2, 3});
    expect_value(stack({x[0], x[1]}, 1), {2, 2}, {0, 2, 1, 3});
    expect_value(pad(x, {{1, 0}, {0, 2}}, 9), {3, 4},
                 {9, 9, 9, 9, 0, 1, 9, 9, 2, 3, 9, 9});
    expect_value(tile(x, {2, 2}), {4, 4},
                 {0, 1, 0, 1, 2, 3, 2, 3, 0, 1, 0, 1, 2, 3, 2, 3});
    expect_value(repeat(x, 2, 1), {2, 4}, {0, 0, 1, 1, 2, 2, 3, 3});
    expect_value(one_hot(count_up({3}) - 1.0, 2), {3, 2}, {0, 0, 1, 0, 0, 1});
    EXPECT_THAT(message<ShapeError>([&] {
                    concat({x, count_up({2, 3})});
                }),
                HasSubstr("concat: got shapes (2, 2) and (2, 3)"));
    EXPECT_EQ(message<ValidationError>([&] { concat({}); }),
              "concat: got no parts, needs at least 1");
}

TEST(Expressions, AreGatheredByComputedNumbers) {
    const Expression x = count_up({2, 3});

    expect_value(gather(x, 1.2), {3}, {3, 4, 5});
    expect_value(gather(x, Array{{-1, 0}, {0, 2}}, 1), {2, 2, 2},
                 {2, 0, 0, 2, 5, 3, 3, 5});
    EXPECT_TRUE(std::isnan(value(gather(x, 2.0)).values.front()));
    EXPECT_EQ(message<ValidationError>([&] { gather(x, 0.0, 2); }),
              "gather: got axis 2, needs one of 2 axes");
}

TEST(Expressions, AreSummedAlong) {
    expect_value(cumsum(count_up({2, 3}), 1), {2, 3}, {0, 1, 3, 3, 7, 12});
    expect_value(cumsum(count_up({2, 3})), {2, 3}, {0, 1, 2, 3, 5, 7});
}

TEST(Expressions, AreReducedAsInNumpy) {
    const Expression x = count_up({2, 3});

    expect_value(sum(x), {}, {15});
    expect_value(sum(x, {.axes = {-1}}), {2}, {3, 12});
    expect_value(mean(x, {.axes = {0}, .keepdims = true}), {1, 3}, {1.5, 2.5, 3.5});
    expect_value(prod(x + 1.0, {.axes = {1}}), {2}, {6, 120});
    expect_value(amax(x, {.axes = {0}}), {3}, {3, 4, 5});
    expect_value(amin(x), {}, {0});
    expect_value(norm(x[1]), {}, {std::sqrt(50.0)});
    expect_value(variance(x, {.axes = {0, 1}}), {}, {35.0 / 12});
    expect_value(logsumexp(1000.0 + 0.0 * x), {}, {1000 + std::log(6.0)});
    expect_value(any(x, {.axes = {1}}), {2}, {1, 1});
    expect_value(all(x, {.axes = {1}}), {2}, {0, 1});
    expect_value(argmax(-x), {2}, {0, 0});
    expect_value(argmin(x - 4.0 * square(x), 0), {3}, {1, 1, 1});
    EXPECT_THAT(message<ValidationError>([&] {
                    sum(x, {.axes = {0, -2}});
                }),
                HasSubstr("sum: got axis 0 twice"));
}

TEST(Expressions, HaveASoftmaxThatDoesNotOverflow) {
    const double e = std::exp(1.0);
    const Expression x = 1000.0 + count_up({2});

    expect_value(softmax(x), {2}, {1 / (1 + e), e / (1 + e)});
    expect_value(log_softmax(x), {2}, {-std::log(1 + e), 1 - std::log(1 + e)});
    expect_value(softmax(reshape(x, {2, 1}), 0), {2, 1}, {1 / (1 + e), e / (1 + e)});
}

TEST(Expressions, AreMultipliedAsInNumpy) {
    const Expression a = count_up({2, 3}), v = count_up({3}), s = count_up({2, 3, 2});

    expect_value(matmul(a, v), {2}, {5, 14});
    expect_value(matmul(v, transpose(a)), {2}, {5, 14});
    expect_value(matmul(v, v), {}, {5});
    expect_value(matmul(a, s), {2, 2, 2}, {10, 13, 28, 40, 28, 31, 100, 112});
    expect_value(dot(a, s), {2, 2, 2}, {10, 13, 28, 31, 28, 40, 100, 112});
    expect_value(outer(v, v), {3, 3}, {0, 0, 0, 0, 1, 2, 0, 2, 4});
    EXPECT_THAT(message<ShapeError>([&] { matmul(a, a); }),
                HasSubstr("matmul: got shapes (2, 3) and (2, 3), needs (..., m, k) and "
                          "(..., k, n)"));
    EXPECT_THAT(message<ShapeError>([&] { matmul(a, 2.0); }),
                HasSubstr("needs vectors or matrices"));
}

TEST(Expressions, AreConvolvedAndPooled) {
    const Expression x = count_up({2, 3, 1});  // 0 1 2 / 3 4 5
    const Array kernel({1, 2, 1, 2}, {1, 10, 2, 20});

    expect_value(conv2d(x, kernel), {2, 2, 2}, {2, 20, 5, 50, 11, 110, 14, 140});
    expect_value(conv2d(x, kernel, {.strides = 2, .padding = Padding::same}), {1, 2, 2},
                 {2, 20, 2, 20});
    expect_value(max_pool2d(x, {.pool_size = {2, 1}}), {1, 3, 1}, {3, 4, 5});
    expect_value(average_pool2d(x, {.pool_size = 2, .strides = 1}), {1, 2, 1}, {2, 3});
    EXPECT_THAT(message<ShapeError>([&] { conv2d(x, x); }),
                HasSubstr("conv2d: got a kernel of shape (2, 3, 1) and 1 groups"));
    EXPECT_THAT(message<ShapeError>([&] { max_pool2d(x[0]); }),
                HasSubstr("needs an image (height, width, channels)"));
    EXPECT_THAT(message<ShapeError>([&] { max_pool2d(x, {.pool_size = 4}); }),
                HasSubstr("max_pool2d: got a window of 4 x 4"));
}

TEST(Expressions, OfALoopMayBeLong) {
    // Without recursion, as they are made, written and destroyed.
    Network net;
    auto x = net.node({0.5});
    auto f = net.tensor_node(
        [](Expression u) {
            Expression sum = u;
            for (int i = 0; i < 3000; ++i) {
                sum = sum + 1.0;
            }
            return sum;
        },
        {.shape_in = {1}});
    net.connect(x, f, {.synapse = None});
    auto p = net.probe(f);
    Simulator sim(net, quiet());

    sim.run_steps(1);

    EXPECT_EQ(sim.data(p).to_vector(), std::vector<double>{3000.5});
}

}  // namespace
}  // namespace nengine::test
