#include "engine/operators/sim_filter.hpp"

#include "engine/ir/lowering.hpp"
#include "engine/operators/checks.hpp"
#include "kernels/base/error.hpp"
#include "kernels/filter_scan.hpp"

namespace nengine::engine {
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

OperatorProperties SimFilter::properties() const {
    return {.merging = Merging::elementwise,
            .coefficients = {coefficients},
            .state_planes = order_ > 0 ? order_ : 1};
}

double SimFilter::flops(const std::vector<Shape>& shapes) const {
    const auto n = static_cast<double>(filter_coefficients(form_, order_));
    return 2 * n * elements(shapes, output);
}

void SimFilter::check(const std::vector<Shape>& shapes) const {
    const Index n = size_of(shapes, output);
    check_size(*this, "an input", size_of(shapes, input), n);
    check_size(*this, "coefficients", size_of(shapes, coefficients),
               filter_coefficients(form_, order_));
    if (form_ != FilterForm::gain) {
        check_size(*this, "a state", size_of(shapes, state), order_ * n);
    }
}

void SimFilter::lower(Lowering& low) const {
    FilterScanArgs<Planned> command{.form = form_,
                                    .order = order_,
                                    .coefficients = low.coefficients(coefficients),
                                    .input = low.flat(input),
                                    .state = order_ > 0 ? low.planes(state) : Operand{},
                                    .output = low.flat(output)};
    low.emit(command);
}

void SimFilter::lower_backward(BackwardLowering& low) const {
    if (!low.wants(input)) {
        return;
    }
    const Operand dy = low.flat(output, Of::gradient);
    const Contribution du = low.contribute(input, BackwardLowering::Form::flat);
    low.emit(FilterBackwardArgs<Planned>{
        form_, order_, low.coefficients(coefficients), dy,
        order_ > 0 ? low.adjoint(order_, dy.cols) : Operand{}, du.operand,
        du.accumulate});
    low.finish(du);
    low.consume_carried_gradient(output);
}

}  // namespace nengine::engine
