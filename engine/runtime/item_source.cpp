#include "engine/runtime/item_source.hpp"

#include <algorithm>
#include <atomic>
#include <numeric>

#include "engine/runtime/stores.hpp"
#include "kernels/base/host_memory.hpp"
#include "kernels/gather.hpp"

namespace nengine::engine {

namespace {

/// Simulations may be made and used in several threads.
std::atomic<std::uint64_t> next_number = 0;

}  // namespace

Index items_of(const Feeds& feeds, const Targets& targets, Index minibatch) {
    if (!targets.empty()) {
        return targets.begin()->second.batch;
    }
    return feeds.empty() ? minibatch : feeds.begin()->second.batch;
}

ItemSource::ItemSource(const HostTensor& tensor)
    : dtype_(tensor.dtype),
      data_(const_cast<void*>(tensor.data)),
      items_(tensor.batch),
      steps_(tensor.steps),
      size_(tensor.size),
      scale_(tensor.scale) {}

ItemSource::ItemSource(const Device& device, const HostTensor& tensor)
    : ItemSource(tensor) {
    if (!device.is_cuda()) {
        return;
    }
    owned_ = device.allocate(array_bytes({items_, steps_, size_}, itemsize(dtype_)),
                             "data of a call");
    device.upload(owned_.data(), tensor.data, owned_.bytes());
    data_ = owned_.data();
}

/// Rows [first_step, first_step + steps) of all items, as [steps, items, 1, size].
AnyBlock ItemSource::rows(Index first_step, Index steps) const {
    const bool held = steps_ == 1;
    return {.dtype = dtype_,
            .data = element_at(data_, dtype_, held ? 0 : first_step * size_),
            .steps = steps,
            .batch = items_,
            .rows = 1,
            .cols = size_,
            .time_stride = held ? 0 : size_,
            .batch_stride = steps_ * size_};
}

template <class Source>
DataSet::DataSet(const HostData& data, const Source& source)
    : items(items_of(data.feeds, data.targets, 0)), number(next_number++) {
    const auto add = [&](const auto& tensors, Sources& to) {
        for (const auto& [place, tensor] : tensors) {
            to.emplace(place, source(tensor));
        }
    };
    add(data.feeds, feeds);
    add(data.targets, targets);
    add(data.weights, weights);
}

DataSet::DataSet(const Device& device, const Feeds& given, const Targets& wanted,
                 const Weights& counted)
    : DataSet({given, wanted, counted},
              [&](const HostTensor& tensor) { return ItemSource(device, tensor); }) {}

DataSet::DataSet(const HostData& data)
    : DataSet(data, [](const HostTensor& tensor) { return ItemSource(tensor); }) {}

std::vector<Index> first_indices(Index n) {
    std::vector<Index> indices(static_cast<std::size_t>(n));
    std::iota(indices.begin(), indices.end(), Index{0});
    return indices;
}

PaddedOrder::PaddedOrder(std::vector<Index> order, Index minibatch)
    : items_(std::ssize(order)), minibatch_(minibatch), padded_(std::move(order)) {
    if (items_ > 0) {
        const Index whole = (items_ + minibatch - 1) / minibatch * minibatch;
        const Index last = padded_.back();
        padded_.resize(static_cast<std::size_t>(whole), last);
    }
}

std::span<const Index> PaddedOrder::of_minibatch(Index number) const {
    return std::span(padded_).subspan(static_cast<std::size_t>(number * minibatch_),
                                      static_cast<std::size_t>(minibatch_));
}

Index PaddedOrder::valid(Index number) const {
    return std::min(minibatch_, items_ - number * minibatch_);
}

ItemOrder::ItemOrder(const Device& device, std::vector<Index> order, Index minibatch)
    : order_(std::move(order), minibatch),
      minibatch_(minibatch),
      device_order_(upload_table(device, order_.padded())) {}

ItemOrder::ItemOrder(const Device& device, Index items, Index minibatch)
    : ItemOrder(device, first_indices(items), minibatch) {}

void ItemSource::select(const Device& device, Index first_step, const Index* items,
                        const AnyBlock& target) const {
    const AnyBlock all = rows(first_step, target.steps);
    with_number(dtype_, [&]<class Stored>(Stored) {
        run_as(device, target.dtype, [&]<class Real>(const auto& exec, Real) {
            select_items(exec, all.as<const Stored>(), items, target.as<Real>(),
                         scale_);
        });
    });
}

}  // namespace nengine::engine
