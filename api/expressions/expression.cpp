#include "nengine/expression.hpp"

#include <utility>

#include "api/expressions/axes.hpp"
#include "engine/trace/term.hpp"
#include "kernels/base/error.hpp"

namespace nengine {

using engine::PointwiseOp;

Expression::Expression(double constant)
    : term_(engine::constant_term({}, {constant})) {}
Expression::Expression(const Array& constant)
    : term_(engine::constant_term(constant.shape, constant.values)) {}
Expression::Expression(std::shared_ptr<const engine::Term> term)
    : term_(std::move(term)) {}
Expression::~Expression() = default;

const Shape& Expression::shape() const {
    return term_->shape;
}
std::int64_t Expression::extent(int axis) const {
    return shape()[static_cast<std::size_t>(axis_of(axis, rank(), "extent"))];
}
std::size_t Expression::rank() const {
    return shape().size();
}
std::int64_t Expression::size() const {
    return engine::shape_size(shape());
}
Expression Expression::operator[](const Key& key) const {
    return slice(*this, key, 0);
}

Expression& Expression::operator+=(const Expression& other) {
    return *this = *this + other;
}
Expression& Expression::operator-=(const Expression& other) {
    return *this = *this - other;
}
Expression& Expression::operator*=(const Expression& other) {
    return *this = *this * other;
}
Expression& Expression::operator/=(const Expression& other) {
    return *this = *this / other;
}

// The functions of the table.
#define NENGINE_POINTWISE_1(name, ...)                                            \
    Expression name(const Expression& a) {                                        \
        return Expression(engine::pointwise_term(PointwiseOp::name, {a.term()})); \
    }
#define NENGINE_POINTWISE_2(name, ...)                                        \
    Expression name(const Expression& a, const Expression& b) {               \
        return Expression(                                                    \
            engine::pointwise_term(PointwiseOp::name, {a.term(), b.term()})); \
    }
#define NENGINE_POINTWISE_3(name, ...)                                               \
    Expression name(const Expression& a, const Expression& b, const Expression& c) { \
        return Expression(engine::pointwise_term(PointwiseOp::name,                  \
                                                 {a.term(), b.term(), c.term()}));   \
    }
#include "kernels/pointwise/operations.hpp"

Expression clip(const Expression& x, const Expression& low, const Expression& high) {
    return min(max(x, low), high);
}

}  // namespace nengine
