#include "kernels/softmax.hpp"

#include <cstddef>
#include <limits>
#include <tuple>
#include <type_traits>
#include <utility>

#include NENGINE_LAUNCH_HEADER
#include "kernels/pointwise/math.hpp"
#include "kernels/unified/view_axes.hpp"

namespace nengine::kernels {
namespace {

/// Numbers along a line.
template <class Number, bool dense>
struct AlongLine {
    Number* data;
    Index apart;

    NENGINE_HD Number& operator[](Index c) const { return data[dense ? c : c * apart]; }
};

enum Total { largest, sum, products };

/// What is no number is left to the sum.
struct Larger {
    static constexpr double start = -std::numeric_limits<double>::infinity();
    template <class Real>
    NENGINE_HD static Real of(Real a, Real b) {
        return a > b ? a : b;
    }
};

/// How an exponential's logarithm is normalised: by what all elements of a line share.
template <class Number, bool logarithm, bool dense>
struct Softmax {
    using Real = Number;
    using Math = PointwiseMath<Real>;
    using Combines = std::tuple<Larger, Addition>;

    const Real* x;
    Real* y;
    Axes lines;
    Index x_apart, y_apart;

    struct Line {
        AlongLine<const Real, dense> x;
        AlongLine<Real, dense> y;
    };
    NENGINE_HD Line begin(Index i) const {
        return {{x + lines.offset(lines.a, i), x_apart},
                {y + lines.offset(lines.dst, i), y_apart}};
    }

    template <int total>
    NENGINE_HD Real term(const Line& line, Index c, const Real* totals) const {
        if constexpr (total == largest) {
            return line.x[c];
        } else if constexpr (logarithm) {
            return Math::exp(line.x[c] - totals[largest]);
        } else {
            return line.y[c] = Math::exp(line.x[c] - totals[largest]);
        }
    }

    struct Shared {
        Real largest;
        Real sum;  ///< its logarithm, or what it is divided by it
    };
    NENGINE_HD Shared finish(const Real* totals) const {
        return {totals[largest],
                logarithm ? Math::log(totals[sum]) : Real(1) / totals[sum]};
    }
    NENGINE_HD void write(const Line& line, Index c, const Shared& shared) const {
        line.y[c] = logarithm ? (line.x[c] - shared.largest) - shared.sum
                              : line.y[c] * shared.sum;
    }
};

template <class Number, bool logarithm, bool accumulate, bool dense>
struct SoftmaxGradient {
    using Real = Number;
    using Math = PointwiseMath<Real>;
    using Combines = std::tuple<Larger, Addition, Addition>;

    const Real *x, *dy;
    Real* dx;
    Axes lines;
    Index x_apart, dy_apart, dx_apart;

    struct Line {
        AlongLine<const Real, dense> x, dy;
        AlongLine<Real, dense> dx;
    };
    NENGINE_HD Line begin(Index i) const {
        return {{x + lines.offset(lines.a, i), x_apart},
                {dy + lines.offset(lines.b, i), dy_apart},
                {dx + lines.offset(lines.dst, i), dx_apart}};
    }

    template <int total>
    NENGINE_HD Real term(const Line& line, Index c, const Real* totals) const {
        if constexpr (total == largest) {
            return line.x[c];
        } else if constexpr (total == sum) {
            const Real power = Math::exp(line.x[c] - totals[largest]);
            if constexpr (!accumulate) {
                line.dx[c] = power;  // waits there
            }
            return power;
        } else {
            return logarithm ? line.dy[c]
                             : power(line, c, totals[largest]) * line.dy[c];
        }
    }

    struct Shared {
        Real largest, by_sum, mean;
    };
    NENGINE_HD Shared finish(const Real* totals) const {
        return {totals[largest], Real(1) / totals[sum],
                logarithm ? totals[products] : totals[products] / totals[sum]};
    }
    NENGINE_HD void write(const Line& line, Index c, const Shared& shared) const {
        const Real p = power(line, c, shared.largest) * shared.by_sum;
        const Real slope =
            logarithm ? line.dy[c] - p * shared.mean : p * (line.dy[c] - shared.mean);
        line.dx[c] = accumulate ? line.dx[c] + slope : slope;
    }

private:
    NENGINE_HD Real power(const Line& line, Index c, Real largest_x) const {
        return accumulate ? Math::exp(line.x[c] - largest_x) : Real(line.dx[c]);
    }
};

/// The axis of a view along which lines go; the view has it no more.
template <class Real>
Axis take_axis(View<Real>& view, int axis) {
    return std::exchange(view.item[static_cast<std::size_t>(axis)], {});
}

template <bool logarithm, class Exec, class Real>
void run_softmax(const Exec& exec, const SoftmaxArgs<Bound<Real>>& args) {
    View<const Real> x = args.x;
    View<Real> y = args.y;
    const Axis from = take_axis(x, args.axis), to = take_axis(y, args.axis);
    const Axes lines = axes(x, x, y, true);
    const auto launch = [&]<bool dense>(std::bool_constant<dense>) {
        launch_normalised(exec, lines.size(), from.extent,
                          Softmax<Real, logarithm, dense>{x.data, y.data, lines,
                                                          from.stride, to.stride});
    };
    if (from.stride == 1 && to.stride == 1) {
        launch(std::true_type{});
    } else {
        launch(std::false_type{});
    }
}

template <bool logarithm, bool accumulate, class Exec, class Real>
void run_gradient(const Exec& exec, const SoftmaxGradientArgs<Bound<Real>>& args) {
    View<const Real> x = args.x, dy = args.dy;
    View<Real> dx = args.dx;
    const Axis of_x = take_axis(x, args.axis), of_dy = take_axis(dy, args.axis),
               to = take_axis(dx, args.axis);
    const Axes lines = axes(x, dy, dx, true);
    const auto launch = [&]<bool dense>(std::bool_constant<dense>) {
        launch_normalised(
            exec, lines.size(), of_x.extent,
            SoftmaxGradient<Real, logarithm, accumulate, dense>{
                x.data, dy.data, dx.data, lines, of_x.stride, of_dy.stride, to.stride});
    };
    if (of_x.stride == 1 && of_dy.stride == 1 && to.stride == 1) {
        launch(std::true_type{});
    } else {
        launch(std::false_type{});
    }
}

}  // namespace

template <class Exec, class Real>
void softmax(const Exec& exec, const SoftmaxArgs<Bound<Real>>& args) {
    args.logarithm ? run_softmax<true>(exec, args) : run_softmax<false>(exec, args);
}

template <class Exec, class Real>
void softmax_gradient(const Exec& exec, const SoftmaxGradientArgs<Bound<Real>>& args) {
    if (args.logarithm) {
        args.accumulate ? run_gradient<true, true>(exec, args)
                        : run_gradient<true, false>(exec, args);
    } else {
        args.accumulate ? run_gradient<false, true>(exec, args)
                        : run_gradient<false, false>(exec, args);
    }
}

template void softmax(const ThisExec&, const SoftmaxArgs<Bound<float>>&);
template void softmax(const ThisExec&, const SoftmaxArgs<Bound<double>>&);
template void softmax_gradient(const ThisExec&,
                               const SoftmaxGradientArgs<Bound<float>>&);
template void softmax_gradient(const ThisExec&,
                               const SoftmaxGradientArgs<Bound<double>>&);

}  // namespace nengine::kernels
