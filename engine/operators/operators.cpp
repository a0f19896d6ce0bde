#include "engine/operators/operators.hpp"

#include <algorithm>
#include <bit>
#include <set>

#include "kernels/base/error.hpp"

namespace nengine {
namespace {

double size_of(const std::vector<Shape>& shapes, int slot) {
    return static_cast<double>(shape_size(shapes[static_cast<std::size_t>(slot)]));
}

Role written(bool inc) {
    return inc ? Role::inc : Role::set;
}

void append(std::vector<Index>& numbers, const Shape& shape) {
    numbers.push_back(static_cast<Index>(shape.size()));
    numbers.insert(numbers.end(), shape.begin(), shape.end());
}

/// Operators that work on equal shapes only.
MergeKey shape_key(std::string type, const std::vector<Shape>& shapes) {
    MergeKey key{std::move(type), {}};
    for (const Shape& shape : shapes) {
        append(key.numbers, shape);
    }
    return key;
}

}  // namespace

TimeUpdate::TimeUpdate(SignalId time_signal)
    : OperatorBase({{Role::set, time_signal}}) {}

MergeKey TimeUpdate::merge_key(const std::vector<Shape>& shapes) const {
    return shape_key("TimeUpdate", shapes);
}

Reset::Reset(SignalId dst_signal, double value)
    : OperatorBase({{Role::set, dst_signal}}), value_(value) {}

MergeKey Reset::merge_key(const std::vector<Shape>&) const {
    return {"Reset", {std::bit_cast<Index>(value_)}};
}

Copy::Copy(SignalId src_signal, SignalId dst_signal, bool inc,
           std::vector<Index> src_index, std::vector<Index> dst_index)
    : OperatorBase({{Role::read, src_signal}, {written(inc), dst_signal}}),
      src_index_(std::move(src_index)),
      dst_index_(std::move(dst_index)) {
    const std::set<Index> unique(dst_index_.begin(), dst_index_.end());
    if (!inc && unique.size() != dst_index_.size()) {
        throw BuildError(
            "Copy: got repeated dst indices without increment, needs each once");
    }
    if (!src_index_.empty() && !dst_index_.empty() &&
        src_index_.size() != dst_index_.size()) {
        throw BuildError("Copy: got " + std::to_string(src_index_.size()) +
                         " src and " + std::to_string(dst_index_.size()) +
                         " dst indices, needs as many");
    }
}

MergeKey Copy::merge_key(const std::vector<Shape>& shapes) const {
    const bool broadcast = shape_size(shapes[src]) != shape_size(shapes[dst]);
    MergeKey key =
        indexed() || broadcast ? shape_key("Copy", shapes) : MergeKey{"Copy", {}};
    for (const auto* index : {&src_index_, &dst_index_}) {
        append(key.numbers, *index);
    }
    return key;
}

double Copy::flops(const std::vector<Shape>& shapes) const {
    return inc() ? size_of(shapes, dst) : 0;
}

ElementwiseInc::ElementwiseInc(SignalId a_signal, SignalId x_signal, SignalId y_signal,
                               bool inc)
    : OperatorBase(
          {{Role::read, a_signal}, {Role::read, x_signal}, {written(inc), y_signal}}) {}

MergeKey ElementwiseInc::merge_key(const std::vector<Shape>& shapes) const {
    // Per element, or one factor for all: either packs into one vector per element.
    const Index n = shape_size(shapes[y]);
    const bool simple = std::ranges::all_of(shapes, [&](const Shape& shape) {
        return shape.size() <= 1 && (shape_size(shape) == n || shape_size(shape) == 1);
    });
    return simple ? MergeKey{"ElementwiseInc", {}}
                  : shape_key("ElementwiseInc", shapes);
}

double ElementwiseInc::flops(const std::vector<Shape>& shapes) const {
    return 2 * size_of(shapes, y);
}

DotInc::DotInc(SignalId a_signal, SignalId x_signal, SignalId y_signal, bool inc)
    : OperatorBase(
          {{Role::read, a_signal}, {Role::read, x_signal}, {written(inc), y_signal}}) {}

MergeKey DotInc::merge_key(const std::vector<Shape>& shapes) const {
    return shape_key("DotInc", shapes);
}

double DotInc::flops(const std::vector<Shape>& shapes) const {
    return 2 * size_of(shapes, a);
}

namespace {

std::vector<Slot> conv_slots(SignalId w, SignalId x, SignalId y, bool inc,
                             SignalId bias) {
    std::vector<Slot> slots{{Role::read, w}, {Role::read, x}, {written(inc), y}};
    if (bias != no_signal) {
        slots.push_back({Role::read, bias});
    }
    return slots;
}

}  // namespace

ConvInc::ConvInc(SignalId w_signal, SignalId x_signal, SignalId y_signal,
                 const ConvShape& shape, bool inc, SignalId bias_signal,
                 bool transposed)
    : OperatorBase(conv_slots(w_signal, x_signal, y_signal, inc, bias_signal)),
      shape_(shape),
      transposed_(transposed) {
    shape_.images = 1;
}

MergeKey ConvInc::merge_key(const std::vector<Shape>&) const {
    const ConvShape& s = shape_;
    return {transposed_ ? "ConvInc transposed" : "ConvInc",
            {s.in_d, s.in_h, s.in_w, s.in_c, s.out_d, s.out_h, s.out_w, s.out_c, s.k_d,
             s.k_h, s.k_w, s.stride_d, s.stride_h, s.stride_w, s.pad_front, s.pad_top,
             s.pad_left, s.groups, has_bias() ? 1 : 0}};
}

double ConvInc::flops(const std::vector<Shape>&) const {
    const ConvShape& s = shape_;
    return 2.0 * static_cast<double>(s.out_d * s.out_h * s.out_w * s.w_size());
}

PoolInc::PoolInc(SignalId x_signal, SignalId y_signal, const Pool2DShape& shape,
                 bool inc)
    : OperatorBase({{Role::read, x_signal}, {written(inc), y_signal}}), shape_(shape) {
    shape_.images = 1;
}

MergeKey PoolInc::merge_key(const std::vector<Shape>&) const {
    const Pool2DShape& s = shape_;
    return {"PoolInc",
            {s.in_h, s.in_w, s.channels, s.out_h, s.out_w, s.pool_h, s.pool_w,
             s.stride_h, s.stride_w, s.pad_top, s.pad_left}};
}

double PoolInc::flops(const std::vector<Shape>&) const {
    return static_cast<double>(shape_.out_h * shape_.out_w * shape_.channels *
                               shape_.pool_h * shape_.pool_w);
}

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

SimNeurons SimNeurons::with_affine(bool gain, bool bias) const {
    std::vector<Slot> extended = slots();
    // The planner's accesses say which signals; the operator's own ids are not used
    // again.
    for (const bool present : {gain, bias}) {
        if (present) {
            extended.push_back({Role::read, signal(j)});
        }
    }
    return SimNeurons(*this, std::move(extended), rate_, gain, bias);
}

SimNeurons SimNeurons::with_filter() const {
    std::vector<Slot> extended = slots();
    for (const Role role : {Role::update, Role::read, Role::state}) {
        extended.push_back({role, signal(j)});  // as above
    }
    SimNeurons filtered(*this, std::move(extended), rate_, has_gain_, has_bias_);
    filtered.has_filter_ = true;
    return filtered;
}

MergeKey SimNeurons::merge_key(const std::vector<Shape>&) const {
    return {"SimNeurons " + std::string(neuron_info(type_).name),
            {rate_ ? 1 : 0, has_gain_ ? 1 : 0, has_bias_ ? 1 : 0, has_filter_ ? 1 : 0,
             std::bit_cast<Index>(smoothing), std::bit_cast<Index>(max_ratio)}};
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
    if (static_cast<int>(type_) >= n_built_in_neurons) {
        return -1;  // a user's curve may do anything with what it calls so
    }
    const auto& names = neuron_info(type_).params;
    const auto found = std::ranges::find(names, std::string_view("amplitude"));
    return found == names.end()
               ? -1
               : first_param() + static_cast<int>(found - names.begin());
}

std::vector<int> SimNeurons::saved_slots() const {
    return {j};
}

double SimNeurons::flops(const std::vector<Shape>& shapes) const {
    constexpr double per_neuron = 30;  // LIF with polynomials; others are cheaper
    return per_neuron * size_of(shapes, output);
}

namespace {

std::vector<Slot> filter_slots(FilterForm form, SignalId input, SignalId output,
                               SignalId coefficients, SignalId state, Role role) {
    std::vector<Slot> slots{
        {Role::read, input}, {role, output}, {Role::read, coefficients}};
    if (form != FilterForm::gain) {
        slots.push_back({Role::state, state});
    }
    return slots;
}

}  // namespace

SimFilter::SimFilter(FilterForm form, Index order, SignalId input_signal,
                     SignalId output_signal, SignalId coefficient_signal,
                     SignalId state_signal, Role output_role)
    : OperatorBase(filter_slots(form, input_signal, output_signal, coefficient_signal,
                                state_signal, output_role)),
      form_(form),
      order_(form == FilterForm::gain ? 0 : order) {
    if (form != FilterForm::finite && order_ > max_filter_order) {
        throw BuildError("SimFilter: got order " + std::to_string(order_) +
                         ", needs at most " + std::to_string(max_filter_order));
    }
}

MergeKey SimFilter::merge_key(const std::vector<Shape>&) const {
    return {"SimFilter", {static_cast<Index>(form_), order_}};
}

double SimFilter::flops(const std::vector<Shape>& shapes) const {
    const auto n = static_cast<double>(filter_coefficients(form_, order_));
    return 2 * n * size_of(shapes, output);
}

namespace {

std::vector<Slot> host_slots(SignalId output, SignalId x) {
    std::vector<Slot> slots;
    if (output != no_signal) {
        slots.push_back({Role::set, output});
    }
    if (x != no_signal) {
        slots.push_back({Role::read, x});
    }
    return slots;
}

}  // namespace

HostFunction::HostFunction(HostCall call, SignalId output, SignalId x, Order order)
    : OperatorBase(host_slots(output, x)),
      call_(std::make_shared<const HostCall>(std::move(call))),
      has_output_(output != no_signal),
      has_x_(x != no_signal),
      order_(order) {}

bool HostFunction::acts_within_step() const {
    return order_ == Order::ordered ||
           (order_ == Order::automatic && (has_x_ || !has_output_));
}

MergeKey HostFunction::merge_key(const std::vector<Shape>& shapes) const {
    return shape_key("HostFunction", shapes);
}

}  // namespace nengine
