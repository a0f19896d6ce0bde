#include "engine/runtime/item_source.hpp"

#include <algorithm>
#include <atomic>
#include <numeric>

#include "engine/runtime/stores.hpp"
#include "kernels/base/host_memory.hpp"
#include "kernels/gather.hpp"

namespace nengine::engine {

namespace {

std::vector<Index> first_indices(Index n) {
    std::vector<Index> indices(static_cast<std::size_t>(n));
    std::iota(indices.begin(), indices.end(), Index{0});
    return indices;
}

/// Simulations may be made and used in several threads.
std::atomic<std::uint64_t> next_number = 0;

}  // namespace

Index items_of(const Feeds& feeds, const Targets& targets, Index minibatch) {
    if (!targets.empty()) {
        return targets.begin()->second.batch;
    }
    return feeds.empty() ? minibatch : feeds.begin()->second.batch;
}

ItemSource::ItemSource(const Device& device, const HostTensor& tensor)
    : dtype_(tensor.dtype),
      items_(tensor.batch),
      steps_(tensor.steps),
      size_(tensor.size),
      scale_(tensor.scale) {
    if (!device.is_cuda()) {
        data_ = const_cast<void*>(tensor.data);
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

DataSet::DataSet(const Device& device, const Feeds& given, const Targets& wanted,
                 const Weights& counted)
    : items(items_of(given, wanted, 0)), number(next_number++) {
    for (const auto& [input, tensor] : given) {
        feeds.emplace(input, ItemSource(device, tensor));
    }
    for (const auto& [probe, tensor] : wanted) {
        targets.emplace(probe, ItemSource(device, tensor));
    }
    for (const auto& [probe, tensor] : counted) {
        weights.emplace(probe, ItemSource(device, tensor));
    }
}

ItemOrder::ItemOrder(const Device& device, std::vector<Index> order, Index minibatch)
    : items_(std::ssize(order)),
      minibatch_(minibatch),
      minibatches_((items_ + minibatch - 1) / minibatch) {
    if (items_ > 0) {
        order.resize(static_cast<std::size_t>(minibatches_ * minibatch), order.back());
    }
    device_order_ = upload_table(device, order);
}

ItemOrder::ItemOrder(const Device& device, Index items, Index minibatch)
    : ItemOrder(device, first_indices(items), minibatch) {}

Index ItemOrder::valid(Index number) const {
    return std::min(minibatch_, items_ - number * minibatch_);
}

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
