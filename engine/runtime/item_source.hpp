#pragma once

#include <map>
#include <span>
#include <vector>

#include "engine/ir/any_block.hpp"
#include "kernels/base/device.hpp"

namespace nengine::engine {

/// Borrowed numbers of the caller's, `[batch, steps, size]`, row-major on the host,
/// each times `scale`.
struct HostTensor {
    const void* data = nullptr;
    DType dtype = DType::float32;  ///< or float64, int32, uint8
    Index batch = 0, steps = 0, size = 0;
    double scale = 1.0;
};

/// Data for inputs, by index into Model::inputs. A tensor of one step is held for the
/// whole call.
using Feeds = std::map<int, HostTensor>;
/// Targets, by index into Model::probes: a step for each sample that the probe shows of
/// the call (CallSamples), or one that is compared with every sample.
using Targets = std::map<int, HostTensor>;
/// What losses on a probe count, by the same index: [batch, samples or 1, 1].
using Weights = std::map<int, HostTensor>;

/// What a call is given, as it lies with the caller.
struct HostData {
    Feeds feeds = {};
    Targets targets = {};
    Weights weights = {};
};

/// How many items a call has: as many as are fed or wanted, or a minibatch.
Index items_of(const Feeds& feeds, const Targets& targets, Index minibatch);

/// Numbers of the caller's for all items of a call, on the device, as they are: a
/// minibatch of them is converted.
class ItemSource {
public:
    ItemSource() = default;
    /// Borrows the caller's memory where the device can read it.
    ItemSource(const Device& device, const HostTensor& tensor);
    /// Borrows memory that the device can read.
    explicit ItemSource(const HostTensor& tensor);

    Index items() const { return items_; }
    Index steps() const { return steps_; }
    Index size() const { return size_; }
    std::size_t bytes() const { return owned_.bytes(); }
    /// target(t, b) = row first_step + t of item items[b], or its only row. `items` lie
    /// on the device; the target is [steps, batch, 1, size].
    void select(const Device& device, Index first_step, const Index* items,
                const AnyBlock& target) const;

private:
    AnyBlock rows(Index first_step, Index steps) const;

    DType dtype_ = DType::float32;
    void* data_ = nullptr;  ///< only read
    Index items_ = 0, steps_ = 0, size_ = 0;
    double scale_ = 1.0;
    Buffer owned_;
};

using Sources = std::map<int, ItemSource>;

/// What a call is given, on the device: for as long as it is used again and again, if
/// the caller keeps it.
struct DataSet {
    DataSet(const Device& device, const Feeds& feeds, const Targets& targets,
            const Weights& weights);
    /// Borrows memory that the device can read.
    explicit DataSet(const HostData& data);

    Sources feeds, targets, weights;
    Index items = 0;       ///< 0: nothing is given
    std::uint64_t number;  ///< which no other has, whatever its address

private:
    /// `source(tensor)`: what a tensor is to the device.
    template <class Source>
    DataSet(const HostData& data, const Source& source);
};

/// Items in the order of processing, padded to whole minibatches by repeating the last.
class PaddedOrder {
public:
    PaddedOrder(std::vector<Index> order, Index minibatch);

    Index items() const { return items_; }  ///< without padding
    Index minibatches() const { return std::ssize(padded_) / minibatch_; }
    const std::vector<Index>& padded() const { return padded_; }
    std::span<const Index> of_minibatch(Index number) const;
    /// Those of it that are no padding.
    Index valid(Index number) const;

private:
    Index items_, minibatch_;
    std::vector<Index> padded_;
};

/// Such an order on the device.
class ItemOrder {
public:
    ItemOrder(const Device& device, std::vector<Index> order, Index minibatch);
    /// 0, 1, ..., `items` - 1
    ItemOrder(const Device& device, Index items, Index minibatch);

    Index items() const { return order_.items(); }
    Index minibatches() const { return order_.minibatches(); }
    /// On the device, those of a minibatch.
    const Index* of_minibatch(Index number) const {
        return device_order_.as<Index>() + number * minibatch_;
    }
    Index valid(Index number) const { return order_.valid(number); }

private:
    PaddedOrder order_;
    Index minibatch_;
    Buffer device_order_;
};

/// 0, 1, ..., n - 1
std::vector<Index> first_indices(Index n);

/// One minibatch of a call.
struct Batch {
    const DataSet& data;
    const Index* items;  ///< on the device, as many as there are places in a minibatch
    Index valid;         ///< those that count: padding comes last
};

}  // namespace nengine::engine
