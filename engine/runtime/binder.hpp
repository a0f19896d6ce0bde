#pragma once

#include <map>
#include <utility>

#include "engine/runtime/memory.hpp"
#include "kernels/random.hpp"

namespace nengine::engine {

/// Turns commands into calls. Everything that a call needs is copied into it, so that
/// it may be replayed when the plan is gone.
template <class Real>
class Binder {
public:
    Binder(const Device& device, const Plan& plan, const PlanMemory& memory,
           const std::vector<Index*>& tables, Index* step_counter,
           const RandomOrigin* origin)
        : device_(device),
          plan_(plan),
          memory_(memory),
          tables_(tables),
          step_counter_(step_counter),
          origin_(origin) {}

    /// The same for a step some steps later than the counter's, which has a counter of
    /// its own, some places on.
    Binder later(Index steps) const {
        Binder result = *this;
        result.step_counter_ += steps;
        return result;
    }

    /// A kernel call; not for what the host calls.
    Call bind(const Command& command, const ChunkExtent& extent) const;

    const Device& device() const { return device_; }
    double dt() const { return plan_.model->dt(); }
    Index* table(TableId id) const { return tables_[static_cast<std::size_t>(id)]; }
    Index* step_counter() const { return step_counter_; }
    const RandomOrigin* origin() const { return origin_; }
    OperandPlace place(const Operand& operand, const ChunkExtent& extent) const;

    /// The numbers of an operand: `steps` and `items` extents, stride 0 where it has
    /// one row.
    Block<Real> block(const Operand& operand, const ChunkExtent& extent, Index steps,
                      Index items) const;
    /// With the operand's own extents.
    Block<Real> block(const Operand& operand, const ChunkExtent& extent) const;
    /// Null if the operand is absent.
    Real* address(const Operand& operand) const;

    /// Convolutions with the filter at `w` may read it as it was prepared for the
    /// device's library. Its elements do not change but by being prepared anew.
    void use_prepared(const Real* w, Index out_c, const Real* prepared) {
        prepared_[{w, out_c}] = prepared;
    }
    /// Null if it was not.
    const Real* prepared(const Real* w, Index out_c) const {
        const auto found = prepared_.find({w, out_c});
        return found == prepared_.end() ? nullptr : found->second;
    }

private:
    Call operator_call(const KernelCall& call, const ChunkExtent& extent) const;
    Call operator_call(const HostCommand& c, const ChunkExtent& extent) const;
    Call operator_call(const ProcessCommand& c, const ChunkExtent& extent) const;
    Call operator_call(const RandomCommand& c, const ChunkExtent& extent) const;

    const BufferSpec& spec(const Operand& operand) const {
        return plan_.buffers[static_cast<std::size_t>(operand.buffer)];
    }

    const Device& device_;
    const Plan& plan_;
    const PlanMemory& memory_;
    const std::vector<Index*>& tables_;
    Index* step_counter_;
    const RandomOrigin* origin_;
    /// By address and number of output channels: the rows of w as a matrix.
    std::map<std::pair<const Real*, Index>, const Real*> prepared_;
};

}  // namespace nengine::engine
