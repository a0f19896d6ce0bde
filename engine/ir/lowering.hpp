#pragma once

#include <functional>
#include <vector>

#include "engine/ir/commands.hpp"
#include "engine/ir/operand.hpp"
#include "engine/ir/operator.hpp"

// What operators are lowered with: they ask for operands of their slots and emit
// commands. The planner implements both interfaces (engine/planner/emit).

namespace nengine::engine {

/// What an operand of a slot stands for.
enum class Of {
    value,           ///< the numbers themselves
    saved,           ///< for every step, in stepped stages too
    gradient,        ///< dL/d(value) of a written slot
    saved_gradient,  ///< for every step
};

/// An operator's view of the memory of the operators that were merged with it and lie
/// so that one command can serve them all.
class Lowering {
public:
    virtual ~Lowering() = default;

    /// The command runs once per step, not once per chunk.
    virtual bool stepped() const = 0;
    /// Seconds per step.
    virtual double dt() const = 0;
    /// The slot is incremented, not set.
    virtual bool accumulate(int slot) const = 0;
    /// Nothing reads or observes what any member writes to this slot.
    virtual bool unread(int slot) const = 0;
    virtual Shape shape(int slot) const = 0;

    /// One of the merged operators.
    struct Member {
        int order;  ///< its index in the model
        const Operator& op;
    };
    virtual Index members() const = 0;
    virtual Member member(Index i) const = 0;
    /// The elements of a member's slot.
    virtual Index member_size(Index i, int slot) const = 0;

    /// The elements of all members in a row, [1, total]. A constant may have stride 0.
    virtual Operand flat(int slot, Of of = Of::value) const = 0;
    /// The same with a member's constant number repeated for each element it writes.
    virtual Operand flat_broadcast(int slot, Of of = Of::value) const = 0;
    /// Operands of an element-wise operator broadcast to the shape of the last slot by
    /// numpy's rules: equal extents, stride 0 where repeated; an axis for each
    /// dimension of the last one, so that what several calls give fits together. For
    /// kernels of Views.
    virtual std::vector<Operand> broadcast(const std::vector<int>& slots,
                                           Of of_last = Of::value,
                                           Of of_others = Of::value) const = 0;
    /// Operands of products of matrices: rows and cols are each slot's own last two
    /// dimensions, the others broadcast to those of the last slot.
    virtual std::vector<Operand> matrices(const std::vector<int>& slots,
                                          Of of_last = Of::value,
                                          Of of_others = Of::value) const = 0;
    /// The elements of one operator, one after the other: a copy of them if they lie
    /// otherwise.
    virtual Operand dense(int slot, Of of = Of::value) = 0;
    /// A vector per member with elements one after the other, for products.
    virtual Operand dense_vector(int slot, Of of = Of::value) = 0;
    /// A vector per member.
    virtual Operand vector(int slot, Of of = Of::value) const = 0;
    /// A matrix per member.
    virtual Operand matrix(int slot) const = 0;
    /// A filter's state, [order, total].
    virtual Operand planes(int slot) const = 0;
    virtual Operand coefficients(int slot) const = 0;
    /// Where the next value of the statistic in a slot is made, in a plan that trains.
    virtual Operand next_statistic(int slot) const = 0;

    /// Where to write a result whose elements must lie one after the other; call
    /// finish() after the command.
    struct Written {
        Operand operand;
        bool accumulate;
        Operand copy_to;  ///< present: `operand` is a temporary
        bool add_copy = false;
    };
    virtual Written write_dense(int slot) = 0;
    virtual Written write_dense_vector(int slot) = 0;
    virtual void finish(const Written& written) = 0;

    /// Whether an operand's elements, in order, are all that there is for a step of an
    /// item, so that the next item's follow on them.
    virtual bool fills_rows(const Operand& operand) const = 0;
    /// Memory with the extents of an operand, and its steps and items, for results in
    /// between.
    virtual Operand temporary(const Operand& like) = 0;
    /// Memory of this step's own for results in between: a vector per member.
    virtual Operand scratch(Index cols) = 0;
    /// A constant that no signal holds, the same for all of `n` elements.
    virtual Operand scalar(double value, Index n) const = 0;
    virtual TableId table(std::vector<Index> values) = 0;
    virtual void emit(CommandArgs args) = 0;
};

/// A gradient that an operator adds to: emit the command with `operand` and
/// `accumulate`, then call BackwardLowering::finish.
struct Contribution {
    Operand operand;
    bool accumulate = false;
    Operand reduce_to;  ///< present: `operand` is a temporary to be summed into this
    bool accumulate_reduced = false;
    /// Of contribute_broadcast: elements of `operand` are sums over several.
    bool sums = false;
};

class BackwardLowering : public virtual Lowering {
public:
    /// dL/d(slot) is asked for: the slot leads to a parameter, by a slope that is not
    /// zero.
    virtual bool wants(int slot) const = 0;
    /// The slot itself is a parameter, whose gradient is asked for.
    virtual bool wants_parameter(int slot) const = 0;

    using Lowering::finish;
    enum class Form { flat, dense, dense_vector };
    /// The gradient of a read slot. Constants: use the parameter forms.
    virtual Contribution contribute(int slot, Form form) = 0;
    /// Of a read slot broadcast to the shape of slot `out`, with extents 1 where it is
    /// repeated: for commands that sum over those.
    virtual Contribution contribute_broadcast(int slot, int out) = 0;
    /// The same for commands that do not sum: each element of slot `out`, at each step
    /// and of each item, has its own share of the gradient. A temporary if these are to
    /// be summed.
    virtual Contribution contribute_elements(int slot, int out) = 0;
    /// Of a slot of matrices, with extents 1 where it is repeated.
    virtual Contribution contribute_matrices(int slot, int out) = 0;
    virtual void finish(const Contribution& contribution) = 0;

    /// The gradient of parameters; always accumulated.
    virtual Operand parameter_flat(int slot) = 0;
    virtual Operand parameter_dense(int slot) = 0;
    virtual Operand parameter_matrix(int slot) = 0;
    /// In the shape of `out`, with extents 1 where the parameter is repeated.
    virtual Operand parameter_broadcast(int slot, int out) = 0;
    /// As contribute_elements; for deferred commands.
    virtual Contribution parameter_elements(int slot, int out) = 0;
    virtual Operand parameter_matrices(int slot, int out) = 0;
    /// dL/d(out) and the value of `slot`, in out's shape, for every step.
    virtual std::vector<Operand> saved_broadcast(int slot, int out) const = 0;
    /// Commands that need every step: in a stepped stage they run after its steps.
    virtual void defer(const std::function<void()>& emit_all) = 0;
    /// After an update's backward its gradient row is used up: what readers of the old
    /// value add next belongs to the step before.
    virtual void consume_carried_gradient(int slot) = 0;
    /// A row that starts as zeros and is carried from step to step backwards.
    virtual Operand adjoint(Index planes, Index width) = 0;
};

}  // namespace nengine::engine
