#pragma once

#include <concepts>
#include <initializer_list>
#include <optional>
#include <type_traits>
#include <utility>

#include "nengine/array.hpp"

namespace nengine {
inline namespace api {

/// Python's `None`: no synapse, no transform, no output.
struct NoneType {
    bool operator==(const NoneType&) const = default;
};
inline constexpr NoneType None{};

/// An option that need not be given. If it is not, the nearest enclosing network whose
/// config sets it decides, else the default that is named beside it.
template <class T>
class OrDefault {
public:
    OrDefault() = default;
    template <class U>
    requires(std::is_convertible_v<U, T> &&
             !std::is_same_v<std::remove_cvref_t<U>, OrDefault>) OrDefault(U&& value)
        : value_(T(std::forward<U>(value))) {}
    OrDefault(std::initializer_list<Array::Number> vector) requires
        std::constructible_from<T, std::initializer_list<Array::Number>>
        : value_(T(vector)) {}
    OrDefault(std::initializer_list<std::initializer_list<double>> rows) requires
        std::constructible_from<T, std::initializer_list<std::initializer_list<double>>>
        : value_(T(rows)) {}

    bool given() const { return value_.has_value(); }
    const T& value() const { return *value_; }

private:
    std::optional<T> value_;
};

}  // namespace api
}  // namespace nengine
