#include "engine/operators/elementwise_inc.hpp"
#include "engine/planner/normalise/normalise.hpp"

namespace nengine::engine {
namespace {

/// A constant 1 in the place of the amplitude.
Access one_for(Graph& graph, VersionId amplitude) {
    Version one{.name = graph.version(amplitude).name + " as 1",
                .kind = VersionKind::constant,
                .signal = graph.version(amplitude).signal,
                .size = 1};
    one.fill = 1;
    return {Role::read, graph.add_version(std::move(one)), ElementView::dense({1})};
}

/// The result before the amplitude.
Access curve_of(Graph& graph, const Access& output) {
    const Shape shape = output.view.shape_list();
    const VersionId id =
        graph.add_version({.name = graph.version_of(output).name + " by amplitude",
                           .kind = VersionKind::transient,
                           .signal = graph.version_of(output).signal,
                           .size = output.view.size()});
    return {Role::set, id, ElementView::dense(shape)};
}

}  // namespace

void take_out_amplitudes(Graph& graph) {
    for (const int n : graph.nodes.ids()) {
        Node& node = graph.node(n);
        const auto op = node.op;
        const int slot = op->properties().amplitude;
        if (slot < 0 || !graph.trainable(graph.version_of(node.slot(slot)))) {
            continue;
        }
        const int result = node.result();
        const Access amplitude = node.slot(slot);
        const Access output = node.slot(result);
        const Access curve = curve_of(graph, output);
        node.slot(slot) = one_for(graph, amplitude.version);
        node.slot(result) = curve;
        auto product = std::make_shared<ElementwiseInc>(
            op->signal(slot), op->signal(result), op->signal(result),
            output.role == Role::inc);
        product->label = op->label + ".amplitude";
        graph.nodes.push_back(
            {.op = std::move(product),
             .slots = {amplitude, {Role::read, curve.version, curve.view}, output},
             .order = node.order});
    }
}

}  // namespace nengine::engine
