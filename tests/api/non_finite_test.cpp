#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "helpers.hpp"
#include "nengine/nengine.hpp"

// Numbers that are not finite neither get into training nor come out of it.

namespace nengine::test {

namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using Values = std::vector<double>;

constexpr double infinity = std::numeric_limits<double>::infinity();

SimulatorOptions in_single() {
    SimulatorOptions options = quiet();
    options.dtype = DType::float32;
    return options;
}

Tensor three(double second) {
    return Tensor({1, 3, 1}, Values{0.1, second, 0.1});
}

struct Saturating {
    Network net{NetworkOptions{.seed = 3}};
    Node u = net.node(0.0, {.label = "u"});
    Ensemble a = net.ensemble(30, 1, {.label = "a"});
    Connection in = net.connect(u, a);
    Probe p = net.probe(a, {.label = "p"});
};

bool all_finite(const Array& array) {
    for (const double value : array.values) {
        if (!std::isfinite(value)) {
            return false;
        }
    }
    return true;
}

TEST(NonFinite, DataOfTrainingAndEvaluationAreErrors) {
    Saturating of;
    for (const double bad : {infinity, -infinity, std::nan(""), 1e39}) {
        Simulator sim(of.net, in_single());
        sim.compile({.loss = {{of.p, MeanSquaredError{}}}});
        const Array before = sim.parameter("a.encoders");
        const Data x = {{of.u, three(bad)}}, y = {{of.p, three(bad)}};
        const Data good_x = {{of.u, three(0.1)}}, good_y = {{of.p, three(0.1)}};
        const auto place = HasSubstr("for item 0, step 1, component 0");

        EXPECT_THAT(message<ValidationError>([&] { sim.fit(x, good_y); }),
                    AllOf(HasSubstr("fit: node 'u'"), place));
        EXPECT_THAT(message<ValidationError>([&] { sim.fit(good_x, y); }),
                    AllOf(HasSubstr("fit: probe 'p'"), place));
        EXPECT_THAT(message<ValidationError>([&] { sim.evaluate(x, good_y); }),
                    AllOf(HasSubstr("evaluate: node 'u'"), place));
        EXPECT_THAT(message<ValidationError>([&] { sim.evaluate(good_x, y); }),
                    AllOf(HasSubstr("evaluate: probe 'p'"), place));
        EXPECT_EQ(sim.parameter("a.encoders"), before);
    }
}

TEST(NonFinite, DataNameTheirPlace) {
    Network net;
    auto u = net.node({0.0, 0.0});
    auto p = net.probe(u);
    Simulator sim(net, quiet(2));
    sim.compile({.loss = {{p, MeanSquaredError{}}}});
    // Long enough that it is not found in the first piece that is looked at.
    Values values(2 * 5000 * 2, 0.5);
    values[2 * (5000 + 4321) + 1] = infinity;
    const Tensor x({2, 5000, 2}, values), y({2, 1, 2}, Values(4, 0.0));

    EXPECT_THAT(message<ValidationError>([&] {
                    sim.evaluate({{u, x}}, {{p, y}});
                }),
                HasSubstr("got inf for item 1, step 4321, component 1"));
}

TEST(NonFinite, DataRunAsInNengoUnlessTheyOverflow) {
    Network net;
    auto u = net.node(0.0, {.label = "u"});
    auto p = net.probe(u);
    Simulator sim(net, in_single());
    for (const double given : {infinity, std::nan("")}) {
        const Data x = {{u, three(given)}};
        const Tensor out = sim.predict(x)[p];
        EXPECT_EQ(std::isinf(out(0, 1, 0)), std::isinf(given));
        EXPECT_EQ(std::isnan(out(0, 1, 0)), std::isnan(given));
        EXPECT_NO_THROW(sim.run_steps(3, {.data = x}));
    }
    const Data too_large = {{u, three(-1e39)}};
    const auto refused = AllOf(HasSubstr("node 'u': got -1e+39 for item 0, step 1"),
                               HasSubstr("float32"), HasSubstr("DType::float64"));
    EXPECT_THAT(message<ValidationError>([&] { sim.predict(too_large); }), refused);
    EXPECT_THAT(
        message<ValidationError>([&] { sim.run_steps(3, {.data = too_large}); }),
        refused);
    EXPECT_EQ(sim.n_steps(), 6);

    Simulator wide(net, quiet());
    EXPECT_EQ(wide.predict(too_large)[p](0, 1, 0), -1e39);
}

/// A transform makes infinite currents of finite data: rates saturate, so that the loss
/// is finite, and have no derivative that is.
TEST(NonFinite, GradientsStopTheUpdateWhereTheLossIsFinite) {
    for (const NeuronModel& type :
         std::vector<NeuronModel>{LIF{}, LIFRate{}, SoftLIFRate{}, AdaptiveLIF{}}) {
        Network net({.seed = 3});
        auto u = net.node(0.0, {.label = "u"});
        auto a = net.ensemble(30, 1, {.label = "a", .neuron_type = type});
        net.connect(u, a, {.transform = 1e30, .synapse = None});
        auto p = net.probe(a, {.label = "p"});
        Simulator sim(net, in_single());
        sim.compile({.loss = {{p, MeanSquaredError{}}}});
        const Array encoders = sim.parameter("a.encoders");
        const Array bias = sim.parameter("a.bias");

        EXPECT_THAT(
            message<SimulationError>([&] {
                sim.fit({{u, three(1e20)}}, {{p, three(0.1)}});
            }),
            HasSubstr("became NaN or infinite in minibatch 1, first at step 2"));

        EXPECT_EQ(sim.parameter("a.encoders"), encoders);
        EXPECT_EQ(sim.parameter("a.bias"), bias);
    }
}

/// What simulators of a network say of a number that only float64 holds.
template <class Make>
std::string refused_in_single(const Make& make) {
    Network net({.seed = 1});
    make(net);
    EXPECT_NO_THROW(Simulator(net, quiet()));
    return message<ValidationError>([&] { Simulator(net, in_single()); });
}

TEST(NonFinite, BuiltValuesThatOverflowFloat32AreRefused) {
    const auto text = [](const char* name, const char* place) {
        return HasSubstr("Simulator: '" + std::string(name) + "': got 1e+39" + place +
                         ", needs what float32 holds, up to 3.40282");
    };
    EXPECT_THAT(
        refused_in_single([](Network& net) {
            net.node({0.5, 1e39}, {.label = "u"});
        }),
        AllOf(text("u.out", " at [1]"), HasSubstr("or dtype = DType::float64")));
    EXPECT_THAT(refused_in_single([](Network& net) {
                    net.connect(net.node(0.5), net.node({.size_in = 1}),
                                {.label = "c", .transform = Array{{1e39}}});
                }),
                text("c.weights", " at [0, 0]"));
    EXPECT_THAT(
        refused_in_single([](Network& net) {
            net.ensemble(
                2, 1,
                {.label = "a", .gain = Array{1.0, 1.0}, .bias = Array{0.0, 1e39}});
        }),
        text("a.bias", " at [1]"));
    EXPECT_THAT(refused_in_single([](Network& net) {
                    net.ensemble(2, 1,
                                 {.label = "a",
                                  .encoders = Array{{1e39}, {1.0}},
                                  .gain = Array{1.0, 1.0},
                                  .bias = Array{0.0, 0.0},
                                  .normalize_encoders = false});
                }),
                text("a.encoders", " at [0, 0]"));
    EXPECT_THAT(refused_in_single([](Network& net) {
                    net.ensemble(2, 1,
                                 {.label = "a", .neuron_type = LIF{.amplitude = 1e39}});
                }),
                text("a.neurons", ""));
}

TEST(NonFinite, BuiltValuesAreRefusedFromWhereFloat32RoundsToInfinity) {
    const double infinite = 0x1.ffffffp127;
    for (const double sign : {1.0, -1.0}) {
        Network net;
        net.node({0.0, sign * std::nextafter(infinite, 0.0)});
        EXPECT_NO_THROW(Simulator(net, in_single()));
        EXPECT_THAT(refused_in_single([&](Network& other) {
                        other.node({0.0, sign * infinite}, {.label = "u"});
                    }),
                    HasSubstr("'u.out': got"));
    }
}

TEST(NonFinite, ParametersThatOverflowFloat32AreRefusedWhenTheyAreSet) {
    const Saturating of;
    Simulator single(of.net, in_single()), twice(of.net, quiet());
    const Array before = single.parameter("a.bias");
    Array bias = before;
    bias.values[7] = 1e39;

    twice.set_parameter("a.bias", bias);

    EXPECT_EQ(twice.parameter("a.bias"), bias);
    EXPECT_THAT(
        message<ValidationError>([&] { single.set_parameter("a.bias", bias); }),
        HasSubstr(
            "set_parameter: 'a.bias': got 1e+39 at [7], needs what float32 holds"));
    EXPECT_EQ(single.parameter("a.bias"), before);
}

/// y = w x
struct Product {
    Network net{NetworkOptions{.seed = 1}};
    Node x = net.node(0.0, {.label = "x"});
    Layer y = net.layer(Dense{.units = 1, .use_bias = false}, x, {.label = "d"});
    Probe p = net.probe(y, {.label = "y"});

