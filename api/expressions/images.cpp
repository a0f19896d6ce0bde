#include "api/numerics/image_shapes.hpp"
#include "engine/trace/term.hpp"
#include "kernels/base/error.hpp"
#include "nengine/expression.hpp"

namespace nengine {

namespace {

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

void need_windows(const Extent2D& window, const Extent2D& strides,
                  const std::string& where) {
    need_positive(window, where + ": window");
    need_positive(strides, where + ": strides");
}

/// There is a window within the image.
void need_places(std::int64_t down, std::int64_t across, const Extent2D& window,
                 const Expression& image, const char* where) {
    if (down < 1 || across < 1) {
        throw ShapeError(where,
                         "a window of " + std::to_string(window.height) + " x " +
                             std::to_string(window.width),
                         "one within an image of " + text(image));
    }
}

Expression pool(bool of_largest, const Expression& image, const PoolOptions& options,
                const char* where) {
    need_image(image, where);
    const Extent2D window = options.pool_size,
                   strides = options.strides.value_or(window);
    need_windows(window, strides, where);
    const auto shape =
        detail::pool_shape(image.shape(), window, strides, options.padding);
    need_places(shape.out_h, shape.out_w, window, image, where);
    return Expression(engine::pooled_term(of_largest, image.term(), shape));
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
    need_windows(window, options.strides, "conv2d");
    const auto shape = detail::conv_shape(image.shape(), kernel.shape(),
                                          options.strides, options.padding, groups);
    need_places(shape.out_h, shape.out_w, window, image, "conv2d");
    return Expression(engine::convolved_term(image.term(), kernel.term(), shape));
}

Expression max_pool2d(const Expression& image, const PoolOptions& options) {
    return pool(true, image, options, "max_pool2d");
}
Expression average_pool2d(const Expression& image, const PoolOptions& options) {
    return pool(false, image, options, "average_pool2d");
}

}  // namespace nengine
