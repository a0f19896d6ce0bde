#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "helpers.hpp"
#include "nengine/nengine.hpp"

// What probes record, and when.

namespace nengine::test {

namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using Values = std::vector<double>;

/// A node that gives the number of the step, and as much again.
struct Ramp {
    Network net;
    Node ramp = net.node([](double t) { return Values{1000 * t, 2000 * t}; });
    Node out = net.node({.size_in = 1});

    Values recorded(const Probe& probe) {
        Simulator sim(net, quiet());
        sim.run_steps(3);
        return sim.data(probe).to_vector();
    }
};

TEST(Probes, WithASynapseLagByAStepToo) {
    Ramp of;
    EXPECT_THAT(of.recorded(of.net.probe(of.ramp[0])), near_to({1, 2, 3}));
    EXPECT_THAT(of.recorded(of.net.probe(of.ramp[0], {.synapse = 0.0})),
                near_to({0, 1, 2}));
}

TEST(Probes, OfAConnectionSeeWhatItsSynapseHasJustWritten) {
    Ramp of;
    const auto connection = of.net.connect(of.ramp[0], of.out, {.synapse = 0.0});
    EXPECT_THAT(of.recorded(of.net.probe(connection)), near_to({1, 2, 3}));
    EXPECT_THAT(of.recorded(of.net.probe(of.out)), near_to({0, 1, 2}));
}

TEST(Probes, OfTheInputOfAConnectionSeeAllOfWhatItComesFrom) {
    Ramp of;
    const auto part = of.net.connect(of.ramp[1], of.out);
    const auto function =
        of.net.connect(of.ramp[1], of.out, {.function = [](double x) { return -x; }});
    for (const auto& connection : {part, function}) {
        EXPECT_THAT(of.recorded(of.net.probe(connection, {.attr = "input"})),
                    near_to({1, 2, 2, 4, 3, 6}));
    }
}

TEST(Probes, OfAConnectionAroundTheirNetworkAreRefused) {
    Ramp of;
    const auto a = of.net.ensemble(10, 1);
    const auto connection =
        of.net.connect(a, of.out, {.label = "outer", .learning_rule = PES{}});
    const auto build = [&] { Simulator(of.net, quiet()); };

    auto inner = of.net.subnetwork();
    inner.probe(connection, {.attr = "input"});
    EXPECT_THAT(message<BuildError>(build),
                AllOf(HasSubstr("probe#1"), HasSubstr("'outer'")));

    Ramp other;
    const auto b = other.net.ensemble(10, 1);
    const auto learned =
        other.net.connect(b, other.out, {.label = "outer", .learning_rule = PES{}});
    other.net.subnetwork().probe(learned.learning_rule, {.attr = "activities"});
    EXPECT_THAT(message<BuildError>([&] { Simulator(other.net, quiet()); }),
                AllOf(HasSubstr("probe#1"), HasSubstr("'outer'")));
}

TEST(Probes, AndConnectionsDoNotReachWhatIsBuiltLater) {
    const auto built = [](const auto& make) {
        return message<BuildError>([&] {
            Network net({.seed = 1});
            auto before = net.subnetwork(), after = net.subnetwork({.label = "after"});
            const auto a = after.ensemble(5, 1, {.label = "a"});
            const auto u = after.node({0.5}, {.label = "u"});
            const auto c = net.connect(u, a, {.label = "c"});
            const auto x = before.node({.size_in = 1});
            make(before, x, a, u, c);
            Simulator sim(net, quiet());
        });
    };
    EXPECT_THAT(built([](auto& before, auto& x, auto& a, auto&, auto&) {
                    before.connect(a, x, {.label = "ax"});
                }),
                HasSubstr("ax': got ensemble 'after/a', which is built later"));
    EXPECT_THAT(built([](auto& before, auto& x, auto&, auto& u, auto&) {
                    before.connect(u, x);
                }),
                HasSubstr("got node 'after/u', which is built later"));
    EXPECT_THAT(built([](auto& before, auto&, auto& a, auto&, auto&) {
                    before.probe(a.neurons, {.attr = "voltage"});
                }),
                HasSubstr("which is built later"));
    EXPECT_THAT(built([](auto& before, auto&, auto&, auto&, auto& c) {
                    before.probe(c, {.attr = "output"});
                }),
                HasSubstr("got connection 'c', which is built later"));
}

TEST(Probes, AndErrorsReachConnectionsOfEarlierNetworks) {
    Ramp of;
    auto before = of.net.subnetwork(), after = of.net.subnetwork();
    const auto a = before.ensemble(10, 1);
    const auto x = before.node({.size_in = 1});
    const auto c = before.connect(a, x, {.learning_rule = PES{}});
    after.connect(x, c.learning_rule);
    after.probe(c, {.attr = "weights"});

    EXPECT_NO_THROW(Simulator(of.net, quiet()).run_steps(2));
}

TEST(Connections, WithValuesAtPointsNeedAnEnsembleThatDecodes) {
    Ramp of;
    const auto direct =
        of.net.ensemble(1, 1, {.label = "direct", .neuron_type = Direct{}});
    of.net.connect(direct, of.out,
                   {.label = "values",
                    .function = Array({{0.0}, {1.0}}),
                    .eval_points = Array({{0.0}, {0.5}})});
    EXPECT_THAT(message<BuildError>([&] { Simulator(of.net, quiet()); }),
                AllOf(HasSubstr("'values'"), HasSubstr("evaluation points")));
}

}  // namespace

}  // namespace nengine::test
