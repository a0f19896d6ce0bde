#include "nengine/transforms.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <string>

#include "api/numerics/text.hpp"
#include "api/objects/objects.hpp"
#include "kernels/base/host_memory.hpp"

namespace nengine {

namespace {

using Extents = std::vector<std::int64_t>;

void need(bool fits, const std::string& where, const std::string& got,
          const std::string& needs) {
    if (!fits) {
        throw ValidationError(where + ": got " + got + ", needs " + needs);
    }
}

bool all_positive(const Extents& extents) {
    return std::ranges::all_of(extents, [](std::int64_t n) { return n >= 1; });
}

/// What both kinds of convolution demand of their sizes.
template <class Conv>
void check_sizes(const Conv& conv, const std::string& where) {
    const auto axes = static_cast<std::int64_t>(conv.kernel_size.size());
    const ChannelShape in{conv.input_shape, conv.channels_last};
    need(conv.n_filters >= 1, where, std::to_string(conv.n_filters) + " filters",
         "at least 1");
    need(axes >= 1 && axes <= 3 && in.dimensions() == axes, where,
         "an input_shape " + shape_text(conv.input_shape) + " and a kernel_size " +
             shape_text(conv.kernel_size),
         "one to three spatial axes, and the channels in input_shape");
    need(static_cast<std::int64_t>(conv.strides.size()) == axes, where,
         "strides " + shape_text(conv.strides),
         "one for each of " + std::to_string(axes) + " spatial axes");
    need(all_positive(conv.input_shape) && all_positive(conv.kernel_size) &&
             all_positive(conv.strides),
         where,
         "input_shape " + shape_text(conv.input_shape) + ", kernel_size " +
             shape_text(conv.kernel_size) + ", strides " + shape_text(conv.strides),
         "no number below 1");
}

void check_init(const DistributionOrArray& init, const Extents& shape,
                const std::string& where) {
    detail::check_array(init, where, "init");
    if (init.is_array() && init.array().shape != shape) {
        throw ShapeError(where + ": init", "shape " + shape_text(init.array().shape),
                         shape_text(shape));
    }
}

/// Positions of a convolution's output.
Extents window_counts(const Extents& space, const Extents& kernel,
                      const Extents& strides, Padding padding) {
    Extents counts;
    for (std::size_t i = 0; i < space.size(); ++i) {
        counts.push_back(
            detail::window_axis(space[i], kernel[i], strides[i], padding).count);
    }
    return counts;
}

ChannelShape checked_shape(const Convolution& conv, const std::string& where) {
    check_sizes(conv, where);
    const ChannelShape in{conv.input_shape, conv.channels_last};
    need(conv.groups >= 1 && in.n_channels() % conv.groups == 0 &&
             conv.n_filters % conv.groups == 0,
         where, std::to_string(conv.groups) + " groups",
         "a divisor of its " + std::to_string(in.n_channels()) + " channels and " +
             std::to_string(conv.n_filters) + " filters");
    const Extents counts =
        window_counts(in.spatial_shape(), conv.kernel_size, conv.strides, conv.padding);
    need(
        all_positive(counts), where, "a kernel_size " + shape_text(conv.kernel_size),
        "one within the input " + shape_text(conv.input_shape) + " with valid padding");
    check_init(conv.init, conv.kernel_shape(), where);
    return ChannelShape::from_space_and_channels(counts, conv.n_filters,
                                                 conv.channels_last);
}

ChannelShape checked_shape(const ConvolutionTranspose& conv, const std::string& where) {
    check_sizes(conv, where);
    const Extents space =
        ChannelShape{conv.input_shape, conv.channels_last}.spatial_shape();
    check_init(conv.init, conv.kernel_shape(), where);
    if (conv.output_shape.empty()) {
        Extents counts;
        for (std::size_t i = 0; i < space.size(); ++i) {
            const bool valid = conv.padding == Padding::valid;
            counts.push_back(1 + (space[i] - 1) * conv.strides[i] +
                             (valid ? conv.kernel_size[i] - 1 : 0));
        }
        return ChannelShape::from_space_and_channels(counts, conv.n_filters,
                                                     conv.channels_last);
    }
    const ChannelShape out{conv.output_shape, conv.channels_last};
    need(conv.output_shape.size() == conv.input_shape.size() &&
             out.n_channels() == conv.n_filters,
         where, "an output_shape " + shape_text(conv.output_shape),
         "the axes of input_shape and " + std::to_string(conv.n_filters) + " channels");
    need(all_positive(conv.output_shape) &&
             window_counts(out.spatial_shape(), conv.kernel_size, conv.strides,
                           conv.padding) == space,
         where, "an output_shape " + shape_text(conv.output_shape),
         "one that a convolution takes to the input_shape " +
             shape_text(conv.input_shape));
    return out;
}

void check_sparse(const Sparse& sparse, const std::string& where) {
    const auto [rows, columns] = sparse.shape;
    for (const auto& [row, column] : sparse.indices) {
        need(row >= 0 && row < rows && column >= 0 && column < columns, where,
             "the place (" + std::to_string(row) + ", " + std::to_string(column) + ')',
             "one within the shape (" + std::to_string(rows) + ", " +
                 std::to_string(columns) + ')');
    }
    const auto count = static_cast<std::int64_t>(sparse.indices.size());
    need(count >= 1, where, "no places", "at least one");
    if (sparse.init.is_array() && sparse.init.array().rank() > 0) {
        check_init(sparse.init, {count}, where);
    } else {
        detail::check_array(sparse.init, where, "init");
    }
}

}  // namespace

ChannelShape ChannelShape::from_space_and_channels(Extents space, std::int64_t channels,
                                                   bool channels_last) {
    space.insert(channels_last ? space.end() : space.begin(), channels);
    return {std::move(space), channels_last};
}

Extents ChannelShape::spatial_shape() const {
    if (shape.empty()) {
        return {};
    }
    return channels_last ? Extents(shape.begin(), shape.end() - 1)
                         : Extents(shape.begin() + 1, shape.end());
}

std::int64_t ChannelShape::n_channels() const {
    return shape.empty() ? 0 : channels_last ? shape.back() : shape.front();
}

std::int64_t ChannelShape::dimensions() const {
    return static_cast<std::int64_t>(shape.size()) - 1;
}

std::int64_t ChannelShape::size() const {
    return detail::product(shape);
}

Array SparseMatrix::to_dense() const {
    const std::int64_t rows = shape[0], columns = shape[1];
    kernels::need_host_memory(
        kernels::array_bytes({rows, columns}, sizeof(double)), [&] {
            return kernels::MemoryUse{
                "SparseMatrix",
                "a dense matrix of shape " + shape_text({rows, columns}), "its shape"};
        });
    std::vector<double> values(static_cast<std::size_t>(rows * columns), 0.0);
    for (std::size_t i = 0; i < data.size(); ++i) {
        const auto [row, column] = indices[i];
        values[static_cast<std::size_t>(row * columns + column)] += data[i];
    }
    return Array({rows, columns}, std::move(values));
}

Sparse Sparse::from_csr(std::array<std::int64_t, 2> shape, const Extents& offsets,
                        const Extents& columns, std::vector<double> values) {
    const auto count = static_cast<std::int64_t>(columns.size());
    need(static_cast<std::int64_t>(offsets.size()) == shape[0] + 1 &&
             std::ranges::is_sorted(offsets) && offsets.front() == 0 &&
             offsets.back() == count,
         "Sparse", std::to_string(offsets.size()) + " offsets",
         "one for each of " + std::to_string(shape[0]) + " rows, rising from 0 to " +
             std::to_string(count));
    Sparse result{.shape = shape, .indices = {}, .init = std::move(values)};
    for (std::int64_t row = 0; row < shape[0]; ++row) {
        const auto r = static_cast<std::size_t>(row);
        for (std::int64_t p = offsets[r]; p < offsets[r + 1]; ++p) {
            result.indices.push_back({row, columns[static_cast<std::size_t>(p)]});
        }
    }
    check_sparse(result, "Sparse");
    return result;
}

ChannelShape Convolution::output_shape() const {
    return checked_shape(*this, "Convolution");
}

Extents Convolution::kernel_shape() const {
    Extents shape = kernel_size;
    shape.push_back(ChannelShape{input_shape, channels_last}.n_channels() / groups);
    shape.push_back(n_filters);
    return shape;
}

std::int64_t Convolution::size_in() const {
    return detail::product(input_shape);
}

std::int64_t Convolution::size_out() const {
    return output_shape().size();
}

ChannelShape ConvolutionTranspose::resolved_output_shape() const {
    return checked_shape(*this, "ConvolutionTranspose");
}

Extents ConvolutionTranspose::kernel_shape() const {
    Extents shape = kernel_size;
    shape.push_back(ChannelShape{input_shape, channels_last}.n_channels());
    shape.push_back(n_filters);
    return shape;
}

std::int64_t ConvolutionTranspose::size_in() const {
    return detail::product(input_shape);
}

std::int64_t ConvolutionTranspose::size_out() const {
    return resolved_output_shape().size();
}

Transform::Transform(NoneType) : value_(std::make_shared<const Value>()) {}
Transform::Transform(Array array)
    : value_(std::make_shared<const Value>(std::move(array))) {}
Transform::Transform(Sparse sparse)
    : value_(std::make_shared<const Value>(std::move(sparse))) {}
Transform::Transform(Convolution convolution)
    : value_(std::make_shared<const Value>(std::move(convolution))) {}
Transform::Transform(ConvolutionTranspose convolution)
    : value_(std::make_shared<const Value>(std::move(convolution))) {}

std::shared_ptr<const Transform::Value> Transform::hold(Distribution distribution) {
    return std::make_shared<const Value>(std::move(distribution));
}

bool Transform::is_matrix() const {
    const auto* array = std::get_if<Array>(value_.get());
    return std::holds_alternative<Distribution>(*value_) ||
           (array != nullptr && array->rank() == 2);
}

namespace detail {

std::optional<TransformSizes> transform_sizes(const Transform& transform,
                                              const std::string& where) {
    if (const auto* sparse = std::get_if<Sparse>(&transform.value())) {
        check_sparse(*sparse, where);
        return TransformSizes{sparse->shape[1], sparse->shape[0]};
    }
    if (const auto* conv = std::get_if<Convolution>(&transform.value())) {
        const std::int64_t out = checked_shape(*conv, where).size();
        return TransformSizes{conv->size_in(), out};
    }
    if (const auto* conv = std::get_if<ConvolutionTranspose>(&transform.value())) {
        const std::int64_t out = checked_shape(*conv, where).size();
        return TransformSizes{conv->size_in(), out};
    }
    return std::nullopt;
}

}  // namespace detail

}  // namespace nengine
