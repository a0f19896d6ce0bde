#include <memory>

#include "tests/api/helpers.hpp"

// What nodes of symbolic tensors print, check and refuse.

namespace nengine::test {

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// ----- looking

/// The tutorial's node, and the lines that it prints.
struct Printing {
    Network net{NetworkOptions{.seed = 1}};
    Node a = net.node({0.5, -0.1});
    TensorNode b = net.tensor_node(
        [](Expression t, Expression x) {
            print("t:", t);
            print("x:", x);
            return t + x;
        },
        {.shape_in = {2}, .shape_out = Shape{2}});
    Probe p = (net.connect(a, b, {.synapse = None}), net.probe(b));
    std::vector<std::string> lines;

    SimulatorOptions options(
        std::optional<std::int64_t> minibatch_size = std::nullopt) {
        return {.minibatch_size = minibatch_size,
                .progress_bar = false,
                .on_print = [this](const std::string& line) { lines.push_back(line); }};
    }
};

TEST(TensorNode, PrintsInTheOrderOfStepsAndCalls) {
    Printing of;
    Simulator sim(of.net, of.options());

    sim.run_steps(10);

    ASSERT_EQ(of.lines.size(), 20U);
    EXPECT_THAT(of.lines, ::testing::Contains("t: 0.005"));
    for (std::size_t i = 0; i < 20; i += 2) {
        EXPECT_EQ(of.lines[i].substr(0, 3), "t: ");
        EXPECT_EQ(of.lines[i + 1], "x: [[0.5 -0.1]]");
    }
    EXPECT_EQ(of.lines[0], "t: 0.001");
    EXPECT_EQ(of.lines[18], "t: 0.01");
    EXPECT_NEAR(sim.data(of.p)(9, 0), 0.51, 1e-7);
    EXPECT_THAT(sim.explain(10), HasSubstr("folded   Pointwise"));
}

TEST(TensorNode, PrintsInPredictAndFit) {
    Printing of;
    Simulator sim(of.net, of.options(2));
    const Tensor x({3, 2, 2},
                   std::vector<double>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});

    sim.predict({{of.a, x}});
    EXPECT_THAT(of.lines, ElementsAre("t: 0.001", "x: [[1 2]\n [5 6]]", "t: 0.002",
                                      "x: [[3 4]\n [7 8]]", "t: 0.001", "x: [[9 10]]",
                                      "t: 0.002", "x: [[11 12]]"));
    of.lines.clear();
    of.net.layer(Dense{.units = 1}, of.b);
    Probe q = of.net.probe(of.net.layer(Dense{.units = 1}, of.b));
    Simulator trained(of.net, of.options(3));
    trained.compile({.optimizer = SGD{}, .loss = {{q, MeanSquaredError{}}}});
    trained.fit({{of.a, x}}, {{q, Tensor({3, 1, 1}, std::vector<double>{0, 0, 0})}},
                {.epochs = 2, .shuffle = false});
    ASSERT_EQ(of.lines.size(), 8U);
    EXPECT_EQ(of.lines[4], "t: 0.001");
    EXPECT_EQ(of.lines[7], "x: [[3 4]\n [7 8]\n [11 12]]");
}

TEST(TensorNode, ChecksWhatItComputes) {
    Network net({.seed = 1});
    auto u = net.node({1.0, 1.0});
    auto f = net.tensor_node(
        [](Expression x) {
            const Expression y = sqrt(x);
            return check(y, x >= 0.0, "there is no root");
        },
        {.label = "root", .shape_in = {2}});
    net.connect(u, f, {.synapse = None});
    auto p = net.probe(f);
    Simulator sim(net, quiet(2));
    const Tensor fine({2, 2, 2}, std::vector<double>(8, 4.0));
    const Tensor wrong({2, 2, 2}, std::vector<double>{4, 4, 4, 4, 4, 4, 4, -1});

    EXPECT_THAT(sim.predict({{u, fine}})[p].to_vector(), ::testing::Each(2.0));
    EXPECT_EQ(
        message<SimulationError>([&] {
            sim.predict({{u, wrong}});
        }),
        "tensor_node 'root': there is no root: got [nan] for item 1 at step 2 (t = "
        "0.002)");
    EXPECT_EQ(message<ValidationError>([&] { print("x", Expression(1.0)); }),
              "print: got a call outside of a node's function, needs one in it");
}

// ----- errors

