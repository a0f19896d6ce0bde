#include "engine/ir/any_block.hpp"

#include "kernels/elementwise.hpp"

namespace nengine::engine {

AnyBlock without_gaps(AnyBlock block, void* data) {
    block.data = data;
    block.row_stride = block.cols;
    block.col_stride = 1;
    block.batch_stride = block.rows * block.cols;
    block.time_stride = block.batch_stride * block.batch;
    return block;
}

void copy_block(const Device& device, const AnyBlock& from, const AnyBlock& to,
                bool accumulate) {
    run_as(device, to.dtype, [&]<class Real>(const auto& exec, Real) {
        copy(exec,
             CopyArgs<Bound<Real>>{from.as<const Real>(), to.as<Real>(), accumulate});
    });
}

}  // namespace nengine::engine
