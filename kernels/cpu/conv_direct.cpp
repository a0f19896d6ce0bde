#include "kernels/cpu/conv_direct.hpp"

#include <omp.h>

#include <algorithm>
#include <vector>

#include "kernels/cpu/conv_tile.hpp"

namespace nengine::kernels::direct {
namespace {

std::size_t size(Index n) {
    return static_cast<std::size_t>(n);
}

Index ceil_divide(Index a, Index b) {
    return (a + b - 1) / b;
}

/// One direction of a correlation along height and width, destination by destination:
/// the positions class, class + dst_step, ... of a destination row read, for each tap,
/// sources that are src_step apart. Forward there is one class; backwards there is one
/// per residue of the stride.
struct Walk {
    Index src_h, src_w, src_c, dst_h, dst_w, dst_c, k_h, k_w, groups;
    Index pad_top, pad_left, stride_h, stride_w;
    bool transposed;

    Index classes() const { return transposed ? stride_w : 1; }
    Index src_step() const { return transposed ? 1 : stride_w; }

    /// The source row that tap row `kh` of destination row `row` reads, or -1.
    Index source_row(Index row, Index kh) const {
        const Index at =
            transposed ? row + pad_top - kh : row * stride_h + kh - pad_top;
        const Index source = transposed ? at / stride_h : at;
        const bool exact = !transposed || at % stride_h == 0;
        return exact && at >= 0 && source < src_h ? source : -1;
    }
    /// The source column of the first position of class `c`, which may lie outside.
    /// @return false if this tap reads nothing there
    bool source_column(Index c, Index kw, Index& column) const {
        const Index at = transposed ? c + pad_left - kw : kw - pad_left;
        column = transposed ? at / stride_w : at;
        return !transposed || at % stride_w == 0;
    }
};

/// A tap that all positions of a tile can read.
template <class Real>
struct Tap {
    const Real* source;  ///< of the tile's first position, first channel of the group
    Index number;        ///< kh * k_w + kw
};

/// Weights as [group][block of tile_width destination channels][tap][source channel]
/// [tile_width], zero where the last block is not full.
template <class Real>
struct PackedWeights {
    Index blocks, taps, channels;
    std::vector<Real> data;

