#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <ranges>
#include <utility>
#include <variant>
#include <vector>

#include "kernels/base/export.hpp"

namespace nengine {

class Ensemble;
class Neurons;
class Node;
class TensorNode;
class Connection;
class LearningRule;
class Probe;
class Layer;
class Network;

namespace detail {
struct ObjectData;
struct EnsembleData;
struct NodeData;
struct ConnectionData;
struct ProbeData;
struct NetworkData;
}  // namespace detail

/// Python's `start:stop:step`. Negative positions count from the end; what is left out
/// goes to the end that `step` comes from or leads to. `Slice{.step = -1}` reverses.
struct Slice {
    std::optional<std::int64_t> start = std::nullopt;
    std::optional<std::int64_t> stop = std::nullopt;
    std::int64_t step = 1;
    bool operator==(const Slice&) const = default;
};

/// Which components of an object: one, a slice, a list in any order, with repeats and
/// negative positions, or a mask that says for each component whether it is meant.
///
///     ens[0]   ens[-1]   ens[Slice{0, 4, 2}]   ens[{2, 0, 0}]   ens[{true, false}]
class Key {
public:
    /// An element of a list. No bool is one, so that a list of those is a mask.
    struct Position {
        std::int64_t value;
        template <std::integral I>
        requires(!std::same_as<I, bool>) Position(I position)
            : value(static_cast<std::int64_t>(position)) {}
    };

    template <std::integral I>
    requires(!std::same_as<I, bool>) Key(I position)
        : value_(static_cast<std::int64_t>(position)) {}
    Key(Slice slice) : value_(slice) {}
    Key(std::initializer_list<Position> positions) {
        std::vector<std::int64_t> list;
        for (const Position& position : positions) {
            list.push_back(position.value);
        }
        value_ = std::move(list);
    }
    Key(std::vector<std::int64_t> positions) : value_(std::move(positions)) {}
    template <std::ranges::forward_range R>
    requires(std::integral<std::ranges::range_value_t<R>> &&
             !std::same_as<std::ranges::range_value_t<R>, bool>) Key(const R& positions)
        : value_(std::vector<std::int64_t>(positions.begin(), positions.end())) {}
    Key(std::vector<bool> mask) : value_(std::move(mask)) {}
    template <std::same_as<bool>... Bools>
    requires(sizeof...(Bools) > 1) Key(Bools... mask)
        : value_(std::vector<bool>{mask...}) {}

    using Value =
        std::variant<std::int64_t, Slice, std::vector<std::int64_t>, std::vector<bool>>;
    const Value& value() const { return value_; }
    bool operator==(const Key&) const = default;

private:
    Value value_;
};

/// An object or some of its components: one end of a connection, or a probe's target.
class NENGINE_API ObjectView {
public:
    ObjectView(const Ensemble& ensemble);
    ObjectView(const Neurons& neurons);
    ObjectView(const Node& node);
    ObjectView(const TensorNode& node);
    ObjectView(const Layer& layer);
    ObjectView(const Connection& connection);
    /// @throws ValidationError  the connection has no rule, or several
    ObjectView(const LearningRule& rule);
    /// The components `key` of a whole object.
    ObjectView(ObjectView whole, Key key);

    /// The object without the choice of components: `c.pre().whole() == a`.
    ObjectView whole() const;
    /// The same components, written in the same way, of the same object.
    bool operator==(const ObjectView& other) const = default;

    const std::shared_ptr<detail::ObjectData>& object() const { return object_; }
    /// The neurons of an ensemble rather than the ensemble.
    bool is_neurons() const { return neurons_; }
    const std::optional<Key>& key() const { return key_; }
    /// Which learning rule of the connection, rather than the connection.
    const std::optional<std::size_t>& learning_rule() const { return rule_; }

private:
    friend class Connection;
    friend class LearningRule;
    friend class Probe;
    /// Of nothing: the ends of an empty connection.
    ObjectView() = default;

    std::shared_ptr<detail::ObjectData> object_;
    bool neurons_ = false;
    std::optional<std::size_t> rule_;
    std::optional<Key> key_;
};

}  // namespace nengine
