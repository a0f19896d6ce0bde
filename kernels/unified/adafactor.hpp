#pragma once

#include <cmath>

#include NENGINE_LAUNCH_HEADER
#include "kernels/base/divide.hpp"
#include "kernels/optimizer.hpp"

// Adafactor's kernels: some launches for each parameter, which hand on totals in double
// on the device. What changes its state looks at the flag of a skipped update.

namespace nengine::kernels {
namespace {

/// A parameter with all that is known of it.
template <class Real>
struct Adafactored {
    using Step = AdafactorStep<Real>;
    using Shared = typename Step::Shared;

    Step step;
    const int* skip;
    const Shared* shared;
    Real* parameter;
    const Real* gradient;
    Real *of_rows, *of_columns;      ///< r [lines] and c [matrices, cols]
    double *of_parameter, *of_step;  ///< mean squares
    double *of_lines, *of_matrices;  ///< sums of squares of u; means of r
    ParameterShape shape;
    IndexDivisor rows, cols;

    NENGINE_HD bool is_skipped() const { return skip != nullptr && *skip != 0; }
    /// What u is multiplied by, once the mean squares are known.
    NENGINE_HD Real factor() const {
        return static_cast<Real>(step.factor(*shared, *of_parameter, *of_step));
    }
    /// v of a line, but for c.
    NENGINE_HD Real row_part(Index line, Index matrix) const {
        return of_rows[line] / static_cast<Real>(of_matrices[matrix]);
    }
};

/// The mean square of the parameter.
template <class Number>
struct ParameterSquares {
    using Real = Number;
    static constexpr int n_registers = 1, n_sums = 1;

    Adafactored<Real> of;

    NENGINE_HD void load_constants(Real*, Index) const {}
    NENGINE_HD void term(Real* r, Index i, Index) const {
        r[0] += of.parameter[i] * of.parameter[i];
    }
    NENGINE_HD void finish(Index, const double (&total)[n_sums]) const {
        *of.of_parameter = total[0] / static_cast<double>(of.shape.size());
    }
};

/// v of a vector, and the mean square of u.
template <class Number>
struct VectorAverages {
    using Real = Number;
    static constexpr int n_registers = 2, n_sums = 1;

    Adafactored<Real> of;

    /// The weight of what is new, 0 if the update is skipped.
    NENGINE_HD void load_constants(Real* r, Index) const {
        r[1] = of.is_skipped() ? Real(0) : of.shared->rest;
    }
    NENGINE_HD void term(Real* r, Index row, Index column) const {
        const Index i = row + column;  // of the only column, 0
        const Real g = of.gradient[i], before = of.of_rows[i];
        const Real after = before + (of.step.square(g) - before) * r[1];
        const Real v = r[1] != Real(0) ? after : before;
        of.of_rows[i] = v;
        r[0] += g * g / v;
    }
    NENGINE_HD void finish(Index, const double (&total)[n_sums]) const {
        *of.of_step = total[0] / static_cast<double>(of.shape.size());
    }
};

template <class Number>
struct RowAverages {
    using Real = Number;

    Adafactored<Real> of;

    NENGINE_HD Index begin(Index line) const { return line; }
    NENGINE_HD Real term(Index line, Index c) const {
        return of.step.square(of.gradient[line * of.shape.cols + c]);
    }
    NENGINE_HD void finish(Index line, double total) const {
        const double mean = total / static_cast<double>(of.shape.cols);
        if (!of.is_skipped()) {
            of.step.average(*of.shared, static_cast<Real>(mean), of.of_rows[line]);
        }
    }
};

/// A column for each matrix's.
template <class Number>
struct ColumnAverages {
    using Real = Number;
    static constexpr int n_registers = 1, n_sums = 1;
    static constexpr bool one_by_one = true;  // indices are taken apart

    Adafactored<Real> of;

    NENGINE_HD void load_constants(Real*, Index) const {}
    NENGINE_HD void term(Real* r, Index row, Index i) const {
        const auto [matrix, c] = of.cols.divide(i);
        const Index line = matrix * of.shape.rows + row;
        r[0] += of.step.square(of.gradient[line * of.shape.cols + c]);
    }
    NENGINE_HD void finish(Index i, const double (&total)[n_sums]) const {
        const double mean = total[0] / static_cast<double>(of.shape.rows);
        if (!of.is_skipped()) {
            of.step.average(*of.shared, static_cast<Real>(mean), of.of_columns[i]);
        }
    }
};

/// The mean of r of each matrix.
template <class Number>
struct RowMeans {
    using Real = Number;

    Adafactored<Real> of;

    NENGINE_HD Index begin(Index matrix) const { return matrix; }
    NENGINE_HD Real term(Index matrix, Index row) const {
        return of.of_rows[matrix * of.shape.rows + row];
    }
    NENGINE_HD void finish(Index matrix, double total) const {
        of.of_matrices[matrix] = total / static_cast<double>(of.shape.rows);
    }
};

/// The sum of squares of u of each line.
template <class Number>
struct LineSquares {
    using Real = Number;

    Adafactored<Real> of;

