#include <cmath>
#include <numbers>

#include "tests/api/helpers.hpp"

// What tests/golden/network.cpp does not see: exact values without neurons, errors, and
// ways to use the networks that have no golden entry.

namespace nengine::test {
namespace {

/// Neurons that compute exactly.
Network direct_network() {
    Network net({.seed = 1});
    net.config.ensemble.neuron_type = Direct{};
    return net;
}

/// The last sample of a probe.
std::vector<double> last(const Network& net, const Probe& probe, double seconds) {
    Simulator sim(net, quiet());
    sim.run(seconds);
    const Tensor data = sim.data(probe);
    std::vector<double> result;
    for (std::int64_t i = 0; i < data.extent(1); ++i) {
        result.push_back(data(data.extent(0) - 1, i));
    }
    return result;
}

void expect_near(const std::vector<double>& got, const std::vector<double>& want,
                 double tolerance) {
    ASSERT_EQ(got.size(), want.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
        EXPECT_NEAR(got[i], want[i], tolerance) << i;
    }
}

TEST(Networks, ProductOfExactEnsemblesIsTheProduct) {
    Network net = direct_network();
    const Product product(net, 10, 3);
    net.connect(net.node({0.5, -2.0, 3.0}), product.input_a, {.synapse = None});
    net.connect(net.node({0.25, 1.5, -1.0}), product.input_b, {.synapse = None});
    expect_near(last(net, net.probe(product.output), 0.003), {0.125, -3.0, -3.0},
                1e-12);
}

TEST(Networks, CircularConvolutionOfExactEnsemblesIsTheConvolution) {
    const std::vector<double> a = {0.3, -0.1, 0.7, 0.2, -0.5};
    const std::vector<double> b = {0.9, 0.4, -0.6, 0.0, 0.1};
    for (const std::size_t size : {1u, 2u, 4u, 5u}) {
        for (const bool invert_a : {false, true}) {
            for (const bool invert_b : {false, true}) {
                const std::vector<double> x(a.begin(),
                                            a.begin() + std::ptrdiff_t(size));
                const std::vector<double> y(b.begin(),
                                            b.begin() + std::ptrdiff_t(size));
                Network net = direct_network();
                const CircularConvolution convolution(
                    net, 10, std::int64_t(size),
                    {.invert_a = invert_a, .invert_b = invert_b});
                net.connect(net.node(x), convolution.input_a, {.synapse = None});
                net.connect(net.node(y), convolution.input_b, {.synapse = None});
                expect_near(last(net, net.probe(convolution.output), 0.003),
                            networks::circconv(x, y, invert_a, invert_b), 1e-12);
            }
        }
    }
}

TEST(Networks, CircconvFollowsItsDefinition) {
    const std::vector<double> a = {1, 2, 3}, b = {4, 5, 6};
    expect_near(networks::circconv(a, b), {31, 31, 28}, 0);
    expect_near(networks::circconv(a, b, true), {32, 29, 29}, 0);
    expect_near(networks::circconv(a, b, false, true), {32, 29, 29}, 0);
    EXPECT_NE(
        message<ShapeError>([&] { networks::circconv(a, {1.0}); }).find("3 and 1"),
        std::string::npos);
}

TEST(Networks, IntegratorIntegrates) {
    Network net = direct_network();
    const Integrator integrator(net, 10, 2, {.recurrent_tau = 0.05});
    net.connect(net.node({1.0, -0.5}), integrator.input, {.synapse = None});
    const double seconds = 1.0;
    // A step late by the synapse; the filter's gain in discrete time is close to dt.
    expect_near(last(net, net.probe(integrator.ensemble), seconds),
                {seconds, -0.5 * seconds}, 0.02);
}

TEST(Networks, OscillatorTurnsAtItsFrequency) {
    Network net = direct_network();
    const double frequency = 4 * std::numbers::pi;  // two turns per second
    const Oscillator oscillator(net, 10, frequency);
    const Node push = net.node([](double t) {
        return std::vector{t < 0.0015 ? 1.0 : 0.0, 0.0};
    });
    net.connect(push, oscillator.input, {.synapse = None});
    const Probe probe = net.probe(oscillator.ensemble);
    Simulator sim(net, quiet());
    sim.run(0.5);
    const Tensor x = sim.data(probe);
    const auto angle = [&](std::int64_t step) {
        return std::atan2(double(x(step, 1)), double(x(step, 0)));
    };
    const double turned = std::remainder(angle(300) - angle(200), 2 * std::numbers::pi);
    EXPECT_NEAR(turned, 0.1 * frequency, 0.01 * frequency * 0.1);
}

TEST(EnsembleArray, GivesItsNodesByName) {
    Network net({.seed = 1});
    EnsembleArray array(net, 5, 3, {.ens_dimensions = 2, .label = "array"});
    const Node sums =
        array.add_output("sums", [](std::span<const double> x) { return x[0] + x[1]; });
    EXPECT_EQ(array["input"], array.input);
    EXPECT_EQ(array["output"], array.output);
    EXPECT_EQ(array["sums"], sums);
    EXPECT_EQ(sums.size_in, 3);
    EXPECT_EQ(array.add_neuron_output(), array.add_neuron_output());
    EXPECT_EQ(array["neuron_output"].size_in, 15);
    EXPECT_EQ(net.n_neurons(), 15);
    EXPECT_EQ(array.ensembles.at(2).label, "array_2");
}

TEST(EnsembleArray, OptionsHoldForEveryEnsemble) {
    Network net({.seed = 1});
    net.config.ensemble.radius = 3.0;
    const EnsembleArray array(
        net, 4, 2,
        {.ensembles = {.intercepts = {-0.5, 0.0, 0.25, 0.5}, .n_eval_points = 70}});
    Simulator sim(net, quiet());
    for (const auto& ensemble : array.ensembles) {
        EXPECT_EQ(ensemble.radius, 3.0);
        const BuiltEnsemble built = sim.data(ensemble);
        EXPECT_EQ(built.eval_points.extent(0), 70);
        expect_near(built.intercepts.values, {-0.5, 0.0, 0.25, 0.5}, 1e-12);
    }
}

TEST(EnsembleArray, SaysWhatDoesNotFit) {
    Network net({.seed = 1});
    EnsembleArray array(net, 5, 2, {.label = "array"});
    const auto has = [](const std::string& text, const char* part) {
        EXPECT_NE(text.find(part), std::string::npos) << text;
        EXPECT_NE(text.find("EnsembleArray 'array'"), std::string::npos) << text;
    };
    has(message<ValidationError>([&] { array.add_output("output", None); }), "in use");
    has(message<ValidationError>([&] {
            array.add_output("x", {Function(), Function(), Function()});
        }),
        "got 3 functions");
    has(message<ValidationError>([&] { array["nothing"]; }), "'nothing'");
    has(message<ValidationError>([&] { EnsembleArray(net, 5, 0, {.label = "array"}); }),
        "n_ensembles: got 0");
    EnsembleArray direct(net, 5, 2,
                         {.label = "array", .ensembles = {.neuron_type = Direct{}}});
    has(message<ValidationError>([&] { direct.add_neuron_input(); }), "Direct");
    has(message<ValidationError>([&] { direct.add_neuron_output(); }), "Direct");
}

/// Rows of a connection's matrix, all numbers.
std::vector<double> matrix(const Connection& connection) {
    return std::get<Array>(connection.transform.value()).values;
}

std::vector<Connection> connections_from(const AssociativeMemory& memory,
                                         const Node& node) {
    std::vector<Connection> result;
    for (const auto& connection : memory.network.connections()) {
        if (connection.pre().object() == ObjectView(node).object()) {
            result.push_back(connection);
        }
    }
    return result;
}

TEST(AssociativeMemory, ThresholdsTakeOverTheConnectionsToTheOutputs) {
    Network net({.seed = 1});
    AssociativeMemory memory(net, {{1.0, 0.0}, {0.0, 1.0}}, {.threshold = {0.1, 0.2}});
    const Node more =
        memory.add_output_mapping("more", {{7.0, 8.0, 9.0}, {1.0, 2.0, 3.0}});
    memory.add_default_output_vector({1.0, 0.0}, "output", 20, 0.25);
    ASSERT_EQ(connections_from(memory, memory.utilities).size(), 3u);
    expect_near(matrix(connections_from(memory, memory.utilities)[2]), {-4.0, -4.0}, 0);

    memory.add_threshold_to_outputs(20);

    ASSERT_TRUE(bool(memory.thresholded_utilities));
    EXPECT_EQ(connections_from(memory, memory.utilities).size(), 1u);
    const auto moved = connections_from(memory, memory.thresholded_utilities);
    ASSERT_EQ(moved.size(), 3u);  // the default vector's first, then the outputs
    expect_near(matrix(moved[0]), {-4.0, -4.0}, 0);
    expect_near(matrix(moved[2]), {7.0, 1.0, 8.0, 2.0, 9.0, 3.0}, 0);
    EXPECT_EQ(moved[2].post().object(), ObjectView(more).object());
}

TEST(AssociativeMemory, InputsAreScaledItemByItem) {
    Network net({.seed = 1});
    AssociativeMemory memory(net, {{1.0, 2.0}, {3.0, 4.0}},
                             {.input_scales = {10.0, 100.0}});
    expect_near(matrix(connections_from(memory, memory["input"]).at(0)),
                {10.0, 20.0, 300.0, 400.0}, 0);
    const Node second = memory.add_input_mapping("second", {{1.0}, {-1.0}}, 2.0);
    expect_near(matrix(connections_from(memory, second).at(0)), {2.0, -2.0}, 0);
}

TEST(AssociativeMemory, SaysWhatDoesNotFit) {
    Network net({.seed = 1});
    const Array two = {{1.0, 0.0}, {0.0, 1.0}}, three = {{1.0}, {2.0}, {3.0}};
    const auto text = [&](const auto& work) { return message<ValidationError>(work); };
    const auto has = [](const std::string& what, const char* part) {
        EXPECT_NE(what.find(part), std::string::npos) << what;
    };
    has(text([&] {
            AssociativeMemory(net, two, {.threshold = {1.0, 2.0, 3.0}});
        }),
        "threshold: got 3");
    has(text([&] {
            AssociativeMemory(net, two, {.input_scales = {1.0, 2.0, 3.0}});
        }),
        "input_scales: got 3");
    has(text([&] { AssociativeMemory(net, two, {.output_vectors = three}); }),
        "got 3 vectors");
    has(text([&] { AssociativeMemory(net, Array()); }), "one row per item");
    AssociativeMemory memory(net, two, {.label = "memory"});
    has(text([&] { memory.add_input_mapping("input", two); }), "in use");
    has(text([&] { memory.add_output_mapping("utilities", two); }), "in use");
    has(text([&] { memory.add_output_mapping("more", three); }), "got 3 vectors");
    has(text([&] { memory.add_default_output_vector({1.0, 0.0}, "nope"); }), "'nope'");
}

/// Which step three steps of a run are after, to a function of time in a network with
/// what `add` adds: the same for all as long as no function has to be called in steps.
template <class Add>
std::vector<std::int64_t> steps_of_calls(const Add& add) {
    Network net = direct_network();
    const Simulator* running = nullptr;
    std::vector<std::int64_t> steps;
    const Node wave = net.node([&](double t) {
        if (running != nullptr) {
            steps.push_back(running->n_steps());
        }
        return t;
    });
    net.probe(wave);
    add(net);
    Simulator sim(net, quiet());
    running = &sim;
    sim.run_steps(3);
    return steps;
}

TEST(Networks, HaveNoFunctionsThatAreCalledInSteps) {
    const std::vector<std::int64_t> ahead = {0, 0, 0}, in_steps = {0, 1, 2};
    EXPECT_EQ(ahead, steps_of_calls([](Network& net) { Product(net, 10, 2); }));
    EXPECT_EQ(ahead, steps_of_calls([](Network& net) { BasalGanglia(net, 3); }));
    EXPECT_EQ(ahead, steps_of_calls([](Network& net) {
                  AssociativeMemory(net, Array{{1.0, 0.0}, {0.0, 1.0}});
              }));

    const Function users = [](double x) { return x * x; };
    EXPECT_EQ(in_steps, steps_of_calls([&](Network& net) {
                  EnsembleArray(net, 10, 2).add_output("square", users);
              }));
}

/// A model with networks that are made later.
struct Model {
    EnsembleArray array;
    Product product;
    CircularConvolution convolution;
    BasalGanglia ganglia;
    Thalamus thalamus;
    AssociativeMemory memory;
    InputGatedMemory gated;
    Integrator integrator;
    Oscillator oscillator;
};

TEST(Networks, AreEmptyUntilOneIsAssigned) {
    Model model;
    EXPECT_FALSE(model.array || model.product || model.convolution || model.ganglia);
    EXPECT_FALSE(model.thalamus || model.memory || model.gated || model.integrator);
    EXPECT_FALSE(model.oscillator);

    Network net({.seed = 1});
    const Array vectors{{1.0, 0.0}, {0.0, 1.0}};
    model.array = EnsembleArray(net, 10, 2);
    model.product = Product(net, 10, 2);
    model.convolution = CircularConvolution(net, 10, 2);
    model.ganglia = BasalGanglia(net, 2, {.n_neurons_per_ensemble = 10});
    model.thalamus = Thalamus(net, 2, {.n_neurons_per_ensemble = 10});
    model.memory = AssociativeMemory(net, vectors);
    model.gated = InputGatedMemory(net, 10, 2);
    model.integrator = Integrator(net, 10, 2);
    model.oscillator = Oscillator(net, 10, 1.0);

    EXPECT_TRUE(model.array && model.product && model.convolution && model.ganglia);
    EXPECT_TRUE(model.thalamus && model.memory && model.gated && model.integrator);
    EXPECT_TRUE(model.oscillator);
    EXPECT_EQ(model.array.n_ensembles, 2);
    EXPECT_EQ(model.memory.n_items, 2);
    EXPECT_EQ(model.array["output"], model.array.output);
    net.connect(model.ganglia.output, model.thalamus.input);
    const Probe p =
        net.probe(model.array.add_output("half", [](double x) { return 0.5 * x; }));
    Simulator sim(net, quiet());
    sim.run_steps(2);
    EXPECT_EQ(sim.data(p).extent(1), 2);
}

TEST(Networks, ThatAreEmptyAreNamedWhereTheyAreUsed) {
    Model model;
    Network net({.seed = 1});
    const Node u = net.node(0.5);
    const auto told = [](const auto& work) { return message<ValidationError>(work); };

    EXPECT_THAT(told([&] { net.connect(u, model.array.input); }),
                ::testing::HasSubstr("connect: post: got an empty Node"));
    EXPECT_EQ(told([&] { model.array.add_output("half", [](double x) { return x; }); }),
              "EnsembleArray::add_output: got an empty EnsembleArray, needs one that "
              "was made");
    EXPECT_THAT(told([&] { model.array.add_neuron_input(); }),
                ::testing::HasSubstr("got an empty EnsembleArray"));
    EXPECT_THAT(told([&] { model.memory.add_wta_network(); }),
                ::testing::HasSubstr("got an empty AssociativeMemory"));
    EXPECT_THAT(told([&] { model.memory["input"]; }),
                ::testing::HasSubstr("got an empty AssociativeMemory"));
}

TEST(Config, TheInnermostThatSetsAnOptionDecides) {
    Network net({.seed = 1});
    net.config.ensemble.radius = 2.0;
    net.config.ensemble.n_eval_points = 20;
    Network inner = net.subnetwork();
    inner.config.ensemble.radius = 3.0;
    Config outer_scope, inner_scope;
    outer_scope.ensemble.radius = 4.0;
    outer_scope.ensemble.n_eval_points = 40;
    inner_scope.ensemble.radius = 5.0;
    const auto radius = [](Network in) { return in.ensemble(5, 1).radius; };
    {
        const auto first = net.with(outer_scope);
        EXPECT_EQ(radius(net), 4.0);
        EXPECT_EQ(radius(inner), 3.0);  // its own config lies inside that of `net`
        EXPECT_EQ(inner.ensemble(5, 1).n_eval_points, 40);
        {
            const auto second = net.with(inner_scope);
            EXPECT_EQ(radius(net), 5.0);
            EXPECT_EQ(net.ensemble(5, 1, {.radius = 6.0}).radius, 6.0);
        }
        EXPECT_EQ(radius(net), 4.0);
    }
    EXPECT_EQ(radius(net), 2.0);
    EXPECT_EQ(inner.ensemble(5, 1).n_eval_points, 20);
}

TEST(Config, ScopesSetWhatIsTrainable) {
    Network net({.seed = 1});
    Config fixed;
    fixed.connection.trainable = false;
    const Ensemble a = net.ensemble(5, 1), b = net.ensemble(5, 1);
    const Connection outside = net.connect(a, b);
    const Connection inside = [&] {
        const auto defaults = net.with(fixed);
        return net.connect(a, b);
    }();
    EXPECT_EQ(inside.trainable, false);
    EXPECT_EQ(outside.trainable, std::nullopt);
}

TEST(Config, ThresholdingEnsemblesAreSilentBelowTheThreshold) {
    Network net({.seed = 1});
    const auto defaults = net.with(presets::thresholding_ensembles(0.3, 0.1, 2.0));
    const Ensemble ensemble = net.ensemble(50, 1);
    EXPECT_EQ(ensemble.radius, 2.0);
    Simulator sim(net, quiet());
    const BuiltEnsemble built = sim.data(ensemble);
    for (std::size_t i = 0; i < 50; ++i) {
        EXPECT_NEAR(built.encoders.values[i], 1.0, 1e-6);
        EXPECT_GE(built.intercepts.values[i], 0.3 - 1e-12);
    }
    for (const double point : built.eval_points.values) {
        EXPECT_GE(point, 0.3 - 1e-12);
        EXPECT_LE(point, 2.0);
    }
}

}  // namespace
}  // namespace nengine::test