    const Real* at(Index group, Index block, Index tap) const {
        return data.data() +
               ((group * blocks + block) * taps + tap) * channels * tile_width<Real>;
    }
};

template <class Real>
PackedWeights<Real> pack(const Walk& walk, const Real* w) {
    constexpr Index width = tile_width<Real>;
    const Index from = walk.src_c / walk.groups, to = walk.dst_c / walk.groups;
    // hwio, with o over all groups.
    const Index w_in = walk.transposed ? to : from;
    const Index w_out = walk.transposed ? walk.src_c : walk.dst_c;
    PackedWeights<Real> packed{ceil_divide(to, width), walk.k_h * walk.k_w, from, {}};
    packed.data.resize(size(walk.groups * packed.blocks * packed.taps * from * width));
    for (Index g = 0; g < walk.groups; ++g) {
        for (Index tap = 0; tap < packed.taps; ++tap) {
            for (Index s = 0; s < from; ++s) {
                for (Index d = 0; d < to; ++d) {
                    const Index in = walk.transposed ? d : s;
                    const Index out = walk.transposed ? g * from + s : g * to + d;
                    Real* block = const_cast<Real*>(packed.at(g, d / width, tap));
                    block[s * width + d % width] = w[(tap * w_in + in) * w_out + out];
                }
            }
        }
    }
    return packed;
}

/// What the tiles of one destination row share.
template <class Real>
struct Row {
    const Walk& walk;
    const PackedWeights<Real>& weights;
    const Real* bias;
    const Real* source;  ///< the image, first channel of the group
    Real* destination;   ///< the row, first channel of the group
    Index group, row;
    bool accumulate;
};

/// Collects the taps that positions [first, first + rows) of class `c` read. False if
/// some of the positions can read a tap and some cannot.
template <class Real>
bool collect(const Row<Real>& job, Index c, Index first, Index rows,
             std::vector<Tap<Real>>& taps) {
    const Walk& walk = job.walk;
    const Index step = walk.src_step();
    taps.clear();
    for (Index kh = 0; kh < walk.k_h; ++kh) {
        const Index source_row = walk.source_row(job.row, kh);
        if (source_row < 0) {
            continue;
        }
        for (Index kw = 0; kw < walk.k_w; ++kw) {
            Index begin;
            if (!walk.source_column(c, kw, begin)) {
                continue;
            }
            begin += first * step;
            const Index end = begin + (rows - 1) * step;
            if (end < 0 || begin >= walk.src_w) {
                continue;
            }
            if (begin < 0 || end >= walk.src_w) {
                return false;
            }
            const Index at = (source_row * walk.src_w + begin) * walk.src_c;
            taps.push_back({job.source + at, kh * walk.k_w + kw});
        }
    }
    return true;
}

template <int rows, class Real>
void run_tile(const Row<Real>& job, const std::vector<Tap<Real>>& taps, Index block,
              Index column, Index column_step) {
    constexpr Index width = tile_width<Real>;
    const Index channels = job.weights.channels;
    const Index apart = job.walk.src_step() * job.walk.src_c;
    Tile<Real, rows> tile;
    for (const Tap<Real>& tap : taps) {
        const Real* factor = job.weights.at(job.group, block, tap.number);
        for (Index s = 0; s < channels; ++s) {
            tile.add(factor + s * width,
                     [&](int r) { return tap.source[r * apart + s]; });
        }
    }
    const Index group_channels = job.walk.dst_c / job.walk.groups;
    const Index from = block * width, count = std::min(width, group_channels - from);
    Real values[width];
    for (int r = 0; r < rows; ++r) {
        tile.get(r, values);
        Real* out =
            job.destination + (column + r * column_step) * job.walk.dst_c + from;
        for (Index d = 0; d < count; ++d) {
            const Real value =
                job.bias == nullptr ? values[d] : values[d] + job.bias[from + d];
            out[d] = job.accumulate ? out[d] + value : value;
        }
    }
}

/// All positions of one class in one destination row of one group.
template <class Real>
void run_class(const Row<Real>& job, Index c, std::vector<Tap<Real>>& taps) {
    const Index step = job.walk.classes();
    const Index count = ceil_divide(job.walk.dst_w - c, step);
    for (Index first = 0; first < count;) {
        const bool wide =
            count - first >= tile_rows && collect(job, c, first, tile_rows, taps);
        if (!wide) {
            collect(job, c, first, 1, taps);
        }
        for (Index block = 0; block < job.weights.blocks; ++block) {
            if (wide) {
                run_tile<tile_rows>(job, taps, block, c + first * step, step);
            } else {
                run_tile<1>(job, taps, block, c + first * step, step);
            }
        }
        first += wide ? tile_rows : 1;
    }
}

/// dst = (or +=) the correlation that `walk` describes, + bias.
template <class Real>
void correlate(int threads, Index images, const Walk& walk, const Real* src,
               const Real* w, const Real* bias, Real* dst, bool accumulate) {
    const PackedWeights<Real> weights = pack(walk, w);
    const Index group_src = walk.src_c / walk.groups;
    const Index group_dst = walk.dst_c / walk.groups;
    const Index rows = images * walk.dst_h;
    // Before the region, which no exception may leave: in it, nothing is allocated.
    std::vector<std::vector<Tap<Real>>> taps_of_thread(size(threads));
    for (auto& taps : taps_of_thread) {
        taps.reserve(size(weights.taps));
    }
#pragma omp parallel num_threads(threads)
    {
        auto& taps = taps_of_thread[size(omp_get_thread_num())];
#pragma omp for schedule(static)
        for (Index i = 0; i < rows; ++i) {
            const Real* image =
                src + i / walk.dst_h * walk.src_h * walk.src_w * walk.src_c;
            Real* row = dst + i * walk.dst_w * walk.dst_c;
            for (Index g = 0; g < walk.groups; ++g) {
                const Row<Real> job{walk,
                                    weights,
                                    bias == nullptr ? nullptr : bias + g * group_dst,
                                    image + g * group_src,
                                    row + g * group_dst,
                                    g,
                                    i % walk.dst_h,
                                    accumulate};
                for (Index c = 0; c < std::min(walk.classes(), walk.dst_w); ++c) {
                    run_class(job, c, taps);
                }
            }
        }
    }
}

}  // namespace

template <class Real>
void conv2d_forward(int threads, const Conv2DShape& s, const Real* x, const Real* w,
                    const Real* bias, Real* y, bool accumulate) {
    const Walk walk{s.in_h,     s.in_w,     s.in_c,     s.out_h,  s.out_w,
                    s.out_c,    s.k_h,      s.k_w,      s.groups, s.pad_top,
                    s.pad_left, s.stride_h, s.stride_w, false};
    correlate(threads, s.images, walk, x, w, bias, y, accumulate);
}

template <class Real>
void conv2d_backward_data(int threads, const Conv2DShape& s, const Real* dL_dy,
                          const Real* w, Real* dL_dx, bool accumulate) {
    const Walk walk{s.out_h,    s.out_w,    s.out_c,    s.in_h,   s.in_w,
                    s.in_c,     s.k_h,      s.k_w,      s.groups, s.pad_top,
                    s.pad_left, s.stride_h, s.stride_w, true};
    correlate<Real>(threads, s.images, walk, dL_dy, w, nullptr, dL_dx, accumulate);
}

template void conv2d_forward(int, const Conv2DShape&, const float*, const float*,
                             const float*, float*, bool);
template void conv2d_forward(int, const Conv2DShape&, const double*, const double*,
                             const double*, double*, bool);
template void conv2d_backward_data(int, const Conv2DShape&, const float*, const float*,
                                   float*, bool);
template void conv2d_backward_data(int, const Conv2DShape&, const double*,
                                   const double*, double*, bool);

}  // namespace nengine::kernels::direct
