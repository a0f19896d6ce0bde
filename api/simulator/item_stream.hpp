#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "kernels/base/index.hpp"

namespace nengine {

/// The numbers of items in the order in which `fit` trains with them: all of them, and
/// again all of them, each time in another order if they are shuffled.
class ItemStream {
public:
    /// `seed` is asked for each new order.
    ItemStream(Index items, bool shuffle, std::function<std::uint32_t()> seed);

    /// The next ones.
    std::vector<Index> take(Index count);

private:
    void begin_again();

    Index items_;
    bool shuffle_;
    std::function<std::uint32_t()> seed_;
    std::vector<Index> order_;
    std::size_t taken_ = 0;  ///< of `order_`
};

}  // namespace nengine
