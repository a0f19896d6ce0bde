#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/ir/host_call.hpp"
#include "engine/ir/operator.hpp"
#include "kernels/conv.hpp"
#include "kernels/filter_scan.hpp"
#include "kernels/neuron_scan.hpp"
#include "kernels/pool.hpp"

// Nengo's operators. Each names its slots in the order of the enumeration `Slot...` and
// stores nothing but signal ids and constants.

namespace nengine {

/// Boilerplate that every concrete operator needs.
template <class Derived>
class OperatorBase : public Operator {
public:
    std::unique_ptr<Operator> clone() const override {
        return std::make_unique<Derived>(static_cast<const Derived&>(*this));
    }

protected:
    using Operator::Operator;
};

/// time = step * dt, with steps counted from 1.
class TimeUpdate : public OperatorBase<TimeUpdate> {
public:
    enum { time };
    explicit TimeUpdate(SignalId time);
    std::string_view type() const override { return "TimeUpdate"; }
    void check(const std::vector<Shape>& shapes) const override;
    MergeKey merge_key(const std::vector<Shape>& shapes) const override;
    void lower(Lowering& lowering) const override;
    bool has_clock() const override { return true; }
    double flops(const std::vector<Shape>&) const override { return 1; }
};

/// dst = value
class Reset : public OperatorBase<Reset> {
public:
    enum { dst };
    explicit Reset(SignalId dst, double value = 0.0);
    double value() const { return value_; }
    std::string_view type() const override { return "Reset"; }
    void check(const std::vector<Shape>& shapes) const override;
    MergeKey merge_key(const std::vector<Shape>& shapes) const override;
    bool elementwise() const override { return true; }
    void lower(Lowering& lowering) const override;
    double flops(const std::vector<Shape>&) const override { return 0; }

private:
    double value_;
};

/// dst[dst_index] = (or +=) src[src_index], src broadcast to dst's shape by numpy's
/// rules.
///
/// Index lists (of elements of a vector; may repeat, sums when incrementing) are empty
/// for "all".
class Copy : public OperatorBase<Copy> {
public:
    enum { src, dst };
    /// @throws BuildError  repeated dst indices without increment
    Copy(SignalId src, SignalId dst, bool inc, std::vector<Index> src_index = {},
         std::vector<Index> dst_index = {});
    bool inc() const { return slots()[dst].role == Role::inc; }
    bool indexed() const { return !src_index_.empty() || !dst_index_.empty(); }
    const std::vector<Index>& src_index() const { return src_index_; }
    const std::vector<Index>& dst_index() const { return dst_index_; }
    std::string_view type() const override { return "Copy"; }
    void check(const std::vector<Shape>& shapes) const override;
    MergeKey merge_key(const std::vector<Shape>& shapes) const override;
    bool elementwise() const override { return !indexed(); }
    SlotGradient gradient(int) const override {
        return indexed() ? SlotGradient::value : SlotGradient::value_and_parameter;
    }
    void lower(Lowering& lowering) const override;
    void lower_backward(BackwardLowering& lowering) const override;
    double flops(const std::vector<Shape>& shapes) const override;

private:
    std::vector<Index> src_index_, dst_index_;
};

/// Y = (or +=) A * X, element by element, A and X broadcast to Y's shape by numpy's
/// rules.
class ElementwiseInc : public OperatorBase<ElementwiseInc> {
public:
    enum { a, x, y };
    ElementwiseInc(SignalId a, SignalId x, SignalId y, bool inc = true);
    SlotGradient gradient(int) const override {
        return SlotGradient::value_and_parameter;
    }
    std::string_view type() const override { return "ElementwiseInc"; }
    void check(const std::vector<Shape>& shapes) const override;
    MergeKey merge_key(const std::vector<Shape>& shapes) const override;
    bool elementwise() const override { return true; }
    void lower(Lowering& lowering) const override;
    void lower_backward(BackwardLowering& lowering) const override;
    std::vector<int> saved_slots() const override { return {a, x}; }
    double flops(const std::vector<Shape>& shapes) const override;
};

/// Y = (or +=) A X, with A [m, n], X [n], Y [m].
class DotInc : public OperatorBase<DotInc> {
public:
    enum { a, x, y };
    DotInc(SignalId a, SignalId x, SignalId y, bool inc = true);
    SlotGradient gradient(int slot) const override {
        return slot == a ? SlotGradient::parameter : SlotGradient::value;
    }
    std::string_view type() const override { return "DotInc"; }
    void check(const std::vector<Shape>& shapes) const override;
    MergeKey merge_key(const std::vector<Shape>& shapes) const override;
    bool evenly_spaced() const override { return true; }
    void lower(Lowering& lowering) const override;
    void lower_backward(BackwardLowering& lowering) const override;
    std::vector<int> saved_slots() const override { return {a, x}; }
    double flops(const std::vector<Shape>& shapes) const override;
};

/// Y = (or +=) the cross-correlation of X with W (kernels/conv.hpp), channels last,
/// plus a bias per output channel if there is one (of planes only). X and Y are flat or
/// [(d,) h, w, c]; `shape.images` is 1.
///
/// Transposed, Y is what the gradient of that correlation gives for X: X has the shape
/// of its output and Y that of its input; there is no bias.
class ConvInc : public OperatorBase<ConvInc> {
public:
    enum { w, x, y, bias };
    ConvInc(SignalId w, SignalId x, SignalId y, const ConvShape& shape, bool inc = true,
            SignalId bias = no_signal, bool transposed = false);
    const ConvShape& shape() const { return shape_; }
    bool transposed() const { return transposed_; }
    bool has_bias() const { return slots().size() > bias; }
    SlotGradient gradient(int slot) const override {
        return slot == x ? SlotGradient::value : SlotGradient::parameter;
    }
    std::string_view type() const override { return "ConvInc"; }
    void check(const std::vector<Shape>& shapes) const override;
    MergeKey merge_key(const std::vector<Shape>& shapes) const override;
    void lower(Lowering& lowering) const override;
    void lower_backward(BackwardLowering& lowering) const override;
    std::vector<int> saved_slots() const override { return {w, x}; }
    double flops(const std::vector<Shape>& shapes) const override;

private:
    ConvShape shape_;
    bool transposed_;
};

/// Y = (or +=) the average pool of X (kernels/pool.hpp); `shape.images` is 1.
class PoolInc : public OperatorBase<PoolInc> {
public:
    enum { x, y };
    PoolInc(SignalId x, SignalId y, const Pool2DShape& shape, bool inc = true);
    const Pool2DShape& shape() const { return shape_; }
    SlotGradient gradient(int) const override { return SlotGradient::value; }
    std::string_view type() const override { return "PoolInc"; }
    void check(const std::vector<Shape>& shapes) const override;
    MergeKey merge_key(const std::vector<Shape>& shapes) const override;
    void lower(Lowering& lowering) const override;
    void lower_backward(BackwardLowering& lowering) const override;
    double flops(const std::vector<Shape>& shapes) const override;

private:
    Pool2DShape shape_;
};

/// output = one step of `type`'s neurons with input current J; states carry over.
///
/// Slots: J, output, then the states, then the parameters in NeuronInfo's order
/// (constants: a scalar for all neurons, or one value each), then, where the fuse pass
/// has put them, gain and bias: the current is then gain * J + bias; then, from there
/// too, a first-order filter on the output: what it updates, its coefficients and its
/// state.
class SimNeurons : public OperatorBase<SimNeurons> {
public:
    enum { j, output, first_state };
    SimNeurons(NeuronType type, SignalId j, SignalId output,
               std::vector<SignalId> states, std::vector<SignalId> params,
               SignalId gain = no_signal, SignalId bias = no_signal);
    NeuronType neuron_type() const { return type_; }
    /// Stands for the rate curve, without states: what training runs.
    bool is_rate() const { return rate_; }
    int n_states() const { return rate_ ? 0 : neuron_info(type_).n_states; }
    int first_param() const { return first_state + n_states(); }
    /// Of the parameters, the amplitude alone has one, which is not computed here: the
    /// planner takes it out (engine/planner/trained_amplitudes.cpp).
    SlotGradient gradient(int slot) const override;
    bool is_coefficient_slot(int slot) const override {
        return has_filter_ && slot == filter_slot() + 1;
    }
    bool has_gain() const { return has_gain_; }
    bool has_bias() const { return has_bias_; }
    /// Of what the rate curve is proportional to; -1: the type has no such parameter.
    int amplitude_slot() const;
    int gain_slot() const { return first_param() + neuron_info(type_).n_params; }
    bool has_filter() const { return has_filter_; }
    int bias_slot() const { return gain_slot() + (has_gain_ ? 1 : 0); }
    /// The filter's output; its coefficients and state follow.
    int filter_slot() const { return bias_slot() + (has_bias_ ? 1 : 0); }

