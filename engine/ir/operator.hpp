#pragma once

#include <compare>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/ir/operator_properties.hpp"
#include "engine/ir/signal.hpp"

namespace nengine::engine {

/// What an operator does to a signal within one step. Per signal: one set, then incs,
/// then reads, then one update, whose value is seen from the next step on. `state` is
/// what an operator itself carries from step to step: it reads the old row and writes
/// the new one, which others read in the same step.
enum class Role { set, inc, read, update, state };

struct Slot {
    Role role;
    SignalId signal;
};

/// Two operators with equal keys, and no path between them, may become one launch.
struct MergeKey {
    std::string type;            ///< operator type and its compile-time options
    std::vector<Index> numbers;  ///< shapes and constants that must agree

    auto operator<=>(const MergeKey&) const = default;
};

/// What an operator's backward pass knows about dL/d(slot) of a slot that it reads.
enum class SlotGradient {
    none,   ///< there is one, and nobody computes it: training that needs it is refused
    zero,   ///< zero, or taken as zero: training ends here, as at a user's function
    value,  ///< computed, if a value of the step is read; so is a parameter's copy
    parameter,           ///< computed, if a parameter is read; of other values: none
    value_and_parameter  ///< computed, whatever is read
};
/// Computed for what a step computes.
constexpr bool of_values(SlotGradient gradient) {
    return gradient == SlotGradient::value ||
           gradient == SlotGradient::value_and_parameter;
}
/// Computed for a parameter that is read without a copy.
constexpr bool of_parameters(SlotGradient gradient) {
    return gradient == SlotGradient::parameter ||
           gradient == SlotGradient::value_and_parameter;
}

class Lowering;
class BackwardLowering;
class Operator;

/// One operator in the place of one that writes and one that reads what it writes.
struct Fusion {
    /// A slot of the one or the other.
    struct From {
        enum Of { writer, reader } of;
        int slot;
    };
    std::shared_ptr<const Operator> op;  ///< null: they stay two
    std::vector<From> slots;             ///< what each of the operator's slots was
};

/// What is left of an operator when some of what it reads is known.
struct Remaining {
    std::shared_ptr<const Operator> op;  ///< null: nothing is known that matters
    std::vector<int> slots;              ///< what each of its slots was
};

/// What the slots of an operator are to another one, whose result it reads.
struct ReadsOfResult {
    struct Slot {
        bool is_result = false;
        int same_as = -1;  ///< reads the same elements as this slot of the other
    };
    std::vector<Slot> slots;
};

/// One computation of a step. Stores signal ids and constants, never memory, so that
/// the planner may merge, reorder, fold and replay it, and one object serves forward
/// and backward.
class Operator {
public:
    virtual ~Operator() = default;

    /// "DotInc", as in Nengo.
    virtual std::string_view type() const = 0;
    virtual std::unique_ptr<Operator> clone() const = 0;

    /// Checks the slots' shapes and what the operator stores against each other.
    /// @throws BuildError  naming the operator
    virtual void check(const std::vector<Shape>& shapes) const = 0;

    /// What operators must agree on to be merged, beside what the planner checks itself
    /// (roles, timing and batching of the slots). `shapes` are those of the slots.
    virtual MergeKey merge_key(const std::vector<Shape>& shapes) const = 0;
    /// What passes may do with it. Small, without allocations; passes that ask often
    /// for one operator's keep it.
    virtual OperatorProperties properties() const { return {}; }

    /// Commands for one stage; the operands may stand for a whole group of merged
    /// operators.
    virtual void lower(Lowering& lowering) const = 0;
    /// Whether `lower_backward` computes dL/d(slot), for a slot that is read.
    ///
    /// This is a contract. Where a loss depends on a parameter through the slot, its
    /// gradient is wanted, and
    ///
    ///   - computed: `lower_backward` contributes it, whatever else is wanted or not;
    ///   - zero: it is not asked for, and what it alone would lead to is not wanted. A
    ///     parameter that no loss sees otherwise is a BuildError: it would stay as it
    ///     is, in silence;
    ///   - none: a BuildError that names operator, slot and signal.
    ///
    /// As `lower_backward` returns, the planner compares what was wanted with what was
    /// contributed. A state is never taken back: a loss that sees one is refused, too.
    virtual SlotGradient gradient(int) const { return SlotGradient::none; }
    /// The same of this operator as it is used: none comes back through spikes that
    /// stay spikes.
    SlotGradient slot_gradient(int slot) const {
        return spikes_in_training ? SlotGradient::zero : gradient(slot);
    }
    /// Commands that carry dL/d(written) to dL/d(read), and to parameters: of the slots
    /// that are wanted, and have a gradient by the contract.
    virtual void lower_backward(BackwardLowering&) const {}
    /// Slots whose forward values `lower_backward` reads; it may read no others, which
    /// nobody has kept.
    virtual std::vector<int> saved_slots() const { return {}; }

    /// What takes the operator's place while training: neurons become their rate curve.
    /// Null: nothing, it stays.
    /// @throws BuildError  there is no training through it; names the operator
    virtual std::shared_ptr<const Operator> training_form() const { return nullptr; }

    /// The same with gain * x + bias in the place of slot `affine` (properties()): the
    /// slot is then x; those of gain and bias, as far as wanted, follow all others.
    virtual std::shared_ptr<const Operator> with_affine(bool /*gain*/,
                                                        bool /*bias*/) const {
        return nullptr;
    }
    /// The same where some slots hold one number each, in all of their elements:
    /// `numbers`, by slot. Null: it stays as it is.
    virtual Remaining with_numbers(
        const std::vector<std::optional<double>>& /*numbers*/) const {
        return {};
    }
    /// This operator and one that reads all that it writes to a slot, as one.
    virtual Fusion fused_with(const Operator& /*reader*/) const { return {}; }
    /// This operator's function within that of one that reads its result element by
    /// element: what it reads and what it returns have the same shape.
    virtual Fusion composed_with(const Operator& /*reader*/,
                                 const ReadsOfResult& /*reads*/) const {
        return {};
    }

    /// Floating-point operations per step and item.
    virtual double flops(const std::vector<Shape>& shapes) const = 0;

    const std::vector<Slot>& slots() const { return slots_; }
    SignalId signal(int slot) const {
        return slots_[static_cast<std::size_t>(slot)].signal;
    }

    /// The user's object and purpose, for messages and explain(): "conv_1.weights".
    std::string label;
    /// Of spiking neurons: they have no training_form, and no gradient.
    bool spikes_in_training = false;
    /// Place among the ordered calls of a step, where the builder knows it (Nengo's
    /// order); -1: that of the operators in the model.
    int call_order = -1;

protected:
    explicit Operator(std::vector<Slot> slots) : slots_(std::move(slots)) {}
    Operator(const Operator&) = default;

private:
    std::vector<Slot> slots_;
};

}  // namespace nengine::engine
