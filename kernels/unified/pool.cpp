#include "kernels/pool.hpp"

#include <type_traits>

#include NENGINE_LAUNCH_HEADER
#include "kernels/base/divide.hpp"

namespace nengine::kernels {
namespace {

/// Positions [first, last) along one side of an image.
struct Span {
    Index first, last;
};

/// The part of a window, which begins at `start`, that lies inside the image.
NENGINE_HD Span inside(Index start, Index window, Index size) {
    const Index end = start + window;
    return {start < 0 ? 0 : start, end > size ? size : end};
}

/// Which windows along one side contain position `at`: first <= (at + pad) / stride,
/// and the window's last cell reaches `at`.
NENGINE_HD Span windows_at(Index at, Index pad, Index window, const RowDivisor& stride,
                           Index count) {
    const Index padded = at + pad;
    const Index last = stride.divide(padded).quotient + 1;
    const Index beyond = padded - window;  // windows that begin here or before miss it
    return {beyond < 0 ? 0 : stride.divide(beyond).quotient + 1,
            last > count ? count : last};
}

template <class Real, bool accumulate>
struct PoolForward {
    static constexpr bool one_by_one = true;

    Pool2DShape s;
    const Real* x;
    Real* y;

    NENGINE_HD void operator()(Index image, Index row, Index col, Index c) const {
        const Span h = inside(row * s.stride_h - s.pad_top, s.pool_h, s.in_h);
        const Span w = inside(col * s.stride_w - s.pad_left, s.pool_w, s.in_w);
        Real sum = 0;
        for (Index i = h.first; i < h.last; ++i) {
            for (Index j = w.first; j < w.last; ++j) {
                sum += x[((image * s.in_h + i) * s.in_w + j) * s.channels + c];
            }
        }
        const auto cells = static_cast<Real>((h.last - h.first) * (w.last - w.first));
        Real& to = y[((image * s.out_h + row) * s.out_w + col) * s.channels + c];
        to = accumulate ? to + sum / cells : sum / cells;
    }
};

/// Windows of one size that all lie inside the image: nothing to find out for each
/// element, and loops that unroll.
template <class Real, bool accumulate, int side>
struct WholePoolForward {
    Pool2DShape s;
    const Real* x;
    Real* y;

    NENGINE_HD void operator()(Index image, Index row, Index col, Index c) const {
        const Index first =
            (image * s.in_h + row * s.stride_h) * s.in_w + col * s.stride_w;
        Real sum = 0;
        NENGINE_UNROLL
        for (int i = 0; i < side; ++i) {
            NENGINE_UNROLL
            for (int j = 0; j < side; ++j) {
                sum += x[(first + i * s.in_w + j) * s.channels + c];
            }
        }
        sum /= Real(side * side);
        Real& to = y[((image * s.out_h + row) * s.out_w + col) * s.channels + c];
        to = accumulate ? to + sum : sum;
    }
};

bool is_whole(const Pool2DShape& s, Index side) {
    return s.pool_h == side && s.pool_w == side && s.pad_top == 0 && s.pad_left == 0 &&
           (s.out_h - 1) * s.stride_h + side <= s.in_h &&
           (s.out_w - 1) * s.stride_w + side <= s.in_w;
}

/// Each cell collects from the windows that contain it: no two threads write one place.
template <class Real, bool accumulate>
struct PoolBackward {
    static constexpr bool one_by_one = true;

    Pool2DShape s;
    RowDivisor stride_h, stride_w;
    const Real* dL_dy;
    Real* dL_dx;