    /// The same neurons as their rate curve; slots: J, output, parameters.
    /// @throws BuildError  the type has no rate curve
    SimNeurons as_rate() const;
    std::shared_ptr<const Operator> training_form() const override;
    /// The same neurons with slots for gain and bias added at the end.
    SimNeurons with_affine(bool gain, bool bias) const;
    /// The same neurons with slots for a first-order filter added at the end.
    SimNeurons with_filter() const;

    /// > 0: LIF trains with the SoftLIF curve of this smoothing (NengoDL's
    /// `lif_smoothing`).
    double smoothing = 0;
    /// Largest dt / tau_rc: bounds the arguments of expm1 and log1p.
    double max_ratio = 0;

    std::string_view type() const override { return "SimNeurons"; }
    void check(const std::vector<Shape>& shapes) const override;
    MergeKey merge_key(const std::vector<Shape>& shapes) const override;
    bool elementwise() const override { return true; }
    void lower(Lowering& lowering) const override;
    void lower_backward(BackwardLowering& lowering) const override;
    std::vector<int> saved_slots() const override;
    double flops(const std::vector<Shape>& shapes) const override;

private:
    SimNeurons(const SimNeurons& other, std::vector<Slot> slots, bool rate,
               bool has_gain, bool has_bias);

    NeuronType type_;
    bool has_gain_, has_bias_, rate_ = false, has_filter_ = false;
};

/// A linear filter as a process (Nengo's SimProcess): output = filter(input).
///
/// Slots: input, output (role `update` on connections and probes: seen one step later;
/// `set` inside a node), coefficients (constant, [n] as in filter_coefficients()),
/// state [order, size] unless the form is `gain`.
class SimFilter : public OperatorBase<SimFilter> {
public:
    enum { input, output, coefficients, state };
    SimFilter(FilterForm form, Index order, SignalId input, SignalId output,
              SignalId coefficients, SignalId state, Role output_role = Role::update);
    bool is_coefficient_slot(int slot) const override { return slot == coefficients; }
    SlotGradient gradient(int slot) const override {
        return slot == input ? SlotGradient::value : SlotGradient::none;
    }
    FilterForm form() const { return form_; }
    Index order() const { return order_; }
    std::string_view type() const override { return "SimFilter"; }
    void check(const std::vector<Shape>& shapes) const override;
    MergeKey merge_key(const std::vector<Shape>& shapes) const override;
    bool elementwise() const override { return true; }
    void lower(Lowering& lowering) const override;
    void lower_backward(BackwardLowering& lowering) const override;
    double flops(const std::vector<Shape>& shapes) const override;

private:
    FilterForm form_;
    Index order_;
};

/// Slots: output (set; absent when the function returns nothing: then the list is empty
/// or just x), then x.
class HostFunction : public OperatorBase<HostFunction> {
public:
    /// What the planner may assume of the function beside its arguments.
    enum class Order {
        automatic,  ///< called in Nengo's order with all others; if all of them are
                    ///< functions of t with a result, ahead of the steps
        pure,       ///< shares nothing with others: taken out of the order
        ordered     ///< never ahead of its step, although it is a function of t
    };
    HostFunction(HostCall call, SignalId output, SignalId x,
                 Order order = Order::automatic);
    const HostCall& call() const { return *call_; }
    bool has_output() const { return has_output_; }
    bool has_x() const { return has_x_; }
    int output_slot() const { return 0; }
    int x_slot() const { return has_output_ ? 1 : 0; }
    std::string_view type() const override { return "HostFunction"; }
    void check(const std::vector<Shape>& shapes) const override;
    MergeKey merge_key(const std::vector<Shape>& shapes) const override;
    bool is_host() const override { return true; }
    SlotGradient gradient(int) const override { return SlotGradient::zero; }
    bool has_effects() const override { return true; }
    bool is_ordered() const override { return order_ != Order::pure; }
    bool acts_within_step() const override;
    bool differs_by_item() const override { return has_x_; }
    void lower(Lowering& lowering) const override;
    double flops(const std::vector<Shape>&) const override { return 0; }

private:
    std::shared_ptr<const HostCall> call_;
    bool has_output_, has_x_;
    Order order_;
};

}  // namespace nengine
