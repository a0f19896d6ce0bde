#pragma once

#include <functional>

#include "engine/ir/any_block.hpp"
#include "engine/ir/operand.hpp"
#include "kernels/base/args.hpp"

// What a kernel's arguments refer to in a plan, and who knows what that is in memory.

namespace nengine::engine {

/// Resolves operands and tables of a plan, for one chunk and one tile.
class BindContext {
public:
    virtual ~BindContext() = default;
    virtual const Device& device() const = 0;
    /// The numbers that an operand means; stride 0 over steps or items where it has
    /// one.
    virtual AnyBlock block(const Operand& operand) const = 0;
    virtual Index* table(TableId id) const = 0;
    virtual double dt() const = 0;
    virtual Index first_step() const = 0;
    /// Of the chunk.
    virtual Index steps() const = 0;
    /// Of the tile: those behind them are padding.
    virtual Index valid_items() const = 0;
    virtual Index* step_counter() const = 0;
    virtual const RandomOrigin* origin() const = 0;
    /// A filter at this address that was prepared for convolutions; null: it was not.
    virtual const void* prepared_filter(const void* filter, Index out_c) const = 0;
};

/// Is told of an operand and what is done with it.
using VisitOperand = std::function<void(const Operand&, FieldAccess)>;

/// Arguments that refer to operands and tables of a plan.
struct Planned {
    using Number = double;
    using Read = Operand;
    using Write = Operand;
    using ReadView = Operand;
    using WriteView = Operand;
    using Group = Operand;
    using Param = Operand;
    using ReadArray = Operand;
    using WriteArray = Operand;
    using Coefficients = Operand;
    /// A filter as it was prepared for the device's convolutions.
    struct PreparedFilter {
        Operand filter;
        Index out_c = 0;
    };
    struct Math {
        double max_ratio = 0;  ///< kernels::choose_math
    };
    using Table = TableId;
    /// What the context says.
    template <auto what>
    struct From {};
    using StepSize = From<&BindContext::dt>;
    using Seconds = From<&BindContext::dt>;
    using FirstStep = From<&BindContext::first_step>;
    using Steps = From<&BindContext::steps>;
    using ValidItems = From<&BindContext::valid_items>;
    using StepCounter = From<&BindContext::step_counter>;
    using Origin = From<&BindContext::origin>;

    static bool present(const Operand& operand) { return operand.present(); }
};

}  // namespace nengine::engine
