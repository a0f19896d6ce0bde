#include "engine/operators/sim_neurons.hpp"

#include <bit>

#include "engine/ir/lowering.hpp"
#include "engine/operators/checks.hpp"
#include "engine/operators/sim_filter.hpp"
#include "kernels/base/error.hpp"
#include "kernels/neuron_scan.hpp"

namespace nengine::engine {
namespace {

std::vector<Slot> neuron_slots(NeuronType type, SignalId j, SignalId output,
                               const std::vector<SignalId>& states,
                               const std::vector<SignalId>& params, SignalId gain,
                               SignalId bias) {
    const NeuronInfo& info = neuron_info(type);
    if (static_cast<int>(states.size()) != info.n_states ||
        static_cast<int>(params.size()) != info.n_params) {
        throw BuildError(
            std::string(info.name) + ": got " + std::to_string(states.size()) +
            " states and " + std::to_string(params.size()) + " parameters, needs " +
            std::to_string(info.n_states) + " and " + std::to_string(info.n_params));
    }
    std::vector<Slot> slots{{Role::read, j}, {Role::set, output}};
    for (const SignalId state : states) {
        slots.push_back({Role::state, state});
    }
    for (const SignalId param : params) {
        slots.push_back({Role::read, param});
    }
    for (const SignalId affine : {gain, bias}) {
        if (affine != no_signal) {
            slots.push_back({Role::read, affine});
        }
    }
    return slots;
}

}  // namespace

SimNeurons::SimNeurons(NeuronType type, SignalId j_signal, SignalId output_signal,
                       std::vector<SignalId> states, std::vector<SignalId> params,
                       SignalId gain, SignalId bias)
    : OperatorBase(
          neuron_slots(type, j_signal, output_signal, states, params, gain, bias)),
      type_(type),
      has_gain_(gain != no_signal),
      has_bias_(bias != no_signal) {}

SimNeurons::SimNeurons(const SimNeurons& other, std::vector<Slot> slots, bool rate,
                       bool has_gain, bool has_bias)
    : OperatorBase(std::move(slots)),
      smoothing(other.smoothing),
      max_ratio(other.max_ratio),
      type_(other.type_),
      has_gain_(has_gain),
      has_bias_(has_bias),
      rate_(rate) {
    label = other.label;
    spikes_in_training = other.spikes_in_training;
}

SimNeurons SimNeurons::as_rate() const {
    if (!neuron_info(type_).has_rate) {
        throw BuildError(label + ": training got neurons of type " +
                         std::string(neuron_info(type_).name) +
                         ", needs types that have a rate curve");
    }
    std::vector<Slot> kept;
    for (const Slot& slot : slots()) {
        if (slot.role != Role::state) {
            kept.push_back(slot);
        }
    }
    return SimNeurons(*this, std::move(kept), true, has_gain_, has_bias_);
}

std::shared_ptr<const Operator> SimNeurons::training_form() const {
    return std::make_shared<SimNeurons>(as_rate());
}

std::shared_ptr<const Operator> SimNeurons::with_affine(bool gain, bool bias) const {
    std::vector<Slot> extended = slots();
    // The planner's accesses say which signals; the operator's own ids are not used
    // again.
    for (const bool present : {gain, bias}) {
        if (present) {
            extended.push_back({Role::read, signal(j)});
        }
    }
    return std::make_shared<SimNeurons>(
        SimNeurons(*this, std::move(extended), rate_, gain, bias));
}

Fusion SimNeurons::fused_with(const Operator& reader) const {
    const auto* filter = dynamic_cast<const SimFilter*>(&reader);
    if (filter == nullptr || filter->form() != FilterForm::first_order ||
        filter->slots()[SimFilter::output].role != Role::update || rate_ ||
        has_filter_) {
        return {};
    }
    std::vector<Slot> extended = slots();
    for (const Role role : {Role::update, Role::read, Role::state}) {
        extended.push_back({role, signal(j)});  // as above
    }
    SimNeurons filtered(*this, std::move(extended), rate_, has_gain_, has_bias_);
    filtered.has_filter_ = true;
    Fusion fusion{std::make_shared<SimNeurons>(std::move(filtered)), {}};
    for (int s = 0; s < filter_slot(); ++s) {
        fusion.slots.push_back({Fusion::From::writer, s});
    }
    for (const int s : {SimFilter::output, SimFilter::coefficients, SimFilter::state}) {
        fusion.slots.push_back({Fusion::From::reader, s});
    }
    return fusion;
}

OperatorProperties SimNeurons::properties() const {
    return {.amplitude = rate_ ? amplitude_slot() : -1,
            .affine = has_gain_ || has_bias_ || has_filter_ ? -1 : j,
            .spiking = neuron_info(type_).spiking && !rate_,
            .writes_anywhere = true,
            .merging = Merging::elementwise,
            .coefficients = has_filter_ ? SlotSet{filter_slot() + 1} : SlotSet{}};
}

MergeKey SimNeurons::merge_key(const std::vector<Shape>&) const {
    return {"SimNeurons " + std::string(neuron_info(type_).name),
            {rate_ ? 1 : 0, has_gain_ ? 1 : 0, has_bias_ ? 1 : 0, has_filter_ ? 1 : 0,
             std::bit_cast<Index>(rate_ ? smoothing : 0.0),
             std::bit_cast<Index>(max_ratio)}};
}

SlotGradient SimNeurons::gradient(int slot) const {
    if (slot == j) {
        return SlotGradient::value;
    }
    const bool affine = slot >= gain_slot() && slot < filter_slot();
    return affine || slot == amplitude_slot() ? SlotGradient::parameter
                                              : SlotGradient::none;
}

int SimNeurons::amplitude_slot() const {
    const int scale = neuron_info(type_).scale;
    return scale < 0 ? -1 : first_param() + scale;
}

std::vector<int> SimNeurons::saved_slots() const {
    return {j};
}

double SimNeurons::flops(const std::vector<Shape>& shapes) const {
    constexpr double per_neuron = 30;  // LIF with polynomials; others are cheaper
    return per_neuron * elements(shapes, output);
}

void SimNeurons::check(const std::vector<Shape>& shapes) const {
    const Index n = size_of(shapes, output);
    check_size(*this, "J", size_of(shapes, j), n);
    for (int s = first_state; s < first_param(); ++s) {
        check_size(*this, "a state", size_of(shapes, s), n);
    }
    for (int s = first_param(); s < filter_slot(); ++s) {
        if (size_of(shapes, s) != 1) {
            check_size(*this, "a parameter", size_of(shapes, s), n);
        }
    }
}

namespace {

/// The operands that scan, rate curve and its gradient share.
void set_shared(NeuronInput<Planned>& args, const SimNeurons& op, const Lowering& low) {
    const NeuronInfo& info = neuron_info(op.neuron_type());
    args.type = op.neuron_type();
    args.math.max_ratio = op.max_ratio;
    args.input = low.flat(SimNeurons::j);
    if (op.has_gain()) {
        args.gain = low.flat_broadcast(op.gain_slot());
    }
    if (op.has_bias()) {
        args.bias = low.flat_broadcast(op.bias_slot());
    }
    for (int p = 0; p < info.n_params; ++p) {
        args.params[static_cast<std::size_t>(p)] =
            low.flat_broadcast(op.first_param() + p);
    }
    if (op.is_rate() && op.smoothing > 0 && info.smooth_rate_type) {
        // The same parameters, then the smoothing.
        args.type = *info.smooth_rate_type;
        const int sigma = neuron_info(args.type).n_params - 1;
        args.params[static_cast<std::size_t>(sigma)] =
            low.scalar(op.smoothing, args.input.cols);
    }
}

}  // namespace

void SimNeurons::lower(Lowering& low) const {
    if (rate_) {
        NeuronRateArgs<Planned> args;
        set_shared(args, *this, low);
        args.output = low.flat(output);
        low.emit(args);
        return;
    }
    NeuronScanArgs<Planned> args;
    set_shared(args, *this, low);
    args.output = low.flat(output);
    for (int s = 0; s < n_states(); ++s) {
        args.states[static_cast<std::size_t>(s)] = low.flat(first_state + s);
    }
    if (has_filter_) {
        const int filtered = filter_slot();
        args.filtered = low.flat(filtered);
        args.filter = low.coefficients(filtered + 1);
        args.filter_state = low.planes(filtered + 2);
        if (low.unread(output)) {
            args.output = {};  // stays in registers
        }
    }
    low.emit(args);
}

// dJ = dOutput * rate'(J); what J is made of (gain, bias) gets its share in the same
// kernel.
void SimNeurons::lower_backward(BackwardLowering& low) const {
    const bool dx_wanted = low.wants(j);
    const bool bias_wanted = has_bias_ && low.wants_parameter(bias_slot());
    const bool gain_wanted = has_gain_ && low.wants_parameter(gain_slot());
    if (!dx_wanted && !bias_wanted && !gain_wanted) {
        return;
    }
    NeuronRateBackwardArgs<Planned> args;
    set_shared(args, *this, low);
    args.dL_doutput = low.flat(output, Of::gradient);
    Contribution dx;
    if (dx_wanted) {
        dx = low.contribute(j, BackwardLowering::Form::flat);
        args.dL_dinput = dx.operand;
        args.accumulate_input = dx.accumulate;
    }
    if (bias_wanted) {
        args.dL_dbias = low.parameter_flat(bias_slot());
    }
    if (gain_wanted) {
        args.dL_dgain = low.parameter_flat(gain_slot());
    }
    low.emit(args);
    if (dx_wanted) {
        low.finish(dx);
    }
}

}  // namespace nengine::engine
