#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
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

/// Numbers for a node, or targets for a probe: [batch, steps, size], of float32,
/// float64, int32 or uint8. They are converted to what the simulator computes in as a
/// minibatch is taken, on the device, where they lie as they are given.
struct DataEntry {
    DataKey key;
    Tensor values;
    /// What each number is multiplied by: bytes and 1.0 / 255 make pixels from 0 to 1.
    /// The product is one of double precision, rounded to the simulator's, as is
    /// `static_cast<float>(scale * value)`, bit for bit.
    double scale = 1.0;
};

/// Data for nodes, or targets for probes. Those of one step are held for the whole
/// call.
///
///     sim.fit({{x, images}, {"context", more}}, {{p, labels}});  // by object or name
///     sim.fit(images, labels);  // the first input node; each probe with a loss
///     sim.fit(Data::in_order({images, more}), labels);
///     sim.fit({{x, bytes, 1.0 / 255}}, labels);  // multiplied on the device
class NENGINE_API Data {
public:
    Data() = default;
    Data(std::initializer_list<DataEntry> entries) : entries_(entries) {}
    Data(std::vector<DataEntry> entries) : entries_(std::move(entries)) {}
    /// For the first input node, in the order of creation; as targets, for every probe
    /// that has a loss or metric.
    Data(Tensor values) : alone_(std::move(values)) {}
    /// For the first input nodes, or the first probes, in the order of creation. A
    /// probe without a loss or metric needs a place too: a `Tensor()` will do.
    static Data in_order(std::vector<Tensor> values) {
        Data data;
        data.in_order_ = std::move(values);
        return data;
    }

    const std::optional<Tensor>& alone() const { return alone_; }
    const std::vector<Tensor>& in_order() const { return in_order_; }

    /// Those that have a key.
    const std::vector<DataEntry>& entries() const { return entries_; }
    void push_back(DataEntry entry) { entries_.push_back(std::move(entry)); }
    auto begin() const { return entries_.begin(); }
    auto end() const { return entries_.end(); }
    auto begin() { return entries_.begin(); }
    auto end() { return entries_.end(); }
    std::size_t size() const { return entries_.size(); }
    /// Nothing is given, with a key or without.
    bool empty() const { return entries_.empty() && !alone_ && in_order_.empty(); }
    const DataEntry& operator[](std::size_t i) const { return entries_[i]; }
    DataEntry& operator[](std::size_t i) { return entries_[i]; }

private:
    std::vector<DataEntry> entries_;
    std::optional<Tensor> alone_;
    std::vector<Tensor> in_order_;
};

}  // namespace nengine
