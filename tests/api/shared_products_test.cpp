#include <gtest/gtest.h>

#include <cmath>

#include "api/builder/build.hpp"
#include "helpers.hpp"
#include "nengine/nengine.hpp"

// What an ensemble decodes for several connections is computed once as long as their
// decoders are as they were built.

namespace nengine::test {

namespace {

/// An ensemble whose value goes two ways and is probed: three equal sets of decoders.
struct TwoWays {
    Network net{{.seed = 2}};
    Node u = net.node({0.4});
    Ensemble a = net.ensemble(30, 1, {.neuron_type = LIFRate{}});
    Node left = net.node({.size_in = 1}), right = net.node({.size_in = 1});
    Connection to_left = net.connect(a, left, {.label = "left", .synapse = None});
    Connection to_right = net.connect(a, right, {.label = "right", .synapse = None});
    Probe p_left = net.probe(left), p_right = net.probe(right), p_a = net.probe(a);

    TwoWays() { net.connect(u, a, {.synapse = None}); }

    /// What arrives on the left, on the right and at the ensemble's probe.
    std::vector<double> values(Simulator& sim) const {
        auto result = sim.predict({}, {.n_steps = 1});
        return {result[p_left](0, 0, 0), result[p_right](0, 0, 0),
                result[p_a](0, 0, 0)};
    }
};

TEST(SharedProducts, HaveOneCopyOfTheirDecoders) {
    TwoWays two;
    const Connection doubled = two.net.connect(two.a, two.left, {.transform = 2.0});
    const BuiltNetwork built =
        build(*ObjectView(two.a).object()->network.lock(), 0.001);
    const auto weights =
        [&](const Connection& connection) -> const engine::SharedValues& {
        const auto& parts = built.connections.at(ObjectView(connection).object().get());
        return built.model->signal(parts.weights).initial;
    };
    EXPECT_EQ(weights(two.to_left).data(), weights(two.to_right).data());
    EXPECT_NE(weights(two.to_left).data(), weights(doubled).data());
    EXPECT_EQ(2 * weights(two.to_left)[3], weights(doubled)[3]);
}

TEST(SharedProducts, AreComputedOnceUntilOneOfThemChanges) {
    const TwoWays two;
    Simulator sim(two.net, quiet());
    const auto built = two.values(sim);
    EXPECT_EQ(built[0], built[1]);
    EXPECT_EQ(built[0], built[2]);
    EXPECT_EQ(sim.explain(1).find("DotInc right"), std::string::npos);

    Array weights = *sim.data(two.to_right).weights;
    for (double& weight : weights.values) {
        weight *= 3;
    }
    sim.set_parameter("right.weights", weights);
    const auto changed = two.values(sim);
    EXPECT_NEAR(changed[0], built[0], 1e-12);
    EXPECT_NEAR(changed[1], 3 * built[0], 1e-12);
    EXPECT_NEAR(changed[2], built[0], 1e-12);

    sim.reset();
    EXPECT_EQ(two.values(sim), built);
}

TEST(SharedProducts, AreTrainedApart) {
    const TwoWays two;
    Simulator sim(two.net, quiet());
    two.values(sim);  // plans with one product

    sim.compile({.optimizer = SGD{.learning_rate = 1e-6},
                 .loss = {{two.p_right, MeanSquaredError{}}}});
    sim.fit({{two.u, Tensor({1, 1, 1}, std::vector{0.4})}},
            {{two.p_right, Tensor({1, 1, 1}, std::vector{-1.0})}});

    const auto trained = two.values(sim);
    EXPECT_NEAR(trained[0], trained[2], 1e-12);
    EXPECT_GT(std::abs(trained[1] - trained[0]), 1e-9);
}

}  // namespace

}  // namespace nengine::test
