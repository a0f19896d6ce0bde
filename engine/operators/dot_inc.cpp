#include "engine/operators/dot_inc.hpp"

#include "engine/ir/lowering.hpp"
#include "engine/operators/checks.hpp"
#include "kernels/product.hpp"

namespace nengine::engine {

DotInc::DotInc(SignalId a_signal, SignalId x_signal, SignalId y_signal, bool inc)
    : OperatorBase(
          {{Role::read, a_signal}, {Role::read, x_signal}, {written(inc), y_signal}}) {}

MergeKey DotInc::merge_key(const std::vector<Shape>& shapes) const {
    return shape_key("DotInc", shapes);
}

OperatorProperties DotInc::properties() const {
    return {.product = {Product::Kind::matrix, a, x},
            .linear = {a, x},
            .may_add = true,
            .writes_anywhere = true,
            .merging = Merging::evenly_spaced};
}

double DotInc::flops(const std::vector<Shape>& shapes) const {
    return 2 * elements(shapes, a);
}

void DotInc::check(const std::vector<Shape>& shapes) const {
    const Shape& matrix = shapes[a];
    if (matrix.size() != 2) {
        refuse(*this, "A of shape " + to_string(matrix), "a matrix");
    }
    check_size(*this, "X", size_of(shapes, x), matrix[1]);
    check_size(*this, "Y", size_of(shapes, y), matrix[0]);
}

void DotInc::lower(Lowering& low) const {
    const Operand in = low.dense_vector(x);
    const Lowering::Written out = low.write_dense_vector(y);
    low.emit(ProductArgs<Planned>{ProductKind::forward, low.matrix(a), in, out.operand,
                                  out.accumulate});
    low.finish(out);
}

namespace {

/// dX += A^T dY; members that share x add to it one after the other.
void dot_backward_x(BackwardLowering& low) {
    const Operand dy = low.dense_vector(DotInc::y, Of::gradient);
    const Operand weights = low.matrix(DotInc::a);
    const Contribution dx =
        low.contribute(DotInc::x, BackwardLowering::Form::dense_vector);
    const bool shared = dx.operand.count > 1 && dx.operand.group_stride == 0;
    const auto member = [&](Operand operand, Index g) {
        operand.offset += g * operand.group_stride;
        operand.count = shared ? 1 : operand.count;
        return operand;
    };
    for (Index g = 0; g < (shared ? dx.operand.count : 1); ++g) {
        low.emit(ProductArgs<Planned>{ProductKind::backward_x, member(weights, g),
                                      member(dx.operand, g), member(dy, g),
                                      dx.accumulate || g > 0});
    }
    low.finish(dx);
}

}  // namespace

// dX += A^T dY and dA += dY X^T.
void DotInc::lower_backward(BackwardLowering& low) const {
    if (low.wants(x)) {
        dot_backward_x(low);
    }
    if (low.wants_parameter(a)) {
        low.defer([&] {
            const Operand in = low.dense_vector(x, Of::saved);
            const Operand dy = low.dense_vector(y, Of::saved_gradient);
            low.emit(ProductArgs<Planned>{ProductKind::backward_a,
                                          low.parameter_matrix(a), in, dy, true});
        });
    }
}

}  // namespace nengine::engine
