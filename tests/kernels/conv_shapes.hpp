#pragma once

#include <type_traits>
#include <vector>

#include "kernels/base/device.hpp"
#include "kernels/conv.hpp"
#include "kernels/cuda/convolution_fallbacks.hpp"
#include "tests/support/on_each_device.hpp"

// The convolutions that are tested, and that cuDNN is asked about.

namespace nengine::kernels {
namespace conv_reference {

/// Strides that leave input unread, paddings that differ between the sides, one
/// dimension, groups, one channel, odd channel counts, 1 and 5 images.
inline std::vector<Conv2DShape> shapes() {
    const Conv2DShape plain{.images = 5,
                            .in_h = 9,
                            .in_w = 11,
                            .in_c = 3,
                            .out_h = 7,
                            .out_w = 9,
                            .out_c = 17,
                            .k_h = 3,
                            .k_w = 3};
    std::vector<Conv2DShape> all{plain};
    const auto with = [&](auto&& change) {
        Conv2DShape s = plain;
        change(s);
        all.push_back(s);
    };
    with([](auto& s) { s.images = 1; });
    with([](auto& s) { s.in_c = 1, s.out_c = 32; });
    with([](auto& s) {
        s.in_c = 32, s.out_c = 64, s.stride_h = 2, s.stride_w = 2, s.out_h = 4,
        s.out_w = 5;
    });
    with([](auto& s) { s.stride_h = 3, s.stride_w = 2, s.out_h = 3, s.out_w = 5; });
    // The last row and columns are read by no output.
    with([](auto& s) {
        s.in_h = 10, s.in_w = 13, s.stride_h = 2, s.stride_w = 4, s.out_h = 4,
        s.out_w = 3;
    });
    // "same" with an even kernel: nothing above, one row below; one left, two right.
    with([](auto& s) {
        s.k_h = 2, s.k_w = 4, s.pad_left = 1, s.out_h = 9, s.out_w = 11;
    });
    with([](auto& s) {
        s.pad_top = 2, s.pad_left = 1, s.stride_h = 2, s.out_h = 6, s.out_w = 11;
    });
    // Fewer outputs than would fit.
    with([](auto& s) { s.out_h = 3, s.out_w = 4; });
    with([](auto& s) { s.in_c = 6, s.out_c = 15, s.groups = 3; });
    with([](auto& s) {
        s.in_c = 32, s.out_c = 32, s.groups = 2, s.pad_top = 1, s.pad_left = 1,
        s.out_h = 9, s.out_w = 11;
    });
    with([](auto& s) { s.in_c = 8, s.out_c = 8, s.groups = 8; });
    with([](auto& s) { s.in_h = 1, s.out_h = 1, s.k_h = 1, s.k_w = 5, s.out_w = 7; });
    with([](auto& s) { s.k_h = 1, s.k_w = 1, s.out_h = 9, s.out_w = 11; });
    with([](auto& s) { s.k_h = 9, s.k_w = 11, s.out_h = 1, s.out_w = 1; });
    return all;
}

/// The three convolutions of the spiking network of the digits.
inline std::vector<Conv2DShape> main_job_layers(Index images) {
    const Index layers[][5] = {
        {28, 1, 26, 32, 1}, {26, 32, 12, 64, 2}, {12, 64, 5, 128, 2}};
    std::vector<Conv2DShape> all;
    for (const auto& [in, in_c, out, out_c, stride] : layers) {
        all.push_back({.images = images,
                       .in_h = in,
                       .in_w = in,
                       .in_c = in_c,
                       .out_h = out,
                       .out_w = out,
                       .out_c = out_c,
                       .k_h = 3,
                       .k_w = 3,
                       .stride_h = stride,
                       .stride_w = stride});
    }
    return all;
}

/// With a depth: strides, the same padding on both sides, groups.
inline ConvShape depth_shape(Index stride_d, Index pad, Index groups) {
    ConvShape s = Conv2DShape{.images = 3,
                              .in_h = 5,
                              .in_w = 4,
                              .in_c = 2,
                              .out_h = 3 + 2 * pad,
                              .out_w = 2 + 2 * pad,
                              .out_c = 4,
                              .k_h = 3,
                              .k_w = 3,
                              .pad_top = pad,
                              .pad_left = pad,
                              .groups = groups};
    s.in_d = 5;
    s.k_d = 3;
    s.stride_d = stride_d;
    s.pad_front = pad;
    s.out_d = (5 + 2 * pad - 3) / stride_d + 1;
    return s;
}

inline std::vector<ConvShape> depth_shapes() {
    ConvShape more_behind = depth_shape(1, 0, 1);
    more_behind.out_d = 4;
    ConvShape unread = depth_shape(2, 0, 1);
    unread.in_d = 6;
    return {depth_shape(1, 0, 1), depth_shape(1, 1, 2), depth_shape(2, 1, 1),
            depth_shape(3, 0, 2), more_behind,          unread};
}

}  // namespace conv_reference
}  // namespace nengine::kernels

namespace nengine::test {

using namespace kernels;

/// Convolutions that slow kernels did because a GPU's library could not; see
/// cuda::convolution_fallbacks.
inline Index fallbacks_of(const Device& device) {
    Index count = 0;
    device.run([&](const auto& exec) {
        if constexpr (std::is_same_v<std::decay_t<decltype(exec)>, CudaExec>) {
            count = cuda::convolution_fallbacks(exec);
        }
    });
    return count;
}

/// A library that cannot do one of a test's convolutions would be hidden by slow
/// kernels of our own.
class WithoutFallbacks : public OnEachDevice {
protected:
    void TearDown() override {
        if (!IsSkipped() && !HasFatalFailure()) {
            EXPECT_EQ(fallbacks_of(device()), 0);
        }
    }
};

}  // namespace nengine::test
