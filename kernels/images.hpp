#pragma once

#include "kernels/base/view.hpp"

// Maps between images, forward and back.

namespace nengine::kernels {

enum class LinearMap { forward, backward_data, backward_filter };

/// Images lie one after the other over steps and items.
template <class Real>
bool dense_images(const Block<Real>& block) {
    return (block.batch <= 1 || block.batch_stride == block.cols) &&
           (block.steps <= 1 || block.time_stride == block.batch * block.cols);
}

/// Calls `run(images, x, y)` for the images in the columns of blocks of equal extents:
/// for all at once, or one by one where they do not lie densely.
template <class Real, class Run>
void for_images(const Block<Real>& x, const Block<Real>& y, Run&& run) {
    if (dense_images(x) && dense_images(y)) {
        run(y.steps * y.batch, x.data, y.data);
        return;
    }
    for (Index t = 0; t < y.steps; ++t) {
        for (Index b = 0; b < y.batch; ++b) {
            run(Index{1}, x.data + x.index(t, b, 0, 0), y.data + y.index(t, b, 0, 0));
        }
    }
}

}  // namespace nengine::kernels
