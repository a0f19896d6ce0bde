#pragma once

#include <array>
#include <boost/container/small_vector.hpp>
#include <compare>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "engine/core/model.hpp"

namespace nengine {

using VersionId = std::int32_t;
inline constexpr VersionId no_version = -1;

/// What a value is to one step of the plan: who writes it, and which row is read.
enum class VersionKind {
    constant,     ///< no writer: a constant or a parameter
    input,        ///< fed from outside
    transient,    ///< set, then incremented, within the step
    updated,      ///< readers see the row of the step before
    state,        ///< carried by one operator
    accumulated,  ///< incremented, never set: learned weights
};

/// Some elements of a version: like a view of a signal, at most 4-D.
struct ElementView {
    static constexpr int max_dims = 4;
    Index offset = 0;
    int dims = 0;
    std::array<Index, max_dims> shape{}, strides{};

    static ElementView dense(const Shape& shape, Index offset = 0);
    Index size() const;
    Shape shape_list() const;
    /// Elements follow one another without gap, in order.
    bool contiguous() const;
    /// All elements lie `stride` apart, in order (any size up to 1 qualifies).
    bool collapsible(Index& stride) const;
    auto operator<=>(const ElementView&) const = default;
};

/// Calls `fn(element)` for every element that a view names, in order.
template <class Fn>
void for_each_element(const ElementView& view, Fn&& fn) {
    std::array<Index, ElementView::max_dims> at{};
    const Index n = view.size();
    for (Index i = 0; i < n; ++i) {
        Index element = view.offset;
        for (int d = 0; d < view.dims; ++d) {
            const auto k = static_cast<std::size_t>(d);
            element += at[k] * view.strides[k];
        }
        fn(element);
        for (int d = view.dims - 1; d >= 0; --d) {
            const auto k = static_cast<std::size_t>(d);
            if (++at[k] < view.shape[k]) {
                break;
            }
            at[k] = 0;
        }
    }
}

/// One operand of a node. Which row it means follows from role and kind.
struct Access {
    Role role{};
    VersionId version = no_version;
    ElementView view;
};

/// A value of the plan: static single assignment, one row per step.
struct Version {
    std::string name;
    VersionKind kind{};
    SignalId signal = no_signal;  ///< the base signal it comes from
    Index size = 0;
    /// A constant made by the planner: all elements have this value.
    double fill = std::numeric_limits<double>::quiet_NaN();
    bool held = false;  ///< input: one row for the whole call

    // Set by the fold pass.
    int stage = -1;        ///< where its last writer runs; -1: before all stages
    bool batched = false;  ///< one row per item, else one for all
    bool in_time = false;  ///< varies within a chunk

    bool has_fill() const { return fill == fill; }
};

/// An operator in the plan, on versions.
struct Node {
    std::shared_ptr<const Operator> op;
    std::vector<Access> slots;
    int order = 0;  ///< index in the model: decides ties
    int call = -1;  ///< place in the order of the user's functions; -1: not in it

    // Set by the fold pass.
    int stage = -1;
    bool batched = false;
    bool in_time = false;

    const Access& slot(int i) const { return slots[static_cast<std::size_t>(i)]; }
    bool reads_nothing() const;
};

/// Where a probe looks.
struct Tap {
    int probe = 0;  ///< index into Model::probes
    VersionId version = no_version;
    ElementView view;
    bool after_update =
        true;  ///< updated versions: the new row; false: the row readers saw
};

enum class StageKind { once, folded, stepped };

/// Nodes that run together: once per chunk, over all steps of it at a time, or step by
/// step. Set by the fold pass; `groups` by the merge pass: nodes of one group become
/// one launch.
struct GraphStage {
    StageKind kind{};
    std::vector<int> nodes;
    std::vector<std::vector<int>> groups;
};

/// The normal form of a model, and what the passes make of it.
struct Graph {
    std::shared_ptr<const Model> model;
    bool training = false;
    std::vector<Version> versions;
    std::vector<Node> nodes;
    std::vector<Tap> taps;
    std::vector<VersionId> inputs;  ///< per Model::inputs; no_version unless fed
    std::vector<GraphStage> stages;
    bool as_built = false;  ///< parameters have the values that the model gives them
    bool relies_on_parameters = false;  ///< and the passes made use of these
    /// Functions of the user's are called within the steps, in one order, and see all
    /// items: no tiles.
    bool calls_within_steps = false;

    Version& version(VersionId id) { return versions[static_cast<std::size_t>(id)]; }
    const Version& version(VersionId id) const {
        return versions[static_cast<std::size_t>(id)];
    }
    Node& node(int i) { return nodes[static_cast<std::size_t>(i)]; }
    const Node& node(int i) const { return nodes[static_cast<std::size_t>(i)]; }
    const Version& version_of(const Access& access) const {
        return version(access.version);
    }
    /// The access names every element of its version, in order.
    bool whole(const Access& access) const;
    bool trainable(const Version& version) const;
    /// The value of a constant's element; its initial value or fill.
    double constant_value(const Version& version, Index element) const;
    VersionId add_version(Version version);
};

/// The operator's result can be added to what is there, whatever role its slot had.
bool can_add(const Node& node);

/// Of mostly one or two: planning would spend its time on allocating thousands of them.
template <class T>
using SmallList = boost::container::small_vector<T, 2>;

/// Which operators touch a version: (node, slot) pairs in order of nodes.
struct Use {
    int node, slot;
};
struct Uses {
    std::vector<SmallList<Use>> writers, readers;  ///< per version
    std::vector<char> tapped;
    std::vector<int> calls;  ///< those of the user's functions within a step, in order
};
Uses find_uses(const Graph& graph);

/// The nodes that call functions of the user's, in the order in which a step does.
std::vector<int> calls_in_order(const Graph& graph);

/// Model -> versions. `fed`: per Model::inputs, 0 not fed, 1 fed every step, 2 held.
/// In training mode spiking neurons are their rate curve and have no state.
Graph normalise(std::shared_ptr<const Model> model, const std::vector<int>& fed,
                const std::vector<int>& probes, bool training);

/// Training: neurons with a trainable amplitude become neurons of amplitude 1 and a
/// product, which has a gradient for it.
void take_out_amplitudes(Graph& graph);

/// Drops products of equal matrices with one vector but for the first. Those with
/// parameters only `as_built`; not for training, in which each gets its own gradient.
Graph share_products(Graph graph);

/// Rewrites on the def-use graph, to a fixed point; by value only where the value is
/// neither trainable nor learned.
Graph simplify(Graph graph);

/// Vertical fusion of node patterns: bias and gain into the neurons that they feed, a
/// change of weights into the product that reads them.
Graph fuse(Graph graph);
void fuse_learning(Graph& graph);

/// Strongly connected components -> once, folded and stepped stages; sums whose parts
/// are known at different times become partial sums. `fold` false: everything that
/// varies in time is stepped.
/// @throws BuildError  a cycle without a filter in it
Graph fold(Graph graph, bool fold);

}  // namespace nengine