    struct Line {
        Index line, first, column;
        Real part;
    };
    NENGINE_HD Line begin(Index line) const {
        const Index matrix = of.rows.divide(line).quotient;
        return {line, line * of.shape.cols, matrix * of.shape.cols,
                of.row_part(line, matrix)};
    }
    NENGINE_HD Real term(const Line& line, Index c) const {
        const Real g = of.gradient[line.first + c];
        return g * g / (line.part * of.of_columns[line.column + c]);
    }
    NENGINE_HD void finish(const Line& line, double total) const {
        of.of_lines[line.line] = total;
    }
};

template <class Number>
struct SumOfLines {
    using Real = double;
    static constexpr int n_registers = 1, n_sums = 1;

    Adafactored<Number> of;

    NENGINE_HD void load_constants(double*, Index) const {}
    NENGINE_HD void term(double* r, Index line, Index) const {
        r[0] += of.of_lines[line];
    }
    NENGINE_HD void finish(Index, const double (&total)[n_sums]) const {
        *of.of_step = total[0] / static_cast<double>(of.shape.size());
    }
};

/// w -= factor u, of a vector
template <class Real>
struct UpdateVector {
    Adafactored<Real> of;

    struct Ready {
        bool skip;
        Real factor;
    };
    NENGINE_HD Ready prepare() const { return {of.is_skipped(), of.factor()}; }
    NENGINE_HD void operator()(const Ready& ready, Index i) const {
        const Real step = ready.factor * (of.gradient[i] / std::sqrt(of.of_rows[i]));
        of.parameter[i] -= ready.skip ? Real(0) : step;
    }
};

/// The same of a matrix's line. Sums nothing: what a line's elements share is found
/// once.
template <class Number>
struct UpdateLine {
    using Real = Number;

    Adafactored<Real> of;

    struct Line {
        Real* parameter;
        const Real *gradient, *columns;
        Real part, factor;
        bool skip;
    };
    NENGINE_HD Line begin(Index line) const {
        const Index matrix = of.rows.divide(line).quotient;
        return {of.parameter + line * of.shape.cols,
                of.gradient + line * of.shape.cols,
                of.of_columns + matrix * of.shape.cols,
                of.row_part(line, matrix),
                of.factor(),
                of.is_skipped()};
    }
    NENGINE_HD Real term(const Line& line, Index c) const {
        const Real v = line.part * line.columns[c];
        const Real step = line.factor * (line.gradient[c] / std::sqrt(v));
        line.parameter[c] -= line.skip ? Real(0) : step;
        return Real(0);
    }
    NENGINE_HD void finish(const Line&, double) const {}
};

/// p -= p decay
template <class Real>
struct DecayParameters {
    Real* parameter;
    const int* skip;
    Real decay;

    NENGINE_HD bool prepare() const { return skip != nullptr && *skip != 0; }
    NENGINE_HD void operator()(bool skipped, Index i) const {
        parameter[i] -= skipped ? Real(0) : parameter[i] * decay;
    }
};

template <class Exec, class Real>
void update_vector(const Exec& exec, const Adafactored<Real>& of) {
    const Index n = of.shape.size();
    launch_columns(exec, n, 1, ParameterSquares<Real>{of});
    launch_columns(exec, n, 1, VectorAverages<Real>{of});
    launch_prepared(exec, n, UpdateVector<Real>{of});
}

template <class Exec, class Real>
void update_matrices(const Exec& exec, const Adafactored<Real>& of) {
    const ParameterShape& shape = of.shape;
    launch_columns(exec, shape.size(), 1, ParameterSquares<Real>{of});
    launch_lines(exec, shape.lines(), shape.cols, RowAverages<Real>{of});
    launch_columns(exec, shape.rows, shape.matrices * shape.cols,
                   ColumnAverages<Real>{of});
    launch_lines(exec, shape.matrices, shape.rows, RowMeans<Real>{of});
    launch_lines(exec, shape.lines(), shape.cols, LineSquares<Real>{of});
    launch_columns(exec, shape.lines(), 1, SumOfLines<Real>{of});
    launch_lines(exec, shape.lines(), shape.cols, UpdateLine<Real>{of});
}

/// After begin(): the update of all parameters.
template <class Exec, class Real>
void adafactor_update(const Exec& exec, const UpdateArgs<Real>& args,
                      const AdafactorStep<Real>& step, double decay) {
    using Shared = typename AdafactorStep<Real>::Shared;
    if (decay != 0) {
        launch_prepared(
            exec, args.n,
            DecayParameters<Real>{args.parameter, args.skip, static_cast<Real>(decay)});
    }
    Real* state = args.averages[0];
    const auto update = [&](const ParameterShape& shape) {
        if (shape.size() == 0) {
            return;
        }
        const Adafactored<Real> of{
            step,
            args.skip,
            &static_cast<const UpdateProgress<Shared>*>(args.progress)->shared,
            args.parameter + shape.first,
            args.gradient + shape.first,
            state,
            state + shape.lines(),
            args.scratch,
            args.scratch + 1,
            args.scratch + 2,
            args.scratch + 2 + shape.lines(),
            shape,
            IndexDivisor(shape.rows),
            IndexDivisor(shape.cols)};
        state += shape.factors();
        if (shape.is_vector) {
            update_vector(exec, of);
        } else {
            update_matrices(exec, of);
        }
    };
    for (const ParameterShape& shape : args.shapes) {
        update(shape);
    }
    if (args.shapes.empty()) {
        update({.cols = args.n, .is_vector = true});
    }
}

}  // namespace
}  // namespace nengine::kernels
