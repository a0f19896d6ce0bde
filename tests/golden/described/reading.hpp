#pragma once

#include <functional>
#include <initializer_list>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>

#include "nengine/nengine.hpp"

// How descriptions (tests/nengo/README.md) become C++ values: a table for each family
// of types says what each is called and which of its members the arguments set.

namespace nengine::test::described {

using Json = nlohmann::json;
using Names = std::set<std::string>;

/// The value that is described. Numbers and text are what they are; what else has a
/// specialisation in values.hpp.
template <class T>
T read(const Json& from) {
    return from.get<T>();
}

template <>
inline Seed read<Seed>(const Json& from) {
    return from.get<std::int64_t>();
}

/// Sets one member of a T to what is described.
template <class T>
class Parameter {
public:
    template <class Member>
    Parameter(Member T::*member)
        : set_([member](T& object, const Json& from) {
              assign(object.*member, from);
          }) {}
    /// A parameter of what is itself a member.
    template <class Member>
    Parameter(Member T::*member, Parameter<Member> inner)
        : set_([member, inner](T& object, const Json& from) {
              inner.set(object.*member, from);
          }) {}

    void set(T& object, const Json& from) const { set_(object, from); }

private:
    template <class Value>
    static void assign(Value& to, const Json& from) {
        to = read<Value>(from);
    }
    template <class Value>
    static void assign(OrDefault<Value>& to, const Json& from) {
        to = read<Value>(from);
    }
    template <class Value>
    static void assign(std::optional<Value>& to, const Json& from) {
        to = from.is_null() ? std::nullopt : std::optional<Value>(read<Value>(from));
    }
    template <class Value>
    static void assign(OrDefault<std::optional<Value>>& to, const Json& from) {
        std::optional<Value> value;
        assign(value, from);
        to = std::move(value);
    }

    std::function<void(T& object, const Json& from)> set_;
};

/// What may be given to make a T, by Nengo's names.
template <class T>
class Parameters {
public:
    using Entry = std::pair<const std::string, Parameter<T>>;

    Parameters(std::initializer_list<Entry> entries = {}) : entries_(entries) {}

    /// Those of a member too.
    template <class Member>
    Parameters with(Member T::*member, const Parameters<Member>& inner) const {
        Parameters result = *this;
        for (const auto& [name, parameter] : inner.entries()) {
            result.entries_.emplace(name, Parameter<T>(member, parameter));
        }
        return result;
    }

    /// @throws std::invalid_argument  an argument that is not in the table
    void set(T& object, const Json& from) const {
        for (const auto& [name, value] : from.items()) {
            if (is_not_an_argument(name)) {
                continue;
            }
            const auto found = entries_.find(name);
            if (found == entries_.end()) {
                throw std::invalid_argument("no argument " + name + ": " + from.dump());
            }
            found->second.set(object, value);
        }
    }

    const std::map<std::string, Parameter<T>>& entries() const { return entries_; }

private:
    /// What an item says of itself.
    static bool is_not_an_argument(const std::string& name) {
        static const Names names = {"type", "network", "with", "rejected"};
        return names.contains(name);
    }

    std::map<std::string, Parameter<T>> entries_;
};

/// A family of types that turn into a Base: `{"type": "LIF", "tau_rc": 0.01}`.
template <class Base>
class Kinds {
public:
    template <class T>
    Kinds& add(const std::string& type, const Parameters<T>& parameters = {}) {
        makers_[type] = [parameters](const Json& from) -> Base {
            T value{};
            parameters.set(value, from);
            return Base(std::move(value));
        };
        names_.insert(type);
        for (const auto& [name, parameter] : parameters.entries()) {
            names_.insert(type + '.' + name);
        }
        return *this;
    }

    bool has(const std::string& type) const { return makers_.contains(type); }

    /// @throws std::invalid_argument  a type that is not in the table
    Base make(const Json& from) const {
        const auto type = from.at("type").template get<std::string>();
        if (!has(type)) {
            throw std::invalid_argument("no type " + type + ": " + from.dump());
        }
        return makers_.at(type)(from);
    }

    /// "LIF", "LIF.tau_rc" ...
    const Names& names() const { return names_; }

private:
    std::map<std::string, std::function<Base(const Json&)>> makers_;
    Names names_;
};

}  // namespace nengine::test::described
