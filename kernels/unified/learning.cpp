#include "kernels/learning.hpp"

#include NENGINE_LAUNCH_HEADER
#include "kernels/base/divide.hpp"
#include "kernels/base/operands.hpp"

namespace nengine::kernels {
namespace {

template <class Real, LearningKind kind>
struct LearningRows {
    LearningRowsArgs<Bound<Real>> a;

    NENGINE_HD void operator()(Index t, Index b, Index r, Index c) const {
        const Real signal = a.signal(t, b, r, c);
        Real row = a.rate * signal;
        if constexpr (kind == LearningKind::bcm) {
            row = row * (signal - a.theta(t, b, r, c));
        } else if constexpr (kind == LearningKind::oja) {
            a.decay(t, b, r, c) = a.rate * a.beta * (signal * signal);
        } else if constexpr (kind == LearningKind::voja) {
            const Real gated = a.rate * a.gate(t, b, r, c);
            row = gated * (a.scale(t, b, r, c) * signal);
            a.decay(t, b, r, c) = gated * signal;
        } else if constexpr (kind == LearningKind::rls) {
            row = -signal / (Real{1} + a.power(t, b, r, c));
        }
        a.row(t, b, r, c) = row;
    }
};

template <class Exec, class Real>
void launch_rows_of(const Exec& exec, const LearningRowsArgs<Bound<Real>>& args) {
    const Extents extents{args.row.steps, args.row.batch, args.row.rows, args.row.cols};
    switch (args.kind) {
        case LearningKind::pes:
            return launch_elements(exec, extents,
                                   LearningRows<Real, LearningKind::pes>{args});
        case LearningKind::bcm:
            return launch_elements(exec, extents,
                                   LearningRows<Real, LearningKind::bcm>{args});
        case LearningKind::oja:
            return launch_elements(exec, extents,
                                   LearningRows<Real, LearningKind::oja>{args});
        case LearningKind::voja:
            return launch_elements(exec, extents,
                                   LearningRows<Real, LearningKind::voja>{args});
        case LearningKind::rls:
            return launch_elements(exec, extents,
                                   LearningRows<Real, LearningKind::rls>{args});
    }
}

/// One element of the change of weights, given the weight before.
template <class Real, bool decays>
NENGINE_HD Real change_of(Real row, Real col, Real decay, Real weight) {
    return decays ? row * col - decay * weight : row * col;
}

template <class Real, bool decays, bool accumulate>
struct ChangeWeights {
    Operand<const Real, Columns::same> row;
    Operand<const Real, Columns::unit> col;
    Operand<const Real, Columns::same> decay;
    Operand<const Real, Columns::unit> weights;
    Operand<Real, Columns::unit> out;

    NENGINE_HD void operator()(Index t, Index b, Index r, Index c) const {
        Real change = row(t, b, r, c) * col(t, b, r, c);
        if constexpr (decays) {
            change = change_of<Real, true>(row(t, b, r, c), col(t, b, r, c),
                                           decay(t, b, r, c), weights(t, b, r, c));
        }
        Real& to = out(t, b, r, c);
        to = accumulate ? to + change : change;
    }
};

/// Any strides: weights that lie transposed, or apart.
template <class Real, bool decays, bool accumulate>
struct ChangeStrided {
    Block<const Real> row, col, decay, weights;
    Block<Real> out;

    NENGINE_HD void operator()(Index t, Index b, Index r, Index c) const {
        Real change = row(t, b, r, c) * col(t, b, r, c);
        if constexpr (decays) {
            change = change_of<Real, true>(row(t, b, r, c), col(t, b, r, c),
                                           decay(t, b, r, c), weights(t, b, r, c));
        }
        Real& to = out(t, b, r, c);
        to = accumulate ? to + change : change;
    }
};

template <bool decays, bool accumulate, class Exec, class Real>
void run_change(const Exec& exec, const ChangeWeightsArgs<Bound<Real>>& args) {
    const auto& [row, col, decay, weights, out, adds] = args;
    const Extents extents{out.steps, out.batch, out.rows, out.cols};
    const bool dense = is_unit(out) && is_unit(col) && (!decays || is_unit(weights));
    if (dense) {
        using enum Columns;
        launch_elements(
            exec, extents,
            ChangeWeights<Real, decays, accumulate>{
                Operand<const Real, same>(row), Operand<const Real, unit>(col),
                Operand<const Real, same>(decay), Operand<const Real, unit>(weights),
                Operand<Real, unit>(out)});
    } else {
        launch_elements(
            exec, extents,
            ChangeStrided<Real, decays, accumulate>{row, col, decay, weights, out});
    }
}

/// A line is a row of one item's matrix. `dense`: weights, col and x lie densely.
template <class Number, bool decays, bool accumulate, bool dense>
struct ChangeAndMultiply {
    using Real = Number;

