#include "engine/runtime/binder.hpp"

namespace nengine::engine {

AnyBlock Binder::block(const Operand& operand) const {
    const BufferSpec& buffer = to_.plan.buffer(operand);
    const Index items = buffer.batched ? extent_.items : 1;
    const Index row = buffer.width * items;
    Index start = operand.offset + operand.shift * row;
    if (operand.in_time == Rows::last) {
        start += extent_.steps * row;
    }
    if (buffer.kind == BufferKind::state) {
        start += extent_.first_item * buffer.width;
    }
    const bool all = operand.in_time == Rows::all;
    const bool in_time = operand.in_time == Rows::history || all;
    return {.dtype = buffer.dtype,
            .data = element_at(to_.memory.data(operand.buffer), buffer.dtype, start),
            .steps = in_time ? extent_.steps + (all ? buffer.extra_rows : 0) : 1,
            .batch = items,
            .rows = operand.rows,
            .cols = operand.cols,
            .time_stride = in_time ? row : 0,
            .batch_stride = buffer.batched ? buffer.width : 0,
            .row_stride = operand.row_stride,
            .col_stride = operand.col_stride};
}

}  // namespace nengine::engine
