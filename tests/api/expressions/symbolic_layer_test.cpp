#include <cmath>

#include "tests/api/expressions/scaled.hpp"
#include "tests/api/helpers.hpp"

// Layers that are functions of symbolic tensors.

namespace nengine::test {

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Layer, MayBeAFunctionOfATensor) {
    Network net({.seed = 1});
    auto u = net.node({-1.0, 2.0});
    auto first = net.layer([](Expression x) { return relu(x); }, u);
    auto second = net.layer(Scaled{}, first, {.label = "s"});
    auto p = net.probe(second);
    Simulator sim(net, quiet());

    sim.run_steps(1);

    EXPECT_THAT(sim.data(p).to_vector(), ElementsAre(0, 1));
    EXPECT_EQ(second.shape_out(), Shape{2});
}

TEST(Layer, NormalizesAsKerasDoes) {
    // Keras: (x - mean) / sqrt(variance + 0.001), gamma 1 and beta 0 at first.
    Network net({.seed = 1});
    auto u = net.node({1.0, 2.0, 6.0, -1.0, -1.0, 2.0});
    auto rows =
        net.layer(LayerNormalization{}, u, {.label = "rows", .shape_in = {2, 3}});
    auto whole = net.layer(LayerNormalization{.axis = {0, 1}, .center = false}, u,
                           {.label = "whole", .shape_in = {2, 3}});
    auto p = net.probe(rows), q = net.probe(whole);
    Simulator sim(net, quiet(1));
    EXPECT_THAT(parameter_names(sim),
                ElementsAre("rows.beta", "rows.gamma", "whole.gamma"));
    EXPECT_EQ(sim.parameter("whole.gamma").shape, (Shape{2, 3}));
    sim.set_parameter("rows.gamma", Array({1, 2, 1}));
    sim.set_parameter("rows.beta", Array({0, 0, 5}));

    sim.run_steps(1);

    const double a = 1 / std::sqrt(14.0 / 3 + 0.001), b = 1 / std::sqrt(2.001);
    EXPECT_THAT(sim.data(p).to_vector(),
                near_to({-2 * a, -2 * a, 3 * a + 5, -b, -2 * b, 2 * b + 5}));
    const double mean = 1.5, c = 1 / std::sqrt(47.0 / 6 - mean * mean + 0.001);
    EXPECT_NEAR(sim.data(q)(0, 0, 2), (6 - mean) * c, 1e-12);
    sim.compile(
        {.optimizer = SGD{.learning_rate = 0.05}, .loss = {{p, MeanSquaredError{}}}});
    const auto loss =
        sim.fit({}, {{p, Tensor({1, 1, 6}, {1.0, 2.0, 3.0, 1.5, 2.5, 3.5})}},
                {.epochs = 200, .n_steps = 1});
    EXPECT_LT(loss["loss"].back(), 0.1 * loss["loss"].front());
}

TEST(Layer, MayConvolveWithAParameter) {
    struct Edge {
        Expression kernel = 0.0;
        void build(NodeBuild& node) {
            kernel = node.parameter({.name = "kernel", .shape = {1, 2, 1, 1}});
        }
        Expression operator()(Expression x) const {
            return max_pool2d(conv2d(x, kernel), {.pool_size = {1, 2}});
        }
    };
    Network net({.seed = 1});
    auto u = net.node({0.0, 1.0, 3.0, 3.0, 2.0});
    auto edge = net.layer(Edge{}, u, {.label = "edge", .shape_in = {1, 5, 1}});
    auto p = net.probe(edge);
    Simulator sim(net, quiet(1));
    sim.set_parameter("edge.kernel", Array({1, 2, 1, 1}, {-0.5, 0.6}));
    sim.compile(
        {.optimizer = SGD{.learning_rate = 0.05}, .loss = {{p, MeanSquaredError{}}}});

    // The difference to the left, the larger one of two: 2 and 0.
    sim.fit({}, {{p, Tensor({1, 1, 2}, {2.0, 0.0})}}, {.epochs = 500, .n_steps = 1});

    EXPECT_THAT(sim.parameter("edge.kernel").values,
                ::testing::Pointwise(::testing::DoubleNear(1e-3), {-1.0, 1.0}));
}

TEST(Layer, SharesItsParametersWithOthersOfOneKind) {
    Network net({.seed = 1});
    auto a = net.node({1.0, 2.0}), b = net.node({3.0, -1.0});
    const SharedLayer dense = net.shared(Dense{.units = 3});
    auto x = net.layer(dense, a, {.label = "x"}), y = net.layer(dense, b);
    const SharedLayer scaled = net.shared(Scaled{});
    net.layer(scaled, x);
    net.tensor_node(scaled, {.shape_in = {4}});
    auto p = net.probe(x), q = net.probe(y);
    Simulator sim(net, quiet(1));

    EXPECT_THAT(parameter_names(sim), ElementsAre("scaled#1.w", "x.bias", "x.kernel"));
    sim.compile({.optimizer = SGD{.learning_rate = 0.02},
                 .loss = {{p, MeanSquaredError{}}, {q, MeanSquaredError{}}}});
    const auto loss = sim.fit({},
                              {{p, Tensor({1, 1, 3}, {1.0, 2.0, 3.0})},
                               {q, Tensor({1, 1, 3}, {-2.0, 0.0, 5.0})}},
                              {.epochs = 400, .n_steps = 1});
    EXPECT_LT(loss["loss"].back(), 1e-6);
    EXPECT_THAT(message<ValidationError>([&] { net.shared(LIF{}); }),
                HasSubstr("shared: got neurons"));
    EXPECT_THAT(message<ValidationError>([&] { net.tensor_node(dense); }),
                HasSubstr("tensor_node: got a layer"));
}

TEST(Layer, ThatSharesParametersNeedsThemInItsShape) {
    Network net;
    const SharedLayer dense = net.shared(Dense{.units = 3});
    net.layer(dense, net.node({1.0, 2.0}), {.label = "first"});
    net.layer(dense, net.node({1.0}), {.label = "second"});

    EXPECT_EQ(message<ShapeError>([&] { Simulator(net, quiet()); }),
              "dense 'second': kernel: got a shared parameter of shape [2, 3], needs "
              "[1, 3]");
}

}  // namespace
}  // namespace nengine::test
