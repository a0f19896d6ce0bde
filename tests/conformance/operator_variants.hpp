#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/operators/operator_base.hpp"
#include "tests/conformance/slot_cases.hpp"

// An operator of a case a second time, on other signals: what it states of itself is
// then a claim about numbers.

namespace nengine::test {

using namespace engine;

/// Another operator on slots of one's own.
class Rewired : public OperatorBase<Rewired> {
public:
    Rewired(std::shared_ptr<const Operator> op, std::vector<Slot> slots)
        : OperatorBase(std::move(slots)), op_(std::move(op)) {}

    std::string_view type() const override { return op_->type(); }
    void check(const std::vector<Shape>& shapes) const override { op_->check(shapes); }
    MergeKey merge_key(const std::vector<Shape>& shapes) const override {
        return op_->merge_key(shapes);
    }
    OperatorProperties properties() const override { return op_->properties(); }
    void lower(Lowering& lowering) const override { op_->lower(lowering); }
    double flops(const std::vector<Shape>& shapes) const override {
        return op_->flops(shapes);
    }

private:
    std::shared_ptr<const Operator> op_;
};

/// The model of a case with room for variants of its operator. Nothing is probed but
/// what a test asks for.
class Variants {
public:
    /// Of the operators that a case tests: each as it runs, and as it trains.
    static std::size_t count(const SlotCase& slot_case);
    Variants(const SlotCase& slot_case, std::size_t which);

    const Operator& op() const { return *op_; }
    OperatorProperties stated() const { return op_->properties(); }
    int n_slots() const { return static_cast<int>(op_->slots().size()); }
    bool reads(int slot) const { return role(slot) == Role::read; }
    Role role(int slot) const {
        return op_->slots()[static_cast<std::size_t>(slot)].role;
    }
    /// Carries something from step to step.
    bool has_memory() const;
    /// The slot that it sets; if there is none, increments or updates.
    int result() const;
    const Signal& signal(SignalId id) const { return maker.model->signal(id); }
    SignalId signal_of(int slot) const { return op_->signal(slot); }
    Index size_of(int slot) const { return signal(op_->signal(slot)).size(); }

    /// Slots that read what the case's operator reads, and write signals of their own.
    std::vector<Slot> fresh_slots();
    /// Adds an operator on these slots.
    /// @return  what its result is written to
    SignalId add(const std::vector<Slot>& slots);
    void add(std::shared_ptr<const Operator> op, const std::vector<Slot>& slots);
    /// The same signal times a number; a constant stays one.
    SignalId scaled(SignalId of, double factor);
    /// The elements of both as one vector; of constants, a constant.
    SignalId joined(SignalId first, SignalId second);
    /// A signal of the same shape and initial values.
    SignalId like(SignalId of);
    /// Nothing writes it.
    bool is_constant(SignalId id) const { return !is_written(id, {}); }
    /// The slot reads what is incremented and never set.
    bool reads_memory(int slot) const;

    /// Runs all operators one by one as they are, three items for four steps.
    /// @return  what is in the signals, each `[items, steps, size]`
    std::vector<std::vector<double>> run(const Device& device,
                                         const std::vector<SignalId>& probed,
                                         double noise = 1);

    static constexpr Index items = 3, steps = 4;

    ModelMaker maker{1};

private:
    /// In one of these roles; none: in any.
    bool is_written(SignalId id, const std::vector<Role>& roles) const;

    std::shared_ptr<const Operator> op_;
    int counter_ = 0;
};

}  // namespace nengine::test
