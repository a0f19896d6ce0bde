#include "api/numerics/window_axis.hpp"
#include "engine/trace/term.hpp"
#include "kernels/base/error.hpp"
#include "nengine/expression.hpp"

namespace nengine {

namespace {

using detail::window_axis;
using detail::WindowAxis;

std::string text(const Expression& x) {
    return "shape " + engine::to_string(x.shape());
}

void need_image(const Expression& image, const char* where) {
    if (image.rank() != 3) {
        throw ShapeError(where, text(image), "an image (height, width, channels)");
    }
}

void need_positive(const Extent2D& extent, const std::string& what) {
    if (extent.height < 1 || extent.width < 1) {
        throw ValidationError(what + ": got " + std::to_string(extent.height) + " x " +
                              std::to_string(extent.width) + ", needs at least 1 x 1");
    }
}

/// Where windows lie in an image, down and across.
struct Windows {
    WindowAxis down, across;
};

Windows windows(const Expression& image, const Extent2D& window,
                const Extent2D& strides, Padding padding, const std::string& where) {
    need_positive(window, where + ": window");
    need_positive(strides, where + ": strides");
    const Windows result{
        window_axis(image.extent(0), window.height, strides.height, padding),
        window_axis(image.extent(1), window.width, strides.width, padding)};
    if (result.down.count < 1 || result.across.count < 1) {
        throw ShapeError(where,
                         "a window of " + std::to_string(window.height) + " x " +
                             std::to_string(window.width),
                         "one within an image of " + text(image));
    }
    return result;
}

Expression pool(bool of_largest, const Expression& image, const PoolOptions& options,
                const char* where) {
    need_image(image, where);
    const Extent2D window = options.pool_size,
                   strides = options.strides.value_or(window);
    const auto [down, across] = windows(image, window, strides, options.padding, where);
    return Expression(engine::pooled_term(of_largest, image.term(),
                                          {.images = 1,
                                           .in_h = image.extent(0),
                                           .in_w = image.extent(1),
                                           .channels = image.extent(2),
                                           .out_h = down.count,
                                           .out_w = across.count,
                                           .pool_h = window.height,
                                           .pool_w = window.width,
                                           .stride_h = strides.height,
                                           .stride_w = strides.width,
                                           .pad_top = down.before,
                                           .pad_left = across.before}));
}

}  // namespace

Expression conv2d(const Expression& image, const Expression& kernel,
                  const ConvOptions& options) {
    need_image(image, "conv2d");
    const std::int64_t channels = image.extent(2), groups = options.groups;
    const bool fits = kernel.rank() == 4 && groups >= 1 && channels % groups == 0 &&
                      kernel.extent(2) * groups == channels &&
                      kernel.extent(3) % groups == 0;
    if (!fits) {
        throw ShapeError(
            "conv2d",
            "a kernel of " + text(kernel) + " and " + std::to_string(groups) +
                " groups",
            "(height, width, channels / groups, filters) for an image of " +
                text(image));
    }
    const Extent2D window(kernel.extent(0), kernel.extent(1));
    const auto [down, across] =
        windows(image, window, options.strides, options.padding, "conv2d");
    return Expression(engine::convolved_term(image.term(), kernel.term(),
                                             {.images = 1,
                                              .in_h = image.extent(0),
                                              .in_w = image.extent(1),
                                              .in_c = channels,
                                              .out_h = down.count,
                                              .out_w = across.count,
                                              .out_c = kernel.extent(3),
                                              .k_h = window.height,
                                              .k_w = window.width,
                                              .stride_h = options.strides.height,
                                              .stride_w = options.strides.width,
                                              .pad_top = down.before,
                                              .pad_left = across.before,
                                              .groups = groups}));
}

Expression max_pool2d(const Expression& image, const PoolOptions& options) {
    return pool(true, image, options, "max_pool2d");
}
Expression average_pool2d(const Expression& image, const PoolOptions& options) {
    return pool(false, image, options, "average_pool2d");
}

}  // namespace nengine
