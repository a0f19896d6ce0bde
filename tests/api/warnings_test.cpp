#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "helpers.hpp"
#include "nengine/nengine.hpp"

// What a simulator says of things that may not have been meant.

namespace nengine::test {

namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Warnings, TellOfGainsAndBiasesWithoutATuningCurve) {
    Network net({.seed = 1});
    net.ensemble(2, 1,
                 {.label = "flat", .gain = Array{0.0, 1.0}, .bias = Array{1.0, 1.5}});
    net.ensemble(3, 1,
                 {.label = "weak",
                  .gain = Array{0.5, 2.0, 0.25},
                  .bias = Array{0.4, 1.0, 0.0},
                  .neuron_type = PoissonSpiking{LIFRate{}}});
    net.ensemble(2, 1, {.label = "good", .gain = 2.0, .bias = 0.5});

    EXPECT_THAT(warnings_of(net),
                ElementsAre(AllOf(HasSubstr("ensemble 'flat', ensemble 'weak': got"),
                                  HasSubstr("3 of 5"))));
}

TEST(Warnings, NameAFewOfManyObjects) {
    Network net({.seed = 1});
    for (int i = 0; i < 520; ++i) {
        net.ensemble(2, 1, {.gain = Array{0.0, 1.0}, .bias = Array{1.0, 1.5}});
    }
    EXPECT_THAT(warnings_of(net),
                ElementsAre(AllOf(HasSubstr("'ensemble#3' and 517 more: got"),
                                  HasSubstr("520 of 1040"))));
}

std::vector<std::string> warnings_of_type(const NeuronModel& type) {
    Network net({.seed = 1});
    net.ensemble(5, 1, {.label = "ens", .neuron_type = type});
    return warnings_of(net);
}

TEST(Warnings, TellOfBaseTypesThatSpike) {
    EXPECT_THAT(
        warnings_of_type(PoissonSpiking{LIF{}}),
        ElementsAre(AllOf(HasSubstr("'ens'"), HasSubstr("got LIF"),
                          HasSubstr("PoissonSpiking"), HasSubstr("LIFRate may be"))));
    EXPECT_THAT(warnings_of_type(StochasticSpiking{Izhikevich{}}),
                ElementsAre(AllOf(HasSubstr("'ens'"), HasSubstr("got Izhikevich"),
                                  HasSubstr("does not spike"))));
    EXPECT_THAT(warnings_of_type(StochasticSpiking{LIFRate{}}), ElementsAre());
    EXPECT_THAT(warnings_of_type(RegularSpiking{RectifiedLinear{}}), ElementsAre());
    EXPECT_THAT(warnings_of_type(LIF{}), ElementsAre());
}

TEST(Warnings, TellOfSolversForWeightsThatSolveForNone) {
    const ConnectionOptions solved{.label = "solved",
                                   .solver = LstsqL2{.weights = true}};
    Network net({.seed = 1});
    const auto u = net.node(1.0), sum = net.node({.size_in = 2});
    const auto a = net.ensemble(12, 2), b = net.ensemble(8, 2);
    net.connect(a[0], b[1], solved);
    EXPECT_THAT(warnings_of(net), ElementsAre());

    net.connect(a, sum, solved);
    net.connect(u, b[0], {.label = "from u", .solver = LstsqL2{.weights = true}});
    EXPECT_THAT(warnings_of(net),
                ElementsAre(AllOf(HasSubstr("'solved'"), HasSubstr("'from u'"),
                                  HasSubstr("weights = true"))));
}

}  // namespace

}  // namespace nengine::test
