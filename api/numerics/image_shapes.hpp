#pragma once

#include "api/numerics/window_axis.hpp"
#include "kernels/base/shape.hpp"
#include "kernels/conv.hpp"
#include "kernels/pool.hpp"

namespace nengine::detail {

/// What kernels are to know of a pool of an image [height, width, channels].
kernels::Pool2DShape pool_shape(const Shape& image, const Extent2D& window,
                                const Extent2D& strides, Padding padding);
/// And of its correlation with a kernel [height, width, channels / groups, filters].
kernels::Conv2DShape conv_shape(const Shape& image, const Shape& kernel,
                                const Extent2D& strides, Padding padding,
                                std::int64_t groups);

}  // namespace nengine::detail