    std::string fails(const AnyOptimizer& optimizer, double input, double weight,
                      double target, std::int64_t minibatch = 1) {
        Simulator sim(net, in_single());
        sim.compile({.optimizer = optimizer, .loss = {{p, MeanSquaredError{}}}});
        sim.set_parameter("d.kernel", Array{{weight}});
        const auto text = message<SimulationError>([&] {
            sim.fit({{x, Tensor({minibatch, 1, 1}, Values{input})}},
                    {{p, Tensor({minibatch, 1, 1}, Values{target})}});
        });
        EXPECT_TRUE(all_finite(sim.parameter("d.kernel")));
        return text;
    }
};

TEST(NonFinite, GradientsThatOverflowAreNamed) {
    Product of;
    // The error is 1e18, its square 1e36, but the gradient 2e38 * 2.
    const auto overflow = of.fails(SGD{0.1}, 2e20, 1e-2, 0);
    EXPECT_THAT(overflow, AllOf(HasSubstr("gradient of parameter 'd.kernel'"),
                                HasSubstr("became NaN or infinite in minibatch 1"),
                                HasSubstr("parameters are those before")));
}

TEST(NonFinite, GradientsWhoseSquaresOverflowAreRefusedWhereOptimizersSquareThem) {
    Product of;
    // The error is 1e10, the gradient 2e25.
    for (const AnyOptimizer& optimizer : std::vector<AnyOptimizer>{Adam{}, RMSprop{}}) {
        EXPECT_THAT(of.fails(optimizer, 1e15, 1e-5, 0),
                    AllOf(HasSubstr("gradient of parameter 'd.kernel' reached 2e+25"),
                          HasSubstr("float32")));
    }
    Simulator bounded(of.net, in_single());
    bounded.compile({.optimizer = Adamax{}, .loss = {{of.p, MeanSquaredError{}}}});
    bounded.set_parameter("d.kernel", Array{{1e-5}});
    bounded.fit({{of.x, Tensor({1, 1, 1}, Values{1e15})}},
                {{of.p, Tensor({1, 1, 1}, Values{0})}});
    EXPECT_NEAR(bounded.parameter("d.kernel").values[0], 1e-5 - 0.001, 1e-8);
    Simulator sim(of.net, in_single());
    sim.compile({.optimizer = SGD{1e-26}, .loss = {{of.p, MeanSquaredError{}}}});
    sim.set_parameter("d.kernel", Array{{1e-5}});
    sim.fit({{of.x, Tensor({1, 1, 1}, Values{1e15})}},
            {{of.p, Tensor({1, 1, 1}, Values{0})}});
    EXPECT_NEAR(sim.parameter("d.kernel").values[0], 1e-5 - 0.2, 1e-6);
}

/// Both parameters, of which only one would become infinite, stay as they were.
TEST(NonFinite, UpdatesThatWouldOverflowAreNotMade) {
    Product of;
    Layer other =
        of.net.layer(Dense{.units = 1, .use_bias = false}, of.x, {.label = "other"});
    Probe q = of.net.probe(other, {.label = "q"});
    for (const SGD& sgd : {SGD{1e30}, SGD{.learning_rate = 1e30, .momentum = 0.9}}) {
        Simulator sim(of.net, in_single());
        sim.compile({.optimizer = sgd,
                     .loss = {{of.p, MeanSquaredError{}}, {q, MeanSquaredError{}}}});
        sim.set_parameter("d.kernel", Array{{1.0}});
        sim.set_parameter("other.kernel", Array{{1e-30}});

        EXPECT_THAT(
            message<SimulationError>([&] {
                sim.fit({{of.x, Tensor({1, 1, 1}, Values{1e5})}},
                        {{of.p, Tensor({1, 1, 1}, Values{0})},
                         {q, Tensor({1, 1, 1}, Values{0})}});
            }),
            AllOf(HasSubstr("the update of parameter 'd.kernel' would be 2e+40"),
                  HasSubstr("in minibatch 1; the parameters are those before"),
                  HasSubstr("lower the learning rate")));

        EXPECT_EQ(sim.parameter("d.kernel").values[0], 1.0);
        EXPECT_NEAR(sim.parameter("other.kernel").values[0], 1e-30, 1e-36);
    }
}

TEST(NonFinite, LearningRatesThatMakeParametersInfiniteAreRefused) {
    Product of;
    for (const AnyOptimizer& optimizer :
         std::vector<AnyOptimizer>{SGD{1e38}, Adam{1e38}, RMSprop{1e38}}) {
        EXPECT_THAT(of.fails(optimizer, 1, 0.5, 0),
                    AllOf(HasSubstr("got a learning rate of 1e+38"),
                          HasSubstr("needs at most 2.03e+31 in float32"),
                          HasSubstr("lower the learning rate")));
    }
}

/// 0 / 0, in float32 also where the divisor is a denormal number.
TEST(NonFinite, EpsilonsThatAre0AreRefused) {
    Product of;
    Simulator single(of.net, in_single()), twice(of.net, quiet());
    for (const AnyOptimizer& optimizer :
         std::vector<AnyOptimizer>{Adam{.epsilon = 1e-39}, RMSprop{.epsilon = 1e-39}}) {
        EXPECT_THAT(
            message<ValidationError>([&] { single.compile({.optimizer = optimizer}); }),
            AllOf(HasSubstr("epsilon: got 1e-39, needs a finite number of at "
                            "least 1.17549"),
                  HasSubstr("gradients of 0 are divided by it")));
        EXPECT_NO_THROW(twice.compile({.optimizer = optimizer}));
    }
    const Data zero_x = {{of.x, Tensor({1, 1, 1}, Values{0})}},
               zero_y = {{of.p, Tensor({1, 1, 1}, Values{0})}};
    const double least = std::numeric_limits<float>::min();
    for (const AnyOptimizer& optimizer :
         std::vector<AnyOptimizer>{Adam{.epsilon = least}, RMSprop{.epsilon = least}}) {
        Simulator sim(of.net, in_single());
        sim.compile({.optimizer = optimizer, .loss = {{of.p, MeanSquaredError{}}}});
        sim.set_parameter("d.kernel", Array{{0.5}});

        sim.fit(zero_x, zero_y);

        EXPECT_EQ(sim.parameter("d.kernel").values[0], 0.5);
    }
}

TEST(NonFinite, LossesNameStepAndSignalAndMinibatch) {
    Product of;
    Simulator sim(of.net, in_single());
    sim.compile({.optimizer = SGD{0.0}, .loss = {{of.p, MeanSquaredError{}}}});
    const Tensor x({2, 2, 1}, Values{1, 1, 1, 1e20});
    const Tensor y({2, 1, 1}, Values{0, 0});

    EXPECT_THAT(message<SimulationError>([&] {
                    sim.fit({{of.x, x}}, {{of.p, y}}, {.shuffle = false});
                }),
                HasSubstr("the loss became NaN or infinite in minibatch 2, in the "
                          "loss itself"));
    sim.set_parameter("d.kernel", Array{{1e30}});
    EXPECT_THAT(message<SimulationError>([&] {
                    sim.fit({{of.x, x}}, {{of.p, y}}, {.shuffle = false});
                }),
                HasSubstr("the loss became NaN or infinite in minibatch 1"));
}

}  // namespace

}  // namespace nengine::test
