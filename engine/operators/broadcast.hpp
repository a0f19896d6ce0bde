#pragma once

#include "engine/ir/lowering.hpp"
#include "engine/ir/operator.hpp"
#include "engine/program/pointwise_graph.hpp"

// Operands that repeat along others by numpy's rules.

namespace nengine::engine {

/// `from` repeats along `to` by numpy's rules.
/// @throws BuildError  it does not, naming the operator
void check_broadcast(const Operator& op, const Shape& from, const Shape& to);

/// y = or += x, and y = or += a x, of operands with equal extents: by kernels of their
/// own as far as these take the axes.
void emit_copy(Lowering& low, const Operand& x, const Operand& y, bool accumulate);
void emit_product(Lowering& low, const Operand& a, const Operand& x, const Operand& y,
                  bool accumulate);

/// y = or += a function of operands with equal extents.
void emit_program(Lowering& low, const PointwiseGraph& function,
                  const std::vector<Operand>& inputs, const Operand& y,
                  bool accumulate);

/// dL/d(slot) += the sum over repetitions of dL/d(out) [* factor]: the gradient of
/// broadcasting.
void broadcast_gradient(BackwardLowering& low, int slot, int factor, int out);

}  // namespace nengine::engine
