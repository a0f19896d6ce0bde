#include "api/numerics/image_shapes.hpp"

namespace nengine::detail {

kernels::Pool2DShape pool_shape(const Shape& image, const Extent2D& window,
                                const Extent2D& strides, Padding padding) {
    const auto down = window_axis(image[0], window.height, strides.height, padding);
    const auto across = window_axis(image[1], window.width, strides.width, padding);
    return {.images = 1,
            .in_h = image[0],
            .in_w = image[1],
            .channels = image[2],
            .out_h = down.count,
            .out_w = across.count,
            .pool_h = window.height,
            .pool_w = window.width,
            .stride_h = strides.height,
            .stride_w = strides.width,
            .pad_top = down.before,
            .pad_left = across.before};
}

kernels::Conv2DShape conv_shape(const Shape& image, const Shape& kernel,
                                const Extent2D& strides, Padding padding,
                                std::int64_t groups) {
    const auto down = window_axis(image[0], kernel[0], strides.height, padding);
    const auto across = window_axis(image[1], kernel[1], strides.width, padding);
    return {.images = 1,
            .in_h = image[0],
            .in_w = image[1],
            .in_c = image[2],
            .out_h = down.count,
            .out_w = across.count,
            .out_c = kernel[3],
            .k_h = kernel[0],
            .k_w = kernel[1],
            .stride_h = strides.height,
            .stride_w = strides.width,
            .pad_top = down.before,
            .pad_left = across.before,
            .groups = groups};
}

}  // namespace nengine::detail
