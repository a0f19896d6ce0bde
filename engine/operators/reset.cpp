#include "engine/operators/reset.hpp"

#include <bit>

#include "engine/ir/lowering.hpp"
#include "kernels/elementwise.hpp"

namespace nengine::engine {

Reset::Reset(SignalId dst_signal, double value)
    : OperatorBase({{Role::set, dst_signal}}), value_(value) {}

MergeKey Reset::merge_key(const std::vector<Shape>&) const {
    return {"Reset", {std::bit_cast<Index>(value_)}};
}

OperatorProperties Reset::properties() const {
    return {.constant = value_, .merging = Merging::elementwise};
}

void Reset::check(const std::vector<Shape>&) const {}

void Reset::lower(Lowering& low) const {
    low.emit(FillArgs<Planned>{low.flat(dst), value_});
}

}  // namespace nengine::engine
