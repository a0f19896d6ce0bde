#include <algorithm>

#include "api/builder/build_state.hpp"
#include "api/builder/memory.hpp"
#include "api/numerics/distributions.hpp"
#include "engine/operators/conv_inc.hpp"
#include "engine/operators/copy.hpp"
#include "engine/operators/sparse_dot_inc.hpp"

// Sparse matrices and convolutions between what a connection reads and writes.

namespace nengine {

namespace {

using Extents = std::vector<std::int64_t>;

/// One sample [channels, n_filters] for each position of the kernel, as Nengo draws.
std::vector<double> kernel_values(const DistributionOrArray& init, const Extents& shape,
                                  RandomState& rng, const std::string& what) {
    if (init.is_array()) {
        return init.array().values;
    }
    const Index filters = shape.back(), channels = shape[shape.size() - 2];
    const Index positions = engine::shape_size(shape) / (filters * channels);
    std::vector<double> values;
    for (Index position = 0; position < positions; ++position) {
        const Matrix drawn = sample(init.distribution(), channels, filters, rng, what);
        values.insert(values.end(), drawn.data(), drawn.data() + drawn.size());
    }
    return values;
}

std::vector<double> sparse_values(const Sparse& sparse, RandomState& rng,
                                  const std::string& what) {
    const auto count = static_cast<Index>(sparse.indices.size());
    if (!sparse.init.is_array()) {
        return values_of(sample(sparse.init.distribution(), count, rng, what));
    }
    const Array& array = sparse.init.array();
    return array.rank() == 0 ? std::vector<double>(static_cast<std::size_t>(count),
                                                   array.values.front())
                             : array.values;
}

engine::SparsePattern pattern_of(const Sparse& sparse) {
    engine::SparsePattern pattern{.n_rows = sparse.shape[0],
                                  .n_columns = sparse.shape[1]};
    for (const auto& [row, column] : sparse.indices) {
        pattern.rows.push_back(row);
        pattern.columns.push_back(column);
    }
    return pattern;
}

/// Per spatial axis, three of them: missing ones lie outside and have one position.
struct Axis {
    Index in = 1, out = 1, kernel = 1, stride = 1, before = 0;
};

/// The correlation from `in` to `out`.
kernels::ConvShape conv_shape(const std::array<Axis, 3>& axes, Index in_channels,
                              Index out_channels, Index groups) {
    const auto& [depth, height, width] = axes;
    kernels::ConvShape shape = kernels::Conv2DShape{.images = 1,
                                                    .in_h = height.in,
                                                    .in_w = width.in,
                                                    .in_c = in_channels,
                                                    .out_h = height.out,
                                                    .out_w = width.out,
                                                    .out_c = out_channels,
                                                    .k_h = height.kernel,
                                                    .k_w = width.kernel,
                                                    .stride_h = height.stride,
                                                    .stride_w = width.stride,
                                                    .pad_top = height.before,
                                                    .pad_left = width.before,
                                                    .groups = groups};
    shape.in_d = depth.in;
    shape.out_d = depth.out;
    shape.k_d = depth.kernel;
    shape.stride_d = depth.stride;
    shape.pad_front = depth.before;
    return shape;
}

/// `before(in, out, kernel, stride)` is the padding before the correlation's input.
template <class Conv, class Before>
std::array<Axis, 3> axes_of(const Conv& conv, const Extents& in, const Extents& out,
                            Before&& before) {
    std::array<Axis, 3> axes;
    for (std::size_t i = 0; i < in.size(); ++i) {
        Axis& axis = axes[axes.size() - in.size() + i];
        axis = {in[i], out[i], conv.kernel_size[i], conv.strides[i], 0};
        axis.before = before(axis);
    }
    return axes;
}

kernels::ConvShape shape_of(const Convolution& conv) {
    const ChannelShape in{conv.input_shape, conv.channels_last};
    const auto before = [&](const Axis& axis) {
        return detail::window_axis(axis.in, axis.kernel, axis.stride, conv.padding)
            .before;
    };
    return conv_shape(
        axes_of(conv, in.spatial_shape(), conv.output_shape().spatial_shape(), before),
        in.n_channels(), conv.n_filters, conv.groups);
}

/// The correlation that leads from the transposed one's output to its input. Nengo pads
/// the stretched input by `total`, the larger half before.
kernels::ConvShape shape_of(const ConvolutionTranspose& conv) {
    const ChannelShape in{conv.input_shape, conv.channels_last};
    const auto before = [&](const Axis& axis) {
        const Index most = 2 * (axis.kernel - 1);
        const Index stretched = (axis.out - 1) * axis.stride + 1;
        const Index total =
            conv.padding == Padding::valid
                ? most
                : std::clamp<Index>(axis.in + axis.kernel - 1 - stretched, 0, most);
        return axis.kernel - 1 - (total + 1) / 2;
    };
    return conv_shape(axes_of(conv, conv.resolved_output_shape().spatial_shape(),
                              in.spatial_shape(), before),
                      conv.n_filters, in.n_channels(), 1);
}

/// A vector as a matrix [rows, columns], row by row or column by column.
engine::SignalId matrix_view(BuildState& state, engine::SignalId vector, Index rows,
                             Index columns, bool by_column) {
    const engine::Signal& signal = state.model->signal(vector);
    const Index step = signal.is_view() ? signal.strides[0] : 1;
    return state.model->add_view(
        vector, signal.name + ".channels", {rows, columns}, 0,
        by_column ? Extents{step, rows * step} : Extents{columns * step, step});
}

class TransformBuilder {
public:
    TransformBuilder(BuildState& state, const detail::ConnectionData& connection,
                     engine::SignalId weights, engine::SignalId in,
                     engine::SignalId out, bool inc)
        : state_(state),
          base_(detail::name(connection)),
          weights_(weights),
          in_(in),
          out_(out),
          inc_(inc) {}

