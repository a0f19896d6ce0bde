#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

#include "kernels/base/export.hpp"
#include "nengine/array.hpp"

// Arithmetic on arrays and on what functions of nodes and connections get, element by
// element, with numbers on either side:
//
//     net.connect(a, b, {.function = [](std::span<const double> x) { return -x; }});
//     net.node([](double t, std::span<const double> x) { return t * x + 1; },
//              {.size_in = 2});
//
// One operand is an Array or a span, the other may be a vector or a std::array too.
// Spans are the standard library's, so that these operators are found by
// `using namespace nengine`, or within it.

namespace nengine {

namespace detail {

/// What arithmetic reads: borrowed numbers and their shape.
class NENGINE_API Operand {
public:
    explicit Operand(double number) : number_(number), values_(&number_, 1) {}
    explicit Operand(const Array& array) : values_(array.values), array_(&array) {}
    explicit Operand(std::span<const double> values)
        : values_(values), is_vector_(true) {}
    Operand(const Operand&) = delete;
    Operand& operator=(const Operand&) = delete;

    std::span<const double> values() const { return values_; }
    bool is_number() const {
        return array_ == nullptr ? !is_vector_ : array_->shape.empty();
    }
    std::vector<std::int64_t> shape() const;

private:
    double number_ = 0.0;
    std::span<const double> values_;
    const Array* array_ = nullptr;
    bool is_vector_ = false;
};

template <class T>
concept ArrayOrSpan = std::same_as<T, Array> ||
    std::same_as<T, std::span<const double>> || std::same_as<T, std::span<double>>;
template <class T>
concept Term = ArrayOrSpan<T> || std::is_arithmetic_v<T> ||
    std::is_convertible_v<const T&, std::span<const double>>;
template <class X, class Y>
concept Terms = Term<X> && Term<Y> &&(ArrayOrSpan<X> || ArrayOrSpan<Y>);

template <Term T>
Operand operand(const T& term) {
    if constexpr (std::is_arithmetic_v<T>) {
        return Operand(static_cast<double>(term));
    } else if constexpr (std::same_as<T, Array>) {
        return Operand(term);
    } else {
        return Operand(std::span<const double>(term));
    }
}

NENGINE_API Array add(const Operand& x, const Operand& y);
NENGINE_API Array subtract(const Operand& x, const Operand& y);
NENGINE_API Array multiply(const Operand& x, const Operand& y);
NENGINE_API Array divide(const Operand& x, const Operand& y);

}  // namespace detail

/// @throws ShapeError  two shapes that differ; numbers go with all
template <class X, class Y>
requires detail::Terms<X, Y> Array operator+(const X& x, const Y& y) {
    return detail::add(detail::operand(x), detail::operand(y));
}
template <class X, class Y>
requires detail::Terms<X, Y> Array operator-(const X& x, const Y& y) {
    return detail::subtract(detail::operand(x), detail::operand(y));
}
template <class X, class Y>
requires detail::Terms<X, Y> Array operator*(const X& x, const Y& y) {
    return detail::multiply(detail::operand(x), detail::operand(y));
}
template <class X, class Y>
requires detail::Terms<X, Y> Array operator/(const X& x, const Y& y) {
    return detail::divide(detail::operand(x), detail::operand(y));
}
template <detail::ArrayOrSpan X>
Array operator-(const X& x) {
    return -1.0 * x;
}
template <detail::ArrayOrSpan X>
Array operator+(const X& x) {
    return 1.0 * x;
}

}  // namespace nengine
