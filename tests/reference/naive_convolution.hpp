#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "kernels/conv.hpp"
#include "kernels/pool.hpp"

// Convolution and pooling of one image by their definitions, in double.

namespace nengine::reference {

using namespace kernels;

/// Calls `visit(x, w, y)` with the elements of every product in the cross-correlation
/// of x [in_d, in_h, in_w, in_c] with w [k_d, k_h, k_w, in_c / groups, out_c].
template <class Visit>
void for_each_conv_product(const ConvShape& s, Visit&& visit) {
    const Index group_in = s.in_c / s.groups, group_out = s.out_c / s.groups;
    const auto inside = [](Index i, Index size) { return i >= 0 && i < size; };
    for (Index y = 0; y < s.y_size(); ++y) {
        const Index out = y % s.out_c, col = y / s.out_c % s.out_w;
        const Index row = y / (s.out_c * s.out_w) % s.out_h;
        const Index plane = y / (s.out_c * s.out_w * s.out_h);
        for (Index tap = 0; tap < s.k_d * s.k_h * s.k_w; ++tap) {
            const Index d = plane * s.stride_d - s.pad_front + tap / (s.k_h * s.k_w);
            const Index h = row * s.stride_h - s.pad_top + tap / s.k_w % s.k_h;
            const Index w = col * s.stride_w - s.pad_left + tap % s.k_w;
            if (!inside(d, s.in_d) || !inside(h, s.in_h) || !inside(w, s.in_w)) {
                continue;
            }
            for (Index c = 0; c < group_in; ++c) {
                const Index channel = out / group_out * group_in + c;
                visit(((d * s.in_h + h) * s.in_w + w) * s.in_c + channel,
                      (tap * group_in + c) * s.out_c + out, y);
            }
        }
    }
}

inline std::vector<double> naive_convolution(const ConvShape& s,
                                             const std::vector<double>& x,
                                             const std::vector<double>& w) {
    std::vector<double> y(static_cast<std::size_t>(s.y_size()), 0.0);
    for_each_conv_product(s, [&](Index from, Index weight, Index to) {
        y[static_cast<std::size_t>(to)] += x.at(static_cast<std::size_t>(from)) *
                                           w.at(static_cast<std::size_t>(weight));
    });
    return y;
}

/// The transposed map: y has the shape of the correlation's input.
inline std::vector<double> naive_transposed_convolution(const ConvShape& s,
                                                        const std::vector<double>& x,
                                                        const std::vector<double>& w) {
    std::vector<double> y(static_cast<std::size_t>(s.x_size()), 0.0);
    for_each_conv_product(s, [&](Index to, Index weight, Index from) {
        y[static_cast<std::size_t>(to)] += x.at(static_cast<std::size_t>(from)) *
                                           w.at(static_cast<std::size_t>(weight));
    });
    return y;
}

/// y [out_h, out_w, channels]: the mean over the cells of each window that lie in the
/// image.
/// Calls `visit(elements of x in the window)` for each element of a pooled image.
template <class Visit>
void for_each_window(const Pool2DShape& s, Visit&& visit) {
    for (Index h = 0; h < s.out_h; ++h) {
        for (Index v = 0; v < s.out_w; ++v) {
            for (Index c = 0; c < s.channels; ++c) {
                std::vector<std::size_t> cells;
                for (Index ph = 0; ph < s.pool_h; ++ph) {
                    for (Index pw = 0; pw < s.pool_w; ++pw) {
                        const Index row = h * s.stride_h - s.pad_top + ph;
                        const Index col = v * s.stride_w - s.pad_left + pw;
                        if (row >= 0 && row < s.in_h && col >= 0 && col < s.in_w) {
                            const Index from = (row * s.in_w + col) * s.channels + c;
                            cells.push_back(static_cast<std::size_t>(from));
                        }
                    }
                }
                visit(cells);
            }
        }
    }
}

inline std::vector<double> naive_average_pool(const Pool2DShape& s,
                                              const std::vector<double>& x) {
    std::vector<double> y;
    for_each_window(s, [&](const std::vector<std::size_t>& cells) {
        double sum = 0;
        for (const std::size_t cell : cells) {
            sum += x[cell];
        }
        y.push_back(sum / static_cast<double>(cells.size()));
    });
    return y;
}

inline std::vector<double> naive_max_pool(const Pool2DShape& s,
                                          const std::vector<double>& x) {
    std::vector<double> y;
    for_each_window(s, [&](const std::vector<std::size_t>& cells) {
        double most = x[cells.front()];
        for (const std::size_t cell : cells) {
            most = std::max(most, x[cell]);
        }
        y.push_back(most);
    });
    return y;
}

}  // namespace nengine::reference
