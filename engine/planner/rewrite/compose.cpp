#include <algorithm>
#include <utility>

#include "engine/planner/rewrite/rewrite.hpp"

// Element-wise functions in a chain become one, which keeps what lies between them in
// registers. Runs when the stages are known: what varies less often is not computed
// more often for it.

namespace nengine::engine {
namespace {

class Composer {
public:
    explicit Composer(Graph& graph) : graph_(graph), uses_(find_uses(graph)) {}

    /// Joins into node `n` what alone feeds it, as often as that is possible.
    void extend(int n) {
        for (bool joined = true; joined;) {
            joined = false;
            for (const int slot : graph_.node(n).slots.ids()) {
                if (join(n, slot)) {
                    joined = true;
                    break;
                }
            }
        }
    }

    const std::vector<int>& joined() const { return joined_; }

private:
    bool join(int n, int slot) {
        const int at = source_of(n, slot);
        if (at < 0) {
            return false;
        }
        Node& reader = graph_.node(n);
        Node& writer = graph_.node(at);
        const Fusion fusion =
            writer.op->composed_with(*reader.op, reads(writer, reader));
        if (fusion.op == nullptr) {
            return false;
        }
        forget_reads(at);
        forget_reads(n);
        reader.slots = fused_slots(fusion, writer, reader);
        reader.op = fusion.op;
        for (const int s : reader.slots.ids()) {
            if (reader.slot(s).role == Role::read) {
                uses_.readers[reader.slot(s).version].push_back({n, s});
            } else {
                note_writer(n, s);
            }
        }
        joined_.push_back(at);
        return true;
    }

    /// The node whose whole result is read in a slot of node `n`, by it alone and with
    /// its shape, in the same stage; -1: there is none.
    int source_of(int n, int slot) const {
        const Node& reader = graph_.node(n);
        const Access& read = reader.slot(slot);
        const auto& writers = uses_.writers[read.version];
        if (read.role != Role::read || writers.size() != 1 || !seen_by_alone(read, n)) {
            return -1;
        }
        const Node& writer = graph_.node(writers.front().node);
        const Access& written = writer.slot(writers.front().slot);
        const bool alike = written.role == Role::set && graph_.whole(written) &&
                           written.view.shape_list() == read.view.shape_list() &&
                           has_result_of_shape(reader, read.view.shape_list());
        const bool together = writer.stage == reader.stage &&
                              writer.in_time == reader.in_time &&
                              writer.batched == reader.batched;
        return alike && together && keeps_its_place(writer) ? writers.front().node : -1;
    }
    bool seen_by_alone(const Access& read, int n) const {
        const VersionId id = read.version;
        return graph_.version(id).kind == VersionKind::transient && !uses_.tapped[id] &&
               graph_.whole(read) &&
               std::ranges::all_of(uses_.readers[id], [&](const Use& use) {
                   return use.node == n &&
                          graph_.node(n).slot(use.slot).view == read.view;
               });
    }
    bool has_result_of_shape(const Node& node, const Shape& shape) const {
        const int result = node.result();
        return result >= 0 && node.slot(result).view.shape_list() == shape;
    }
    /// Reading in the reader's place is reading in the writer's: but within a step,
    /// where what is read may be updated in between.
    bool keeps_its_place(const Node& writer) const {
        return graph_.stages[writer.stage].kind != StageKind::stepped ||
               std::ranges::all_of(writer.slots, [&](const Access& access) {
                   const VersionKind kind = graph_.version_of(access).kind;
                   return access.role != Role::read ||
                          (kind != VersionKind::updated && kind != VersionKind::state &&
                           kind != VersionKind::accumulated);
               });
    }

    ReadsOfResult reads(const Node& writer, const Node& reader) const {
        const int result = writer.result();
        const auto same = [](const Access& a, const Access& b) {
            return a.version == b.version && a.view == b.view;
        };
        ReadsOfResult reads;
        for (const int s : reader.slots.ids()) {
            const Access& access = reader.slot(s);
            ReadsOfResult::Slot slot;
            if (access.role == Role::read) {
                slot.is_result = access.version == writer.slot(result).version;
                for (const int w : writer.slots.ids()) {
                    if (writer.slot(w).role == Role::read &&
                        same(writer.slot(w), access)) {
                        slot.same_as = w;
                    }
                }
            }
            reads.slots.push_back(slot);
        }
        return reads;
    }

    void forget_reads(int n) {
        for (const Access& access : graph_.node(n).slots) {
            auto& readers = uses_.readers[access.version];
            const auto last = std::ranges::remove_if(
                readers, [&](const Use& use) { return use.node == n; });
            readers.erase(last.begin(), readers.end());
        }
    }
    void note_writer(int n, int slot) {
        for (Use& use : uses_.writers[graph_.node(n).slot(slot).version]) {
            if (use.node == n) {
                use.slot = slot;
            }
        }
    }

    Graph& graph_;
    Uses uses_;
    std::vector<int> joined_;  ///< nodes that are parts of others now
};

/// Nodes close up where some are gone; so do the stages' lists of them.
void remove_nodes(Graph& graph, const std::vector<int>& gone) {
    IndexedVector<int, int> place(graph.nodes.size(), 0);
    for (const int n : gone) {
        place[n] = -1;
        graph.node(n).op = nullptr;
    }
    int next = 0;
    for (const int n : place.ids()) {
        place[n] = place[n] < 0 ? -1 : next++;
    }
    graph.nodes.erase_if([](const Node& node) { return node.op == nullptr; });
    for (GraphStage& stage : graph.stages) {
        std::erase_if(stage.nodes, [&](int n) { return place[n] < 0; });
        for (int& n : stage.nodes) {
            n = place[n];
        }
    }
}

}  // namespace

Graph compose(Graph graph) {
    Composer composer(graph);
    for (const int n : graph.nodes.ids()) {
        composer.extend(n);
    }
    if (!composer.joined().empty()) {
        remove_nodes(graph, composer.joined());
    }
    return graph;
}

}  // namespace nengine::engine
