#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "kernels/base/export.hpp"
#include "nengine/node.hpp"
#include "nengine/probe.hpp"
#include "nengine/tensor.hpp"

namespace nengine {

/// A node or probe, or its name: its label, or "node" or "probe" without one; repeated
/// names get "_1", "_2" ... in the order of creation.
class NENGINE_API DataKey {
public:
    DataKey(const Node& node) : value_(node) {}
    DataKey(const Probe& probe) : value_(probe) {}
    DataKey(std::string name) : value_(std::move(name)) {}
    DataKey(const char* name) : value_(std::string(name)) {}

    using Value = std::variant<Node, Probe, std::string>;
    const Value& value() const { return value_; }
    /// What is behind the node or probe; null for a name.
    const detail::ObjectData* object() const;

private:
    Value value_;
};

/// Data for nodes, or targets for probes: `{{x, images}, {"teacher", more}}`. Tensors
/// are [batch, steps, size]; those of one step are held for the whole call.
struct DataEntry {
    DataKey key;
    Tensor values;
};
using Data = std::vector<DataEntry>;

}  // namespace nengine
