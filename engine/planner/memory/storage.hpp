#pragma once

#include <map>
#include <set>
#include <vector>

#include "engine/ir/plan.hpp"
#include "engine/planner/memory/layout.hpp"

namespace nengine::engine {

/// A buffer and which of its rows.
struct Place {
    BufferId buffer = no_buffer;
    Rows in_time = Rows::fixed;
    Index shift = 0;
};

/// A row of a region that mirrors a history: what it loads before, or stores after,
/// each step.
struct Mirror {
    BufferId row = no_buffer;
    std::set<VersionId> versions;  ///< which parts of the block are used
};

/// Gives versions and their gradients memory: rows, histories and states of layout
/// blocks, created in the plan when first asked for, with lifetimes.
class Storage {
public:
    Storage(const Graph& graph, const Layout& layout, const GradientNeeds& needs,
            Plan& plan);

    /// Where an operator that runs in `stage` finds a version's row: `backward` in the
    /// backward pass.
    Place value(VersionId id, int stage, Role role, bool backward);
    /// The same for every step, whatever the stage.
    Place saved_value(VersionId id, int stage, bool backward);
    Place gradient(VersionId id, int stage, Role role);
    Place saved_gradient(VersionId id, int stage);

    BufferId history(int block);
    BufferId row(int block);
    BufferId state(int block);
    BufferId gradient_history(int block);
    BufferId gradient_row(int block);
    BufferId add_buffer(BufferSpec spec);

    /// Position in the execution order, for lifetimes.
    int position(int stage, bool backward) const;
    void touch(BufferId buffer, int position);

    /// Rows of this stage that mirror histories, by block.
    std::map<int, Mirror>& mirrors(int stage, bool backward);
    std::map<int, Mirror>& gradient_mirrors(int stage);

    const Placement& placement(VersionId id) const { return layout_.of_version[id]; }
    const LayoutBlock& block(int i) const { return layout_.blocks[i]; }
    IdRange<int> blocks() const { return layout_.blocks.ids(); }
    /// The version of a block that stands for all: they agree in kind, timing and
    /// batching.
    const Version& sample(int block) const;
    bool stepped(int stage) const {
        return graph_.stages[stage].kind == StageKind::stepped;
    }
    bool has_state(int block) const { return state_[block] != no_buffer; }
    bool wants_gradient(VersionId id) const { return needs_.gradient[id] != 0; }
    /// Rows of the block's history: one per step, and the carried one.
    bool carried(int block) const;
    /// Row k + shift of the history is what readers see in step k.
    Index shift_seen(int block) const {
        return carried(block) && sample(block).kind != VersionKind::updated ? 1 : 0;
    }

private:
    Place mirror(std::map<int, Mirror>& mirrors, VersionId id, const char* what);
    using OfBlock = IndexedVector<int, BufferId>;
    BufferId make(OfBlock& of_block, int block, const char* what, BufferKind kind,
                  bool history);

    const Graph& graph_;
    const Layout& layout_;
    const GradientNeeds& needs_;
    Plan& plan_;
    OfBlock row_, history_, state_, gradient_row_, gradient_history_;
    std::map<std::pair<int, bool>, std::map<int, Mirror>> mirrors_;
    std::map<int, std::map<int, Mirror>> gradient_mirrors_;
};

}  // namespace nengine::engine
