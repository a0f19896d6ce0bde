#pragma once

#include <list>
#include <memory>
#include <utility>
#include <vector>

#include "engine/runtime/replica.hpp"
#include "engine/train/objective.hpp"
#include "engine/train/parameter_rules_run.hpp"

namespace nengine::engine {

/// What an objective's program computes of a call, for the items of a minibatch: takes
/// what probes give, chunk by chunk, and when all of it is there gives values, and
/// gradients by what was given.
class ObjectiveRun {
public:
    /// @throws BuildError  `gradients`, and a loss depends on no probe by a slope
    ObjectiveRun(const Device& device, const ReplicaOptions& options,
                 const Objective& objective, bool gradients);

    const ObjectiveProgram& program() const { return *program_; }
    std::size_t bytes() const;

    /// Where an input's rows are of an item and those behind it, as [steps, items, 1,
    /// size], from a row on.
    AnyBlock rows(int input, Index first_item, Index items, Index first_row,
                  Index steps, Index size) const;
    /// Computes all values of a tile.
    void forward(const ChunkExtent& tile);
    /// A value's numbers, one for each of the tile's items, and where its gradient goes
    /// (data null: nowhere).
    AnyBlock value(int which, const ChunkExtent& tile) const;
    AnyBlock value_gradient(int which, const ChunkExtent& tile) const;
    void backward(const ChunkExtent& tile) { runner_.backward(one_step(tile)); }
    /// Of an input, as `rows`; data null: nothing depends on it.
    AnyBlock gradient(int input, const ChunkExtent& tile, Index steps,
                      Index size) const;

private:
    static ChunkExtent one_step(const ChunkExtent& tile) {
        return {.items = tile.items};
    }
    static std::shared_ptr<const Plan> plan_of(const Objective& objective, DType dtype,
                                               const PlannerOptions& options,
                                               bool gradients);
    std::size_t place_of(int which) const;

    Device device_;
    DType dtype_;
    std::shared_ptr<const ObjectiveProgram> program_;
    ParameterStore parameters_;
    StateStore state_;
    ProcessStates processes_;
    PlanRunner runner_;
    std::vector<Buffer> inputs_;  ///< [minibatch, width] each
};

/// The programs that have been made ready for a replica: of objectives, the few that
/// calls alternate between, and those of its parameters' rules.
class ObjectiveRuns {
public:
    explicit ObjectiveRuns(Replica& replica);

    /// Of the objective's program. It is kept until some others have been asked for.
    std::shared_ptr<ObjectiveRun> of(const Objective& objective, bool gradients);
    ParameterRulesRun& rules() { return rules_; }

private:
    std::size_t bytes() const;

    Replica& replica_;
    ParameterRulesRun rules_;
    /// With whether it gives gradients; latest first.
    std::list<std::pair<bool, std::shared_ptr<ObjectiveRun>>> runs_;
};

}  // namespace nengine::engine
