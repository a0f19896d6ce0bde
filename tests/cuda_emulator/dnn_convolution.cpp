#include "dnn_convolution.hpp"

#include <algorithm>
#include <bit>
#include <functional>
#include <numeric>

namespace cuda_emulator {
namespace {

/// Numbers of two or three axes as depth, height and width.
void spread(const Integers& from, std::int64_t missing, std::int64_t (&to)[3]) {
    to[0] = missing;
    std::ranges::copy(from, to + 3 - std::ssize(from));
}

/// The names of an operation's attributes.
struct Names {
    cudnnBackendAttributeName_t x, w, y, convolution, alpha, beta;
};

Names names_of(Convolution::Pass pass) {
    switch (pass) {
        case Convolution::Pass::forward:
            return {CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X,
                    CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W,
                    CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y,
                    CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC,
                    CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA,
                    CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA};
        case Convolution::Pass::backward_data:
            return {CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX,
                    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W,
                    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY,
                    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC,
                    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA,
                    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA};
        case Convolution::Pass::backward_filter:
            break;
    }
    return {CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X,
            CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW,
            CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY,
            CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC,
            CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA,
            CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA};
}

std::optional<Convolution::Pass> pass_of(const Descriptor& operation) {
    switch (operation.type) {
        case CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR:
            return Convolution::Pass::forward;
        case CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR:
            return Convolution::Pass::backward_data;
        case CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR:
            return Convolution::Pass::backward_filter;
        default:
            return std::nullopt;
    }
}

bool is_float(const Descriptor& tensor) {
    return tensor.value<cudnnDataType_t>(CUDNN_ATTR_TENSOR_DATA_TYPE) ==
           CUDNN_DATA_FLOAT;
}

/// Rounded to the nearest number of tf32.
float round_to_tf32(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    return std::bit_cast<float>((bits + 0x1000U) & ~0x1FFFU);
}

}  // namespace

Tensor::Tensor(const Descriptor& descriptor)
    : id(descriptor.value<std::int64_t>(CUDNN_ATTR_TENSOR_UNIQUE_ID)),
      alignment(descriptor.value<std::int64_t>(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT)),
      is_virtual(descriptor.value<bool>(CUDNN_ATTR_TENSOR_IS_VIRTUAL)) {
    const auto sizes = descriptor.values<std::int64_t>(CUDNN_ATTR_TENSOR_DIMENSIONS);
    const auto strides = descriptor.values<std::int64_t>(CUDNN_ATTR_TENSOR_STRIDES);
    std::fill_n(size, 5, 1);
    std::fill_n(stride, 5, 0);
    const auto skipped = static_cast<std::size_t>(5) - sizes.size();
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        const std::size_t at = i < 2 ? i : i + skipped;
        size[at] = sizes[i];
        stride[at] = strides.size() == sizes.size() ? strides[i] : 0;
    }
}

std::int64_t Tensor::count() const {
    return std::accumulate(size, size + 5, std::int64_t{1}, std::multiplies<>());
}

bool Tensor::is_dense() const {
    std::vector<std::pair<std::int64_t, std::int64_t>> axes;
    for (int i = 0; i < 5; ++i) {
        if (size[i] < 1) {
            return false;
        }
        if (size[i] > 1) {
            axes.emplace_back(stride[i], size[i]);
        }
    }
    std::ranges::sort(axes);
    std::int64_t next = 1;
    return std::ranges::all_of(axes, [&](const auto& axis) {
        const bool follows = axis.first == next;
        next *= axis.second;
        return follows;
    });
}

Convolution::Convolution(Pass of, const Descriptor& operation)
    : pass(of),
      x(operation.object(names_of(of).x)),
      w(operation.object(names_of(of).w)),
      y(operation.object(names_of(of).y)),
      beta(operation.value<float>(names_of(of).beta)),
      groups(x.size[1] / std::max<std::int64_t>(w.size[1], 1)) {
    const Descriptor& how = operation.object(names_of(of).convolution);
    spread(how.values<std::int64_t>(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS), 0, pad);
    spread(how.values<std::int64_t>(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES), 1, step);
}

