#include "engine/operators/mat_mul.hpp"

#include "engine/ir/lowering.hpp"
#include "engine/operators/broadcast.hpp"
#include "engine/operators/checks.hpp"
#include "kernels/matmul.hpp"

namespace nengine::engine {
namespace {

Axis rows_of(const Operand& operand) {
    return {operand.rows, operand.row_stride};
}
Axis cols_of(const Operand& operand) {
    return {operand.cols, operand.col_stride};
}

Operand transposed(Operand matrix) {
    std::swap(matrix.rows, matrix.cols);
    std::swap(matrix.row_stride, matrix.col_stride);
    return matrix;
}

/// What products take: the matrices themselves, or copies whose rows lie densely.
Operand as_matrices(Lowering& low, const Operand& operand) {
    if (kernels::is_matrix(rows_of(operand), cols_of(operand))) {
        return operand;
    }
    const Operand copy = low.temporary(operand);
    emit_copy(low, operand, copy, false);
    return copy;
}

/// An operand of products that are summed over steps and items: where the matrices of
/// one follow on those of another, all of them are one product; else a product each.
Operand in_one_run(Lowering& low, const Operand& operand) {
    if (low.fills_rows(operand)) {
        return operand;
    }
    const Operand copy = low.temporary(operand);
    emit_copy(low, operand, copy, false);
    return copy;
}

/// y = or += a b, by way of a copy if y's matrices do not lie as products write them.
void emit_matmul(Lowering& low, const Operand& a, const Operand& b, const Operand& y,
                 bool accumulate) {
    const Operand left = as_matrices(low, a), right = as_matrices(low, b);
    if (kernels::is_matrix(rows_of(y), cols_of(y))) {
        low.emit(MatMulArgs<Planned>{left, right, y, accumulate});
        return;
    }
    const Operand dense = low.temporary(y);
    low.emit(MatMulArgs<Planned>{left, right, dense, false});
    emit_copy(low, dense, y, accumulate);
}

}  // namespace

MatMul::MatMul(SignalId a_signal, SignalId b_signal, SignalId y_signal, bool inc)
    : OperatorBase(
          {{Role::read, a_signal}, {Role::read, b_signal}, {written(inc), y_signal}}) {}

MergeKey MatMul::merge_key(const std::vector<Shape>& shapes) const {
    return shape_key("MatMul", shapes);
}

OperatorProperties MatMul::properties() const {
    return {.linear = {a, b}, .may_add = true, .writes_anywhere = true};
}

double MatMul::flops(const std::vector<Shape>& shapes) const {
    return 2 * elements(shapes, y) * static_cast<double>(shapes[a].back());
}

void MatMul::check(const std::vector<Shape>& shapes) const {
    for (const Shape& shape : shapes) {
        if (shape.size() < 2) {
            refuse(*this, "shape " + to_string(shape), "two dimensions or more");
        }
    }
    const auto last = [&](int slot, std::size_t n) {
        const Shape& shape = shapes[static_cast<std::size_t>(slot)];
        return shape[shape.size() - n];
    };
    const bool fits = last(a, 1) == last(b, 2) && last(a, 2) == last(y, 2) &&
                      last(b, 1) == last(y, 1);
    if (!fits) {
        refuse(*this,
               "shapes " + to_string(shapes[a]) + ", " + to_string(shapes[b]) +
                   " and " + to_string(shapes[y]),
               "(..., m, k), (..., k, n) and (..., m, n)");
    }
    const auto stack = [](Shape shape) {
        shape.resize(shape.size() - 2);
        return shape;
    };
    check_broadcast(*this, stack(shapes[a]), stack(shapes[y]));
    check_broadcast(*this, stack(shapes[b]), stack(shapes[y]));
}

void MatMul::lower(Lowering& low) const {
    const auto operands = low.matrices({a, b, y});
    emit_matmul(low, operands[0], operands[1], operands[2], low.accumulate(y));
}

// dA += dY B^T, dB += A^T dY, summed over what was repeated.
void MatMul::lower_backward(BackwardLowering& low) const {
    const auto operands_of = [&](int other, Of dy, Of value) {
        auto operands = low.matrices({other, y}, dy, value);
        if (dy == Of::saved_gradient) {
            for (Operand& operand : operands) {
                operand = in_one_run(low, operand);
            }
        }
        return operands;
    };
    const auto gradient_of_a = [&](const Operand& da, bool accumulate, Of dy,
                                   Of value) {
        const auto operands = operands_of(b, dy, value);
        emit_matmul(low, operands[1], transposed(operands[0]), da, accumulate);
    };
    const auto gradient_of_b = [&](const Operand& db, bool accumulate, Of dy,
                                   Of value) {
        const auto operands = operands_of(a, dy, value);
        emit_matmul(low, transposed(operands[0]), operands[1], db, accumulate);
    };
    const auto lower_gradient = [&](int slot, const auto& gradient) {
        if (low.wants_parameter(slot)) {
            low.defer([&] {
                gradient(low.parameter_matrices(slot, y), true, Of::saved_gradient,
                         Of::saved);
            });
        } else if (low.wants(slot)) {
            const Contribution contribution = low.contribute_matrices(slot, y);
            gradient(contribution.operand, contribution.accumulate, Of::gradient,
                     Of::value);
        }
    };
    lower_gradient(a, gradient_of_a);
    lower_gradient(b, gradient_of_b);
}

}  // namespace nengine::engine
