#include <gtest/gtest.h>

#include "engine/operators/elementwise_inc.hpp"
#include "engine/operators/pointwise.hpp"
#include "engine/planner/emit/run_lowering.hpp"
#include "engine/planner/make_plan.hpp"
#include "engine/planner/memory/chunk.hpp"
#include "engine/planner/memory/layout.hpp"
#include "engine/planner/rewrite/rewrite.hpp"
#include "engine/planner/schedule/fold.hpp"
#include "engine/planner/schedule/merge.hpp"
#include "kernels/base/error.hpp"
#include "tests/engine/planner/populations.hpp"

namespace nengine::test {

using namespace engine;
namespace {

SignalId add(Model& model, const std::string& name, Shape shape,
             std::vector<double> initial = {}, bool trainable = false) {
    return model.add_signal({.name = name,
                             .shape = std::move(shape),
                             .initial = std::move(initial),
                             .trainable = trainable});
}

/// y = A x with A the 2 x 2 identity, x fed, y probed.
std::shared_ptr<Model> identity_product(bool trainable) {
    auto model = std::make_shared<Model>();
    const SignalId x = add(*model, "x", {2}), y = add(*model, "y", {2});
    model->inputs.push_back({"x", x, -1});
    model->add(Reset(y));
    model->add(DotInc(add(*model, "a", {2, 2}, {1, 0, 0, 1}, trainable), x, y));
    model->probes.push_back({.name = "y", .signal = y});
    return model;
}

TEST(Simplify, AnIncrementAfterAResetSets) {
    const Graph graph = simplify(normal_form(identity_product(true)));

    ASSERT_EQ(graph.nodes.size(), 1U);
    EXPECT_EQ(graph.node(0).op->type(), "DotInc");
    EXPECT_EQ(graph.node(0).slot(DotInc::y).role, Role::set);
}

TEST(Simplify, AProductWithTheIdentityIsACopyAndACopyIsNothing) {
    const Graph graph = simplify(normal_form(identity_product(false)));

    EXPECT_TRUE(graph.nodes.empty());
    EXPECT_EQ(graph.version(graph.taps.front().version).kind, VersionKind::input);
}

TEST(Simplify, AProbeOfACopyOfAFilterStillSeesTheRowThatReadersSee) {
    const Graph graph = simplify(normal_form(populations({})));

    EXPECT_FALSE(graph.taps.front().after_update);
}

TEST(Simplify, WhatNothingObservesIsNotComputed) {
    auto model = populations({.count = 2});
    model->probes.clear();

    EXPECT_TRUE(simplify(normal_form(model)).nodes.empty());
}

TEST(Simplify, NeuronsOfWhichOnlyAStateIsReadAreComputed) {
    auto model = std::make_shared<Model>();
    const SignalId j = add(*model, "j", {3}), out = add(*model, "out", {3});
    const SignalId voltage = add(*model, "voltage", {3});
    const SignalId filtered = add(*model, "filtered", {3});
    model->inputs.push_back({"j", j, -1});
    model->add(SimNeurons(neuron_type("SpikingRectifiedLinear"), j, out, {voltage},
                          {add(*model, "amplitude", {1}, {1})}));
    model->add(SimFilter(FilterForm::first_order, 1, voltage, filtered,
                         add(*model, "c", {2}, {0.9, 0.1}), add(*model, "s", {1, 3})));
    model->probes.push_back({.name = "p", .signal = filtered});

    EXPECT_EQ(count(simplify(normal_form(model)), "SimNeurons"), 1);
}

/// Products of the fed x with matrices, all probed.
std::shared_ptr<Model> products(const std::vector<std::vector<double>>& matrices,
                                bool trainable) {
    auto model = std::make_shared<Model>();
    const SignalId x = add(*model, "x", {2});
    model->inputs.push_back({"x", x, -1});
    for (const auto& values : matrices) {
        const SignalId y = add(*model, "y", {2});
        model->add(DotInc(add(*model, "a", {2, 2}, values, trainable), x, y, false));
        model->probes.push_back({.name = "y", .signal = y});
    }
    return model;
}

TEST(ShareProducts, OfEqualMatricesLeavesOne) {
    const auto model = products({{1, 2, 3, 4}, {1, 2, 3, 5}, {1, 2, 3, 4}}, false);
    const Graph graph = share_products(normal_form(model));

    EXPECT_EQ(count(graph, "DotInc"), 2);
    EXPECT_EQ(graph.taps[0].version, graph.taps[2].version);
    EXPECT_NE(graph.taps[0].version, graph.taps[1].version);
    EXPECT_FALSE(graph.relies_on_parameters);
}

TEST(ShareProducts, OfParametersIsForThemAsBuilt) {
    Graph graph = normal_form(products({{1, 2, 3, 4}, {1, 2, 3, 4}}, true));
    EXPECT_EQ(count(share_products(graph), "DotInc"), 2);

    graph.as_built = true;
    const Graph shared = share_products(graph);
    EXPECT_EQ(count(shared, "DotInc"), 1);
    EXPECT_TRUE(shared.relies_on_parameters);
}

TEST(Fuse, ABiasJoinsTheNeuronsThatItFeeds) {
    const Graph graph = fuse(simplify(normal_form(populations({}))));

    EXPECT_EQ(count(graph, "Copy"), 0);
    for (const Node& node : graph.nodes) {
        if (const auto* neurons = dynamic_cast<const SimNeurons*>(node.op.get())) {
            EXPECT_TRUE(neurons->has_bias());
        }
    }
}

TEST(Fuse, AFilterJoinsTheNeuronsThatItReadsAlone) {
    auto model = std::make_shared<Model>();
    const SignalId j = add(*model, "j", {3}), out = add(*model, "out", {3});
    const SignalId filtered = add(*model, "filtered", {3});
    model->inputs.push_back({"j", j, -1});
    model->add(SimNeurons(neuron_type("RectifiedLinear"), j, out, {},
                          {add(*model, "amplitude", {1}, {1})}));
    model->add(SimFilter(FilterForm::first_order, 1, out, filtered,
                         add(*model, "c", {2}, {0.9, 0.1}), add(*model, "s", {1, 3})));
    model->probes.push_back({.name = "p", .signal = filtered});

    const Graph graph = fuse(normal_form(model));

    ASSERT_EQ(graph.nodes.size(), 1U);
    EXPECT_TRUE(dynamic_cast<const SimNeurons&>(*graph.node(0).op).has_filter());
}

TEST(Fold, ANetworkWithoutFeedbackHasNoSteppedStage) {
    const Graph graph = fold(simplify(normal_form(populations({.count = 3}))), true);

    EXPECT_EQ(count(graph, StageKind::stepped), 0);
    EXPECT_GT(count(graph, StageKind::folded), 0);
}

TEST(Fold, OnlyTheLoopIsStepped) {
    auto model = populations({.count = 1, .feedback = true});
    const SignalId after = add(*model, "after", {1}), in = model->probes[0].signal;
    model->add(SimFilter(FilterForm::first_order, 1, in, after,
                         add(*model, "c", {2}, {0.9, 0.1}), add(*model, "s", {1, 1})));
    model->probes[0].signal = after;

    const Graph graph = fold(simplify(normal_form(model)), true);

    EXPECT_GT(count(graph, StageKind::stepped), 0);
    for (const Node& node : graph.nodes) {
        const bool last =
            node.op->label.empty() && node.op->type() == "SimFilter" &&
            graph.version(node.slot(SimFilter::output).version).name == "after";
        if (last) {
            EXPECT_EQ(graph.stages[node.stage].kind, StageKind::folded);
        }
    }
}

TEST(Fold, WhatIsKnownEarlyIsSummedEarly) {
    const Graph graph =
        fold(simplify(normal_form(populations({.count = 1, .feedback = true}))), true);

    int parts = 0;
    for (const Version& version : graph.versions) {
        parts += version.name.find("(part)") != std::string::npos ? 1 : 0;
    }
    EXPECT_EQ(parts, 1);  // the fed part of the input that also gets feedback
}

TEST(Fold, WhatDoesNotVaryRunsOnce) {
    auto model = identity_product(true);

    const Graph graph =
        fold(simplify(normalise(model, {2}, {.probes = {0}}, to_run)), true);

    EXPECT_EQ(count(graph, StageKind::once), 1);
    EXPECT_EQ(count(graph, StageKind::folded), 0);
}

TEST(Fold, ACycleWithoutAFilterIsRefusedWithAHint) {
    auto model = std::make_shared<Model>();
    const SignalId a = add(*model, "a", {1}), b = add(*model, "b", {1});
    model->add(Copy(a, b, false));
    model->add(Copy(b, a, false));
    model->probes.push_back({.name = "p", .signal = a});

    EXPECT_THROW(fold(normal_form(model), true), BuildError);
}

Graph merged(int populations_count, MergePlanner planner) {
    Graph graph =
        fuse(simplify(normal_form(populations({.count = populations_count}))));
    return merge(fold(std::move(graph), true), planner, 3);
}

std::size_t groups(const Graph& graph) {
    std::size_t n = 0;
    for (const GraphStage& stage : graph.stages) {
        n += stage.groups.size();
    }
    return n;
}

/// y = tanh(x) + x, with tanh(x) probed or not.
std::shared_ptr<Model> chain(bool probed) {
    auto model = std::make_shared<Model>();
    const SignalId x = add(*model, "x", {2}), h = add(*model, "h", {2}),
                   y = add(*model, "y", {2});
    model->inputs.push_back({"x", x, -1});
    model->add(
        Pointwise({x}, h, false, pointwise_graph<1>([](auto u) { return tanh(u); })));
    model->add(Pointwise({h, x}, y, false,
                         pointwise_graph<2>([](auto u, auto v) { return u + v; })));
    model->probes.push_back({.name = "y", .signal = y});
    if (probed) {
        model->probes.push_back({.name = "h", .signal = h});
    }
    return model;
}

TEST(Compose, FunctionsInAChainBecomeOneThatReadsAnInputOnce) {
    const Graph graph = compose(fold(normal_form(chain(false)), true));

    ASSERT_EQ(graph.nodes.size(), 1U);
    EXPECT_EQ(graph.node(0).slots.size(), 2U);
    const auto& whole = dynamic_cast<const Pointwise&>(*graph.node(0).op);
    EXPECT_EQ(to_string(whole.function()), "add(x0, tanh(x0))");
}

TEST(Compose, WhatOthersSeeStays) {
    EXPECT_EQ(compose(fold(normal_form(chain(true)), true)).nodes.size(), 2U);
}

TEST(Merge, TenEqualPopulationsAreAsManyGroupsAsTwo) {
    const std::size_t two = groups(merged(2, MergePlanner::greedy));

    EXPECT_EQ(groups(merged(10, MergePlanner::greedy)), two);
    EXPECT_EQ(groups(merged(10, MergePlanner::tree)), two);
    EXPECT_GT(groups(merged(10, MergePlanner::none)), 5 * two);
}

TEST(Merge, OperatorsOnAPathAreNotMerged) {
    auto model = std::make_shared<Model>();
    SignalId from = add(*model, "x", {3});
    model->inputs.push_back({"x", from, -1});
    for (int i = 0; i < 4; ++i) {
        const SignalId to = add(*model, "y", {3});
        model->add(ElementwiseInc(add(*model, "a", {1}, {2}), from, to, false));
        from = to;
    }
    model->probes.push_back({.name = "p", .signal = from});

    EXPECT_EQ(groups(merge(fold(normal_form(model), true), MergePlanner::greedy, 3)),
              4U);
}

std::size_t commands(int n, bool feedback, bool layout, bool training = false) {
    const Plan plan =
        make_plan({.model = populations(
                       {.count = n, .feedback = feedback, .trainable = training}),
                   .fed = {1},
                   .observed = {.probes = {0}},
                   .mode = training ? to_train : to_run,
                   .options = {.layout = layout}});
    std::size_t total = 0;
    for (const auto* stages : {&plan.forward, &plan.backward}) {
        for (const Stage& stage : *stages) {
            total += stage.commands.size();
        }
    }
    return total;
}

TEST(Layout, AThousandPopulationsLaunchAsMuchAsTen) {
    for (const bool feedback : {false, true}) {
        EXPECT_EQ(commands(1000, feedback, true), commands(10, feedback, true));
        EXPECT_EQ(commands(1000, feedback, true, true),
                  commands(10, feedback, true, true));
    }
}

TEST(Layout, WithoutItMergedOperatorsFallApart) {
    EXPECT_GT(commands(10, false, false), commands(10, false, true) + 9);
}

TEST(Chunk, StepsAndItemsKeepToTheBudget) {
    const Plan plan = make_plan({.model = populations({.count = 100}),
                                 .fed = {1},
                                 .observed = {.probes = {0}}});
    for (const std::size_t budget : {std::size_t{1} << 16, std::size_t{1} << 20}) {
        const PlannerOptions options{.chunk_bytes = budget};

        const ChunkSize chunk = choose_chunk(plan, options, 1000, 64, false);

        const double bytes =
            plan.history_bytes() * static_cast<double>(chunk.steps * chunk.items);
        EXPECT_LE(bytes, static_cast<double>(budget));
        EXPECT_GT(bytes, static_cast<double>(budget) / 8);
    }
}

}  // namespace
}  // namespace nengine::test