    void operator()(const Sparse& sparse) {
        state_.add(engine::SparseDotInc(weights_, in_, out_, pattern_of(sparse), inc_),
                   base_);
    }

    void operator()(const Convolution& conv) {
        const kernels::ConvShape shape = shape_of(conv);
        // The engine's signals have at most four axes.
        const engine::SignalId kernel = state_.model->add_reshape(
            weights_,
            {shape.k_d * shape.k_h, shape.k_w, shape.in_c / shape.groups, shape.out_c});
        convolve(shape, kernel, false, conv.channels_last);
    }

    void operator()(const ConvolutionTranspose& conv) {
        const kernels::ConvShape shape = shape_of(conv);
        // The engine's kernel is the correlation's, filters before channels.
        const Index channels = shape.out_c, filters = shape.in_c;
        const engine::SignalId kernel = state_.model->add_view(
            weights_, base_ + ".kernel'",
            {shape.w_size() / (channels * filters), filters, channels}, 0,
            {channels * filters, 1, filters});
        convolve(shape, kernel, true, conv.channels_last);
    }

    template <class Other>
    void operator()(const Other&) {}

private:
    void convolve(const kernels::ConvShape& shape, engine::SignalId kernel,
                  bool transposed, bool channels_last) {
        if (channels_last) {
            state_.add(engine::ConvInc(kernel, in_, out_, shape, inc_,
                                       engine::no_signal, transposed),
                       base_);
            return;
        }
        Index from_channels = shape.in_c, to_channels = shape.out_c;
        Index from_size = shape.x_size(), to_size = shape.y_size();
        if (transposed) {
            std::swap(from_channels, to_channels);
            std::swap(from_size, to_size);
        }
        // The kernels have the channels last; what has them first is turned over.
        const engine::SignalId from =
            state_.signal(base_ + ".in, channels last", from_size);
        const engine::SignalId to =
            state_.signal(base_ + ".out, channels last", to_size);
        turn(in_, from, from_size / from_channels, from_channels, false);
        state_.add(engine::ConvInc(kernel, from, to, shape, false, engine::no_signal,
                                   transposed),
                   base_);
        turn(to, out_, to_channels, to_size / to_channels, inc_);
    }

    /// to [rows, columns] = (or +=) the transpose of from [columns, rows].
    void turn(engine::SignalId from, engine::SignalId to, Index rows, Index columns,
              bool inc) {
        state_.add(engine::Copy(matrix_view(state_, from, rows, columns, true),
                                matrix_view(state_, to, rows, columns, false), inc),
                   base_ + ".channels");
    }

    BuildState& state_;
    std::string base_;
    engine::SignalId weights_, in_, out_;
    bool inc_;
};

}  // namespace

TransformWeights draw_transform(const detail::ConnectionData& connection,
                                RandomState& rng) {
    const Transform& transform = connection.transform;
    const std::string what = describe(connection) + ": transform: init";
    const auto kernel = [&](const auto& conv) {
        const Extents shape = conv.kernel_shape();
        need_memory(connection, "its kernel", {detail::product(shape)},
                    "n_filters or kernel_size", 2);
        return TransformWeights{shape, kernel_values(conv.init, shape, rng, what)};
    };
    if (const auto* sparse = std::get_if<Sparse>(&transform.value())) {
        return {{static_cast<Index>(sparse->indices.size())},
                sparse_values(*sparse, rng, what)};
    }
    if (const auto* conv = std::get_if<Convolution>(&transform.value())) {
        return kernel(*conv);
    }
    return kernel(std::get<ConvolutionTranspose>(transform.value()));
}

void build_transform(BuildState& state, const detail::ConnectionData& connection,
                     engine::SignalId weights, engine::SignalId in,
                     engine::SignalId out, bool inc) {
    std::visit(TransformBuilder(state, connection, weights, in, out, inc),
               connection.transform.value());
}

}  // namespace nengine
