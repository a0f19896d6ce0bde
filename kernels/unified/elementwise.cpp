#include "kernels/elementwise.hpp"

#include NENGINE_LAUNCH_HEADER
#include "kernels/base/operands.hpp"

namespace nengine::kernels {
namespace {

template <class Real, Columns columns>
struct Fill {
    static constexpr bool only_operands = true;
    static constexpr bool of_lines = all_lines<columns>();

    Operand<Real, columns> dst;
    Real value;

    template <class I>
    NENGINE_HD Pending<Real> read(I t, I b, I r, I c) const {
        return {&dst(t, b, r, c), value};
    }
    NENGINE_HD void write(const Pending<Real>& out) const { *out.to = out.value; }
    template <class Visit>
    NENGINE_HD void each_operand(const Visit& visit) {
        visit(dst);
    }
};

template <class Real, bool accumulate, Columns of_src, Columns of_dst>
struct Copy {
    static constexpr bool only_operands = true;
    static constexpr bool of_lines = all_lines<of_src, of_dst>();

    Operand<const Real, of_src> src;
    Operand<Real, of_dst> dst;

    template <class I>
    NENGINE_HD Pending<Real> read(I t, I b, I r, I c) const {
        return Pending<Real>::template of<accumulate>(dst(t, b, r, c), src(t, b, r, c));
    }
    NENGINE_HD void write(const Pending<Real>& out) const { *out.to = out.value; }
    template <class Visit>
    NENGINE_HD void each_operand(const Visit& visit) {
        visit(src);
        visit(dst);
    }
};

template <class Real, bool accumulate, Columns of_a, Columns of_x, Columns of_y>
struct Multiply {
    static constexpr bool only_operands = true;
    static constexpr bool of_lines = all_lines<of_a, of_x, of_y>();

    Operand<const Real, of_a> a;
    Operand<const Real, of_x> x;
    Operand<Real, of_y> y;

    template <class I>
    NENGINE_HD Pending<Real> read(I t, I b, I r, I c) const {
        return Pending<Real>::template of<accumulate>(y(t, b, r, c),
                                                      a(t, b, r, c) * x(t, b, r, c));
    }
    NENGINE_HD void write(const Pending<Real>& out) const { *out.to = out.value; }
    template <class Visit>
    NENGINE_HD void each_operand(const Visit& visit) {
        visit(a);
        visit(x);
        visit(y);
    }
};

template <class Real>
struct WriteTime {
    Operand<Real, Columns::other> time;
    Index first_step;
    double dt;

    NENGINE_HD void operator()(Index t, Index b, Index r, Index c) const {
        time(t, b, r, c) = static_cast<Real>(static_cast<double>(first_step + t) * dt);
    }
};

template <bool accumulate, class Exec, class Real>
void run_copy(const Exec& exec, Block<const Real> src, Block<Real> dst) {
    using enum Columns;
    const Extents extents = join_extents(0, dst, src);
    if (is_unit(dst) && is_unit(src)) {
        launch_elements(exec, extents,
                        Copy<Real, accumulate, unit, unit>{
                            Operand<const Real, unit>(src), Operand<Real, unit>(dst)});
    } else if (is_unit(dst) && is_same(src)) {
        launch_elements(exec, extents,
                        Copy<Real, accumulate, same, unit>{
                            Operand<const Real, same>(src), Operand<Real, unit>(dst)});
    } else {
        launch_elements(
            exec, extents,
            Copy<Real, accumulate, other, other>{Operand<const Real, other>(src),
                                                 Operand<Real, other>(dst)});
    }
}

template <bool accumulate, Columns of_a, Columns of_x, Columns of_y, class Exec,
          class Real>
void launch_multiply(const Exec& exec, const Extents& extents,
                     const Block<const Real>& a, const Block<const Real>& x,
                     const Block<Real>& y) {
    launch_elements(exec, extents,
                    Multiply<Real, accumulate, of_a, of_x, of_y>{
                        Operand<const Real, of_a>(a), Operand<const Real, of_x>(x),
                        Operand<Real, of_y>(y)});
}

template <bool accumulate, class Exec, class Real>
void run_multiply(const Exec& exec, Block<const Real> a, Block<const Real> x,
                  Block<Real> y) {
    using enum Columns;
    const Extents extents = join_extents(0, y, a, x);
    if (is_unit(y) && is_unit(a) && is_unit(x)) {
        launch_multiply<accumulate, unit, unit, unit>(exec, extents, a, x, y);
    } else if (is_unit(y) && is_same(a) && is_unit(x)) {
        launch_multiply<accumulate, same, unit, unit>(exec, extents, a, x, y);
    } else if (is_unit(y) && is_unit(a) && is_same(x)) {
        launch_multiply<accumulate, unit, same, unit>(exec, extents, a, x, y);
    } else {
        launch_multiply<accumulate, other, other, other>(exec, extents, a, x, y);
    }
}

}  // namespace

template <class Exec, class Real>
void fill(const Exec& exec, const FillArgs<Bound<Real>>& args) {
    Block<Real> dst = args.dst;
    const Extents extents = join_extents(0, dst);
    if (is_unit(dst)) {
        launch_elements(
            exec, extents,
            Fill<Real, Columns::unit>{Operand<Real, Columns::unit>(dst), args.value});
    } else {
        launch_elements(
            exec, extents,
            Fill<Real, Columns::other>{Operand<Real, Columns::other>(dst), args.value});
    }
}

template <class Exec, class Real>
void copy(const Exec& exec, const CopyArgs<Bound<Real>>& args) {
    args.accumulate ? run_copy<true>(exec, args.src, args.dst)
                    : run_copy<false>(exec, args.src, args.dst);
}

template <class Exec, class Real>
void multiply(const Exec& exec, const MultiplyArgs<Bound<Real>>& args) {
    args.accumulate ? run_multiply<true>(exec, args.a, args.x, args.y)
                    : run_multiply<false>(exec, args.a, args.x, args.y);
}

template <class Exec, class Real>
void write_time(const Exec& exec, const TimeArgs<Bound<Real>>& args) {
    const Block<Real>& time = args.time;
    launch_elements(
        exec, {time.steps, time.batch, time.rows, time.cols},
        WriteTime<Real>{Operand<Real, Columns::other>(time), args.first_step, args.dt});
}

#define NENGINE_INSTANTIATE(Real)                                              \
    template void fill(const ThisExec&, const FillArgs<Bound<Real>>&);         \
    template void copy(const ThisExec&, const CopyArgs<Bound<Real>>&);         \
    template void multiply(const ThisExec&, const MultiplyArgs<Bound<Real>>&); \
    template void write_time(const ThisExec&, const TimeArgs<Bound<Real>>&);

NENGINE_INSTANTIATE(float)
NENGINE_INSTANTIATE(double)

}  // namespace nengine::kernels
