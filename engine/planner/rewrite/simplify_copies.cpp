#include "engine/planner/rewrite/simplify_rules.hpp"

namespace nengine::engine {
namespace {

/// The view `inner` of what `outer` names: outer's elements, taken as a vector, seen
/// through inner.
bool compose(const ElementView& outer, const ElementView& inner, ElementView& result) {
    Index stride = 1;
    if (!outer.collapsible(stride)) {
        return false;
    }
    result = inner;
    result.offset = outer.offset + inner.offset * stride;
    for (int d = 0; d < inner.dims; ++d) {
        result.strides[static_cast<std::size_t>(d)] *= stride;
    }
    return true;
}

/// What a plain copy of all elements, in order and without repetitions, copies; null:
/// the node is none.
const Access* copied(const Node& node) {
    const CopiedElements copy = node.properties().copy;
    if (copy.kind != CopiedElements::Kind::in_order) {
        return nullptr;
    }
    const Access& source = node.slot(copy.source);
    return source.view.size() == node.slot(node.result()).view.size() ? &source
                                                                      : nullptr;
}

/// What is copied, and is all there is to a version, if its readers may look at it
/// instead.
const Access* forwardable(const Graph& graph, const Uses& uses, VersionId id) {
    if (graph.version(id).kind != VersionKind::transient ||
        uses.writers[id].size() != 1) {
        return nullptr;
    }
    const Use writer = uses.writers[id].front();
    const Node& node = graph.node(writer.node);
    const Access* src = node.op == nullptr ? nullptr : copied(node);
    if (src == nullptr) {
        return nullptr;
    }
    const Access& dst = node.slot(writer.slot);
    const VersionKind kind = graph.version_of(*src).kind;
    Index stride = 1;
    if (graph.mode.gradients && graph.trainable(graph.version_of(*src))) {
        return nullptr;  // the copy is what gives the parameter its gradient
    }
    return dst.role == Role::set && graph.whole(dst) && kind != VersionKind::state &&
                   kind != VersionKind::accumulated && src->view.collapsible(stride)
               ? src
               : nullptr;
}

/// Records the source of a copy instead of the copy.
void forward_taps(Graph& graph, VersionId copy, const Access& src) {
    for (Tap& tap : graph.taps) {
        if (tap.version == copy) {
            compose(src.view, ElementView(tap.view), tap.view);
            tap.version = src.version;
            tap.after_update = graph.version_of(src).kind != VersionKind::updated;
        }
    }
}

/// Whether an operator's result can be written with this role, into a part of
/// something.
bool writes_anywhere(const Node& node, Role role) {
    const OperatorProperties stated = node.properties();
    return stated.writes_anywhere && (stated.may_add || role == Role::set);
}

}  // namespace

bool forward_copies(Graph& graph) {
    bool changed = false;
    Uses uses = find_uses(graph);
    for (const VersionId id : graph.versions.ids()) {
        const Access* forwarded = forwardable(graph, uses, id);
        if (forwarded == nullptr) {
            continue;
        }
        const Access src = *forwarded;
        for (const Use& use : uses.readers[id]) {
            Access& access = graph.node(use.node).slot(use.slot);
            compose(src.view, ElementView(access.view), access.view);
            access.version = src.version;
            uses.readers[src.version].push_back(use);  // if the source is a copy too
        }
        if (uses.tapped[id]) {
            forward_taps(graph, id, src);
            uses.tapped[src.version] = 1;
        }
        drop(graph.node(uses.writers[id].front().node));
        changed = true;
    }
    return changed;
}

bool sink_copies(Graph& graph) {
    bool changed = false;
    const Uses uses = find_uses(graph);
    for (const int n : graph.nodes.ids()) {
        Node& node = graph.node(n);
        const Access* src = node.op == nullptr ? nullptr : copied(node);
        if (src == nullptr || !graph.whole(*src)) {
            continue;
        }
        const VersionId id = src->version;
        if (graph.version(id).kind != VersionKind::transient || uses.tapped[id] ||
            uses.readers[id].size() != 1 || uses.writers[id].size() != 1) {
            continue;
        }
        const Use use = uses.writers[id].front();
        Node& writer = graph.node(use.node);
        if (writer.op == nullptr) {
            continue;
        }
        Access& written = writer.slot(use.slot);
        const Access dst = node.slot(node.result());
        if (written.role != Role::set || !graph.whole(written) ||
            !writes_anywhere(writer, dst.role)) {
            continue;
        }
        ElementView view;
        if (!compose(dst.view, written.view, view)) {
            continue;
        }
        written = {dst.role, dst.version, view};
        drop(node);
        changed = true;
    }
    return changed;
}

}  // namespace nengine::engine
