#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/api/helpers.hpp"

// Handles that nothing has been assigned to, and what simulators tell of objects.

namespace nengine::test {

namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Model {
    Node input;
    Ensemble ensemble;
    Neurons neurons;
    Connection connection;
    LearningRule rule;
    Layer layer;
    Probe probe;
};

TEST(Handles, AreEmptyUntilSomethingIsAssigned) {
    Model model;
    EXPECT_FALSE(model.input || model.ensemble || model.neurons || model.connection);
    EXPECT_FALSE(model.rule || model.layer || model.probe);

    Network net({.seed = 1});
    model.input = net.node(0.5);
    model.ensemble = net.ensemble(10, 1);
    model.neurons = model.ensemble.neurons;
    model.connection =
        net.connect(model.input, model.ensemble, {.learning_rule = Voja{}});
    model.rule = model.connection.learning_rule;
    model.layer = net.layer(Dense{.units = 2}, model.input);
    model.probe = net.probe(model.neurons);

    EXPECT_TRUE(model.input && model.ensemble && model.neurons && model.connection);
    EXPECT_TRUE(model.rule && model.layer && model.probe);
    EXPECT_EQ(model.ensemble, net.ensembles()[0]);
    EXPECT_EQ(model.connection.post(), model.ensemble);
    Simulator sim(net, quiet());
    sim.run_steps(3);
    EXPECT_EQ(sim.data(model.probe).extent(0), 3);
}

TEST(Handles, WhatIsSetOnAnEmptyOneIsNotSetOnAnother) {
    Ensemble one;
    one.label = "one";
    one.radius = 5.0;

    EXPECT_EQ(Ensemble().label, "");
    EXPECT_EQ(Ensemble().radius, 1.0);
}

TEST(Handles, ThatAreEmptyAreNamedWhereTheyAreUsed) {
    const Model model;
    Network net({.seed = 1});
    auto a = net.ensemble(10, 1);
    const auto told = [](const auto& work) { return message<ValidationError>(work); };

    EXPECT_THAT(told([&] { net.connect(a, model.input); }),
                AllOf(HasSubstr("connect: post: got an empty Node"),
                      HasSubstr("needs what a network has made")));
    EXPECT_THAT(told([&] { net.connect(model.ensemble[0], a); }),
                HasSubstr("connect: pre: got an empty Ensemble"));
    EXPECT_THAT(told([&] { net.connect(model.ensemble.neurons, a); }),
                HasSubstr("connect: pre: got an empty Ensemble"));
    EXPECT_THAT(told([&] { net.connect(a, model.rule); }),
                HasSubstr("got an empty LearningRule"));
    EXPECT_THAT(told([&] { net.connect(a, model.connection.learning_rule); }),
                HasSubstr("got an empty Connection"));
    EXPECT_THAT(told([&] { net.probe(model.neurons); }),
                HasSubstr("probe: target: got an empty Neurons"));
    EXPECT_THAT(told([&] { net.layer(Dense{.units = 1}, model.layer); }),
                HasSubstr("layer: input: got an empty Layer"));
    EXPECT_THAT(told([&] { model.connection.pre(); }),
                HasSubstr("got an empty Connection"));
    EXPECT_THAT(told([&] { model.connection.size_out(); }),
                HasSubstr("got an empty Connection"));
    EXPECT_THAT(told([&] { model.probe.target(); }), HasSubstr("got an empty Probe"));
    EXPECT_THAT(told([&] { model.layer.shape_out(); }),
                HasSubstr("got an empty Layer"));
    EXPECT_THAT(told([&] { model.rule.at("pes"); }),
                HasSubstr("got an empty LearningRule"));
    EXPECT_TRUE(net.connections().empty());
    EXPECT_TRUE(net.probes().empty());
}

TEST(Handles, ThatAreEmptyAreNoneOfASimulators) {
    const Model model;
    Network net({.seed = 1});
    net.node(0.0, {.label = "u"});
    const Simulator sim(net, quiet());
    const auto told = [](const auto& work) { return message<ValidationError>(work); };

    EXPECT_THAT(told([&] { sim.data(model.probe); }), HasSubstr("an empty Probe"));
    EXPECT_THAT(told([&] { sim.data(model.ensemble); }),
                HasSubstr("an empty Ensemble"));
    EXPECT_THAT(told([&] { sim.data(model.connection); }),
                HasSubstr("an empty Connection"));
    EXPECT_THAT(told([&] { sim.seed(model.input); }), HasSubstr("an empty Node"));
}

TEST(Handles, OfDataThatAreEmptyAreErrors) {
    const Node none;
    Network net({.seed = 1});
    net.probe(net.node(0.0, {.label = "u"}));
    Simulator sim(net, quiet());
    const Tensor x({1, 1, 1}, std::vector<double>{1.0});

    EXPECT_THAT(message<ValidationError>([&] {
                    sim.predict({{none, x}});
                }),
                AllOf(HasSubstr("an empty Node"), HasSubstr("u")));
}

TEST(Handles, PartsThatANetworkWasNotAskedForAreEmpty) {
    Network net({.seed = 1});
    const AssociativeMemory plain(net, {{1.0, 0.0}, {0.0, 1.0}});
    AssociativeMemory full(net, {{1.0, 0.0}, {0.0, 1.0}}, {.inhibitable = true});
    full.add_threshold_to_outputs();
    const BasalGanglia without(net, 2), with(net, 2, {.input_bias = 0.1});

    EXPECT_FALSE(plain.inhibit || plain.thresholded_utilities || without.bias_input);
    EXPECT_TRUE(full.inhibit && full.thresholded_utilities && with.bias_input);
    net.connect(net.node(1.0), full.inhibit);
    EXPECT_THROW(net.connect(net.node(1.0), plain.inhibit), ValidationError);
}

// Nengo's model.seeds of the same network.
TEST(Seeds, OfAllObjectsAreThoseOfNengo) {
    Network net({.seed = 10});
    auto a = net.ensemble(5, 1);
    auto b = net.ensemble(5, 1, {.seed = 3});
    auto u = net.node(0.0);
    auto inner = net.subnetwork();
    auto c = inner.ensemble(5, 1);
    auto ab = net.connect(a, b);
    auto p = net.probe(a);

    const Simulator sim(net, quiet());

    EXPECT_EQ(sim.seed(net), 10u);
    EXPECT_EQ(sim.seed(a), 1283169405u);
    EXPECT_EQ(sim.seed(b), 3u);
    EXPECT_EQ(sim.seed(u), 574014784u);
    EXPECT_EQ(sim.seed(inner), 2124247567u);
    EXPECT_EQ(sim.seed(c), 948745108u);
    EXPECT_EQ(sim.seed(ab), 1165313289u);
    EXPECT_EQ(sim.seed(p), 1902734705u);
    EXPECT_EQ(sim.seed(a.neurons), sim.seed(a));
}

TEST(Seeds, ThatWereDrawnMakeTheSameObjectsAgain) {
    Network net;
    auto a = net.ensemble(5, 2);
    const Simulator sim(net, quiet());

    a.seed = sim.seed(a);

    EXPECT_EQ(Simulator(net, quiet()).data(a).encoders, sim.data(a).encoders);
    EXPECT_THROW(sim.seed(Network()), ValidationError);
    EXPECT_THROW(sim.seed(net.ensemble(5, 1)), ValidationError);
}

TEST(Probeable, NamesWhatProbesMayRecord) {
    Network net({.seed = 1});
    auto a = net.ensemble(5, 1);
    auto u = net.node(0.0);
    auto c = net.connect(u, a, {.learning_rule = Voja{}});

    EXPECT_THAT(probeable(a),
                ElementsAre("decoded_output", "input", "scaled_encoders"));
    EXPECT_THAT(probeable(a.neurons),
                ElementsAre("output", "input", "voltage", "refractory_time"));
    EXPECT_THAT(probeable(u), ElementsAre("output"));
    EXPECT_THAT(probeable(c), ElementsAre("output", "input", "weights"));
    EXPECT_THAT(probeable(c.learning_rule),
                ElementsAre("post_filtered", "scaled_encoders", "delta"));
    EXPECT_THROW(probeable(Ensemble()), ValidationError);
}

TEST(Probeable, OfANeuronTypeAreItsOutputAndStates) {
    EXPECT_THAT(probeable(LIF{}), ElementsAre("output", "voltage", "refractory_time"));
    EXPECT_THAT(probeable(RectifiedLinear{}), ElementsAre("output"));
    EXPECT_THAT(probeable(Direct{}), ElementsAre("output"));
    EXPECT_THAT(probeable(Izhikevich{}), ElementsAre("output", "voltage", "recovery"));
    EXPECT_THAT(probeable(RegularSpiking{Tanh{}}),
                ElementsAre("output", "rate_out", "voltage"));
    EXPECT_THAT(probeable(PoissonSpiking{AdaptiveLIFRate{}}),
                ElementsAre("output", "rate_out", "adaptation"));
    EXPECT_THROW(probeable(CustomNeuron{"no such type"}), ValidationError);
}

}  // namespace

}  // namespace nengine::test