std::optional<Convolution> Convolution::of_graph(const Descriptor& graph) {
    const auto& operations = graph.attributes.at(CUDNN_ATTR_OPERATIONGRAPH_OPS).objects;
    const Descriptor& first = *operations.front();
    const auto pass = pass_of(first);
    if (!pass) {
        return std::nullopt;
    }
    Convolution made(*pass, first);
    const Names names = names_of(*pass);
    bool is_right =
        is_float(first.object(names.x)) && is_float(first.object(names.w)) &&
        is_float(first.object(names.y)) && first.value<float>(names.alpha) == 1.0F;
    if (operations.size() > 1) {
        const Descriptor& addition = *operations[1];
        if (addition.type != CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR) {
            return std::nullopt;
        }
        const Descriptor& how =
            addition.object(CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR);
        const Tensor product(addition.object(CUDNN_ATTR_OPERATION_POINTWISE_XDESC));
        made.bias.emplace(addition.object(CUDNN_ATTR_OPERATION_POINTWISE_BDESC));
        // What passes between the two has no memory, and so nothing to add to.
        is_right = is_right && *pass == Pass::forward && made.y.is_virtual &&
                   product.id == made.y.id && made.beta == 0.0F &&
                   made.bias->size[1] == made.y.size[1] &&
                   made.bias->count() == made.y.size[1] &&
                   how.value<cudnnPointwiseMode_t>(CUDNN_ATTR_POINTWISE_MODE) ==
                       CUDNN_POINTWISE_ADD;
        made.y = Tensor(addition.object(CUDNN_ATTR_OPERATION_POINTWISE_YDESC));
        is_right = is_right && made.y.stride[1] == 1;
    }
    is_right = is_right && made.is_valid();
    return is_right ? std::optional(made) : std::nullopt;
}

bool Convolution::is_valid() const {
    const auto tensors = operands();
    const bool stored = std::ranges::all_of(tensors, [](const Tensor& tensor) {
        return !tensor.is_virtual && tensor.is_dense() && tensor.alignment % 4 == 0;
    });
    bool fits = x.size[0] == y.size[0] && y.size[1] == w.size[0] &&
                x.size[1] == w.size[1] * groups && y.size[1] % groups == 0;
    for (int i = 0; i < 3; ++i) {
        const auto room = x.size[2 + i] + 2 * pad[i] - w.size[2 + i];
        fits = fits && room >= 0 && room / step[i] + 1 == y.size[2 + i];
    }
    return stored && fits;
}

std::vector<Tensor> Convolution::operands() const {
    std::vector<Tensor> all{x, w, y};
    std::swap(all[pass == Pass::backward_data     ? 0
                  : pass == Pass::backward_filter ? 1
                                                  : 2],
              all[2]);
    if (bias) {
        all.insert(all.begin(), *bias);
    }
    return all;
}

/// Calls `visit(x, w, y)` with the offsets of the factors and the output of each
/// product.
template <class Visit>
void Convolution::for_each_product(const Visit& visit) const {
    const auto group_out = y.size[1] / groups;
    for (auto at = y.count() - 1; at >= 0; --at) {
        // From the slowest to the fastest: image, depth, height, width, channel.
        const auto oc = at % y.size[1];
        auto rest = at / y.size[1];
        std::int64_t out[3];
        for (int i = 2; i >= 0; --i) {
            out[i] = rest % y.size[2 + i];
            rest /= y.size[2 + i];
        }
        auto to = rest * y.stride[0] + oc * y.stride[1];
        for (int i = 0; i < 3; ++i) {
            to += out[i] * y.stride[2 + i];
        }
        const auto taps = w.size[2] * w.size[3] * w.size[4];
        for (auto tap = taps - 1; tap >= 0; --tap) {
            const std::int64_t k[3] = {tap / w.size[4] / w.size[3],
                                       tap / w.size[4] % w.size[3], tap % w.size[4]};
            auto from = rest * x.stride[0] + oc / group_out * w.size[1] * x.stride[1];
            auto by = oc * w.stride[0];
            bool inside = true;
            for (int i = 0; i < 3; ++i) {
                const auto in = out[i] * step[i] + k[i] - pad[i];
                inside = inside && in >= 0 && in < x.size[2 + i];
                from += in * x.stride[2 + i];
                by += k[i] * w.stride[2 + i];
            }
            for (auto c = w.size[1] - 1; inside && c >= 0; --c) {
                visit(from + c * x.stride[1], by + c * w.stride[1], to);
            }
        }
    }
}

void Convolution::run(const Memory& memory, bool tf32) const {
    const Tensor written = operands().back();
    std::vector<float> sums(static_cast<std::size_t>(written.count()), 0.0F);
    const auto add = [&](std::int64_t to, float a, float b) {
        sums[static_cast<std::size_t>(to)] +=
            tf32 ? round_to_tf32(a) * round_to_tf32(b) : a * b;
    };
    switch (pass) {
        case Pass::forward:
            for_each_product(
                [&](auto i, auto j, auto k) { add(k, memory.x[i], memory.w[j]); });
            break;
        case Pass::backward_data:
            for_each_product(
                [&](auto i, auto j, auto k) { add(i, memory.y[k], memory.w[j]); });
            break;
        case Pass::backward_filter:
            for_each_product(
                [&](auto i, auto j, auto k) { add(j, memory.x[i], memory.y[k]); });
            break;
    }
    const auto channels = static_cast<std::size_t>(written.size[1]);
    for (std::size_t i = 0; i < sums.size(); ++i) {
        const float sum = bias ? sums[i] + memory.bias[i % channels] : sums[i];
        memory.to[i] = beta == 0.0F ? sum : beta * memory.to[i] + sum;
    }
}

}  // namespace cuda_emulator
