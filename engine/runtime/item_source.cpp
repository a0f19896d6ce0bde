#include "engine/runtime/item_source.hpp"

#include <algorithm>
#include <numeric>

#include "engine/runtime/stores.hpp"
#include "kernels/base/error.hpp"
#include "kernels/base/host_memory.hpp"
#include "kernels/gather.hpp"

namespace nengine::engine {
namespace {

/// Numbers of one dtype as another.
std::vector<std::byte> converted(const HostTensor& tensor, DType dtype) {
    const auto n = static_cast<std::size_t>(tensor.batch * tensor.steps * tensor.size);
    std::vector<std::byte> result(n * itemsize(dtype));
    with_real(tensor.dtype, [&]<class From>(From) {
        with_real(dtype, [&]<class To>(To) {
            const auto* from = static_cast<const From*>(tensor.data);
            std::transform(from, from + n, reinterpret_cast<To*>(result.data()),
                           [](From v) { return static_cast<To>(v); });
        });
    });
    return result;
}

std::vector<Index> first_indices(Index n) {
    std::vector<Index> indices(static_cast<std::size_t>(n));
    std::iota(indices.begin(), indices.end(), Index{0});
    return indices;
}

}  // namespace

Index items_of(const Feeds& feeds, const Targets& targets, Index minibatch) {
    if (!targets.empty()) {
        return targets.begin()->second.batch;
    }
    return feeds.empty() ? minibatch : feeds.begin()->second.batch;
}

ItemSource::ItemSource(const Device& device, const HostTensor& tensor, DType dtype)
    : dtype_(dtype), items_(tensor.batch), steps_(tensor.steps), size_(tensor.size) {
    const bool same = tensor.dtype == dtype;
    if (!same) {
        need_host_memory(array_bytes({items_, steps_, size_}, itemsize(dtype)), [&] {
            return MemoryUse{"data of a call",
                             "numbers of shape " + to_string({items_, steps_, size_}) +
                                 " in another precision",
                             "the number of items or steps, or give the data in the "
                             "simulator's dtype"};
        });
        converted_ = converted(tensor, dtype);
    }
    void* const host = same ? const_cast<void*>(tensor.data) : converted_.data();
    if (!device.is_cuda()) {
        data_ = host;
        return;
    }
    owned_ = device.allocate(array_bytes({items_, steps_, size_}, itemsize(dtype)),
                             "data of a call");
    device.upload(owned_.data(), host, owned_.bytes());
    converted_.clear();
    data_ = owned_.data();
}

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
                 const Weights& counted, DType dtype)
    : items(items_of(given, wanted, 0)) {
    for (const auto& [input, tensor] : given) {
        feeds.emplace(input, ItemSource(device, tensor, dtype));
    }
    for (const auto& [probe, tensor] : wanted) {
        targets.emplace(probe, ItemSource(device, tensor, dtype));
    }
    for (const auto& [probe, tensor] : counted) {
        weights.emplace(probe, ItemSource(device, tensor, dtype));
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

void select(const Device& device, const AnyBlock& source, const Index* items,
            const AnyBlock& target) {
    run_as(device, target.dtype, [&]<class Real>(const auto& exec, Real) {
        select_items(exec, source.as<const Real>(), items, target.as<Real>());
    });
}

}  // namespace nengine::engine