    NENGINE_HD void operator()(Index image, Index row, Index col, Index c) const {
        const Span h = windows_at(row, s.pad_top, s.pool_h, stride_h, s.out_h);
        const Span w = windows_at(col, s.pad_left, s.pool_w, stride_w, s.out_w);
        Real sum = 0;
        for (Index i = h.first; i < h.last; ++i) {
            const Span rows = inside(i * s.stride_h - s.pad_top, s.pool_h, s.in_h);
            for (Index j = w.first; j < w.last; ++j) {
                const Span cols = inside(j * s.stride_w - s.pad_left, s.pool_w, s.in_w);
                const auto cells = static_cast<Real>((rows.last - rows.first) *
                                                     (cols.last - cols.first));
                sum += dL_dy[((image * s.out_h + i) * s.out_w + j) * s.channels + c] /
                       cells;
            }
        }
        Real& to = dL_dx[((image * s.in_h + row) * s.in_w + col) * s.channels + c];
        to = accumulate ? to + sum : sum;
    }
};

/// The same for windows that do not overlap: a cell lies in one at most, and which one
/// is the same for all channels.
template <class Real, bool accumulate>
struct DisjointPoolBackward {
    Pool2DShape s;
    RowDivisor stride_h, stride_w;
    const Real* dL_dy;
    Real* dL_dx;

    NENGINE_HD void operator()(Index image, Index row, Index col, Index c) const {
        const Index h = stride_h.divide(row + s.pad_top).quotient;
        const Index w = stride_w.divide(col + s.pad_left).quotient;
        const Index top = h * s.stride_h - s.pad_top;
        const Index left = w * s.stride_w - s.pad_left;
        const bool has_window =
            h < s.out_h && row - top < s.pool_h && w < s.out_w && col - left < s.pool_w;
        const Span rows = inside(top, s.pool_h, s.in_h);
        const Span cols = inside(left, s.pool_w, s.in_w);
        const auto cells =
            static_cast<Real>((rows.last - rows.first) * (cols.last - cols.first));
        const Index from = ((image * s.out_h + h) * s.out_w + w) * s.channels + c;
        const Real gradient = has_window ? dL_dy[from] / cells : Real(0);
        Real& to = dL_dx[((image * s.in_h + row) * s.in_w + col) * s.channels + c];
        to = accumulate ? to + gradient : gradient;
    }
};

template <class Real>
struct Largest {
    Real value;
    Index at;  ///< element of x
};

/// Of the part of a window that lies inside the image; the first of equal ones.
template <class Real>
NENGINE_HD Largest<Real> largest(const Pool2DShape& s, const Real* x, Index image,
                                 Index row, Index col, Index c) {
    const Span h = inside(row * s.stride_h - s.pad_top, s.pool_h, s.in_h);
    const Span w = inside(col * s.stride_w - s.pad_left, s.pool_w, s.in_w);
    Largest<Real> best{Real(0), -1};
    for (Index i = h.first; i < h.last; ++i) {
        for (Index j = w.first; j < w.last; ++j) {
            const Index at = ((image * s.in_h + i) * s.in_w + j) * s.channels + c;
            const bool is_none = x[at] != x[at], was_none = best.value != best.value;
            if (best.at < 0 || x[at] > best.value || (is_none && !was_none)) {
                best = {x[at], at};
            }
        }
    }
    return best;
}

template <class Real, bool accumulate>
struct MaxPool {
    static constexpr bool one_by_one = true;

    Pool2DShape s;
    const Real* x;
    Real* y;

    NENGINE_HD void operator()(Index image, Index row, Index col, Index c) const {
        const Real value = largest(s, x, image, row, col, c).value;
        Real& to = y[((image * s.out_h + row) * s.out_w + col) * s.channels + c];
        to = accumulate ? to + value : value;
    }
};

/// As in PoolBackward, each cell collects.
template <class Real, bool accumulate>
struct MaxPoolBackward {
    static constexpr bool one_by_one = true;

    Pool2DShape s;
    RowDivisor stride_h, stride_w;
    const Real* x;
    const Real* dL_dy;
    Real* dL_dx;

