#include "engine/runtime/binder.hpp"
#include "kernels/conv_depth.hpp"
#include "kernels/pool.hpp"

// Calls for convolutions and pools.

namespace nengine {
namespace {

/// Images lie one after the other over steps and items.
template <class Real>
bool dense_images(const Block<Real>& block) {
    return (block.batch <= 1 || block.batch_stride == block.cols) &&
           (block.steps <= 1 || block.time_stride == block.batch * block.cols);
}

/// Calls `run(images, x, y)` for all images at once, or one by one where they do not
/// lie densely.
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

}  // namespace

template <class Real>
Call Binder<Real>::operator_call(const ConvCommand& c,
                                 const ChunkExtent& extent) const {
    // What is written, or the gradient, has every row; the other may be held.
    const bool like_x = c.kind == LinearMap::backward_data || c.transposed;
    const Operand& like = like_x ? c.x : c.y;
    return [device = device_, kind = c.kind, shape = c.shape, accumulate = c.accumulate,
            x = block_like(c.x, like, extent), y = block_like(c.y, like, extent),
            w = address(c.w), bias = address(c.bias), prepared = prepared(c)] {
        device.run([&](const auto& exec) {
            for_images(x, y, [&](Index images, Real* px, Real* py) {
                ConvShape s = shape;
                s.images = images;
                switch (kind) {
                    case LinearMap::forward:
                        conv_forward<Real>(exec, s, px, w, bias, py, accumulate,
                                           prepared);
                        break;
                    case LinearMap::backward_data:
                        conv_backward_data<Real>(exec, s, py, w, px, accumulate,
                                                 prepared);
                        break;
                    case LinearMap::backward_filter:
                        conv_backward_filter<Real>(exec, s, px, py, w, bias,
                                                   accumulate);
                        break;
                }
            });
        });
    };
}

template <class Real>
Call Binder<Real>::operator_call(const PoolCommand& c,
                                 const ChunkExtent& extent) const {
    const Operand& like = c.kind == LinearMap::backward_data ? c.x : c.y;
    return [device = device_, kind = c.kind, shape = c.shape, accumulate = c.accumulate,
            x = block_like(c.x, like, extent), y = block_like(c.y, like, extent)] {
        device.run([&](const auto& exec) {
            for_images(x, y, [&](Index images, Real* px, Real* py) {
                Pool2DShape s = shape;
                s.images = images;
                if (kind == LinearMap::forward) {
                    average_pool_forward<std::decay_t<decltype(exec)>, Real>(
                        exec, s, px, py, accumulate);
                } else {
                    average_pool_backward<std::decay_t<decltype(exec)>, Real>(
                        exec, s, py, px, accumulate);
                }
            });
        });
    };
}

template Call Binder<float>::operator_call(const ConvCommand&,
                                           const ChunkExtent&) const;
template Call Binder<double>::operator_call(const ConvCommand&,
                                            const ChunkExtent&) const;

template Call Binder<float>::operator_call(const PoolCommand&,
                                           const ChunkExtent&) const;
template Call Binder<double>::operator_call(const PoolCommand&,
                                            const ChunkExtent&) const;

}  // namespace nengine
