#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "kernels/base/export.hpp"
#include "nengine/functions.hpp"
#include "nengine/seed.hpp"
#include "nengine/view.hpp"

namespace nengine {

struct NodeOptions {
    std::string label = {};
    std::int64_t size_in = 0;
    /// Unless given, a function is called once with t = 0 and zeros to find out.
    std::optional<std::int64_t> size_out = std::nullopt;
    std::optional<Seed> seed = std::nullopt;
    /// The function (or process) shares no variable with other functions and does not
    /// look at the simulator: it may be called for many steps at a time.
    bool pure = false;
};

/// Anything that is not neurons: inputs, functions, or a place where connections meet.
/// A node without input (size_in 0) can be given data from outside. A handle.
class NENGINE_API Node {
public:
    /// Refers to nothing until one is assigned, as an empty Ensemble does.
    Node();
    explicit Node(std::shared_ptr<detail::NodeData> data);
    Node(const Node&) = default;
    Node& operator=(const Node& other) noexcept;
    /// Whether it refers to a node.
    explicit operator bool() const;

    ObjectView operator[](Key key) const;
    bool operator==(const Node& other) const { return data_ == other.data_; }

private:
    friend class ObjectView;
    friend class Simulator;
    friend class DataKey;
    std::shared_ptr<detail::NodeData> data_;

public:
    const std::int64_t& size_in;
    const std::int64_t& size_out;
    std::string& label;
    std::optional<Seed>& seed;
    /// May be replaced by one of the same size.
    NodeOutput& output;
};

}  // namespace nengine
