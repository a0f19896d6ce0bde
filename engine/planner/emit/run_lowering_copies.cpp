#include "engine/planner/emit/run_lowering.hpp"
#include "kernels/elementwise.hpp"

// Operands whose elements lie one behind the other: copies where they do not.

namespace nengine::engine {

Operand RunLowering::temporary(const Operand& like) {
    const BufferSpec source = context_.plan.buffers[like.buffer];
    const bool history = like.in_time == Rows::history;
    Operand operand = densely(like);
    operand.buffer = context_.storage.add_buffer({.name = source.name + " in between",
                                                  .kind = BufferKind::work,
                                                  .width = like.size() * like.count,
                                                  .dtype = source.dtype,
                                                  .batched = source.batched,
                                                  .history = history});
    context_.storage.touch(operand.buffer,
                           context_.storage.position(stage_, backward_));
    operand.shift = 0;
    operand.offset = 0;
    operand.group_stride = like.count > 1 ? like.size() : 0;
    return operand;
}

Operand RunLowering::scratch(Index cols) {
    const BufferId buffer = context_.storage.add_buffer({.name = "in between",
                                                         .kind = BufferKind::work,
                                                         .width = cols * members(),
                                                         .dtype = context_.plan.dtype,
                                                         .batched = true});
    context_.storage.touch(buffer, context_.storage.position(stage_, backward_));
    return {.buffer = buffer,
            .cols = cols,
            .count = members(),
            .group_stride = members() > 1 ? cols : 0};
}

Operand RunLowering::compact(const Operand& operand) {
    if (operand.cols <= 1 || operand.col_stride == 1) {
        return operand;
    }
    const Operand copy = temporary(operand);
    emit(CopyArgs<Planned>{as_rows(operand), as_rows(copy), false});
    return copy;
}

RunLowering::Written RunLowering::written(const Operand& operand, bool add) {
    if (operand.cols <= 1 || operand.col_stride == 1) {
        return {operand, add, {}, false};
    }
    return {temporary(operand), false, operand, add};
}

Operand RunLowering::dense(int slot, Of of) {
    if (!constant(slot)) {
        return compact(flat(slot, of));
    }
    const ConstantKey key{run_.front(), slot, ConstantKey::Form::dense};
    auto found = context_.constant_cache.find(key);
    if (found == context_.constant_cache.end()) {
        found = context_.constant_cache
                    .emplace(key, context_.constants.dense(node().slot(slot)))
                    .first;
    }
    return found->second;
}

Operand RunLowering::dense_vector(int slot, Of of) {
    return compact(vector(slot, of));
}

RunLowering::Written RunLowering::write_dense(int slot) {
    return written(flat(slot, Of::value), accumulate(slot));
}

RunLowering::Written RunLowering::write_dense_vector(int slot) {
    return written(vector(slot, Of::value), accumulate(slot));
}

void RunLowering::finish(const Written& result) {
    if (result.copy_to.present()) {
        emit(CopyArgs<Planned>{as_rows(result.operand), as_rows(result.copy_to),
                               result.add_copy});
    }
}

}  // namespace nengine::engine
