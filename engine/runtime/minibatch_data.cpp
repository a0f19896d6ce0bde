#include "engine/runtime/minibatch_data.hpp"

#include <algorithm>
#include <utility>

#include "kernels/base/host_memory.hpp"

namespace nengine::engine {
namespace {

/// Of what is free, where nobody has said how much data may take.
constexpr std::size_t share_of_free = 2;

std::size_t bytes_of(const HostData& data) {
    std::size_t bytes = 0;
    for (const auto* tensors : {&data.feeds, &data.targets, &data.weights}) {
        for (const auto& [place, tensor] : *tensors) {
            bytes += array_bytes({tensor.batch, tensor.steps, tensor.size},
                                 itemsize(tensor.dtype));
        }
    }
    return bytes;
}

}  // namespace

bool DataBudget::spend(std::size_t bytes) {
    if (!device_.is_cuda() || bytes == 0) {
        return true;  // nothing is copied
    }
    if (!left_) {
        const std::size_t free = device_.free_memory();
        left_ = std::min(bytes_.value_or(free / share_of_free), free);
    }
    if (bytes > *left_) {
        return false;
    }
    *left_ -= bytes;
    return true;
}

MinibatchData::MinibatchData(const Device& device, HostData data, Index minibatch,
                             DataBudget& budget)
    : device_(device),
      host_(std::move(data)),
      minibatch_(minibatch),
      items_given_(items_of(host_.feeds, host_.targets, minibatch)) {
    if (budget.spend(bytes_of(host_))) {
        resident_.emplace(device, host_.feeds, host_.targets, host_.weights);
    } else {
        staged_.emplace(device, host_, minibatch);
    }
}

void MinibatchData::set_order(std::vector<Index> items) {
    has_given_order_ = false;
    at_hand_.reset();
    prepared_.reset();
    if (is_staged()) {
        staged_order_.emplace(std::move(items), minibatch_);
    } else {
        order_.emplace(device_, std::move(items), minibatch_);
    }
}

void MinibatchData::set_given_order() {
    if (!has_given_order_) {
        set_order(first_indices(items_given_));
        has_given_order_ = true;
    }
}

Index MinibatchData::items() const {
    return is_staged() ? staged_order_->items() : order_->items();
}

Index MinibatchData::minibatches() const {
    return is_staged() ? staged_order_->minibatches() : order_->minibatches();
}

void MinibatchData::prepare(Index number) {
    if (is_staged() && at_hand_ != number && prepared_ != number) {
        prepared_.reset();
        staged_->prepare(host_, staged_order_->of_minibatch(number));
        prepared_ = number;
    }
}

Batch MinibatchData::batch(Index number) {
    if (!is_staged()) {
        return {*resident_, order_->of_minibatch(number), order_->valid(number)};
    }
    const Index valid = staged_order_->valid(number);
    if (at_hand_ == number) {
        return staged_->at_hand(valid);
    }
    prepare(number);
    at_hand_ = std::exchange(prepared_, std::nullopt);
    return staged_->take(valid);
}

}  // namespace nengine::engine
