#include "engine/trace/term.hpp"
#include "kernels/base/error.hpp"
#include "nengine/expression.hpp"

namespace nengine {

namespace {

std::string shapes_text(const Expression& a, const Expression& b) {
    return "shapes " + engine::to_string(a.shape()) + " and " +
           engine::to_string(b.shape());
}

Expression product(const Expression& a, const Expression& b) {
    return Expression(engine::product_term(a.term(), b.term()));
}

}  // namespace

Expression matmul(const Expression& a, const Expression& b) {
    if (a.rank() == 0 || b.rank() == 0) {
        throw ShapeError("matmul", shapes_text(a, b), "vectors or matrices");
    }
    const bool row = a.rank() == 1, column = b.rank() == 1;
    const Expression result =
        product(row ? expand_dims(a, 0) : a, column ? expand_dims(b, 1) : b);
    std::vector<int> left_out;
    if (column) {
        left_out.push_back(-1);
    }
    if (row) {
        left_out.push_back(-2);
    }
    return left_out.empty() ? result : squeeze(result, left_out);
}

Expression dot(const Expression& a, const Expression& b) {
    if (a.rank() == 0 || b.rank() == 0) {
        return a * b;
    }
    if (a.rank() <= 2 && b.rank() <= 2) {
        return matmul(a, b);
    }
    // All other axes of a, then all of b: one product of two matrices.
    const std::int64_t inner = a.extent(-1);
    const int along = b.rank() == 1 ? 0 : static_cast<int>(b.rank()) - 2;
    if (b.extent(along) != inner) {
        throw ShapeError("dot", shapes_text(a, b),
                         "a last axis of a as long as the last but one of b");
    }
    Shape shape(a.shape().begin(), a.shape().end() - 1);
    std::vector<int> order = {along};
    for (int k = 0; k < static_cast<int>(b.rank()); ++k) {
        if (k != along) {
            order.push_back(k);
            shape.push_back(b.extent(k));
        }
    }
    return reshape(
        matmul(reshape(a, {-1, inner}), reshape(transpose(b, order), {inner, -1})),
        shape);
}

Expression outer(const Expression& a, const Expression& b) {
    return reshape(a, {a.size(), 1}) * reshape(b, {1, b.size()});
}

}  // namespace nengine