    Block<const Real> row, col, decay;
    Block<Real> weights;
    Block<const Real> x;
    Block<Real> y;
    RowDivisor rows, batch;

    struct Line {
        Real* weights;
        const Real *col, *x;
        Real row, decay;
        Real* y;
    };

    NENGINE_HD Line begin(Index i) const {
        const auto [item, r] = rows.divide(i);
        const auto [t, b] = batch.divide(item);
        return {&weights(t, b, r, 0),
                &col(t, b, 0, 0),
                &x(t, b, 0, 0),
                row(t, b, r, 0),
                decays ? decay(t, b, r, 0) : Real{0},
                &y(t, b, 0, r)};
    }

    NENGINE_HD Real term(const Line& line, Index c) const {
        Real& weight = line.weights[dense ? c : c * weights.col_stride];
        const Real col_c = line.col[dense ? c : c * col.col_stride];
        weight = weight + change_of<Real, decays>(line.row, col_c, line.decay, weight);
        return weight * line.x[dense ? c : c * x.col_stride];
    }

    NENGINE_HD void finish(const Line& line, double total) const {
        const auto sum = static_cast<Real>(total);
        *line.y = accumulate ? *line.y + sum : sum;
    }
};

template <bool decays, bool accumulate, bool dense, class Exec, class Real>
void launch_change(const Exec& exec, const ChangeAndMultiplyArgs<Bound<Real>>& args) {
    const Block<Real>& weights = args.weights;
    launch_lines(exec, weights.steps * weights.batch * weights.rows, weights.cols,
                 ChangeAndMultiply<Real, decays, accumulate, dense>{
                     args.row, args.col, args.decay, weights, args.x, args.y,
                     RowDivisor(weights.rows), RowDivisor(weights.batch)});
}

template <bool decays, bool accumulate, class Exec, class Real>
void run_change_and_multiply(const Exec& exec,
                             const ChangeAndMultiplyArgs<Bound<Real>>& args) {
    const bool dense = is_unit(args.weights) && is_unit(args.col) && is_unit(args.x);
    dense ? launch_change<decays, accumulate, true>(exec, args)
          : launch_change<decays, accumulate, false>(exec, args);
}

}  // namespace

template <class Exec, class Real>
void learning_rows(const Exec& exec, const LearningRowsArgs<Bound<Real>>& args) {
    launch_rows_of(exec, args);
}

template <class Exec, class Real>
void change_weights(const Exec& exec, const ChangeWeightsArgs<Bound<Real>>& args) {
    if (args.decay.data != nullptr) {
        args.accumulate ? run_change<true, true>(exec, args)
                        : run_change<true, false>(exec, args);
    } else {
        args.accumulate ? run_change<false, true>(exec, args)
                        : run_change<false, false>(exec, args);
    }
}

template <class Exec, class Real>
void change_and_multiply(const Exec& exec,
                         const ChangeAndMultiplyArgs<Bound<Real>>& args) {
    if (args.decay.data != nullptr) {
        args.accumulate ? run_change_and_multiply<true, true>(exec, args)
                        : run_change_and_multiply<true, false>(exec, args);
    } else {
        args.accumulate ? run_change_and_multiply<false, true>(exec, args)
                        : run_change_and_multiply<false, false>(exec, args);
    }
}

#define NENGINE_INSTANTIATE(Real)                                        \
    template void learning_rows(const ThisExec&,                         \
                                const LearningRowsArgs<Bound<Real>>&);   \
    template void change_weights(const ThisExec&,                        \
                                 const ChangeWeightsArgs<Bound<Real>>&); \
    template void change_and_multiply(const ThisExec&,                   \
                                      const ChangeAndMultiplyArgs<Bound<Real>>&);

NENGINE_INSTANTIATE(float)
NENGINE_INSTANTIATE(double)

}  // namespace nengine::kernels
