#include <algorithm>

#include "api/expressions/trace.hpp"
#include "api/numerics/named.hpp"
#include "api/numerics/text.hpp"
#include "api/objects/objects.hpp"

namespace nengine {
namespace detail {

namespace {

using Extents = std::vector<std::int64_t>;

void need_positive(const Extent2D& extent, const std::string& what) {
    need_size(extent.height, 1, what);
    need_size(extent.width, 1, what);
}

void need_image(const Extents& shape, std::int64_t size, const std::string& where) {
    if (shape.size() != 3) {
        throw ValidationError(where + ": got an input of " +
                              (shape.empty() ? "size " + std::to_string(size)
                                             : "shape " + shape_text(shape)) +
                              ", needs shape_in [height, width, channels]");
    }
}

Extents windows_shape(const Extents& in, const Extent2D& window,
                      const Extent2D& strides, Padding padding, std::int64_t channels,
                      const std::string& where) {
    need_positive(window, where + ": window");
    need_positive(strides, where + ": strides");
    const auto down = window_axis(in[0], window.height, strides.height, padding);
    const auto across = window_axis(in[1], window.width, strides.width, padding);
    if (down.count < 1 || across.count < 1) {
        throw ValidationError(where + ": got a window of " +
                              std::to_string(window.height) + " x " +
                              std::to_string(window.width) +
                              ", needs one within the input " + shape_text(in));
    }
    return {down.count, across.count, channels};
}

/// What a function of symbolic tensors returns.
Extents traced_shape(const TensorFunction& function, const Arguments& arguments,
                     const std::string& where) {
    constexpr double some_dt = 0.001;
    return named(where, [&] {
        return trace(*function.copy(), arguments, some_dt).result->shape;
    });
}

struct ShapeOut {
    const Extents& in;
    std::int64_t size;
    const std::string& where;

    Extents operator()(const Conv2D& layer) const {
        need_image(in, size, where);
        need_size(layer.filters, 1, where + ": filters");
        need_size(layer.groups, 1, where + ": groups");
        if (in[2] % layer.groups != 0 || layer.filters % layer.groups != 0) {
            throw ValidationError(where + ": got " + std::to_string(layer.groups) +
                                  " groups, needs a divisor of its " +
                                  std::to_string(in[2]) + " channels and " +
                                  std::to_string(layer.filters) + " filters");
        }
        return windows_shape(in, layer.kernel_size, layer.strides, layer.padding,
                             layer.filters, where);
    }
    template <class Pooling>
    requires requires(const Pooling& layer) { layer.pool_size; }
    Extents operator()(const Pooling& layer) const {
        need_image(in, size, where);
        return windows_shape(in, layer.pool_size,
                             layer.strides.value_or(layer.pool_size), layer.padding,
                             in[2], where);
    }
    Extents operator()(const Dense& layer) const {
        need_size(layer.units, 1, where + ": units");
        return {layer.units};
    }
    Extents operator()(const Flatten&) const { return {size}; }
    Extents operator()(const NeuronModel&) const { return in; }
    Extents operator()(const TensorFunction& function) const {
        return traced_shape(function,
                            {.count = function.n_arguments(),
                             .shape_in = in.empty() ? Extents{size} : in,
                             .pass_time = true},
                            where);
    }
};

}  // namespace

TensorLayer make_tensor_layer(LayerKind kind, Extents shape_in, std::int64_t size_in,
                              const std::string& where) {
    for (const auto extent : shape_in) {
        need_size(extent, 1, where + ": shape_in");
    }
    TensorLayer layer{.kind = std::move(kind), .shape_in = std::move(shape_in)};
    layer.shape_out = std::visit(ShapeOut{layer.shape_in, size_in, where}, layer.kind);
    if (layer.shape_in.empty()) {
        layer.shape_in = {size_in};
    }
    layer.pass_time = true;
    return layer;
}

TensorLayer make_tensor_layer(TensorFunction function, const TensorNodeOptions& options,
                              const std::string& where) {
    for (const auto extent : options.shape_in) {
        need_size(extent, 1, where + ": shape_in");
    }
    const Arguments arguments{.count = function.n_arguments(),
                              .shape_in = options.shape_in,
                              .pass_time = options.pass_time};
    named(where, [&] { check_arguments(arguments); });
    TensorLayer layer{.kind = function, .shape_in = options.shape_in};
    layer.pass_time = options.pass_time;
    layer.shape_out = options.shape_out ? *options.shape_out
                                        : traced_shape(function, arguments, where);
    return layer;
}

}  // namespace detail
}  // namespace nengine
