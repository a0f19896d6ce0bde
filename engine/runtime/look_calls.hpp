#pragma once

#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "engine/runtime/plan_runner.hpp"

namespace nengine::engine {

/// Calls the looks of a model for one minibatch, chunk by chunk. What they see is
/// copied to the host tile by tile and kept until the chunk is whole, because a look
/// sees all items at once; without looks nothing is copied and no device is waited for.
class LookCalls {
public:
    /// @param valid  items of the minibatch that are no padding, which comes last
    LookCalls(const PlanRunner& runner, Device device, Index minibatch, Index valid)
        : runner_(runner), device_(device), minibatch_(minibatch), valid_(valid) {}

    /// The forward pass of a tile is done; after a chunk's last one calls the looks,
    /// but for steps that they have seen.
    /// @throws MemoryError, and whatever a look throws
    void after_tile(const ChunkExtent& extent);
    /// The step, counted from 0, in which a look has thrown since this was asked last.
    std::optional<Index> take_failed_step() {
        return std::exchange(failed_step_, std::nullopt);
    }

private:
    /// A signal's numbers in a chunk, [steps, items, size]: one step where it does not
    /// vary in time, one item where all have the same.
    struct Seen {
        Index steps = 0, items = 0, size = 0;
        std::vector<double> values;
    };

    void keep(const ChunkExtent& extent);
    void keep(const SeenRows& rows, const ChunkExtent& extent, Seen& seen) const;
    void call(Index first_step, Index steps);
    void call(std::size_t look, Index first_step, Index step);
    /// What of it a look sees in the `step`-th step of the chunk.
    std::span<const double> values(const Seen& seen, Index step,
                                   std::vector<double>& repeated) const;

    const PlanRunner& runner_;
    Device device_;
    Index minibatch_, valid_;
    std::vector<std::vector<Seen>> seen_;  ///< by look, then by its signals
    Index next_ = 0;                       ///< the first step that looks have not seen
    std::optional<Index> failed_step_;
};

}  // namespace nengine::engine
