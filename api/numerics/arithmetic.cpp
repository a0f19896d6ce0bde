#include "nengine/arithmetic.hpp"

#include <functional>

#include "api/numerics/text.hpp"
#include "kernels/base/error.hpp"

namespace nengine {
namespace detail {

std::vector<std::int64_t> Operand::shape() const {
    if (array_ != nullptr) {
        return array_->shape;
    }
    return is_vector_ ? std::vector{static_cast<std::int64_t>(values_.size())}
                      : std::vector<std::int64_t>();
}

namespace {

template <class Operation>
Array combined(const Operand& x, const Operand& y, Operation operation) {
    const bool spread_x = x.is_number() && !y.is_number();
    const bool spread_y = y.is_number() && !x.is_number();
    std::vector<std::int64_t> shape = spread_x ? y.shape() : x.shape();
    if (!spread_x && !spread_y && shape != y.shape()) {
        throw ShapeError(
            "arithmetic on arrays",
            "shapes " + shape_text(shape) + " and " + shape_text(y.shape()),
            "equal ones, or a number");
    }
    std::vector<double> values(spread_x ? y.values().size() : x.values().size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] =
            operation(x.values()[spread_x ? 0 : i], y.values()[spread_y ? 0 : i]);
    }
    return Array(std::move(shape), std::move(values));
}

}  // namespace

Array add(const Operand& x, const Operand& y) {
    return combined(x, y, std::plus<double>());
}
Array subtract(const Operand& x, const Operand& y) {
    return combined(x, y, std::minus<double>());
}
Array multiply(const Operand& x, const Operand& y) {
    return combined(x, y, std::multiplies<double>());
}
Array divide(const Operand& x, const Operand& y) {
    return combined(x, y, std::divides<double>());
}

}  // namespace detail
}  // namespace nengine
