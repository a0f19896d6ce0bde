#pragma once

#include <concepts>
#include <initializer_list>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "nengine/array.hpp"

namespace nengine {

/// Python's `None`: no synapse, no transform, no output, and no value of what need not
/// have one: `.noise = None`, `a.gain = None`.
struct NoneType {
    // What has a None of its own (a Synapse) is that, not a value that is missing.
    template <class T>
    requires(!std::is_convertible_v<const NoneType&, T>) operator std::optional<T>()
        const {
        return std::nullopt;
    }

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
        : value_(hold(std::forward<U>(value))) {}
    OrDefault(std::initializer_list<Array::Number> vector) requires
        std::constructible_from<T, std::initializer_list<Array::Number>>
        : value_(hold(T(vector))) {}
    OrDefault(std::initializer_list<std::initializer_list<double>> rows) requires
        std::constructible_from<T, std::initializer_list<std::initializer_list<double>>>
        : value_(hold(T(rows))) {}

    bool given() const { return static_cast<bool>(value_); }
    const T& value() const { return *value_; }

private:
    // Options are copied from config to config. What is not small is shared by the
    // copies, and never compiled into them: it cannot change.
    static constexpr bool is_small = std::is_trivially_copyable_v<T>;
    using Holder =
        std::conditional_t<is_small, std::optional<T>, std::shared_ptr<const T>>;

    static Holder hold(T value) {
        if constexpr (is_small) {
            return value;
        } else {
            return std::make_shared<const T>(std::move(value));
        }
    }

    Holder value_;
};

}  // namespace nengine
