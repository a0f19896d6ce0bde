#pragma once

#include <functional>
#include <map>
#include <string>

#include "tests/golden/described/values.hpp"

// The items of a description: what makes an object or a network of the library.

namespace nengine::test::described {

/// The networks and objects that were made, by path.
class Scope {
public:
    explicit Scope(const Network& network) : open_(network) {
        networks_.emplace("network", network);
    }

    void open(const std::string& network) { open_ = networks_.at(network); }
    /// Where the present item is made.
    Network& network() { return open_; }

    void add(const std::string& path, const Network& network);
    void add(const std::string& path, const ObjectView& object);
    void add(const std::string& path, const Ensemble& ensemble);
    void add(const std::string& path, const Connection& connection);

    /// The object, or a part of it, at which a connection or probe ends.
    ObjectView end(const Json& from) const;

private:
    Network open_;
    std::map<std::string, Network> networks_;
    std::map<std::string, ObjectView> objects_;
};

using Item = std::function<void(Scope& scope)>;

const Kinds<Item>& items();
/// Those of nengine's `networks.hpp`, and what may be called when they are made.
void add_library(Kinds<Item>& items);
void add_memories(Kinds<Item>& items);
const Names& names_of_array_calls();
const Names& names_of_memory_calls();

/// With the item's name as the label.
template <class Options>
Options labelled(Options options, const std::string& name) {
    options.label = name;
    return options;
}

}  // namespace nengine::test::described
