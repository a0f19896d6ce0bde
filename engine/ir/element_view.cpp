#include "engine/ir/element_view.hpp"

#include <algorithm>
#include <span>

#include "kernels/base/error.hpp"

namespace nengine::engine {

ElementView ElementView::dense(const Shape& shape, Index offset) {
    if (shape.size() > max_dims) {
        throw BuildError("ElementView: got shape " + to_string(shape) +
                         ", needs at most " + std::to_string(max_dims) + " dimensions");
    }
    ElementView view;
    view.offset = offset;
    view.dims = static_cast<int>(shape.size());
    std::ranges::copy(shape, view.shape.begin());
    fill_dense_strides(shape, std::span(view.strides).first(shape.size()));
    return view;
}

ElementView ElementView::of(const Signal& signal) {
    ElementView view = dense(signal.shape, signal.offset);
    if (signal.is_view()) {
        std::ranges::copy(signal.strides, view.strides.begin());
    }
    return view;
}

Index ElementView::size() const {
    Index n = 1;
    for (int d = 0; d < dims; ++d) {
        n *= shape[static_cast<std::size_t>(d)];
    }
    return n;
}

Shape ElementView::shape_list() const {
    return Shape(shape.begin(), shape.begin() + dims);
}

bool ElementView::contiguous() const {
    Index stride = 1;
    return size() <= 1 || (collapsible(stride) && stride == 1);
}

bool ElementView::collapsible(Index& stride) const {
    stride = 1;
    Index expected = 0;
    bool first = true;
    for (int d = dims - 1; d >= 0; --d) {
        const auto i = static_cast<std::size_t>(d);
        if (shape[i] == 1) {
            continue;
        }
        if (first) {
            stride = strides[i];
            expected = stride * shape[i];
            first = false;
        } else if (strides[i] == expected) {
            expected *= shape[i];
        } else {
            return false;
        }
    }
    return true;
}

std::pair<Index, Index> ElementView::span() const {
    Index first = offset, last = offset;
    for (int d = 0; d < dims; ++d) {
        const auto i = static_cast<std::size_t>(d);
        const Index way = (shape[i] - 1) * strides[i];
        (way < 0 ? first : last) += way;
    }
    return {first, last};
}

}  // namespace nengine::engine
