#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "engine/operators/operator_base.hpp"
#include "kernels/neuron_scan.hpp"

namespace nengine::engine {

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
    /// planner takes it out (engine/planner/normalise/trained_amplitudes.cpp).
    SlotGradient gradient(int slot) const override;
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
    std::shared_ptr<const Operator> with_affine(bool gain, bool bias) const override;
    /// With a first-order filter that updates: slots for it are added at the end.
    Fusion fused_with(const Operator& reader) const override;

    /// > 0: types that have a smooth rate curve train with it, at this smoothing: LIF
    /// with SoftLIF's (NengoDL's `lif_smoothing`).
    double smoothing = 0;
    /// Largest dt / tau_rc: bounds the arguments of expm1 and log1p.
    double max_ratio = 0;

    std::string_view type() const override { return "SimNeurons"; }
    void check(const std::vector<Shape>& shapes) const override;
    MergeKey merge_key(const std::vector<Shape>& shapes) const override;
    OperatorProperties properties() const override;
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

}  // namespace nengine::engine
