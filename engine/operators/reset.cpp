#include "engine/operators/reset.hpp"

#include <bit>

#include "engine/ir/lowering.hpp"
#include "kernels/elementwise.hpp"

namespace nengine::engine {

Reset::Reset(SignalId dst_signal, double value) : Reset(dst_signal, value, value) {}

Reset::Reset(SignalId dst_signal, double value, double in_training)
    : OperatorBase({{Role::set, dst_signal}}),
      value_(value),
      in_training_(in_training) {}

MergeKey Reset::merge_key(const std::vector<Shape>&) const {
    return {"Reset", {std::bit_cast<Index>(value_)}};
}

OperatorProperties Reset::properties() const {
    return {.constant = value_, .merging = Merging::elementwise};
}

std::shared_ptr<const Operator> Reset::training_form() const {
    if (in_training_ == value_) {
        return nullptr;
    }
    auto form = std::make_shared<Reset>(signal(dst), in_training_);
    form->label = label;
    return form;
}

void Reset::check(const std::vector<Shape>&) const {}

void Reset::lower(Lowering& low) const {
    low.emit(FillArgs<Planned>{low.flat(dst), value_});
}

}  // namespace nengine::engine
