#include "kernels/rows.hpp"

#include NENGINE_LAUNCH_HEADER
#include "kernels/base/operands.hpp"

namespace nengine::kernels {
namespace {

/// The history's position is read from the device, so that a recorded step moves on.
template <class Real, bool accumulate, Columns columns>
struct LoadRow {
    static constexpr bool only_operands = true;
    static constexpr bool of_lines = all_lines<columns>();

    const Index* step;
    Index shift;
    Operand<const Real, columns> history;
    Operand<Real, columns> row;

    template <class I>
    NENGINE_HD Pending<Real> read(I, I b, I r, I c) const {
        return Pending<Real>::template of<accumulate>(row(I{0}, b, r, c),
                                                      history(*step + shift, b, r, c));
    }
    NENGINE_HD void write(const Pending<Real>& out) const { *out.to = out.value; }
    template <class Visit>
    NENGINE_HD void each_operand(const Visit& visit) {
        visit(history);
        visit(row);
    }
};

template <class Real, bool accumulate, Columns columns>
struct StoreRow {
    static constexpr bool only_operands = true;
    static constexpr bool of_lines = all_lines<columns>();

    const Index* step;
    Index shift;
    Operand<const Real, columns> row;
    Operand<Real, columns> history;

    template <class I>
    NENGINE_HD Pending<Real> read(I, I b, I r, I c) const {
        return Pending<Real>::template of<accumulate>(history(*step + shift, b, r, c),
                                                      row(I{0}, b, r, c));
    }
    NENGINE_HD void write(const Pending<Real>& out) const { *out.to = out.value; }
    template <class Visit>
    NENGINE_HD void each_operand(const Visit& visit) {
        visit(row);
        visit(history);
    }
};

struct Advance {
    Index* steps;
    Index by;

    NENGINE_HD void operator()(Index i) const { steps[i] += by; }
};

struct CountFrom {
    Index* steps;
    Index first, by;

    NENGINE_HD void operator()(Index i) const { steps[i] = first + i * by; }
};

template <bool accumulate, class Exec, class Real>
void run_load(const Exec& exec, const MoveRowArgs<Bound<Real>>& args) {
    using enum Columns;
    const auto [step, shift] = std::pair(args.step, args.shift);
    Block<Real> row = args.row;
    Block<const Real> history = args.history;
    row.steps = 1;
    const Extents extents = join_extents(1, row, history);
    if (is_unit(row) && is_unit(history)) {
        launch_elements(exec, extents,
                        LoadRow<Real, accumulate, unit>{
                            step, shift, Operand<const Real, unit>(history),
                            Operand<Real, unit>(row)});
    } else {
        launch_elements(exec, extents,
                        LoadRow<Real, accumulate, other>{
                            step, shift, Operand<const Real, other>(history),
                            Operand<Real, other>(row)});
    }
}

template <bool accumulate, class Exec, class Real>
void run_store(const Exec& exec, const MoveRowArgs<Bound<Real>>& args) {
    using enum Columns;
    const auto [step, shift] = std::pair(args.step, args.shift);
    Block<const Real> row = args.row;
    Block<Real> history = args.history;
    row.steps = 1;
    const Extents extents = join_extents(1, row, history);
    if (is_unit(row) && is_unit(history)) {
        launch_elements(exec, extents,
                        StoreRow<Real, accumulate, unit>{step, shift,
                                                         Operand<const Real, unit>(row),
                                                         Operand<Real, unit>(history)});
    } else {
        launch_elements(exec, extents,
                        StoreRow<Real, accumulate, other>{
                            step, shift, Operand<const Real, other>(row),
                            Operand<Real, other>(history)});
    }
}

}  // namespace

template <class Exec, class Real>
void move_row(const Exec& exec, const MoveRowArgs<Bound<Real>>& args) {
    if (args.kind == RowMove::load) {
        args.accumulate ? run_load<true>(exec, args) : run_load<false>(exec, args);
    } else {
        args.accumulate ? run_store<true>(exec, args) : run_store<false>(exec, args);
    }
}

template <class Exec>
void advance(const Exec& exec, Index* steps, Index count, Index by) {
    launch_each(exec, count, Advance{steps, by});
}

template <class Exec>
void count_from(const Exec& exec, Index* steps, Index count, Index first, Index by) {
    launch_each(exec, count, CountFrom{steps, first, by});
}

template void move_row(const ThisExec&, const MoveRowArgs<Bound<float>>&);
template void move_row(const ThisExec&, const MoveRowArgs<Bound<double>>&);
template void advance(const ThisExec&, Index*, Index, Index);
template void count_from(const ThisExec&, Index*, Index, Index, Index);

}  // namespace nengine::kernels
