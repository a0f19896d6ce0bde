#include <algorithm>
#include <vector>

#include "kernels/cpu/conv_direct.hpp"
#include "kernels/cpu/conv_tile.hpp"

namespace nengine::kernels::direct {
namespace {

std::size_t size(Index n) {
    return static_cast<std::size_t>(n);
}

/// One image with its padding, or as it is where there is none: from here on every tap
/// can read everywhere.
template <class Real>
class PaddedImage {
public:
    explicit PaddedImage(const Conv2DShape& s)
        : shape_(s),
          height_(std::max(s.in_h + s.pad_top, (s.out_h - 1) * s.stride_h + s.k_h)),
          width_(std::max(s.in_w + s.pad_left, (s.out_w - 1) * s.stride_w + s.k_w)) {
        if (padded()) {
            data_.resize(size(height_ * width_ * s.in_c));  // zeros
        }
    }

    Index width() const { return width_; }

    const Real* set(const Real* image) {
        if (!padded()) {
            return image;
        }
        const Index row = shape_.in_w * shape_.in_c;
        for (Index h = 0; h < shape_.in_h; ++h) {
            const Index to =
                ((h + shape_.pad_top) * width_ + shape_.pad_left) * shape_.in_c;
            std::copy_n(image + h * row, row, data_.data() + to);
        }
        return data_.data();
    }

private:
    bool padded() const { return height_ != shape_.in_h || width_ != shape_.in_w; }

    const Conv2DShape& shape_;
    Index height_, width_;
    std::vector<Real> data_;
};

/// Where a tile reads: rows of the filter (tap and input channel) as offsets into the
/// image, and one block of output channels.
template <class Real>
struct Sources {
    const Real* x;
    Index x_row, x_column;  ///< distance between neighbouring output positions
    const Real* dL_dy;
    Index dy_column;
};

/// Sums x * dL_dy over the positions of one image for `rows` rows of the filter.
template <int rows, class Real>
void run_tile(const Conv2DShape& s, const Sources<Real>& from, const Index* offsets,
              Index count, Real* dL_dw) {
    const Real* x[rows];
    for (int r = 0; r < rows; ++r) {
        x[r] = from.x + offsets[r];
    }
    Tile<Real, rows> tile;
    const Real* dy = from.dL_dy;
    for (Index h = 0; h < s.out_h; ++h) {
        Index at = h * from.x_row;
        for (Index v = 0; v < s.out_w; ++v) {
            tile.add(dy, [&](int r) { return x[r][at]; });
            at += from.x_column;
            dy += from.dy_column;
        }
    }
    Real values[tile_width<Real>];
    for (int r = 0; r < rows; ++r) {
        tile.get(r, values);
        for (Index d = 0; d < count; ++d) {
            dL_dw[r * s.out_c + d] += values[d];
        }
    }
}

/// The gradient that some images contribute, by one thread.
template <class Real>
class FilterGradient {
public:
    explicit FilterGradient(const Conv2DShape& s)
        : shape_(s),
          image_(s),
          group_in_(s.in_c / s.groups),
          group_out_(s.out_c / s.groups),
          tail_(size(s.out_h * s.out_w * tile_width<Real>)),
          dL_dw_(size(s.k_h * s.k_w * group_in_ * s.out_c)),
          dL_dbias_(size(s.out_c)) {
        for (Index kh = 0; kh < s.k_h; ++kh) {
            for (Index kw = 0; kw < s.k_w; ++kw) {
                for (Index i = 0; i < group_in_; ++i) {
                    offsets_.push_back((kh * image_.width() + kw) * s.in_c + i);
                }
            }
        }
    }

    void add(const Real* x, const Real* dL_dy, bool with_bias) {
        const Real* image = image_.set(x);
        for (Index g = 0; g < shape_.groups; ++g) {
            for (Index first = 0; first < group_out_; first += tile_width<Real>) {
                add_block(image + g * group_in_, dL_dy, g * group_out_ + first,
                          std::min(tile_width<Real>, group_out_ - first));
            }
        }
        const Index positions = with_bias ? shape_.out_h * shape_.out_w : 0;
        for (Index p = 0; p < positions; ++p) {
            for (Index d = 0; d < shape_.out_c; ++d) {
                dL_dbias_[size(d)] += dL_dy[p * shape_.out_c + d];
            }
        }
    }