    NENGINE_HD void operator()(Index image, Index row, Index col, Index c) const {
        const Span h = windows_at(row, s.pad_top, s.pool_h, stride_h, s.out_h);
        const Span w = windows_at(col, s.pad_left, s.pool_w, stride_w, s.out_w);
        const Index here = ((image * s.in_h + row) * s.in_w + col) * s.channels + c;
        Real sum = 0;
        for (Index i = h.first; i < h.last; ++i) {
            for (Index j = w.first; j < w.last; ++j) {
                if (largest(s, x, image, i, j, c).at == here) {
                    sum +=
                        dL_dy[((image * s.out_h + i) * s.out_w + j) * s.channels + c];
                }
            }
        }
        dL_dx[here] = accumulate ? dL_dx[here] + sum : sum;
    }
};

template <bool accumulate, class Exec, class Real>
void run_forward(const Exec& exec, const Pool2DShape& s, const Real* x, Real* y) {
    const Extents extents{s.images, s.out_h, s.out_w, s.channels};
    if (is_whole(s, 2)) {
        launch_elements(exec, extents, WholePoolForward<Real, accumulate, 2>{s, x, y});
    } else if (is_whole(s, 3)) {
        launch_elements(exec, extents, WholePoolForward<Real, accumulate, 3>{s, x, y});
    } else {
        launch_elements(exec, extents, PoolForward<Real, accumulate>{s, x, y});
    }
}

template <bool accumulate, class Exec, class Real>
void run_backward(const Exec& exec, const Pool2DShape& s, const Real* dL_dy,
                  Real* dL_dx) {
    const Extents extents{s.images, s.in_h, s.in_w, s.channels};
    const RowDivisor stride_h(s.stride_h), stride_w(s.stride_w);
    if (s.stride_h >= s.pool_h && s.stride_w >= s.pool_w) {
        launch_elements(exec, extents,
                        DisjointPoolBackward<Real, accumulate>{s, stride_h, stride_w,
                                                               dL_dy, dL_dx});
    } else {
        launch_elements(
            exec, extents,
            PoolBackward<Real, accumulate>{s, stride_h, stride_w, dL_dy, dL_dx});
    }
}

}  // namespace

template <class Exec, class Real>
void average_pool(const Exec& exec, const AveragePoolArgs<Bound<Real>>& args) {
    const auto run = [&](Index images, Real* x, Real* y) {
        Pool2DShape shape = args.shape;
        shape.images = images;
        if (args.kind == LinearMap::forward) {
            args.accumulate ? run_forward<true>(exec, shape, x, y)
                            : run_forward<false>(exec, shape, x, y);
        } else {
            args.accumulate ? run_backward<true>(exec, shape, y, x)
                            : run_backward<false>(exec, shape, y, x);
        }
    };
    for_images(run, args.x, args.y);
}

template <class Exec, class Real>
void max_pool(const Exec& exec, const MaxPoolArgs<Bound<Real>>& args) {
    const auto run = [&](Index images, const Real* x, Real* y) {
        const Pool2DShape& s = args.shape;
        const Extents extents{images, s.out_h, s.out_w, s.channels};
        args.accumulate ? launch_elements(exec, extents, MaxPool<Real, true>{s, x, y})
                        : launch_elements(exec, extents, MaxPool<Real, false>{s, x, y});
    };
    for_images(run, args.x, args.y);
}

template <class Exec, class Real>
void max_pool_backward(const Exec& exec, const MaxPoolBackwardArgs<Bound<Real>>& args) {
    const auto run = [&](Index images, const Real* x, const Real* dL_dy, Real* dL_dx) {
        const Pool2DShape& s = args.shape;
        const Extents extents{images, s.in_h, s.in_w, s.channels};
        const RowDivisor stride_h(s.stride_h), stride_w(s.stride_w);
        const auto launch = [&]<bool accumulate>(std::bool_constant<accumulate>) {
            launch_elements(exec, extents,
                            MaxPoolBackward<Real, accumulate>{s, stride_h, stride_w, x,
                                                              dL_dy, dL_dx});
        };
        args.accumulate ? launch(std::true_type{}) : launch(std::false_type{});
    };
    for_images(run, args.x, args.dL_dy, args.dL_dx);
}

template void average_pool(const ThisExec&, const AveragePoolArgs<Bound<float>>&);
template void average_pool(const ThisExec&, const AveragePoolArgs<Bound<double>>&);
template void max_pool(const ThisExec&, const MaxPoolArgs<Bound<float>>&);
template void max_pool(const ThisExec&, const MaxPoolArgs<Bound<double>>&);
template void max_pool_backward(const ThisExec&,
                                const MaxPoolBackwardArgs<Bound<float>>&);
template void max_pool_backward(const ThisExec&,
                                const MaxPoolBackwardArgs<Bound<double>>&);

}  // namespace nengine::kernels
