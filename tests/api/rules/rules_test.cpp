#include <cmath>
#include <limits>

#include "tests/api/helpers.hpp"

// Regularizers, constraints and clipping through a simulator: functions of users' own,
// where they count, and what cannot be.

namespace nengine::test {

namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const Tensor one({1, 1, 1}, {1.0});

/// y = w x of one unit, with target y itself where `wanted` is none.
struct Line {
    Network net{NetworkOptions{.seed = 1}};
    Node x = net.node(0.0);
    Layer d;
    Probe p;
    std::optional<Simulator> sim;

    explicit Line(Dense dense, LayerOptions options = {.label = "d"}) {
        dense.use_bias = false;
        d = net.layer(dense, x, options);
        p = net.probe(d, {.label = "p"});
    }
    Simulator& simulator(SimulatorOptions options = quiet(1)) {
        sim.emplace(net, options);
        return *sim;
    }
    void compile(const AnyOptimizer& optimizer, const Clipping& clip = {}) {
        sim->compile(
            {.optimizer = optimizer, .loss = {{p, MeanSquaredError{}}}, .clip = clip});
    }
    /// Updates with target 0: the gradient of w is 2 w.
    History fit(int updates = 1) {
        return sim->fit({{x, one}}, {{p, Tensor({1, 1, 1}, {0.0})}},
                        {.epochs = updates});
    }
    double w() const { return sim->parameter("d.kernel").values[0]; }
};

TEST(Rules, MayBeFunctionsOfTheParameter) {
    Line of(Dense{.units = 1,
                  .kernel_initializer = 2.0,
                  .kernel_regularizer = [](Expression w) { return 0.5 * sum(w); },
                  .kernel_constraint = [](Expression w) { return clip(w, 0.0, 1.5); }});
    of.simulator();
    of.compile(SGD{.learning_rate = 0.125});

    const History history = of.fit(2);

    EXPECT_THAT(history["regularization"], ElementsAre(1.0, 0.71875));
    EXPECT_THAT(history["p_loss"], ElementsAre(4.0, 2.06640625));
    EXPECT_THAT(history["loss"], ElementsAre(5.0, 2.78515625));
    // 2 - (4 + 0.5) / 8 = 1.4375; 1.4375 - (2.875 + 0.5) / 8
    EXPECT_DOUBLE_EQ(of.w(), 1.015625);
}

TEST(Rules, CountOnceForAMinibatchAndInTheTotalAlone) {
    Line of(
        Dense{.units = 1, .kernel_initializer = 3.0, .kernel_regularizer = L2{1.0}});
    Simulator& sim = of.simulator(quiet(2));
    of.compile(SGD{.learning_rate = 0.0});
    const Tensor x({3, 1, 1}, {1.0, 2.0, 3.0}), y({3, 1, 1}, {3.0, 6.0, 9.0});

    const History history = sim.fit({{of.x, x}}, {{of.p, y}});
    const EvaluationResult scores = sim.evaluate({{of.x, x}}, {{of.p, y}});

    EXPECT_THAT(history["loss"], ElementsAre(9.0));
    EXPECT_THAT(history["p_loss"], ElementsAre(0.0));
    EXPECT_THAT(history["regularization"], ElementsAre(9.0));
    EXPECT_EQ(scores, (EvaluationResult{
                          {"loss", 9.0}, {"p_loss", 0.0}, {"regularization", 9.0}}));
}

TEST(Rules, AreNotAmongValuesOfNetworksWithoutAny) {
    Line of(Dense{.units = 1});
    of.simulator();
    of.compile(SGD{});
    EXPECT_EQ(of.fit().values.count("regularization"), 0U);
}

TEST(Rules, SeeParametersThatAreNotTrainedAsTheyAreSet) {
    Line of(Dense{.units = 1,
                  .kernel_initializer = 2.0,
                  .kernel_regularizer = L1{1.0},
                  .kernel_constraint = NonNeg{}},
            {.label = "d", .trainable = false});
    Simulator& sim = of.simulator();
    of.compile(SGD{});
    const auto penalty = [&] {
        return sim.evaluate({{of.x, one}}, {{of.p, one}}).at("regularization");
    };
    EXPECT_EQ(penalty(), 2.0);
    sim.set_parameter("d.kernel", Array{{-5.0}});
    EXPECT_EQ(penalty(), 5.0);
    EXPECT_EQ(penalty(), 5.0);
    sim.reset();
    EXPECT_EQ(penalty(), 2.0);
}

TEST(Rules, OfSharedLayersCountOnce) {
    Network net({.seed = 1});
    const Node x = net.node(0.0);
    const SharedLayer shared(Dense{.units = 1,
                                   .use_bias = false,
                                   .kernel_initializer = 2.0,
                                   .kernel_regularizer = L1{1.0}});
    net.layer(shared, x);
    const Probe p = net.probe(net.layer(shared, x));
    Simulator sim(net, quiet(1));
    sim.compile({.loss = {{p, MeanSquaredError{}}}});
    EXPECT_EQ(sim.evaluate({{x, one}}, {{p, one}}).at("regularization"), 2.0);
}

TEST(Rules, AreThoseOfNodesToo) {
    struct Scaled {
        Expression w = 0.0;
        void build(NodeBuild& node) {
            w = node.parameter({.name = "w",
                                .shape = {2, 2},
                                .initializer = 3.0,
                                .regularizer = L1{0.25},
                                .constraint = UnitNorm{.axis = {1}}});
        }
        Expression operator()(Expression x) const { return matmul(w, x); }
    };
    Network net({.seed = 1});
    const Node u = net.node({1.0, 1.0});
    const TensorNode f = net.tensor_node(Scaled{}, {.label = "f", .shape_in = {2}});
    net.connect(u, f, {.synapse = None});
    const Layer n = net.layer(LayerNormalization{.gamma_regularizer = L2{0.5}}, f);
    const Probe p = net.probe(n);
    Simulator sim(net, quiet(1));
    sim.compile({.optimizer = SGD{.learning_rate = 0.0}, .loss = MeanSquaredError{}});
    const History history =
        sim.fit({}, {{p, Tensor({1, 1, 2}, {0.0, 0.0})}}, {.n_steps = 1});
    EXPECT_THAT(history["regularization"], ElementsAre(0.25 * 12 + 0.5 * 2));
    const auto w = sim.parameter("f.w").values;
    EXPECT_NEAR(w[0], std::sqrt(0.5), 1e-6);
    EXPECT_NEAR(w[2], std::sqrt(0.5), 1e-6);
}

/// Layers that are merged into one product, trained in one way of planning or another.
std::vector<double> trained(PlanOptions plan, const Clipping& clip) {
    Network net({.seed = 1});
    const Node x = net.node({1.0, -0.5, 2.0});
    std::vector<Probe> probes;
    for (int i = 0; i < 3; ++i) {
        const Layer d = net.layer(Dense{.units = 4,
                                        .kernel_regularizer = L1L2{0.01, 0.02},
                                        .bias_regularizer = L2{0.1},
                                        .kernel_constraint = MaxNorm{.max_value = 0.7}},
                                  x, {.label = "d" + std::to_string(i)});
        probes.push_back(net.probe(d));
    }
    SimulatorOptions options = quiet(2);
    options.plan = plan;
    Simulator sim(net, options);
    sim.compile({.optimizer = Adam{.learning_rate = 0.1},
                 .loss = MeanSquaredError{},
                 .clip = clip});
    Data targets;
    const Tensor y({2, 1, 4}, {1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0});
    const History history =
        sim.fit({}, {{probes[0], y}, {probes[1], y}, {probes[2], y}},
                {.epochs = 5, .n_steps = 1});
    std::vector<double> result = history["loss"];
    for (const Parameter& parameter : sim.parameters()) {
        for (const double value : sim.parameter(parameter.name).values) {
            result.push_back(value);
        }
    }
    return result;
}

TEST(Rules, DoNotDependOnThePlan) {
    for (const Clipping& clip :
         {Clipping{}, Clipping{.norm = 0.5}, Clipping{.global_norm = 0.5}}) {
        const auto want = trained({.simplify = false,
                                   .fold = false,
                                   .fuse = false,
                                   .layout = false,
                                   .merge = PlanOptions::Merge::none},
                                  clip);
        EXPECT_THAT(trained({}, clip), near_to(want));
        EXPECT_THAT(trained({.merge = PlanOptions::Merge::tree}, clip), near_to(want));
    }
}

TEST(Rules, ConstraintsFollowUpdatesThatAreMadeAlone) {
    Line of(
        Dense{.units = 1, .kernel_initializer = -2.0, .kernel_constraint = NonNeg{}});
    Simulator& sim = of.simulator();
    sim.compile({.optimizer = SGD{.learning_rate = 0.25},
                 .loss = {{of.p, [](Expression, Expression output) {
                               return log(output);  // of a number below 0
                           }}}});
    EXPECT_THAT(message<SimulationError>([&] { of.fit(); }),
                HasSubstr("the loss became NaN"));
    EXPECT_EQ(of.w(), -2.0);

    of.compile(SGD{.learning_rate = 0.25});
    of.fit();
    EXPECT_EQ(of.w(), 0.0);
}

TEST(Rules, PenaltiesThatAreNotFiniteEndTheTraining) {
    Line of(Dense{.units = 1,
                  .kernel_initializer = -2.0,
                  .kernel_regularizer = [](Expression w) { return sum(log(w)); }});
    of.simulator();
    of.compile(SGD{.learning_rate = 0.25});
    EXPECT_THAT(message<SimulationError>([&] { of.fit(); }),
                HasSubstr("the loss became NaN"));
    EXPECT_EQ(of.w(), -2.0);
}

TEST(Rules, GradientsOfPenaltiesThatAreNotFiniteNameTheParameter) {
    Line of(Dense{.units = 1,
                  .kernel_initializer = 0.0,
                  .kernel_regularizer = [](Expression w) { return sum(sqrt(w)); }});
    of.simulator();
    of.compile(SGD{.learning_rate = 0.25});
    EXPECT_THAT(message<SimulationError>([&] { of.fit(); }),
                HasSubstr("the gradient of parameter 'd.kernel' became NaN"));
    EXPECT_EQ(of.w(), 0.0);
}

TEST(Rules, NameTheParameterAndTheFunctionThatCannotBe) {
    const auto refusal = [](const Dense& dense) {
        Line of(dense);
        return message<ValidationError>([&] { of.simulator(); });
    };
    EXPECT_THAT(
        refusal({.units = 3, .kernel_regularizer = [](Expression w) { return w; }}),
        HasSubstr("dense 'd': kernel: regularizer 'function': got a result of shape "
                  "[1, 3], needs one number"));
    EXPECT_THAT(refusal({.units = 3, .kernel_regularizer = OrthogonalRegularizer{}}),
                AllOf(HasSubstr("kernel: regularizer 'orthogonal_regularizer'"),
                      HasSubstr("shape [1, 3], needs a matrix of at least two rows")));
    EXPECT_THAT(
        refusal({.units = 3, .kernel_constraint = [](Expression w) { return sum(w); }}),
        HasSubstr("kernel: constraint 'function': got a result of shape [], needs "
                  "[1, 3]"));
    EXPECT_THAT(refusal({.units = 3, .kernel_constraint = MaxNorm{.axis = {2}}}),
                HasSubstr("kernel: constraint 'max_norm'"));
}

TEST(Rules, ARegularizerNeedsASlope) {
    Line of(Dense{.units = 2,
                  .kernel_regularizer = [](Expression w) { return sum(w > 0.0); }});
    of.simulator();
    of.compile(SGD{});
    EXPECT_THAT(message<BuildError>([&] {
                    of.sim->fit({{of.x, one}}, {{of.p, Tensor({1, 1, 2}, {0.0, 0.0})}});
                }),
                HasSubstr("d.kernel"));
}

TEST(Clip, BoundsTheStep) {
    Line of(Dense{.units = 1, .kernel_initializer = 2.0});
    of.simulator();
    of.compile(SGD{.learning_rate = 1.0}, {.norm = 0.5});
    of.fit();
    EXPECT_DOUBLE_EQ(of.w(), 1.5);
    of.compile(SGD{.learning_rate = 1.0}, {.value = 0.25});
    of.fit();
    EXPECT_DOUBLE_EQ(of.w(), 1.25);
    of.compile(SGD{.learning_rate = 1.0}, {.global_norm = 0.125});
    of.fit();
    EXPECT_DOUBLE_EQ(of.w(), 1.125);
    of.compile(SGD{.learning_rate = 1.0});
    of.fit();
    EXPECT_DOUBLE_EQ(of.w(), -1.125);
}

// Its square would be infinite, which Adam refuses.
TEST(Clip, TakesGradientsThatWouldBeTooLarge) {
    Line of(Dense{.units = 1, .kernel_initializer = 1.0});
    SimulatorOptions options = quiet(1);
    options.dtype = DType::float32;
    of.simulator(options);
    const auto loss = [](Expression, Expression output) { return output; };
    const auto fit = [&](const Clipping& clip) {
        of.sim->compile({.optimizer = Adam{.learning_rate = 0.25},
                         .loss = {{of.p, loss}},
                         .clip = clip});
        of.sim->fit({{of.x, Tensor({1, 1, 1}, {1e20})}}, {});
    };
    EXPECT_THAT(message<SimulationError>([&] { fit({}); }), HasSubstr("too large"));
    fit({.norm = 1});
    EXPECT_NEAR(of.w(), 0.75, 1e-6);
}

TEST(Clip, IsOneKindWithANumberAboveZero) {
    Line of(Dense{.units = 1});
    of.simulator();
    const auto refusal = [&](const Clipping& clip) {
        return message<ValidationError>([&] { of.compile(SGD{}, clip); });
    };
    EXPECT_THAT(refusal({.norm = 1, .global_norm = 1}),
                HasSubstr("compile: clip: global_norm: got a number beside norm, needs "
                          "one of the two alone"));
    EXPECT_THAT(refusal({.global_norm = 1, .value = 1}),
                HasSubstr("clip: value: got a number beside global_norm"));
    EXPECT_THAT(refusal({.norm = 0}), HasSubstr("compile: clip: norm: got 0, needs"));
    EXPECT_THAT(refusal({.value = -1}), HasSubstr("compile: clip: value: got -1"));
    EXPECT_THAT(refusal({.norm = std::nan("")}), HasSubstr("compile: clip: norm"));
}

TEST(Initializers, AreThoseOfLayers) {
    Network net({.seed = 1});
    const Node x = net.node({1.0, 2.0, 3.0});
    const Layer d = net.layer(Dense{.units = 2,
                                    .kernel_initializer = Identity{.gain = 2},
                                    .bias_initializer = Ones{}},
                              x, {.label = "d"});
    net.layer(Dense{.units = 300, .kernel_initializer = Orthogonal{}}, d,
              {.label = "e"});
    const Simulator sim(net, quiet());
    EXPECT_THAT(sim.parameter("d.kernel").values, ElementsAre(2, 0, 0, 2, 0, 0));
    EXPECT_THAT(sim.parameter("d.bias").values, ElementsAre(1, 1));
    const auto e = sim.parameter("e.kernel").values;
    double product = 0, square = 0;
    for (std::size_t i = 0; i < 300; ++i) {
        product += e[i] * e[300 + i];
        square += e[i] * e[i];
    }
    EXPECT_NEAR(product, 0, 1e-14);
    EXPECT_NEAR(square, 1, 1e-14);
}

}  // namespace
}  // namespace nengine::test
