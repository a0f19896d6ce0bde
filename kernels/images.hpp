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

/// Calls `run(images, x, y, ...)` for the images in the columns of blocks x, y, ... of
/// equal extents: for all at once, or one by one where they do not lie densely.
template <class Run, class First, class... Others>
void for_images(const Run& run, const First& x, const Others&... others) {
    if (dense_images(x) && (dense_images(others) && ...)) {
        run(x.steps * x.batch, x.data, others.data...);
        return;
    }
    for (Index t = 0; t < x.steps; ++t) {
        for (Index b = 0; b < x.batch; ++b) {
            run(Index{1}, x.data + x.index(t, b, 0, 0),
                others.data + others.index(t, b, 0, 0)...);
        }
    }
}

}  // namespace nengine::kernels
