#include "engine/ir/any_block.hpp"

namespace nengine::engine {

AnyBlock without_gaps(AnyBlock block, void* data) {
    block.data = data;
    block.row_stride = block.cols;
    block.col_stride = 1;
    block.batch_stride = block.rows * block.cols;
    block.time_stride = block.batch_stride * block.batch;
    return block;
}

}  // namespace nengine::engine
