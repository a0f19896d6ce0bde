#pragma once

#include <cstddef>
#include <vector>

#include "kernels/conv.hpp"
#include "kernels/pool.hpp"

// Convolution and pooling of one image by their definitions, in double.

namespace nengine::reference {

/// y [out_h, out_w, out_c], the cross-correlation of x [in_h, in_w, in_c] with w [k_h,
/// k_w, in_c / groups, out_c].
inline std::vector<double> naive_convolution(const Conv2DShape& s,
                                             const std::vector<double>& x,
                                             const std::vector<double>& w) {
    const Index group_in = s.in_c / s.groups, group_out = s.out_c / s.groups;
    std::vector<double> y;
    const auto term = [&](Index row, Index col, Index kh, Index kw, Index out) {
        double sum = 0;
        if (row >= 0 && row < s.in_h && col >= 0 && col < s.in_w) {
            for (Index c = 0; c < group_in; ++c) {
                const Index channel = out / group_out * group_in + c;
                const Index from = (row * s.in_w + col) * s.in_c + channel;
                const Index weight = ((kh * s.k_w + kw) * group_in + c) * s.out_c + out;
                sum += x[static_cast<std::size_t>(from)] *
                       w[static_cast<std::size_t>(weight)];
            }
        }
        return sum;
    };
    for (Index h = 0; h < s.out_h; ++h) {
        for (Index v = 0; v < s.out_w; ++v) {
            for (Index out = 0; out < s.out_c; ++out) {
                double sum = 0;
                for (Index kh = 0; kh < s.k_h; ++kh) {
                    for (Index kw = 0; kw < s.k_w; ++kw) {
                        sum += term(h * s.stride_h - s.pad_top + kh,
                                    v * s.stride_w - s.pad_left + kw, kh, kw, out);
                    }
                }
                y.push_back(sum);
            }
        }
    }
    return y;
}

/// y [out_h, out_w, channels]: the mean over the cells of each window that lie in the
/// image.
inline std::vector<double> naive_average_pool(const Pool2DShape& s,
                                              const std::vector<double>& x) {
    std::vector<double> y;
    for (Index h = 0; h < s.out_h; ++h) {
        for (Index v = 0; v < s.out_w; ++v) {
            for (Index c = 0; c < s.channels; ++c) {
                double sum = 0, count = 0;
                for (Index ph = 0; ph < s.pool_h; ++ph) {
                    for (Index pw = 0; pw < s.pool_w; ++pw) {
                        const Index row = h * s.stride_h - s.pad_top + ph;
                        const Index col = v * s.stride_w - s.pad_left + pw;
                        if (row >= 0 && row < s.in_h && col >= 0 && col < s.in_w) {
                            const Index from = (row * s.in_w + col) * s.channels + c;
                            sum += x[static_cast<std::size_t>(from)];
                            count += 1;
                        }
                    }
                }
                y.push_back(sum / count);
            }
        }
    }
    return y;
}

}  // namespace nengine::reference
