#pragma once

#include <functional>
#include <initializer_list>
#include <map>
#include <span>
#include <vector>

#include "engine/ir/plan.hpp"
#include "engine/planner/memory/constants.hpp"
#include "engine/planner/memory/storage.hpp"

namespace nengine {

/// What an operand of a slot stands for.
enum class Of {
    value,           ///< the numbers themselves
    saved,           ///< for every step, in stepped stages too
    gradient,        ///< dL/d(value) of a written slot
    saved_gradient,  ///< for every step
};

/// What lowerings share while a plan is made.
struct EmitContext {
    const Graph& graph;
    Storage& storage;
    Constants& constants;
    Plan& plan;
    Uses uses;
    /// Constants' operands by (first node of the run, slot, form), so that the backward
    /// pass finds the forward's.
    std::map<std::tuple<int, int, int>, Operand> constant_cache;
    std::map<std::tuple<int, int, int>, std::pair<BufferId, ElementView>> located_cache;
};

/// An operator's view of the memory of the run of merged nodes that it is lowered for.
class Lowering {
public:
    Lowering(EmitContext& context, int stage, bool backward, std::span<const int> run,
             std::vector<Command>& commands);
    virtual ~Lowering() = default;

    bool training() const { return context_.graph.training; }
    /// The command runs once per step, not once per chunk.
    bool stepped() const { return context_.storage.stepped(stage_); }
    /// The slot is incremented, not set.
    bool accumulate(int slot) const { return node().slot(slot).role == Role::inc; }
    bool constant(int slot) const;
    /// Nothing reads or observes what any member writes to this slot.
    bool unread(int slot) const;
    Index members() const { return static_cast<Index>(run_.size()); }
    const Node& member(Index i) const {
        return context_.graph.node(run_[static_cast<std::size_t>(i)]);
    }
    Shape shape(int slot) const { return node().slot(slot).view.shape_list(); }

    /// The elements of all members in a row, [1, total]. A constant may have stride 0.
    Operand flat(int slot, Of of = Of::value) const;
    /// The same with a member's constant number repeated for each element it writes.
    Operand flat_broadcast(int slot, Of of = Of::value) const;
    /// Operands of an element-wise operator broadcast to the shape of the last slot by
    /// numpy's rules: equal rows and cols, stride 0 where repeated.
    std::vector<Operand> broadcast(std::initializer_list<int> slots,
                                   Of of_last = Of::value,
                                   Of of_others = Of::value) const;
    /// The elements of one operator, one after the other: a copy of them if they lie
    /// otherwise.
    Operand dense(int slot, Of of = Of::value);
    /// A vector per member with elements one after the other, for products.
    Operand dense_vector(int slot, Of of = Of::value);
    /// Where to write a result whose elements must lie one after the other; call
    /// finish() after the command.
    struct Written {
        Operand operand;
        bool accumulate;
        Operand copy_to;  ///< present: `operand` is a temporary
        bool add_copy = false;
    };
    Written write_dense(int slot);
    Written write_dense_vector(int slot);
    void finish(const Written& written);
    /// A vector per member.
    Operand vector(int slot, Of of = Of::value) const;
    /// A matrix per member.
    Operand matrix(int slot) const;
    /// A filter's state, [order, total].
    Operand planes(int slot) const;
    Operand coefficients(int slot) const;

    /// Memory of this step's own for results in between: a vector per member.
    Operand scratch(Index cols);
    /// Seconds per step.
    double dt() const { return context_.plan.model->dt(); }

