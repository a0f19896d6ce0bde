#pragma once

#include <cmath>
#include <numeric>
#include <vector>

#include "bench/support/operands.hpp"
#include "kernels/base/device.hpp"
#include "kernels/conv.hpp"

namespace nengine::bench {

/// The main job's convolutions, counted from 1
/// (samples/support/spiking_classifier.cpp).
inline kernels::Conv2DShape main_job_layer(Index number, Index images) {
    switch (number) {
        case 1:
            return {.images = images,
                    .in_h = 28,
                    .in_w = 28,
                    .in_c = 1,
                    .out_h = 26,
                    .out_w = 26,
                    .out_c = 32,
                    .k_h = 3,
                    .k_w = 3};
        case 2:
            return {.images = images,
                    .in_h = 26,
                    .in_w = 26,
                    .in_c = 32,
                    .out_h = 12,
                    .out_w = 12,
                    .out_c = 64,
                    .k_h = 3,
                    .k_w = 3,
                    .stride_h = 2,
                    .stride_w = 2};
        default:
            return {.images = images,
                    .in_h = 12,
                    .in_w = 12,
                    .in_c = 64,
                    .out_h = 5,
                    .out_w = 5,
                    .out_c = 128,
                    .k_h = 3,
                    .k_w = 3,
                    .stride_h = 2,
                    .stride_w = 2};
    }
}

enum class Pass { forward, backward_data, backward_filter };

inline double dot(const std::vector<float>& a, const std::vector<float>& b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

/// x, w and y (or its gradient), and where each pass writes.
struct Convolution {
    kernels::Device on;
    kernels::ConvShape s;
    kernels::Buffer x, w, bias, y;
    kernels::Buffer new_y, new_x, new_w, new_bias;

    Convolution(const kernels::Device& device, const kernels::Conv2DShape& shape)
        : on(device),
          s(shape),
          x(random_numbers(s.images * s.x_size(), 1)),
          w(random_numbers(s.w_size(), 2)),
          bias(random_numbers(s.out_c, 3)),
          y(random_numbers(s.images * s.y_size(), 4)),
          new_y(random_numbers(s.images * s.y_size(), 5)),
          new_x(random_numbers(s.images * s.x_size(), 6)),
          new_w(random_numbers(s.w_size(), 7)),
          new_bias(random_numbers(s.out_c, 8)) {}

    kernels::Buffer random_numbers(Index count, unsigned seed) const {
        return bench::random_numbers<float>(on, count, -1, 1, seed);
    }

    void run(const auto& exec, Pass pass, const float* added) const {
        const kernels::Conv2DShape& plane = s;
        if (pass == Pass::forward) {
            kernels::conv2d_forward(exec, plane, x.as<float>(), w.as<float>(), added,
                                    new_y.as<float>(), false);
        } else if (pass == Pass::backward_data) {
            kernels::conv2d_backward_data(exec, plane, y.as<float>(), w.as<float>(),
                                          new_x.as<float>(), false);
        } else {
            kernels::conv2d_backward_filter(exec, plane, x.as<float>(), y.as<float>(),
                                            new_w.as<float>(), new_bias.as<float>(),
                                            false);
        }
    }

    /// The three passes are one trilinear form of x, w and y, seen from another side:
    /// whether two of them find the same number, within `bound` of its size.
    bool agree(double bound) const {
        for (const Pass pass :
             {Pass::forward, Pass::backward_data, Pass::backward_filter}) {
            on.run([&](const auto& exec) { run(exec, pass, nullptr); });
        }
        const auto all = [&](const kernels::Buffer& buffer) {
            return bench::numbers_of<float>(on, buffer);
        };
        const auto to = all(y), made = all(new_y);
        const double form = dot(to, made);
        const double size = std::sqrt(dot(to, to) * dot(made, made));
        return std::abs(dot(all(x), all(new_x)) - form) < bound * size &&
               std::abs(dot(all(w), all(new_w)) - form) < bound * size;
    }

    double flops() const {
        const Index terms = s.images * s.y_size() * s.k_h * s.k_w * (s.in_c / s.groups);
        return 2.0 * static_cast<double>(terms);
    }
    double bytes() const {
        return sizeof(float) *
               static_cast<double>(s.images * (s.x_size() + s.y_size()) + s.w_size());
    }
};

}  // namespace nengine::bench
