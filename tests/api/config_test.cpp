#include <gtest/gtest.h>

#include <map>

#include "api/builder/build.hpp"
#include "nengine/nengine.hpp"

// Which options objects get that state none: from the nearest network that sets them.

namespace nengine::test {
namespace {

TEST(Config, DefaultsComeFromTheNearestNetworkThatSetsThem) {
    Network net({.seed = 1});
    net.config.ensemble.radius = 1.5;
    net.config.ensemble.max_rates = Choice{{100}};
    net.config.connection.synapse = None;
    auto inner = net.subnetwork();
    inner.config.ensemble.radius = 0.5;

    auto a = net.ensemble(5, 1);
    auto b = inner.ensemble(5, 1);
    auto c = inner.ensemble(5, 1, {.radius = 2.0});
    auto ab = net.connect(a, b);
    auto bc = inner.connect(b, c, {.synapse = 0.1});

    EXPECT_EQ(a.radius, 1.5);
    EXPECT_EQ(b.radius, 0.5);
    EXPECT_EQ(c.radius, 2.0);
    EXPECT_EQ(b.max_rates, DistributionOrArray(Choice{{100}}));
    EXPECT_TRUE(ab.synapse.is_none());
    EXPECT_EQ(bc.synapse, Synapse(0.1));
}

TEST(Config, IsLookedUpWhenAnObjectIsMade) {
    Network net({.seed = 1});
    auto before = net.ensemble(5, 1);
    net.config.ensemble.radius = 2.0;

    EXPECT_EQ(before.radius, 1.0);
    EXPECT_EQ(net.ensemble(5, 1).radius, 2.0);
}

/// The trainable marks by parameter name, in the network that an object belongs to.
std::map<std::string, bool> marks(const Ensemble& any) {
    const BuiltNetwork built = build(*ObjectView(any).object()->network.lock(), 0.001);
    std::map<std::string, bool> result;
    for (const engine::SignalId id : built.model->signal_ids()) {
        const engine::Signal& signal = built.model->signal(id);
        if (!signal.parameter.empty()) {
            result[signal.parameter] = signal.trainable;
        }
    }
    return result;
}

TEST(Trainable, IsEncodersBiasesAndWeightsByDefault) {
    Network net({.seed = 1});
    auto x = net.node(1.0, {.label = "x"});
    auto a = net.ensemble(5, 1, {.label = "a"});
    auto b = net.ensemble(6, 1, {.label = "b"});
    net.connect(x, a, {.label = "xa"});
    net.connect(a, b, {.label = "ab"});
    net.connect(a.neurons, b.neurons, {.label = "nn", .transform = Uniform{}});
    net.probe(b, {.label = "p"});

    const std::map<std::string, bool> want = {
        {"a.bias", true},     {"a.encoders", true}, {"a.voltage", false},
        {"b.bias", true},     {"b.encoders", true}, {"b.voltage", false},
        {"b.gain", false},    {"ab.weights", true}, {"nn.weights", true},
        {"p.weights", false},
    };
    EXPECT_EQ(marks(a), want);
}

TEST(Trainable, IsSetByObjectThenByTheNearestConfig) {
    Network net({.seed = 1});
    auto inner = net.subnetwork({.label = "in"});
    auto a = net.ensemble(5, 1, {.label = "a"});
    auto b = inner.ensemble(5, 1, {.label = "b"});
    auto c = inner.ensemble(5, 1, {.label = "c", .trainable = false});
    net.config.ensemble.trainable = false;
    inner.config.ensemble.trainable = true;  // the order does not matter
    c.neurons.trainable = true;

    const auto trainable = marks(a);

    EXPECT_FALSE(trainable.at("a.encoders"));
    EXPECT_FALSE(trainable.at("a.bias"));
    EXPECT_TRUE(trainable.at("in/b.encoders"));
    EXPECT_FALSE(trainable.at("in/c.encoders"));
    EXPECT_TRUE(trainable.at("in/c.bias"));
}

}  // namespace
}  // namespace nengine::test
