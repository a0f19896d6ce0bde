#include "engine/runtime/staged_data.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "kernels/base/host_memory.hpp"

namespace nengine::engine {
namespace {

using Tensors = std::map<int, HostTensor>;

/// Tensors begin where memory of their own would.
constexpr std::size_t alignment = 256;

std::size_t round_up(std::size_t bytes) {
    constexpr std::size_t most = std::numeric_limits<std::size_t>::max() - alignment;
    return (std::min(bytes, most) + alignment - 1) / alignment * alignment;
}

std::size_t row_bytes(const HostTensor& tensor) {
    return array_bytes({tensor.steps, tensor.size}, itemsize(tensor.dtype));
}

/// The sum, or the largest number.
std::size_t sum(std::size_t a, std::size_t b) {
    std::size_t result = 0;
    return __builtin_add_overflow(a, b, &result)
               ? std::numeric_limits<std::size_t>::max()
               : result;
}

/// Calls `visit(tensor, offset)` for the tensors of minibatches, one behind the other;
/// how many bytes they take together.
template <class Data, class Visit>
std::size_t each_tensor(Data& data, Index minibatch, const Visit& visit) {
    std::size_t offset = 0;
    for (auto* tensors : {&data.feeds, &data.targets, &data.weights}) {
        for (auto& [place, tensor] : *tensors) {
            visit(tensor, offset);
            const std::size_t bytes = array_bytes(
                {minibatch, tensor.steps, tensor.size}, itemsize(tensor.dtype));
            offset = sum(offset, round_up(bytes));
        }
    }
    return offset;
}

bool are_alike(const Tensors& a, const Tensors& b) {
    return std::ranges::equal(a, b, [](const auto& one, const auto& other) {
        const HostTensor &t = one.second, &u = other.second;
        return one.first == other.first && t.dtype == u.dtype && t.steps == u.steps &&
               t.size == u.size && t.scale == u.scale;
    });
}

}  // namespace

StagedData::StagedData(const Device& device, const HostData& like, Index minibatch)
    : device_(device),
      minibatch_(minibatch),
      like_(like),
      order_(device, minibatch, minibatch) {
    bytes_ = each_tensor(like_, minibatch, [&](HostTensor& tensor, std::size_t) {
        tensor.data = nullptr;
        tensor.batch = minibatch;
    });
    for (Place& place : places_) {
        if (device_.is_cuda() && bytes_ > 0) {
            place.memory = device_.staged(bytes_, "data of a minibatch");
        }
        std::byte* const base = place.memory != nullptr
                                    ? static_cast<std::byte*>(place.memory->device())
                                    : nullptr;
        place.data.emplace(data_at(base));
    }
}

HostData StagedData::data_at(std::byte* base) const {
    HostData data = like_;
    each_tensor(data, minibatch_, [&](HostTensor& tensor, std::size_t offset) {
        tensor.data = base != nullptr ? base + offset : nullptr;
    });
    return data;
}

bool StagedData::fits(const HostData& data) const {
    return are_alike(data.feeds, like_.feeds) &&
           are_alike(data.targets, like_.targets) &&
           are_alike(data.weights, like_.weights);
}

void StagedData::gather(const HostData& data, std::span<const Index> items,
                        std::byte* to) const {
    each_tensor(data, minibatch_, [&](const HostTensor& tensor, std::size_t offset) {
        const auto* from = static_cast<const std::byte*>(tensor.data);
        const std::size_t bytes = row_bytes(tensor);
        std::byte* row = to + offset;
        for (const Index item : items) {
            std::memcpy(row, from + static_cast<std::size_t>(item) * bytes, bytes);
            row += bytes;
        }
    });
}

void StagedData::prepare(const HostData& data, std::span<const Index> items) {
    const Place& place = places_[1 - at_hand_];
    if (place.memory != nullptr) {
        gather(data, items, place.memory->host());
        place.memory->send();
    } else if (!device_.is_cuda()) {
        places_[1 - at_hand_].data.emplace(data);
        prepared_items_.assign(items.begin(), items.end());
    }
}

Batch StagedData::take(Index valid) {
    if (const auto& before = places_[at_hand_].memory;
        has_taken_ && before != nullptr) {
        before->release();
    }
    has_taken_ = true;
    at_hand_ = 1 - at_hand_;
    if (const auto& memory = places_[at_hand_].memory; memory != nullptr) {
        memory->acquire();
    } else if (!device_.is_cuda()) {
        order_ = ItemOrder(device_, std::move(prepared_items_), minibatch_);
    }
    return at_hand(valid);
}

}  // namespace nengine::engine
