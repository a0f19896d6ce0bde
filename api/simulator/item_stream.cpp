#include "api/simulator/item_stream.hpp"

#include <algorithm>
#include <numeric>

#include "api/numerics/random_state.hpp"

namespace nengine {

ItemStream::ItemStream(Index items, bool shuffle, std::function<std::uint32_t()> seed)
    : items_(items), shuffle_(shuffle), seed_(std::move(seed)) {}

std::vector<Index> ItemStream::take(Index count) {
    const auto wanted = static_cast<std::size_t>(count);
    std::vector<Index> taken;
    taken.reserve(wanted);
    while (taken.size() < wanted) {
        if (taken_ == order_.size()) {
            begin_again();
        }
        const std::size_t n = std::min(wanted - taken.size(), order_.size() - taken_);
        const auto first = order_.begin() + static_cast<std::ptrdiff_t>(taken_);
        taken.insert(taken.end(), first, first + static_cast<std::ptrdiff_t>(n));
        taken_ += n;
    }
    return taken;
}

void ItemStream::begin_again() {
    taken_ = 0;
    const std::uint32_t seed = seed_();
    if (shuffle_) {
        order_ = RandomState(seed).permutation(items_);
        return;
    }
    order_.resize(static_cast<std::size_t>(items_));
    std::iota(order_.begin(), order_.end(), Index{0});
}

}  // namespace nengine