    const std::vector<Real>& dL_dw() const { return dL_dw_; }
    const std::vector<Real>& dL_dbias() const { return dL_dbias_; }

private:
    /// `count` output channels from `channel` on.
    void add_block(const Real* x, const Real* dL_dy, Index channel, Index count) {
        Sources<Real> from{x, shape_.stride_h * image_.width() * shape_.in_c,
                           shape_.stride_w * shape_.in_c, dL_dy + channel,
                           shape_.out_c};
        if (count < tile_width<Real>) {
            copy_tail(from.dL_dy, count);
            from.dL_dy = tail_.data();
            from.dy_column = tile_width<Real>;
        }
        const auto rows = static_cast<Index>(offsets_.size());
        Index row = 0;
        for (; row + tile_rows <= rows; row += tile_rows) {
            run_tile<tile_rows>(shape_, from, offsets_.data() + row, count,
                                gradient(row, channel));
        }
        for (; row + 3 <= rows; row += 3) {
            run_tile<3>(shape_, from, offsets_.data() + row, count,
                        gradient(row, channel));
        }
        for (; row < rows; ++row) {
            run_tile<1>(shape_, from, offsets_.data() + row, count,
                        gradient(row, channel));
        }
    }

    Real* gradient(Index row, Index channel) {
        return dL_dw_.data() + row * shape_.out_c + channel;
    }

    /// A last block of fewer channels than a tile has, widened by zeros.
    void copy_tail(const Real* dL_dy, Index count) {
        for (Index p = 0; p < shape_.out_h * shape_.out_w; ++p) {
            Real* to = tail_.data() + p * tile_width<Real>;
            std::copy_n(dL_dy + p * shape_.out_c, count, to);
            std::fill(to + count, to + tile_width<Real>, Real{0});
        }
    }

    const Conv2DShape& shape_;
    PaddedImage<Real> image_;
    Index group_in_, group_out_;
    std::vector<Index> offsets_;
    std::vector<Real> tail_;
    std::vector<Real> dL_dw_, dL_dbias_;
};

/// to = (or +=) the parts, added in the order of the threads.
template <class Real, class Part>
void combine(const std::vector<FilterGradient<Real>>& parts, Part part, Real* to,
             bool accumulate) {
    const std::size_t count = (parts.front().*part)().size();
    for (std::size_t i = 0; i < count; ++i) {
        Real sum = accumulate ? to[i] : Real{0};
        for (const auto& some : parts) {
            sum += (some.*part)()[i];
        }
        to[i] = sum;
    }
}

}  // namespace

template <class Real>
void conv2d_backward_filter(int threads, const Conv2DShape& s, const Real* x,
                            const Real* dL_dy, Real* dL_dw, Real* dL_dbias,
                            bool accumulate) {
    const Index n_parts = std::max<Index>(1, std::min<Index>(threads, s.images));
    const Index x_size = s.in_h * s.in_w * s.in_c, y_size = s.out_h * s.out_w * s.out_c;
    std::vector<FilterGradient<Real>> parts(size(n_parts), FilterGradient<Real>(s));
#pragma omp parallel for num_threads(threads) schedule(static, 1)
    for (Index p = 0; p < n_parts; ++p) {
        auto& mine = parts[size(p)];
        for (Index i = p * s.images / n_parts; i < (p + 1) * s.images / n_parts; ++i) {
            mine.add(x + i * x_size, dL_dy + i * y_size, dL_dbias != nullptr);
        }
    }
    combine(parts, &FilterGradient<Real>::dL_dw, dL_dw, accumulate);
    if (dL_dbias != nullptr) {
        combine(parts, &FilterGradient<Real>::dL_dbias, dL_dbias, accumulate);
    }
}

template void conv2d_backward_filter(int, const Conv2DShape&, const float*,
                                     const float*, float*, float*, bool);
template void conv2d_backward_filter(int, const Conv2DShape&, const double*,
                                     const double*, double*, double*, bool);

}  // namespace nengine::kernels::direct
