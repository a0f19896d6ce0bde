#pragma once

#include <map>
#include <utility>
#include <vector>

#include "engine/runtime/memory.hpp"
#include "kernels/random.hpp"

namespace nengine::engine {

/// What the commands of a plan are bound to, whatever the chunk.
struct Bindings {
    Device device;
    const Plan& plan;
    const PlanMemory& memory;
    IndexedVector<TableId, Index*> tables;
    Index* step_counter = nullptr;
    const RandomOrigin* origin = nullptr;
    /// Filters as they were prepared for the device's library, by address and number of
    /// output channels: the rows of a filter as a matrix. Their elements do not change
    /// but by being prepared anew.
    std::map<std::pair<const void*, Index>, const void*> prepared_filters = {};
};

/// Turns the commands of a plan into calls, for one chunk and one tile. Everything that
/// a call needs is copied into it, so that it may be replayed when the plan is gone.
class Binder final : public BindContext {
public:
    Binder(const Bindings& to, const ChunkExtent& extent) : to_(to), extent_(extent) {}

    /// The same for a step some steps later than the counter's, which has a counter of
    /// its own, some places on.
    Binder later(Index steps) const {
        Binder result = *this;
        result.steps_later_ = steps;
        return result;
    }

    const Device& device() const override { return to_.device; }
    AnyBlock block(const Operand& operand) const override;
    Index* table(TableId id) const override { return to_.tables[id]; }
    double dt() const override { return to_.plan.model->dt(); }
    // Within a stepped stage the clock is a history of its own: TimeUpdate always
    // folds.
    Index first_step() const override { return extent_.first_step + 1; }
    Index steps() const override { return extent_.steps; }
    Index valid_items() const override { return extent_.valid; }
    Index* step_counter() const override { return to_.step_counter + steps_later_; }
    const RandomOrigin* origin() const override { return to_.origin; }
    const void* prepared_filter(const void* filter, Index out_c) const override {
        const auto found = to_.prepared_filters.find({filter, out_c});
        return found == to_.prepared_filters.end() ? nullptr : found->second;
    }

private:
    const Bindings& to_;
    const ChunkExtent& extent_;
    Index steps_later_ = 0;
};

}  // namespace nengine::engine
