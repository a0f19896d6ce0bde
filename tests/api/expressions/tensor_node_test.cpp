#include <cmath>
#include <memory>

#include "tests/api/helpers.hpp"
#include "tests/reference/pointwise_operations.hpp"

namespace nengine::test {

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// What a node puts out for some steps of an input.
std::vector<double> outputs(TensorFunction function, const Tensor& x,
                            const Shape& shape_in,
                            const SimulatorOptions& options = quiet()) {
    Network net({.seed = 1});
    auto u = net.node(std::vector<double>(static_cast<std::size_t>(x.extent(-1))));
    auto f = net.tensor_node(std::move(function), {.shape_in = shape_in});
    net.connect(u, f, {.synapse = None});
    auto p = net.probe(f);
    Simulator sim(net, options);
    return sim.predict({{u, x}})[p].to_vector();
}

TEST(TensorNode, TakesTimeAndInput) {
    Network net;
    auto a = net.node({0.5, -0.1});
    auto both = net.tensor_node([](Expression t, Expression x) { return t + x; },
                                {.shape_in = {2}});
    auto time = net.tensor_node([](Expression t) { return sin(t); });
    auto input =
        net.tensor_node([](Expression x) { return exp(x); }, {.shape_in = {2}});
    net.connect(a, both, {.synapse = None});
    net.connect(a, input, {.synapse = None});
    auto p = net.probe(both), q = net.probe(time), r = net.probe(input);
    Simulator sim(net, quiet());

    sim.run_steps(2);

    EXPECT_THAT(sim.data(p).to_vector(), near_to({0.501, -0.099, 0.502, -0.098}));
    EXPECT_THAT(sim.data(q).to_vector(), near_to({std::sin(0.001), std::sin(0.002)}));
    EXPECT_THAT(sim.data(r).to_vector(), near_to({std::exp(0.5), std::exp(-0.1),
                                                  std::exp(0.5), std::exp(-0.1)}));
    EXPECT_EQ(time.shape_out(), Shape{});
    EXPECT_EQ(time.size_out(), 1);
}

TEST(TensorNode, IsAnEndOfSlicedConnectionsAndProbes) {
    Network net;
    auto a = net.node({1.0, 2.0});
    auto f = net.tensor_node(
        [](Expression x) {
            return x * Array({{1, 10, 100}, {1, 10, 100}});
        },
        {.shape_in = {2, 3}});
    net.connect(a, f[Slice{1, 3}], {.synapse = None});
    net.connect(a[0], f[5], {.synapse = None});
    auto g = net.node({.size_in = 2});
    net.connect(f[{5, 1}], g, {.synapse = None});
    auto p = net.probe(g), q = net.probe(f[Slice{.step = -1}]);
    Simulator sim(net, quiet());

    sim.run_steps(1);

    EXPECT_THAT(sim.data(p).to_vector(), ElementsAre(100, 10));
    EXPECT_THAT(sim.data(q).to_vector(), ElementsAre(100, 0, 0, 200, 10, 0));
}

/// A function of the table in a node, by name.
struct TableFunction {
    std::string name;
    TensorFunction function;
};

std::vector<TableFunction> table_functions() {
#define NENGINE_POINTWISE_1(name, ...) {#name, [](Expression x) { return name(x[0]); }},
#define NENGINE_POINTWISE_2(name, ...) \
    {#name, [](Expression x) { return name(x[0], x[1]); }},
#define NENGINE_POINTWISE_3(name, ...) \
    {#name, [](Expression x) { return name(x[0], x[1], x[2]); }},
    return {
#include "kernels/pointwise/operations.hpp"
    };
}

TEST(TensorNode, ComputesEveryFunctionOfTheTable) {
    for (const auto& [name, function] : table_functions()) {
        const auto& reference = reference::pointwise_references().at(name);
        const double width = reference.high - reference.low;
        std::vector<double> x;
        for (int i = 0; i < 12; ++i) {
            x.push_back(reference.low + width * std::fmod(0.37 * (i + 1), 1.0));
        }

        const auto got = outputs(function, Tensor({1, 4, 3}, x), {3});

        for (std::size_t step = 0; step < 4; ++step) {
            const double want =
                reference.value({x[3 * step], x[3 * step + 1], x[3 * step + 2]});
            EXPECT_NEAR(got[step], want, 1e-12 * (1 + std::abs(want))) << name;
        }
    }
}

// ----- parameters and states

/// The tutorial's layer with a weight of its own.
struct Scaled {
    static constexpr const char* kind_name = "scaled";
    Expression w = 0.0;
    void build(NodeBuild& node) {
        w = node.parameter({.name = "w", .shape = {1}, .initializer = 0.5});
    }
    Expression operator()(Expression x) const { return x * w; }
};

TEST(TensorNode, TrainsItsParameters) {
    Network net({.seed = 1});
    auto u = net.node({0.0});
    auto f = net.tensor_node(Scaled{}, {.label = "m", .shape_in = {1}});
    net.connect(u, f, {.synapse = None});
    auto p = net.probe(f);
    Simulator sim(net, quiet(4));
    sim.compile(
        {.optimizer = SGD{.learning_rate = 0.3}, .loss = {{p, MeanSquaredError{}}}});
    const Tensor x({4, 1, 1}, std::vector<double>{1, -1, 2, 0.5});
    const Tensor y({4, 1, 1}, std::vector<double>{3, -3, 6, 1.5});

    sim.fit({{u, x}}, {{p, y}}, {.epochs = 50});

    ASSERT_EQ(sim.parameters().size(), 1U);
    EXPECT_EQ(sim.parameters().front().name, "m.w");
    EXPECT_NEAR(sim.parameter("m.w").values.front(), 3.0, 1e-9);
    sim.freeze(net);
    Simulator again(net, quiet(4));
    EXPECT_EQ(again.parameter("m.w"), sim.parameter("m.w"));
}

TEST(TensorNode, SaysWhatOfItIsTrained) {
    Network net;
    struct Mixed {
        Expression operator()(Expression x) const { return x * a + b; }
        void build(NodeBuild& node) {
            a = node.parameter({.name = "a", .shape = {2}});
            b = node.parameter({.name = "b", .shape = {2}, .trainable = false});
        }
        Expression a = 0.0, b = 0.0;
    };
    auto f = net.tensor_node(Mixed{}, {.label = "f", .shape_in = {2}});
    net.tensor_node(Mixed{}, {.label = "still", .shape_in = {2}, .trainable = false});
    const auto trained = [&] {
        const Simulator sim(net, quiet());
        std::string names;
        for (const Parameter& parameter : sim.parameters()) {
            names += parameter.trainable ? parameter.name + " " : "";
        }
        return names;
    };

    EXPECT_EQ(trained(), "f.a ");
    f.trainable = false;
    EXPECT_EQ(trained(), "");
}

TEST(TensorNode, DrawsKerasInitialValues) {
    struct Wide {
        void build(NodeBuild& node) {
            w = node.parameter({.name = "w", .shape = {200, 300}});
        }
        Expression operator()(Expression x) const { return matmul(x, w); }
        Expression w = 0.0;
    };
    Network net({.seed = 4});
    net.tensor_node(Wide{}, {.label = "f", .shape_in = {200}});
    const Simulator sim(net, quiet());

    const auto values = sim.parameter("f.w").values;

    // Glorot's: uniform within the root of 6 / (200 + 300).
    const double limit = std::sqrt(6.0 / 500);
    double square = 0, largest = 0;
    for (const double value : values) {
        square += value * value / static_cast<double>(values.size());
        largest = std::max(largest, std::abs(value));
    }
    EXPECT_NEAR(largest, limit, 1e-4);
    EXPECT_NEAR(square, limit * limit / 3, 1e-4);
}

/// y = 0.5 y + x, from step to step.
struct Leaky {
    State y;
    void build(NodeBuild& node) {
        y = node.state({.name = "y", .shape = node.shape_in(), .initial = 1.0});
    }
    Expression operator()(Expression x) {
        const Expression now = 0.5 * y + x;
        y.next(now);
        return now;
    }
};

TEST(TensorNode, CarriesItsStatesFromStepToStep) {
    const std::vector<double> x = {1, 0, 0, 2, 0, 8};

    EXPECT_THAT(outputs(Leaky{}, Tensor({2, 3, 1}, x), {1}),
                near_to({1.5, 0.75, 0.375, 2.5, 1.25, 8.625}));
    // Step by step, and in a minibatch that is not full.
    SimulatorOptions options = quiet(4);
    options.plan.fold = false;
    EXPECT_THAT(outputs(Leaky{}, Tensor({2, 3, 1}, x), {1}, options),
                near_to({1.5, 0.75, 0.375, 2.5, 1.25, 8.625}));
}

TEST(TensorNode, GoesOnFromItsStatesUntilReset) {
    Network net;
    auto u = net.node({1.0});
    auto f = net.tensor_node(Leaky{}, {.shape_in = {1}});
    net.connect(u, f, {.synapse = None});
    auto p = net.probe(f);
    Simulator sim(net, quiet());

    sim.run_steps(1);
    sim.run_steps(1);
    EXPECT_THAT(sim.data(p).to_vector(), near_to({1.5, 1.75}));
    sim.reset();
    sim.run_steps(1);
    EXPECT_THAT(sim.data(p).to_vector(), near_to({1.5}));
}

TEST(TensorNode, ClosesALoopThroughItsState) {
    // Without a synapse between them the two see each other in one step only through
    // the state.
    Network net;
    struct Delay {
        State kept;
        void build(NodeBuild& node) {
            kept = node.state({.name = "kept", .shape = {1}});
        }
        Expression operator()(Expression x) {
            kept.next(x);
            return kept;
        }
    };
    auto u = net.node({1.0});
    auto f = net.tensor_node(Delay{}, {.shape_in = {1}});
    net.connect(u, f, {.synapse = None});
    auto p = net.probe(f);
    Simulator sim(net, quiet());

    sim.run_steps(3);

    EXPECT_THAT(sim.data(p).to_vector(), ElementsAre(0, 1, 1));
}

// ----- hooks and copies

struct Hooks {
    std::shared_ptr<std::string> log = std::make_shared<std::string>();
    Expression w = 0.0;
    int calls = 0;
    void build(NodeBuild& node) {
        *log += "build " + std::to_string(node.shape_in()[0]) + ", ";
        w = node.parameter({.name = "w", .shape = {3}, .initializer = 2.0});
    }
    Expression operator()(Expression, Expression x) {
        ++calls;
        *log += "call " + std::to_string(calls) + ", ";
        return x * w;
    }
    void ready(NodeReady& node) const {
        const auto values = node.get("w").values;
        *log += "ready " + std::to_string(static_cast<int>(values[0])) + ", ";
        node.set("w", Array({node.rng().uniform(), 1, values[2]}));
    }
};

TEST(TensorNode, CallsItsHooksInOrderForEachSimulator) {
    Network net;
    const Hooks hooks;
    net.tensor_node(hooks, {.label = "h", .shape_in = {3}, .shape_out = Shape{3}});
    EXPECT_EQ(*hooks.log, "");  // the shape was given

    const Simulator first(net, quiet());
    const Simulator second(net, quiet());

    // Each simulator has a copy of the object: it is the first call of both.
    EXPECT_EQ(*hooks.log, "build 3, call 1, ready 2, build 3, call 1, ready 2, ");
    const auto w = first.parameter("h.w").values;
    EXPECT_EQ(w[1], 1);
    EXPECT_EQ(w[2], 2);
    EXPECT_GT(w[0], 0);
    EXPECT_LT(w[0], 1);
}

TEST(TensorNode, LoadsItsParametersFromAFile) {
    Network net;
    net.tensor_node(Scaled{}, {.label = "a", .shape_in = {1}});
    Simulator sim(net, quiet());
    sim.set_parameter("a.w", Array({4.0}));
    const auto path = std::filesystem::temp_directory_path() / "tensor_node_test.npz";
    sim.save_params(path);
    struct Loads : Scaled {
        std::filesystem::path path;
        void ready(NodeReady& node) const { node.load(path); }
    };
    Network other;
    Loads loads;
    loads.path = path;
    other.tensor_node(loads, {.label = "a", .shape_in = {1}});

    EXPECT_EQ(Simulator(other, quiet()).parameter("a.w").values.front(), 4.0);
    Network renamed;
    renamed.tensor_node(loads, {.label = "b", .shape_in = {1}});
    EXPECT_THAT(message<ValidationError>([&] { Simulator(renamed, quiet()); }),
                HasSubstr("got neither 'w' nor 'b.w'"));
    std::filesystem::remove(path);
}

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

// ----- layers

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
    std::vector<std::string> names;
    for (const Parameter& parameter : sim.parameters()) {
        names.push_back(parameter.name);
    }
    EXPECT_THAT(names, ElementsAre("rows.beta", "rows.gamma", "whole.gamma"));
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

    std::vector<std::string> names;
    for (const Parameter& parameter : sim.parameters()) {
        names.push_back(parameter.name);
    }
    EXPECT_THAT(names, ElementsAre("scaled#1.w", "x.bias", "x.kernel"));
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
