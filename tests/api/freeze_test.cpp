#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/api/helpers.hpp"
#include "tests/support/change_parameters.hpp"

// Simulator::freeze. tests/golden freezes all of its networks too.

namespace nengine::test {

namespace {

/// A simulation of `net` from step 0 on.
std::vector<std::vector<double>> courses(Simulator& sim, const Network& net,
                                         std::int64_t n_steps = 100) {
    sim.run_steps(n_steps);
    std::vector<std::vector<double>> result;
    for (const Probe& probe : net.all_probes()) {
        result.push_back(sim.data(probe).to_vector());
    }
    return result;
}

void expect_same_when_made_again(Simulator& sim, const Network& net,
                                 const SimulatorOptions& options = quiet()) {
    sim.freeze(net);
    sim.reset({.include_trainable = false});

    Simulator again(net, options);

    EXPECT_EQ(courses(sim, net), courses(again, net));
}

TEST(Freeze, TrainedEncodersLeaveWhatNeuronsGetAsItWas) {
    Network net({.seed = 3});
    auto u = net.node(0.0, {.label = "u"});
    auto a = net.ensemble(30, 1, {.neuron_type = RectifiedLinear{}});
    net.connect(u, a, {.synapse = None});
    net.connect(u, a.neurons,
                {.transform = Array::full({30, 1}, 0.5), .synapse = None});
    auto p = net.probe(a.neurons, {.label = "p"});
    Simulator sim(net, quiet());
    const Array gain = sim.data(a).gain;
    sim.compile({.optimizer = Adam{0.05}, .loss = {{p, MeanSquaredError{}}}});
    const Tensor x({2, 1, 1}, std::vector<double>{0.4, -0.3});
    const Tensor y({2, 1, 30}, std::vector<double>(60, 50.0));
    sim.fit({{u, x}}, {{p, y}}, {.epochs = 50});

    sim.freeze(net);

    Simulator again(net, quiet());
    EXPECT_EQ(sim.predict({{u, x}})[p].to_vector(),
              again.predict({{u, x}})[p].to_vector());
    EXPECT_NE(sim.data(a).gain, gain);
    EXPECT_EQ(a.gain->array(), gain);
    EXPECT_EQ(again.data(a).gain, gain);
    EXPECT_FALSE(a.normalize_encoders);
    const Array scaled = sim.data(a).scaled_encoders;
    for (int i = 0; i < 30; ++i) {
        EXPECT_DOUBLE_EQ(a.encoders.array()(i, 0), scaled(i, 0) * a.radius / gain(i));
    }
}

/// Decoders, full weights, slices, neurons, direct mode, drawn and structured
/// transforms.
void fill(Network& net) {
    auto u = net.node([](double t) { return std::array{std::sin(30 * t), 0.5}; });
    auto a = net.ensemble(40, 2, {.radius = 1.5});
    auto b = net.ensemble(30, 1, {.neuron_type = LIF{.tau_rc = 0.03}});
    auto direct = net.ensemble(10, 2, {.neuron_type = Direct{}});
    auto out = net.node({.size_in = 2});
    const auto square = [](double x) { return x * x; };
    net.connect(u, a);
    net.connect(a, b, {.function = square, .transform = {{0.5, -1.0}}});
    net.connect(a[1], b, {.transform = Uniform{-1, 1}, .synapse = None});
    net.connect(a, out, {.function = square, .transform = 2.0});
    net.connect(a, out[Slice{.step = -1}]);
    net.connect(a, direct, {.transform = {0.5, 2.0}});
    net.connect(direct, out, {.function = square, .transform = Uniform{-1, 1}});
    net.connect(b, b,
                {.transform = 0.5,
                 .solver = LstsqL2{.weights = true},
                 .eval_points = Uniform{-1, 1}});
    net.connect(a[0], b, {.transform = 0.3, .solver = NnlsL2{.weights = true}});
    net.connect(a.neurons[Slice{.stop = 30}], b.neurons,
                {.transform = Uniform{-0.001, 0.001}});
    net.connect(a.neurons[{3, 1}], out,
                {.transform = Sparse{
                     .shape = {2, 2}, .indices = {{0, 1}, {1, 0}}, .init = 0.001}});
    net.connect(a.neurons[Slice{.stop = 36}], b.neurons[Slice{.stop = 16}],
                {.transform = Convolution{.n_filters = 1, .input_shape = {6, 6, 1}}});
    net.connect(u, b.neurons[{2, 5}], {.transform = 0.3});
    net.probe(a, {.synapse = 0.01});
    net.probe(a[1], {.solver = LstsqDrop{}});
    net.probe(b.neurons);
    net.probe(out);
    net.probe(direct);
}

TEST(Freeze, EveryKindOfConnectionAndProbeIsTheSameWhenMadeAgain) {
    Network net({.seed = 4});
    fill(net);
    Simulator sim(net, quiet());
    change_parameters(sim, net);

    expect_same_when_made_again(sim, net);
}

TEST(Freeze, OfSinglePrecisionIsTheSameWhenMadeAgain) {
    Network net({.seed = 4});
    fill(net);
    SimulatorOptions options = quiet();
    options.dtype = DType::float32;
    Simulator sim(net, options);
    change_parameters(sim, net);

    expect_same_when_made_again(sim, net, options);
}

TEST(Freeze, OfSinglePrecisionLeavesWhatIsNotTrainedAsItWas) {
    Network net({.seed = 4});
    fill(net);
    Simulator before(net, quiet());
    const auto want = courses(before, net);
    Simulator sim(net, {.progress_bar = false});

    sim.freeze(net);

    Simulator again(net, quiet());
    EXPECT_EQ(courses(again, net), want);
}

TEST(Freeze, OfANetworkWithoutASeedFixesWhatWasDrawn) {
    Network net;
    fill(net);
    auto inner = net.subnetwork();
    fill(inner);
    SimulatorOptions options = quiet();
    options.seed = 1;
    Simulator sim(net, options);

    expect_same_when_made_again(sim, net, options);
}

TEST(Freeze, TwiceIsTheSameAsOnce) {
    Network net({.seed = 4});
    fill(net);
    Simulator first(net, quiet());
    change_parameters(first, net);
    first.freeze(net);
    Simulator second(net, quiet());
    change_parameters(second, net);

    expect_same_when_made_again(second, net);
}

TEST(Freeze, LayersGetTheirKernelsAndBiases) {
    Network net({.seed = 2});
    auto x = net.node([](double t) { return std::vector(36, std::sin(50 * t)); });
    auto conv = net.layer(Conv2D{.filters = 2}, x, {.shape_in = {6, 6, 1}});
    auto lif = net.layer(LIF{.amplitude = 0.01}, conv, {.max_rates = 100.0});
    net.probe(net.layer(Dense{.units = 3, .bias_initializer = Uniform{-1, 1}}, lif));
    Simulator sim(net, quiet());
    change_parameters(sim, net);

    expect_same_when_made_again(sim, net);
}

TEST(Freeze, WhatWasLearnedIsWhereLearningGoesOn) {
    Network net({.seed = 6});
    auto u = net.node([](double t) { return std::sin(20 * t); });
    auto a = net.ensemble(30, 1);
    auto b = net.ensemble(25, 1);
    net.connect(u, a);
    auto pes = net.connect(
        a, b, {.transform = 0.5, .learning_rule = PES{.learning_rate = 1e-3}});
    net.connect(b, pes.learning_rule);
    net.connect(u, pes.learning_rule, {.transform = -1});
    net.connect(u, b, {.learning_rule = Voja{}});
    net.connect(a, b,
                {.solver = LstsqL2{.weights = true},
                 .learning_rule = BCM{.learning_rate = 1e-9}});
    net.connect(a.neurons, b.neurons,
                {.transform = Uniform{0, 1e-4}, .learning_rule = Oja{}});
    net.probe(b);
    net.probe(b, {.attr = "scaled_encoders"});
    net.probe(pes, {.attr = "weights"});
    Simulator sim(net, quiet());
    sim.run_steps(100);

    expect_same_when_made_again(sim, net);
    EXPECT_EQ(pes.learning_rule_type, LearningRules(PES{.learning_rate = 1e-3}));
}

TEST(Freeze, VoltagesThatWereSetAreTheInitialOnes) {
    Network net({.seed = 5});
    auto a = net.ensemble(20, 1,
                          {.neuron_type = AdaptiveLIF{
                               .initial_state = {{"adaptation", Uniform{0, 0.1}}}}});
    auto b = net.ensemble(20, 1, {.neuron_type = RegularSpiking{}});
    auto c = net.ensemble(20, 1, {.neuron_type = PoissonSpiking{AdaptiveLIFRate{}}});
    for (const auto& e : {a, b, c}) {
        net.probe(e.neurons);
    }
    Simulator sim(net, quiet());
    for (const Parameter& parameter : sim.parameters()) {
        if (parameter.name.ends_with("voltage")) {
            sim.set_parameter(parameter.name, Array::full({20}, 0.25));
        }
    }

    expect_same_when_made_again(sim, net);
}

TEST(Freeze, EncodersBehindAGainOf0AreKept) {
    Network net({.seed = 5});
    auto u = net.node(0.5);
    auto a = net.ensemble(3, 1, {.gain = {1.0, 0.0, 2.0}, .bias = 1.5});
    net.connect(u, a);
    net.connect(u, a.neurons[Slice{.stop = 1}]);
    net.probe(a.neurons);
    SimulatorOptions options = quiet();
    options.on_warning = [](const std::string&) {};
    Simulator sim(net, options);
    for (const Parameter& parameter : sim.parameters()) {
        if (parameter.name.ends_with("encoders")) {
            sim.set_parameter(parameter.name, Array{{1.5}, {0.7}, {-0.3}});
        }
    }

    expect_same_when_made_again(sim, net, options);
    EXPECT_EQ(a.gain->array(), (Array{1.0, 0.0, 2.0}));
}

TEST(Freeze, ParametersThatAreAssignedAfterwardsCount) {
    Network net({.seed = 5});
    auto a = net.ensemble(2, 1);
    net.probe(a);
    Simulator sim(net, quiet());
    change_parameters(sim, net);
    sim.freeze(net);

    a.encoders = Array{{1.0}, {-1.0}};
    a.gain = Array{2.0, 3.0};

    EXPECT_EQ(Simulator(net, quiet()).data(a).scaled_encoders, (Array{{2.0}, {-3.0}}));
}

TEST(Freeze, OfAnInnerNetworkLeavesTheOthersAlone) {
    Network net({.seed = 5});
    auto inner = net.subnetwork();
    auto a = inner.ensemble(20, 1);
    auto b = net.ensemble(20, 1);
    auto ab = net.connect(a, b);
    auto aa = inner.connect(a, a);
    Simulator sim(net, quiet());

    sim.freeze(inner);

    EXPECT_TRUE(a.gain);
    EXPECT_TRUE(std::holds_alternative<NoSolver>(aa.solver));
    EXPECT_FALSE(b.gain);
    EXPECT_FALSE(b.seed);
    EXPECT_TRUE(std::holds_alternative<LstsqL2>(ab.solver));
}

TEST(Freeze, ChangesNothingIfAnObjectIsNotTheSimulators) {
    Network net({.seed = 5});
    auto a = net.ensemble(20, 1);
    const Simulator sim(net, quiet());
    net.ensemble(20, 1, {.label = "late"});

    const auto text = message<ValidationError>([&] { sim.freeze(net); });

    EXPECT_THAT(text, ::testing::HasSubstr("ensemble 'late'"));
    EXPECT_FALSE(a.gain);
    EXPECT_FALSE(a.seed);
}

TEST(Freeze, RefusesWeightsThatNoLongerFit) {
    Network net({.seed = 5});
    auto u = net.node(1.0);
    auto v = net.node({.size_in = 1});
    auto c = net.connect(u, v, {.label = "uv", .transform = 2.0});
    const Simulator sim(net, quiet());

    c.transform = Array{{2.0}};

    EXPECT_THAT(message<ValidationError>([&] { sim.freeze(net); }),
                ::testing::AllOf(::testing::HasSubstr("connection 'uv'"),
                                 ::testing::HasSubstr("got weights of shape []")));
}

TEST(Freeze, RefusesTwoGainsOfOneEnsemble) {
    Network net({.seed = 5});
    auto u = net.node(1.0);
    auto a = net.ensemble(3, 1);
    net.connect(u, a, {.learning_rule = Voja{}});
    net.connect(u, a.neurons, {.transform = Array::full({3, 1}, 1.0)});
    Simulator sim(net, quiet());
    sim.set_parameter("ensemble#1.gain", Array::full({3}, 2.0));

    EXPECT_THAT(message<ValidationError>([&] { sim.freeze(net); }),
                ::testing::HasSubstr("ensemble 'ensemble#1'"));
}

TEST(Freeze, NeedsAnOpenSimulator) {
    Network net;
    net.ensemble(2, 1);
    Simulator sim(net, quiet());
    sim.close();

    EXPECT_THROW(sim.freeze(net), SimulatorClosed);
}

TEST(NoSolver, ThatIsNotCompositionalGivesAllWeights) {
    Network net({.seed = 1});
    auto a = net.ensemble(3, 2);
    auto b = net.ensemble(4, 1);
    auto x = net.node({.size_in = 1});
    const Array full({3, 4}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
    auto ab = net.connect(
        a, b, {.transform = {{1.0, 1.0}}, .solver = NoSolver{full, true, false}});
    auto ax = net.connect(
        a, x,
        {.transform = {{0.5, 2.0}},
         .solver = NoSolver{.values = {{1.0}, {2.0}, {3.0}}, .compositional = false}});

    const Simulator sim(net, quiet());

    EXPECT_EQ(sim.data(ab).weights,
              Array({4, 3}, {1, 5, 9, 2, 6, 10, 3, 7, 11, 4, 8, 12}));
    EXPECT_EQ(sim.data(ax).weights, (Array{{1.0, 2.0, 3.0}}));
    ab.solver = NoSolver{full, true};
    EXPECT_THROW(Simulator(net, quiet()), ShapeError);
}

}  // namespace

}  // namespace nengine::test
