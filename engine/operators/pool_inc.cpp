#include "engine/operators/pool_inc.hpp"

#include "engine/ir/lowering.hpp"

namespace nengine::engine {

void PoolInc::lower(Lowering& low) const {
    const Operand in = low.dense(x);
    const Lowering::Written out = low.write_dense(y);
    low.emit(AveragePoolArgs<Planned>{LinearMap::forward, shape(), in, out.operand,
                                      out.accumulate});
    low.finish(out);
}

void PoolInc::lower_backward(BackwardLowering& low) const {
    if (low.wants(x)) {
        const Operand dy = low.dense(y, Of::gradient);
        const Contribution dx = low.contribute(x, BackwardLowering::Form::dense);
        low.emit(AveragePoolArgs<Planned>{LinearMap::backward_data, shape(), dx.operand,
                                          dy, dx.accumulate});
        low.finish(dx);
    }
}

}  // namespace nengine::engine
