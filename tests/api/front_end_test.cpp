#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "api/builder/build_state.hpp"
#include "helpers.hpp"
#include "nengine/nengine.hpp"

namespace nengine::test {

namespace {

using ::testing::HasSubstr;

template <class Handle>
const detail::ObjectData& object(const Handle& handle) {
    return *ObjectView(handle).object();
}

template <class Handle>
BuiltNetwork built_from(const Handle& any, double dt = 0.001) {
    return build(*object(any).network.lock(), dt);
}

TEST(Handles, CopiesReferToTheSameObject) {
    Network net({.seed = 1});
    auto a = net.ensemble(10, 1, {.label = "a"});
    const auto copy = a;

    copy.radius = 2.5;

    EXPECT_EQ(a.radius, 2.5);
    EXPECT_TRUE(a == copy);
}

TEST(Handles, AssignmentMakesAHandleReferToAnotherObject) {
    Network net({.seed = 1});
    auto a = net.ensemble(10, 1, {.label = "a"});
    auto b = net.ensemble(20, 2, {.label = "b", .radius = 3.0});
    auto h = a;
    EXPECT_EQ(h.n_neurons, 10);

    h = b;
    h.radius = 4.0;

    EXPECT_EQ(h.n_neurons, 20);
    EXPECT_EQ(h.label, "b");
    EXPECT_EQ(b.radius, 4.0);
    EXPECT_EQ(a.radius, 1.0);
    EXPECT_EQ(h.neurons.size(), 20);
}

TEST(Handles, ObjectsAreEditedAfterTheyWereMade) {
    Network net({.seed = 1});
    auto x = net.node(1.0);
    auto a = net.ensemble(2, 1);
    auto c = net.connect(x, a);
    auto p = net.probe(a);

    c.synapse = None;
    c.transform = 2.0;
    p.synapse = 0.1;
    a.gain = {1.0, 2.0};
    a.bias = 0.5;
    a.neuron_type = LIFRate{.amplitude = 0.5};

    const auto built = built_from(a);
    const auto& parts = built.ensembles.at(&object(a));
    EXPECT_EQ(parts.gain, (Vector(2) << 1.0, 2.0).finished());
    EXPECT_EQ(parts.bias, Vector::Constant(2, 0.5));
    int filters = 0;
    for (const auto& op : built.model->operators()) {
        filters += op->type() == "SimFilter" ? 1 : 0;
    }
    EXPECT_EQ(filters, 1);  // the probe's, none on the connection
}

TEST(Handles, ANodesOutputAndAConnectionsFunctionAreReplaceable) {
    Network net({.seed = 1});
    auto x = net.node([](double t) { return t; });
    auto a = net.ensemble(20, 2);
    auto out = net.node({.size_in = 1});
    auto c = net.connect(
        a, out, {.function = [](std::span<const double> v) { return v[0] * v[1]; }});
    EXPECT_EQ(c.size_in(), 2);
    EXPECT_EQ(c.size_mid(), 1);

    c.function = [](std::span<const double> v) { return v[0]; };
    x.output = 0.25;

    EXPECT_NO_THROW(built_from(a));
    c.function = [](double v) { return v * v; };  // by component: two values
    EXPECT_THAT(message<ShapeError>([&] { built_from(a); }), HasSubstr("size 2"));
}

TEST(Names, ArePathsOfLabelsOrNumbersOfCreation) {
    Network net({.label = "top", .seed = 1});
    auto a = net.ensemble(5, 1);
    auto named = net.ensemble(5, 1, {.label = "exc"});
    auto b = net.ensemble(5, 1);
    auto one = net.subnetwork();
    auto two = net.subnetwork({.label = "two"});
    auto c = one.ensemble(5, 1);
    auto d = two.ensemble(5, 1, {.label = "d"});

    EXPECT_EQ(detail::name(object(a)), "ensemble#1");
    EXPECT_EQ(detail::name(object(named)), "exc");
    EXPECT_EQ(detail::name(object(b)), "ensemble#3");
    EXPECT_EQ(detail::name(object(c)), "network#1/ensemble#1");
    EXPECT_EQ(detail::name(object(d)), "two/d");
}

TEST(Names, OfParametersAreNumberedWhereLabelsRepeat) {
    Network net({.seed = 1});
    for (int i = 0; i < 3; ++i) {
        net.ensemble(5, 1, {.label = "same"});
    }
    Product first(net, 10, 1), second(net, 10, 1);
    Simulator sim(net, quiet());

    const std::vector<std::string> names = parameter_names(sim);

    for (const char* name :
         {"same.bias", "same.encoders", "same#2.bias", "same#2.encoders", "same#3.bias",
          "Product/network#1/0.bias", "Product/network#1/0#2.bias"}) {
        EXPECT_THAT(names, ::testing::Contains(name));
    }
    EXPECT_EQ(sim.parameter("same#2.bias"), sim.data(net.ensembles()[1]).bias);
}

TEST(Nodes, HaveTheSizeOfWhatTheyPutOut) {
    Network net;
    EXPECT_EQ(net.node(0.5).size_out, 1);
    EXPECT_EQ(net.node({1.0, 2.0}).size_out, 2);
    EXPECT_EQ(net.node([](double t) { return std::sin(t); }).size_out, 1);
    EXPECT_EQ(net.node([](double t) { return std::array{t, t, 1.0}; }).size_out, 3);
    EXPECT_EQ(net.node([](double) {}).size_out, 0);
    EXPECT_EQ(net.node({.size_in = 4}).size_out, 4);
    const auto f = net.node(
        [](double, const std::vector<double>& x) {
            return std::vector{x[0], x[1], 0.0};
        },
        {.size_in = 2});
    EXPECT_EQ(f.size_out, 3);
}

TEST(Nodes, RejectOutputsThatDoNotFit) {
    Network net;
    const auto of_x = [](double, std::span<const double> x) { return x[0]; };
    const auto of_t = [](double t) { return t; };
    EXPECT_THROW(net.node(of_x), ValidationError);
    EXPECT_THROW(net.node(of_t, {.size_in = 1}), ValidationError);
    EXPECT_THROW(net.node({1.0, 2.0}, {.size_out = 3}), ValidationError);
    EXPECT_THROW(net.node(1.0, {.size_in = 1}), ValidationError);
    EXPECT_THAT(message<ValidationError>([&] {
                    net.node({1.0, std::nan("")}, {.label = "bad"});
                }),
                HasSubstr("node 'bad'"));
    EXPECT_TRUE(net.nodes().empty());
}

TEST(Ensembles, RejectImpossibleSizes) {
    Network net;
    EXPECT_THAT(message<ValidationError>([&] { net.ensemble(0, 1, {.label = "a"}); }),
                HasSubstr("ensemble 'a': n_neurons: got 0"));
    EXPECT_THROW(net.ensemble(5, 0), ValidationError);
    EXPECT_THROW(net.ensemble(5, 1, {.radius = 0.0}), ValidationError);
    EXPECT_THROW(net.ensemble(5, 1, {.n_eval_points = 0}), ValidationError);
    EXPECT_EQ(detail::name(object(net.ensemble(5, 1))), "ensemble#1");
}

TEST(Ensembles, RejectTuningThatCannotBeWhenTheyAreBuilt) {
    const auto build_one = [](const EnsembleOptions& options) {
        Network net({.seed = 1});
        built_from(net.ensemble(4, 2, options));
    };
    EXPECT_THROW(build_one({.max_rates = 600.0}), ValidationError);
    EXPECT_THROW(build_one({.intercepts = 1.0}), BuildError);
    EXPECT_THROW(build_one({.gain = 1.0}), ValidationError);
    EXPECT_THROW(build_one({.max_rates = {100, 200}}), ShapeError);
    EXPECT_THROW(build_one({.encoders = {{1, 0}, {0, 1}, {0, 0}, {1, 1}}}), BuildError);
    EXPECT_THROW(build_one({.encoders = {{1, 0}, {0, 1}}}), ShapeError);
    EXPECT_THROW(
        build_one({.neuron_type = LIF{.initial_state = {{"speed", Uniform{}}}}}),
        ValidationError);
    EXPECT_THROW(build_one({.neuron_type = LIF{.tau_rc = -1.0}}), ValidationError);
}

TEST(Ensembles, StartFromTheGivenStates) {
    Network net({.seed = 1});
    auto a = net.ensemble(
        3, 1,
        {.neuron_type = LIF{.initial_state = {{"voltage", {0.1, 0.2, 0.3}},
                                              {"refractory_time", 0.01}}}});

    const auto built = built_from(a);

    const auto& states = built.ensembles.at(&object(a)).states;
    EXPECT_EQ(built.model->signal(states.at("voltage")).initial,
              (std::vector{0.1, 0.2, 0.3}));
    EXPECT_EQ(built.model->signal(states.at("refractory_time")).initial,
              std::vector(3, 0.01));
}

TEST(Connections, RejectSizesAndEndsThatDoNotFit) {
    Network net({.seed = 1});
    auto x = net.node({1.0, 2.0}, {.label = "x"});
    auto a = net.ensemble(5, 3, {.label = "a"});
    auto relay = net.node({.size_in = 2});

    EXPECT_THAT(message<ShapeError>([&] { net.connect(x, a, {.label = "xa"}); }),
                HasSubstr("connection 'xa' (node 'x' to ensemble 'a')"));
    EXPECT_THAT(message<ShapeError>([&] {
                    net.connect(x, a, {.transform = {{1.0, 2.0}}});
                }),
                HasSubstr("got a transform of shape [1, 2], needs [3, 2]"));
    EXPECT_THROW(net.connect(x, relay, {.transform = {1.0, 2.0, 3.0}}), ShapeError);
    EXPECT_THROW(net.connect(a, x), ValidationError);
    EXPECT_THROW(net.connect(x, relay, {.synapse = -0.1}), ValidationError);
    EXPECT_THROW(
        net.connect(a.neurons, relay,
                    {.function = [](double v) { return v; }, .transform = Uniform{}}),
        ValidationError);
    EXPECT_THROW(net.connect(relay, relay, {.function = [](double v) { return v; }}),
                 ValidationError);
    EXPECT_THROW(net.connect(a[0], relay[0], {.eval_points = Uniform{-1, 1}}),
                 ValidationError);
    EXPECT_THROW(net.connect(a, relay, {.function = Array{{1.0, 2.0}, {3.0, 4.0}}}),
                 ValidationError);
    const auto good = net.connect(x, relay);
    EXPECT_THROW(net.connect(good, relay), ValidationError);
    EXPECT_EQ(net.connections().size(), 1u);
}

TEST(Connections, ReportSilentNeuronsAndBadFunctionValues) {
    Network net({.seed = 1});
    auto a = net.ensemble(5, 1, {.label = "a", .gain = 1.0, .bias = -10.0});
    auto out = net.node({.size_in = 1});
    auto c = net.connect(a, out, {.label = "c"});
    EXPECT_THAT(message<BuildError>([&] { built_from(a); }),
                HasSubstr("connection 'c': all activities of ensemble 'a' are zero"));

    a.bias = 2.0;
    c.function = [](double x) { return std::log(x); };
    EXPECT_THAT(message<BuildError>([&] { built_from(a); }), HasSubstr("not finite"));
}

TEST(Connections, DoNotReachOtherNetworks) {
    Network net({.seed = 1}), other({.seed = 2});
    auto a = net.ensemble(5, 1, {.label = "a"});
    auto b = other.ensemble(5, 1, {.label = "b"});
    net.connect(a, b);

    EXPECT_THAT(message<ValidationError>([&] { built_from(a); }),
                HasSubstr("ensemble 'b' of another network"));
}

TEST(Probes, RejectAttributesThatTheTargetDoesNotHave) {
    Network net({.seed = 1});
    auto a = net.ensemble(5, 1, {.label = "a", .neuron_type = RectifiedLinear{}});
    EXPECT_THAT(
        message<ValidationError>([&] { net.probe(a.neurons, {.attr = "voltage"}); }),
        HasSubstr("got attribute 'voltage', needs one of output, input"));
    EXPECT_THROW(net.probe(a, {.attr = "spikes"}), ValidationError);
    EXPECT_THROW(net.probe(a, {.sample_every = 0.0}), ValidationError);
    EXPECT_THROW(net.probe(a[3]), ValidationError);
    EXPECT_NO_THROW(net.probe(a.neurons, {.attr = "spikes"}));
}

TEST(Networks, ListTheirObjectsInOrderOfCreation) {
    Network net({.label = "top"});
    auto a = net.ensemble(5, 1);
    auto inner = net.subnetwork({.label = "in"});
    auto b = inner.ensemble(7, 1);
    auto c = net.ensemble(6, 1);
    inner.node(1.0);
    net.connect(a, c);
    inner.probe(b);

    EXPECT_EQ(net.ensembles(), (std::vector{a, c}));
    EXPECT_EQ(net.all_ensembles(), (std::vector{a, c, b}));
    EXPECT_EQ(net.nodes().size(), 0u);
    EXPECT_EQ(net.all_nodes().size(), 1u);
    EXPECT_EQ(net.all_connections().size(), 1u);
    EXPECT_EQ(net.all_probes().size(), 1u);
    EXPECT_EQ(net.all_networks(), std::vector{inner});
    EXPECT_EQ(net.n_neurons(), 18);
}

TEST(Networks, WithoutASeedDifferFromBuildToBuild) {
    Network net;
    auto a = net.ensemble(50, 1);
    const auto first = built_from(a), second = built_from(a);
    EXPECT_NE(first.ensembles.at(&object(a)).gain,
              second.ensembles.at(&object(a)).gain);
}

TEST(Networks, OfManyEnsemblesBuildInSeconds) {
    Network net({.seed = 1});
    auto x = net.node(0.5);
    std::vector<Ensemble> all;
    for (int i = 0; i < 2000; ++i) {
        all.push_back(net.ensemble(20, 1, {.n_eval_points = 50}));
        net.connect(i == 0 ? ObjectView(x) : ObjectView(all[all.size() - 2]),
                    all.back());
    }
    const auto start = std::chrono::steady_clock::now();

    const auto built = built_from(x);

    const std::chrono::duration<double> taken =
        std::chrono::steady_clock::now() - start;
    EXPECT_EQ(built.connections.size(), 2000u);
    EXPECT_LT(taken.count(), 10.0);
}

}  // namespace
}  // namespace nengine::test
