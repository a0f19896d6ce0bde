#pragma once

#include <vector>

#include "engine/ir/options.hpp"
#include "engine/ir/plan.hpp"
#include "kernels/base/device.hpp"

namespace nengine::engine {

/// How much of a call runs at once, and where it lies.
struct ChunkExtent {
    Index steps = 1;       ///< of this chunk
    Index items = 1;       ///< of this tile
    Index first_item = 0;  ///< of the tile, in the minibatch
    Index first_step = 0;  ///< steps done before the chunk
    Index valid = items;   ///< of the tile's items: those behind them are padding
};

/// The memory of one plan: an address for each of its buffers. Work and input buffers
/// share one allocation, in which those that never live at the same time overlap.
class PlanMemory {
public:
    /// @throws MemoryError  not enough memory
    PlanMemory(const Device& device, const Plan& plan, const PlannerOptions& options,
               ChunkSize capacity, Index minibatch);

    void* data(BufferId buffer) const { return addresses_[buffer]; }
    void set(BufferId buffer, void* data) { addresses_[buffer] = data; }
    std::size_t bytes() const { return bytes_; }

private:
    IndexedVector<BufferId, void*> addresses_;
    std::vector<Buffer> owned_;
    std::size_t bytes_ = 0;
};

}  // namespace nengine::engine
