#include "kernels/cuda/convolution_parts.hpp"

#include <algorithm>

namespace nengine::kernels::cuda {
namespace {

/// Numbers in one tensor of one call, at most.
constexpr Index max_numbers = (Index{1} << 31) - 1;
/// Numbers in one padded copy, at most.
constexpr Index max_padded = Index{1} << 26;

/// Whether padding both sides by `pad` gives exactly `out` outputs.
bool is_symmetric(Index in, Index pad, Index kernel, Index stride, Index out) {
    const Index room = in + 2 * pad - kernel;
    return room >= 0 && room / stride + 1 == out;
}

Index ceil_divide(Index n, Index by) {
    return (n + by - 1) / by;
}

}  // namespace

Adapted::Adapted(const ConvShape& s)
    : shape(s),
      copies(!is_symmetric(s.in_d, s.pad_front, s.k_d, s.stride_d, s.out_d) ||
             !is_symmetric(s.in_h, s.pad_top, s.k_h, s.stride_h, s.out_h) ||
             !is_symmetric(s.in_w, s.pad_left, s.k_w, s.stride_w, s.out_w)) {
    if (copies) {
        shape.in_d = (s.out_d - 1) * s.stride_d + s.k_d;
        shape.in_h = (s.out_h - 1) * s.stride_h + s.k_h;
        shape.in_w = (s.out_w - 1) * s.stride_w + s.k_w;
        shape.pad_front = shape.pad_top = shape.pad_left = 0;
    }
}

Index images_per_call(const Adapted& adapted, std::size_t workspace_limit) {
    const Index x = adapted.shape.x_size(), y = adapted.shape.y_size();
    // A sixteenth is left for what engines want beside the two copies.
    const auto numbers = static_cast<Index>(workspace_limit / 16 * 15 / sizeof(float));
    Index most = std::min(max_numbers / std::max(x, y), numbers / (x + y));
    if (adapted.copies) {
        most = std::min(most, max_padded / x);
    }
    most = std::max(most, Index{1});
    const Index calls = std::max(ceil_divide(adapted.shape.images, most), Index{1});
    return std::max(ceil_divide(adapted.shape.images, calls), Index{1});
}

}  // namespace nengine::kernels::cuda