    /// A constant that no signal holds, the same for all of `n` elements.
    Operand scalar(double value, Index n) const {
        return context_.constants.scalar(value, n);
    }
    /// Members of a group as rows: what is copied or summed whole.
    static Operand as_rows(Operand operand);
    TableId table(std::vector<Index> values);
    void emit(CommandArgs args);

protected:
    const Node& node() const { return context_.graph.node(run_.front()); }
    /// Members' constants one after the other; single numbers once, or once for each
    /// element that the member writes.
    enum class Numbers { once, per_element };
    Operand constant_vector(int slot, Numbers numbers) const;
    /// Memory like an operand's, elements one after the other.
    Operand temporary(const Operand& like);
    Operand compact(const Operand& operand);
    Written written(const Operand& operand, bool accumulate);
    std::pair<BufferId, ElementView> located_constant(int slot) const;
    Place place(int slot, Of of) const;
    void check_saved(int slot) const;
    [[noreturn]] void refuse_computed(int slot, const std::string& needs) const;
    Place place_of(const Access& access, Of of) const;
    Operand located(const Place& place, Index offset) const;
    std::vector<Operand> broadcast_single(const std::vector<int>& slots, Of of_last,
                                          Of of_others) const;
    Index member_size(int n) const;

    EmitContext& context_;
    int stage_;
    bool backward_;
    std::span<const int> run_;
    std::vector<Command>& commands_;
};

/// Which gradients have been contributed to so far, in the order of the backward pass.
struct GradientState {
    std::vector<char> touched;  ///< per version: its history or only row holds numbers
    std::vector<char>
        row_touched;  ///< the same for the rows of the stepped stage at hand
};

/// A gradient that an operator adds to: emit the command with `operand` and
/// `accumulate`, then call BackwardLowering::finish.
struct Contribution {
    Operand operand;
    bool accumulate = false;
    Operand reduce_to;  ///< present: `operand` is a temporary to be summed into this
    bool accumulate_reduced = false;
};

class BackwardLowering : public Lowering {
public:
    BackwardLowering(EmitContext& context, int stage, std::span<const int> run,
                     GradientState& gradients, std::vector<Command>& commands,
                     std::vector<Command>& before, std::vector<Command>& after);

    /// dL/d(slot) is asked for: the slot leads to a parameter, by a slope that is not
    /// zero.
    bool wants(int slot) const;
    /// The slot itself is a parameter, whose gradient is asked for.
    bool wants_parameter(int slot) const;
    /// Afterwards: what was asked for has been contributed (Operator::gradient).
    /// @throws BuildError  naming operator, slot and signal
    void check_contributions() const;

    using Lowering::finish;
    enum class Form { flat, dense, dense_vector };
    /// The gradient of a read slot. Constants: use the parameter forms.
    Contribution contribute(int slot, Form form);
    /// Of a read slot broadcast to the shape of slot `out`: a temporary of out's shape
    /// if anything is repeated.
    Contribution contribute_broadcast(int slot, int out);
    void finish(const Contribution& contribution);

    /// The gradient of parameters; always accumulated.
    Operand parameter_flat(int slot);
    Operand parameter_dense(int slot);
    Operand parameter_matrix(int slot);
    /// In the shape of `out`, with extents 1 where the parameter is repeated.
    Operand parameter_broadcast(int slot, int out);
    /// dL/d(out) and the value of `slot`, in out's shape, for every step.
    std::vector<Operand> saved_broadcast(int slot, int out) const;
    /// Commands that need every step: in a stepped stage they run after its steps.
    void defer(const std::function<void()>& emit_all);
    /// After an update's backward its gradient row is used up: what readers of the old
    /// value add next belongs to the step before.
    void consume_carried_gradient(int slot);
    /// A row that starts as zeros and is carried from step to step backwards.
    Operand adjoint(Index planes, Index width);

private:
    bool wanted(const Node& node, int slot) const;
    bool touch(int slot);
    /// Notes that the slot has what was wanted.
    void note(int slot) { contributed_[static_cast<std::size_t>(slot)] = 1; }
    bool touch_memory(int slot, std::vector<char>& touched, bool rows, bool fill_first,
                      std::vector<Command>& fills);
    void fill(VersionId id, bool rows, std::vector<Command>& fills);

    GradientState& gradients_;
    std::vector<char> contributed_;  ///< per slot
    std::vector<Command>& before_;
    std::vector<Command>& after_;
};

/// Splits a group into runs whose operands are each one piece of memory.
std::vector<std::vector<int>> split_runs(const Graph& graph, const Storage& storage,
                                         const std::vector<int>& group);

}  // namespace nengine
