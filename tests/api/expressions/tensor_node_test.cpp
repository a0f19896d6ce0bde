#include <cmath>
#include <memory>

#include "tests/api/expressions/scaled.hpp"
#include "tests/api/helpers.hpp"
#include "tests/engine/io/files.hpp"
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
            return identity(kept);
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
    sim.set_parameter("a.w", Array({1}, {4.0}));
    const TemporaryFolder folder;
    const auto path = folder / "parameters.npz";
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
}

}  // namespace
}  // namespace nengine::test
