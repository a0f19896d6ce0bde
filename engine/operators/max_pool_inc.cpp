#include "engine/operators/max_pool_inc.hpp"

#include "engine/ir/lowering.hpp"
#include "engine/operators/checks.hpp"

namespace nengine::engine {

MaxPoolInc::MaxPoolInc(SignalId x_signal, SignalId y_signal, const Pool2DShape& shape,
                       bool inc)
    : OperatorBase({{Role::read, x_signal}, {written(inc), y_signal}}), shape_(shape) {
    shape_.images = 1;
}

MergeKey MaxPoolInc::merge_key(const std::vector<Shape>&) const {
    const Pool2DShape& s = shape_;
    return {"MaxPoolInc",
            {s.in_h, s.in_w, s.channels, s.out_h, s.out_w, s.pool_h, s.pool_w,
             s.stride_h, s.stride_w, s.pad_top, s.pad_left}};
}

OperatorProperties MaxPoolInc::properties() const {
    return {.may_add = true, .writes_anywhere = true};
}

double MaxPoolInc::flops(const std::vector<Shape>&) const {
    return static_cast<double>(shape_.out_h * shape_.out_w * shape_.channels *
                               shape_.pool_h * shape_.pool_w);
}

void MaxPoolInc::check(const std::vector<Shape>& shapes) const {
    const Pool2DShape& s = shape_;
    check_size(*this, "X", size_of(shapes, x), s.in_h * s.in_w * s.channels);
    check_size(*this, "Y", size_of(shapes, y), s.out_h * s.out_w * s.channels);
}

void MaxPoolInc::lower(Lowering& low) const {
    const Operand in = low.dense(x);
    const Lowering::Written out = low.write_dense(y);
    low.emit(MaxPoolArgs<Planned>{shape_, in, out.operand, out.accumulate});
    low.finish(out);
}

void MaxPoolInc::lower_backward(BackwardLowering& low) const {
    if (low.wants(x)) {
        const Operand in = low.dense(x);
        const Operand dy = low.dense(y, Of::gradient);
        const Contribution dx = low.contribute(x, BackwardLowering::Form::dense);
        low.emit(
            MaxPoolBackwardArgs<Planned>{shape_, in, dy, dx.operand, dx.accumulate});
        low.finish(dx);
    }
}

}  // namespace nengine::engine