TEST(TensorNodeErrors, NameTheNodeAndTheOperation) {
    Network net;
    const auto made = [&](TensorFunction function, TensorNodeOptions options) {
        options.label = "n";
        return message<ValidationError>(
            [&] { net.tensor_node(std::move(function), options); });
    };
    const auto both = [](Expression t, Expression x) { return t + x; };
    const auto one = [](Expression x) { return x; };

    EXPECT_EQ(made(both, {}),
              "tensor_node 'n': got a function of (t, x) and no shape_in, needs a "
              "function of t alone or a shape_in");
    EXPECT_EQ(
        made(both, {.shape_in = {1}, .pass_time = false}),
        "tensor_node 'n': got a function of (t, x) and pass_time = false, needs a "
        "function of x alone");
    EXPECT_EQ(made(one, {.pass_time = false}),
              "tensor_node 'n': got neither, needs either shape_in or pass_time");
    EXPECT_THAT(made(one, {.shape_in = {0}}), HasSubstr("shape_in: got 0"));
    EXPECT_EQ(
        made([](Expression x) { return matmul(x, x); }, {.shape_in = {2, 3}}),
        "tensor_node 'n': matmul: got shapes (2, 3) and (2, 3), needs (..., m, k) "
        "and (..., k, n)");
    net.tensor_node(one, {.label = "given", .shape_in = {2}, .shape_out = Shape{3}});
    EXPECT_EQ(message<ShapeError>([&] { Simulator(net, quiet()); }),
              "tensor_node 'given': got a result of shape [2], needs [3]");
}

TEST(TensorNodeErrors, AreSaidOfParametersAndStates) {
    Network net;
    const auto made = [&](auto hook_of, auto call) {
        struct Object {
            decltype(hook_of) hook;
            decltype(call) function;
            State state;
            void build(NodeBuild& node) { hook(node, state); }
            Expression operator()(Expression x) { return function(x, state); }
        };
        return message<ValidationError>([&] {
            net.tensor_node(Object{hook_of, call, {}}, {.label = "n", .shape_in = {2}});
        });
    };
    const auto pass = [](Expression x, State&) { return x; };
    const auto make_state = [](NodeBuild& node, State& state) {
        state = node.state({.name = "h", .shape = {2}});
    };

    EXPECT_THAT(
        made([](NodeBuild& node, State&) { node.parameter({.shape = {1}}); }, pass),
        HasSubstr("tensor_node 'n': parameter: got no name"));
    EXPECT_THAT(made(
                    [](NodeBuild& node, State&) {
                        node.parameter({.name = "w", .shape = {1}});
                        node.state({.name = "w", .shape = {1}});
                    },
                    pass),
                HasSubstr("state: got 'w' twice"));
    EXPECT_THAT(made(make_state, pass),
                HasSubstr("state 'h': got no next value, needs one"));
    EXPECT_THAT(made(make_state,
                     [](Expression x, State& state) {
                         state.next(sum(x));
                         return x;
                     }),
                HasSubstr("state 'h': got a next value of shape (), needs (2,)"));
    EXPECT_THAT(made(make_state,
                     [](Expression x, State& state) {
                         state.next(x);
                         state.next(x);
                         return x;
                     }),
                HasSubstr("state 'h': got a second next value"));
    EXPECT_THAT(made([](NodeBuild&, State&) {},
                     [](Expression x, State& state) {
                         state.next(x);
                         return x;
                     }),
                HasSubstr("got a state of no node"));
}

TEST(TensorNodeErrors, NameAnExpressionOfAnotherNode) {
    Network net;
    const auto stolen = std::make_shared<Expression>(0.0);
    net.tensor_node(
        [stolen](Expression x) {
            *stolen = x;
            return x;
        },
        {.label = "first", .shape_in = {1}});
    net.tensor_node([stolen](Expression x) { return x + *stolen; },
                    {.label = "second", .shape_in = {1}});

    EXPECT_THAT(message<BuildError>([&] { Simulator(net, quiet()); }),
                HasSubstr("second: got 'x' of another function"));
}

TEST(TensorNodeHandle, KnowsWhetherItRefersToANode) {
    TensorNode node;
    EXPECT_FALSE(node);
    EXPECT_THAT(message<ValidationError>([&] { node.shape_out(); }),
                HasSubstr("TensorNode::shape_out: got an empty TensorNode"));
    Network net;
    node = net.tensor_node([](Expression t) { return t; });
    EXPECT_TRUE(node);
}

}  // namespace
}  // namespace nengine::test
