#pragma once

#include <compare>
#include <functional>
#include <map>
#include <span>
#include <vector>

#include "engine/ir/lowering.hpp"
#include "engine/ir/plan.hpp"
#include "engine/planner/memory/constants.hpp"
#include "engine/planner/memory/storage.hpp"

namespace nengine::engine {

/// A constant of a run, and as what its kernel wants it.
struct ConstantKey {
    enum class Form { repeated, once, dense, located, matrices, coefficients };
    int first_node, slot;
    Form form;

    auto operator<=>(const ConstantKey&) const = default;
};

/// What lowerings share while a plan is made.
struct EmitContext {
    const Graph& graph;
    Storage& storage;
    Constants& constants;
    Plan& plan;
    Uses uses;
    /// What the forward pass has made of constants, for the backward pass to find.
    std::map<ConstantKey, Operand> constant_cache;
    std::map<ConstantKey, std::pair<BufferId, ElementView>> located_cache;
};

/// The lowering of a run of merged nodes.
class RunLowering : public virtual Lowering {
public:
    RunLowering(EmitContext& context, int stage, bool backward,
                std::span<const int> run, std::vector<Command>& commands);

    bool stepped() const override { return context_.storage.stepped(stage_); }
    bool accumulate(int slot) const override {
        return node().slot(slot).role == Role::inc;
    }
    bool constant(int slot) const;
    bool unread(int slot) const override;
    Index members() const override { return static_cast<Index>(run_.size()); }
    Member member(Index i) const override;
    Index member_size(Index i, int slot) const override;
    Shape shape(int slot) const override { return node().slot(slot).view.shape_list(); }

    Operand flat(int slot, Of of) const override;
    Operand flat_broadcast(int slot, Of of) const override;
    std::vector<Operand> broadcast(const std::vector<int>& slots, Of of_last,
                                   Of of_others) const override;
    std::vector<Operand> matrices(const std::vector<int>& slots, Of of_last,
                                  Of of_others) const override;
    Operand dense(int slot, Of of) override;
    Operand dense_vector(int slot, Of of) override;
    Written write_dense(int slot) override;
    Written write_dense_vector(int slot) override;
    void finish(const Written& written) override;
    Operand vector(int slot, Of of) const override;
    Operand matrix(int slot) const override;
    Operand planes(int slot) const override;
    Operand coefficients(int slot) const override;
    Operand next_statistic(int slot) const override;

    bool fills_rows(const Operand& operand) const override;
    Operand temporary(const Operand& like) override;
    Operand scratch(Index cols) override;
    double dt() const override { return context_.plan.model->dt(); }

    Operand scalar(double value, Index n) const override {
        return context_.constants.scalar(value, n);
    }
    TableId table(std::vector<Index> values) override;
    void emit(CommandArgs args) override;

protected:
    const Node& node() const { return context_.graph.node(run_.front()); }
    /// Members' constants one after the other; single numbers once, or once for each
    /// element that the member writes.
    enum class Numbers { once, per_element };
    Operand constant_vector(int slot, Numbers numbers) const;
    Operand compact(const Operand& operand);
    Written written(const Operand& operand, bool accumulate);
    std::pair<BufferId, ElementView> located_constant(int slot) const;
    Place place(int slot, Of of) const;
    void check_saved(int slot) const;
    [[noreturn]] void refuse_computed(int slot, const std::string& needs) const;
    Place place_of(const Access& access, Of of) const;
    Operand located(const Place& place, Index offset) const;
    /// Of one operator: aligned, but for its own last dimensions.
    std::vector<Operand> aligned(const std::vector<int>& slots, Of of_last,
                                 Of of_others, int own) const;
    /// The elements that a member writes.
    Index written_size(int n) const;

    EmitContext& context_;
    int stage_;
    bool backward_;
    std::span<const int> run_;
    std::vector<Command>& commands_;
};

/// Which gradients have been contributed to so far, in the order of the backward pass.
struct GradientState {
    VersionMarks touched;      ///< the history or only row holds numbers
    VersionMarks row_touched;  ///< the same for the rows of the stepped stage at hand
};

class RunBackwardLowering final : public RunLowering, public BackwardLowering {
public:
    RunBackwardLowering(EmitContext& context, int stage, std::span<const int> run,
                        GradientState& gradients, std::vector<Command>& commands,
                        std::vector<Command>& before, std::vector<Command>& after);

    bool wants(int slot) const override;
    bool wants_parameter(int slot) const override;
    /// Afterwards: what was asked for has been contributed (Operator::gradient).
    /// @throws BuildError  naming operator, slot and signal
    void check_contributions() const;

    using RunLowering::finish;
    Contribution contribute(int slot, Form form) override;
    Contribution contribute_broadcast(int slot, int out) override;
    Contribution contribute_elements(int slot, int out) override;
    Contribution contribute_matrices(int slot, int out) override;
    void finish(const Contribution& contribution) override;

    Operand parameter_flat(int slot) override;
    Operand parameter_dense(int slot) override;
    Operand parameter_matrix(int slot) override;
    Operand parameter_broadcast(int slot, int out) override;
    Contribution parameter_elements(int slot, int out) override;
    Operand parameter_matrices(int slot, int out) override;
    std::vector<Operand> saved_broadcast(int slot, int out) const override;
    void defer(const std::function<void()>& emit_all) override;
    void consume_carried_gradient(int slot) override;
    Operand adjoint(Index planes, Index width) override;

private:
    bool wanted(const Node& node, int slot) const;
    bool touch(int slot);
    /// The slot's value is the same for several steps or items of the operator.
    bool varies_less(int slot) const;
    /// Memory for the shares of a gradient, each element's of `out` and each step's.
    Operand shares(int slot, const Operand& out);
    /// Notes that the slot has what was wanted.
    void note(int slot) { contributed_[slot] = 1; }
    bool touch_memory(int slot, VersionMarks& touched, bool rows, bool fill_first,
                      std::vector<Command>& fills);
    void fill(VersionId id, bool rows, std::vector<Command>& fills);

    GradientState& gradients_;
    IndexedVector<int, char> contributed_;  ///< per slot
    std::vector<Command>& before_;
    std::vector<Command>& after_;
};

/// Splits a group into runs whose operands are each one piece of memory.
std::vector<std::vector<int>> split_runs(const Graph& graph, const Storage& storage,
                                         const std::vector<int>& group);

}  // namespace nengine::engine
