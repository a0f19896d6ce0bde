#include "engine/planner/make_plan.hpp"

#include <algorithm>

#include "engine/planner/emit/emit.hpp"
#include "engine/planner/normalise/normalise.hpp"
#include "engine/planner/rewrite/rewrite.hpp"
#include "engine/planner/schedule/fold.hpp"
#include "engine/planner/schedule/merge.hpp"

namespace nengine::engine {
namespace {

Graph optimised_graph(const PlanRequest& request) {
    const PlannerOptions& options = request.options;
    Graph graph = normalise(request.model, request.fed, request.observed, request.mode);
    graph.differentiated = request.differentiated;
    graph.real = request.dtype;
    graph.as_built = request.as_built;
    if (options.simplify) {
        graph = request.mode.gradients ? std::move(graph)
                                       : share_products(std::move(graph));
        graph = simplify(std::move(graph));
    }
    if (options.fuse) {
        graph = fuse(std::move(graph));
        // What is left of a current may now be a plain copy.
        graph = options.simplify ? simplify(std::move(graph)) : std::move(graph);
    }
    graph = fold(std::move(graph), options.fold);
    if (options.fuse) {
        graph = compose(std::move(graph));
    }
    return merge(std::move(graph), options.merge, options.tree_depth);
}

}  // namespace

Plan make_plan(const PlanRequest& request) {
    Graph graph = optimised_graph(request);
    const GradientNeeds needs = find_gradient_needs(graph);
    const Layout layout = lay_out(graph, needs, request.options.layout);
    Plan plan;
    plan.model = request.model;
    plan.dtype = request.dtype;
    plan.mode = request.mode;
    plan.relies_on_parameters = graph.relies_on_parameters;
    plan.calls_within_steps = graph.calls_within_steps;
    plan.reads_all_items = std::ranges::any_of(graph.nodes, [](const Node& node) {
        return node.properties().reads_all_items;
    });
    Storage storage(graph, layout, needs, plan);
    ParameterSizes sizes;
    const ParameterLayout parameters = lay_out_parameters(*request.model, &sizes);
    Constants constants(graph, parameters, storage, plan);
    EmitContext context{graph, storage, constants, plan, find_uses(graph), {}, {}};
    emit_forward(context);
    if (request.mode.gradients) {
        emit_backward(context, needs);
    }
    plan.check_dtypes();
    return plan;
}

}  // namespace nengine::engine
