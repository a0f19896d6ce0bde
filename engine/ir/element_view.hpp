#pragma once

#include <array>
#include <compare>
#include <utility>

#include "engine/ir/signal.hpp"

namespace nengine::engine {

/// Some elements of a value: like a view of a signal, at most 6-D.
struct ElementView {
    static constexpr int max_dims = kernels::max_item_axes;
    Index offset = 0;
    int dims = 0;
    std::array<Index, max_dims> shape{}, strides{};

    static ElementView dense(const Shape& shape, Index offset = 0);
    /// The elements of its base that a signal names.
    static ElementView of(const Signal& signal);
    Index size() const;
    Shape shape_list() const;
    /// Elements follow one another without gap, in order.
    bool contiguous() const;
    /// All elements lie `stride` apart, in order (any size up to 1 qualifies).
    bool collapsible(Index& stride) const;
    /// The first and the last element of the value between which all lie; there is at
    /// least one.
    std::pair<Index, Index> span() const;
    auto operator<=>(const ElementView&) const = default;
};

/// Calls `fn(element)` for every element that a view names, in order.
template <class Fn>
void for_each_element(const ElementView& view, Fn&& fn) {
    std::array<Index, ElementView::max_dims> at{};
    const Index n = view.size();
    for (Index i = 0; i < n; ++i) {
        Index element = view.offset;
        for (int d = 0; d < view.dims; ++d) {
            const auto k = static_cast<std::size_t>(d);
            element += at[k] * view.strides[k];
        }
        fn(element);
        for (int d = view.dims - 1; d >= 0; --d) {
            const auto k = static_cast<std::size_t>(d);
            if (++at[k] < view.shape[k]) {
                break;
            }
            at[k] = 0;
        }
    }
}

}  // namespace nengine::engine
