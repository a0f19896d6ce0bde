#include "engine/operators/max_pool_inc.hpp"

#include "engine/ir/lowering.hpp"

namespace nengine::engine {

void MaxPoolInc::lower(Lowering& low) const {
    const Operand in = low.dense(x);
    const Lowering::Written out = low.write_dense(y);
    low.emit(MaxPoolArgs<Planned>{shape(), in, out.operand, out.accumulate});
    low.finish(out);
}

void MaxPoolInc::lower_backward(BackwardLowering& low) const {
    if (low.wants(x)) {
        const Operand in = low.dense(x);
        const Operand dy = low.dense(y, Of::gradient);
        const Contribution dx = low.contribute(x, BackwardLowering::Form::dense);
        low.emit(
            MaxPoolBackwardArgs<Planned>{shape(), in, dy, dx.operand, dx.accumulate});
        low.finish(dx);
    }
}

}  // namespace nengine::engine
