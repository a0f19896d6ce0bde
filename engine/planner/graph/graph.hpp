#pragma once

#include <boost/container/small_vector.hpp>
#include <compare>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "engine/ir/element_view.hpp"
#include "engine/ir/indexed_vector.hpp"
#include "engine/ir/model.hpp"
#include "engine/ir/plan.hpp"
#include "engine/ir/plan_mode.hpp"

namespace nengine::engine {

struct Version;
using VersionId = Id<Version>;
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
    IndexedVector<int, Access> slots;
    int order = 0;  ///< index in the model: decides ties
    int call = -1;  ///< place in the order of the user's functions; -1: not in it

    // Set by the fold pass.
    int stage = -1;
    bool batched = false;
    bool in_time = false;

    const Access& slot(int i) const { return slots[i]; }
    Access& slot(int i) { return slots[i]; }
    OperatorProperties properties() const { return op->properties(); }
    /// The slot that it sets, increments or updates, the first if there are several;
    /// -1: none.
    int result() const;
    bool reads_nothing() const;
};

/// What is observed of a version: by a probe, or by the host.
struct Tap {
    int probe = -1;        ///< index into Model::probes
    int look = -1;         ///< or into Model::looks
    bool of_loss = false;  ///< gradients come back from it
    VersionId version = no_version;
    ElementView view;
    bool after_update =
        true;  ///< updated versions: the new row; false: the row readers saw

    bool of_probe() const { return probe >= 0; }
};

/// Probes that are observed.
struct Observed {
    std::vector<int> probes;          ///< losses see them
    std::vector<int> only_seen = {};  ///< no gradient comes back from them

    auto operator<=>(const Observed&) const = default;
};

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
    DType real = DType::float32;  ///< of signals that state none
    PlanMode mode;
    IndexedVector<VersionId, Version> versions;
    IndexedVector<int, Node> nodes;
    std::vector<Tap> taps;                 ///< probes' first
    IndexedVector<int, VersionId> inputs;  ///< per Model::inputs; no_version unless fed
    std::vector<int> differentiated;       ///< inputs that losses are differentiated by
    IndexedVector<int, GraphStage> stages;
    bool as_built = false;  ///< parameters have the values that the model gives them
    bool relies_on_parameters = false;  ///< and the passes made use of these
    /// Functions of the user's are called within the steps, in one order, and see all
    /// items: no tiles.
    bool calls_within_steps = false;

    Version& version(VersionId id) { return versions[id]; }
    const Version& version(VersionId id) const { return versions[id]; }
    Node& node(int i) { return nodes[i]; }
    const Node& node(int i) const { return nodes[i]; }
    const Version& version_of(const Access& access) const {
        return version(access.version);
    }
    /// The access names every element of its version, in order.
    bool whole(const Access& access) const;
    bool trainable(const Version& version) const;
    bool statistic(const Version& version) const;
    /// One of the replica's parameters, whose values change without a new plan.
    bool is_parameter(const Version& version) const {
        return trainable(version) || statistic(version);
    }
    DType dtype(const Version& version) const;
    /// The value of a constant's element; its initial value or fill.
    double constant_value(const Version& version, Index element) const;
    VersionId add_version(Version version);
};

/// A yes or no for each version.
using VersionMarks = IndexedVector<VersionId, char>;

/// Of mostly one or two: planning would spend its time on allocating thousands of them.
template <class T>
using SmallList = boost::container::small_vector<T, 2>;

/// Which operators touch a version: (node, slot) pairs in order of nodes.
struct Use {
    int node, slot;
};
struct Uses {
    IndexedVector<VersionId, SmallList<Use>> writers, readers;
    VersionMarks tapped;
    std::vector<int> calls;  ///< those of the user's functions within a step, in order
};
Uses find_uses(const Graph& graph);

/// The nodes that call functions of the user's, in the order in which a step does.
std::vector<int> calls_in_order(const Graph& graph);

}  // namespace nengine::engine
