#include <gtest/gtest.h>

#include "engine/operators/moments.hpp"
#include "engine/operators/moving_average.hpp"
#include "engine/operators/pointwise.hpp"
#include "engine/operators/reset.hpp"
#include "engine/planner/make_plan.hpp"
#include "engine/planner/memory/chunk.hpp"
#include "engine/planner/rewrite/rewrite.hpp"
#include "engine/planner/schedule/fold.hpp"
#include "tests/engine/planner/populations.hpp"

// What of a plan depends on whether it trains, and what on all items.

namespace nengine::test {

using namespace engine;
namespace {

SignalId add(Model& model, const std::string& name, Shape shape = {2}) {
    Signal signal;
    signal.name = name;
    signal.shape = std::move(shape);
    return model.add_signal(std::move(signal));
}

/// y = x less its mean over the items while it is trained, else less a statistic, which
/// follows the mean.
std::shared_ptr<Model> centred() {
    auto model = std::make_shared<Model>();
    const SignalId x = add(*model, "x"), mean = add(*model, "mean"),
                   variance = add(*model, "variance"), slow = add(*model, "slow"),
                   trains = add(*model, "is_training", {}),
                   centre = add(*model, "centre"), y = add(*model, "y");
    model->signal(slow).statistic = true;
    model->inputs.push_back({"x", x, -1});
    model->add(Moments(x, mean, variance));
    model->add(MovingAverage(mean, slow, 0.9));
    model->add(Reset(trains, 0, 1));
    model->add(Pointwise({trains, mean, slow}, centre, false,
                         pointwise_graph<3>([](auto is, auto now, auto before) {
                             return where(is, now, before);
                         })));
    model->add(Pointwise({x, centre}, y, false,
                         pointwise_graph<2>([](auto u, auto m) { return u - m; })));
    model->probes.push_back({.name = "y", .signal = y});
    return model;
}

constexpr PlanMode to_look_at_training{Phase::training, false};

TEST(PhaseOfAPlan, LeavesOneBranchOfWhatDependsOnIt) {
    const Graph inference = simplify(normal_form(centred(), to_run)),
                seen = simplify(normal_form(centred(), to_look_at_training)),
                training = simplify(normal_form(centred(), to_train));

    EXPECT_EQ(count(inference, "Moments"), 0);
    EXPECT_EQ(count(inference, "Pointwise"), 1);
    EXPECT_EQ(count(seen, "Moments"), 1);
    EXPECT_EQ(count(seen, "MovingAverage"), 0);
    EXPECT_EQ(count(seen, "Pointwise"), 1);
    EXPECT_EQ(count(training, "MovingAverage"), 1);
    EXPECT_EQ(count(training, "Pointwise"), 1);
}

TEST(PhaseOfAPlan, NeedsNoOtherItemsToPredict) {
    const auto plan_of = [](PlanMode mode) {
        return make_plan({.model = centred(),
                          .fed = {1},
                          .observed = {.probes = {0}},
                          .mode = mode});
    };
    const PlannerOptions tiled{.tile_items = 4};
    const auto items = [&](const Plan& plan) {
        return choose_chunk(plan, tiled, 10, 16, false).items;
    };

    EXPECT_FALSE(plan_of(to_run).reads_all_items);
    EXPECT_EQ(items(plan_of(to_run)), 4);
    EXPECT_EQ(items(plan_of(to_look_at_training)), 16);
    EXPECT_EQ(items(plan_of(to_train)), 16);
}

TEST(Fold, WhatIsTheSameForAllItemsHasOneRow) {
    const Graph graph =
        fold(simplify(normal_form(centred(), to_look_at_training)), true);

    for (const Version& version : graph.versions) {
        if (version.name == "mean") {
            EXPECT_TRUE(version.in_time);
            EXPECT_FALSE(version.batched);
        } else if (version.name == "y") {
            EXPECT_TRUE(version.batched);
        }
    }
}

TEST(Simplify, ComputesWithNumbersThatAreKnown) {
    auto model = std::make_shared<Model>();
    const SignalId x = add(*model, "x"), zero = add(*model, "zero");
    const SignalId sum = add(*model, "sum"), product = add(*model, "product"),
                   power = add(*model, "power");
    model->inputs.push_back({"x", x, -1});
    model->add(Reset(zero, 3));
    const auto make = [&](SignalId y, const auto& function) {
        model->add(Pointwise({x, zero}, y, false, pointwise_graph<2>(function)));
        model->probes.push_back({.name = "p", .signal = y});
    };
    make(sum, [](auto u, auto v) { return where(v > 2.0, u, u * 2.0); });
    make(product, [](auto u, auto v) { return u * v; });
    make(power, [](auto u, auto v) { return where(u == u, v * v, v * v); });

    const Graph graph = simplify(normal_form(model, to_run));

    ASSERT_EQ(graph.nodes.size(), 1U);  // x itself, x 3, and 9
    EXPECT_EQ(graph.node(0).op->type(), "Pointwise");
    EXPECT_EQ(graph.node(0).slots.size(), 2U);
    EXPECT_EQ(graph.version(graph.taps[0].version).kind, VersionKind::input);
    EXPECT_EQ(graph.version(graph.taps[2].version).fill, 9);
}

}  // namespace
}  // namespace nengine::test
