#include "kernels/loss.hpp"

#include <cmath>

#include NENGINE_LAUNCH_HEADER
#include "kernels/base/divide.hpp"
#include "kernels/base/operands.hpp"
#include "kernels/losses/cross_entropy.hpp"
#include "kernels/losses/mean_squared_error.hpp"

namespace nengine::kernels {
namespace {

// A loss is a sum down one column: its rows are the elements, or the (step, item)
// pairs.

/// What times the sum of errors is the loss.
template <class Real>
NENGINE_HD double value_factor(const LossArgs<Real>& args) {
    return args.value_weight * static_cast<double>(args.scale);
}

/// Blocks that lie as one line, of whose elements the first `valid` count: no index has
/// to be taken apart.
template <class Number, template <class> class Error>
struct ErrorsOfLine {
    using Real = Number;
    static constexpr int n_registers = 1, n_sums = 1;

    const Real *prediction, *target;
    Real* gradient;
    Index valid;
    Real scale;
    double value_factor;
    double* loss;

    NENGINE_HD void load_constants(Real*, Index) const {}

    NENGINE_HD void term(Real* r, Index i, Index) const {
        const bool counts = i < valid;
        const Real x = prediction[i], to = target[i];
        if (gradient != nullptr) {
            gradient[i] = counts ? scale * Error<Real>::derivative(x, to) : Real(0);
        }
        r[0] += counts ? Error<Real>::value(x, to) : Real(0);
    }

    NENGINE_HD void finish(Index, const double (&total)[n_sums]) const {
        *loss += value_factor * total[0];
    }
};

/// Any strides.
template <class Number, template <class> class Error>
struct Errors {
    using Real = Number;
    static constexpr int n_registers = 1, n_sums = 1;
    static constexpr bool one_by_one = true;  // indices are taken apart

    LossArgs<Real> args;
    IndexDivisor cols, batch;

    explicit Errors(const LossArgs<Real>& given)
        : args(given), cols(given.prediction.cols), batch(given.prediction.batch) {}

    NENGINE_HD void load_constants(Real*, Index) const {}

    NENGINE_HD void term(Real* r, Index row, Index) const {
        const auto& p = args.prediction;
        const auto [item, c] = cols.divide(row);
        const auto [t, b] = batch.divide(item);
        const bool counts = b < args.valid;
        const Real x = p(t, b, 0, c), target = args.target(t, b, 0, c);
        if (args.dL_dprediction.data != nullptr) {
            args.dL_dprediction(t, b, 0, c) =
                counts ? args.scale * Error<Real>::derivative(x, target) : Real(0);
        }
        r[0] += counts ? Error<Real>::value(x, target) : Real(0);
    }

    NENGINE_HD void finish(Index, const double (&total)[n_sums]) const {
        *args.loss += value_factor(args) * total[0];
    }
};

/// Whether the operands lie as one line and the elements that count are its first ones.
template <class Real>
bool is_line(const LossArgs<Real>& args) {
    Block<const Real> prediction = args.prediction, target = args.target;
    Block<const Real> gradient = args.prediction;
    if (args.dL_dprediction.data != nullptr) {
        gradient = args.dL_dprediction;
    }
    const bool first_count = args.valid == prediction.batch || prediction.steps == 1;
    const Extents e = join_extents(0, prediction, target, gradient);
    return first_count && e.steps * e.batch * e.rows == 1 &&
           all_unit(prediction, target, gradient);
}

template <class Number, template <class> class Entropy>
struct CrossEntropy {
    using Real = Number;
    static constexpr bool one_by_one = true;
    static constexpr int n_registers = 1, n_sums = 1;

    LossArgs<Real> args;
    RowDivisor batch;

    explicit CrossEntropy(const LossArgs<Real>& given)
        : args(given), batch(given.prediction.batch) {}

    NENGINE_HD void load_constants(Real*, Index) const {}

    NENGINE_HD void term(Real* r, Index row, Index) const {
        const auto& p = args.prediction;
        const auto [t, b] = batch.divide(row);
        const auto& to = args.dL_dprediction;
        const Classes<const Real> x{&p(t, b, 0, 0), p.col_stride, p.cols};
        const Classes<Real> gradient{to.data == nullptr ? nullptr : &to(t, b, 0, 0),
                                     to.col_stride, to.cols};
        const Real given = args.target(t, b, 0, 0);
        const bool known = given >= Real(0) && given < static_cast<Real>(p.cols);
        const bool counts = b < args.valid;
        if (counts && known) {
            const auto label = static_cast<Index>(given);
            const Entropy<Real> entropy(x, gradient);
            r[0] += entropy.value(x, label);
            write(gradient, [&](Index i) {
                return args.scale * entropy.derivative(x, label, i);
            });
        } else {
            const Real value = counts ? static_cast<Real>(NAN) : Real(0);
            r[0] += value;
            write(gradient, [&](Index) { return value; });
        }
    }

    NENGINE_HD void finish(Index, const double (&total)[n_sums]) const {
        *args.loss += value_factor(args) * total[0];
    }

private:
    template <class Value>
    NENGINE_HD static void write(const Classes<Real>& to, const Value& value) {
        if (to.data == nullptr) {
            return;
        }
        for (Index i = 0; i < to.n; ++i) {
            to[i] = value(i);
        }
    }
};

template <template <class> class Error, class Exec, class Real>
void sum_errors(const Exec& exec, const LossArgs<Real>& args) {
    const auto& p = args.prediction;
    const Index elements = p.steps * p.batch * p.cols;
    if (is_line(args)) {
        const Index valid =
            args.valid == p.batch ? elements : args.valid * p.cols;  // of one step
        launch_columns(exec, elements, 1,
                       ErrorsOfLine<Real, Error>{
                           p.data, args.target.data, args.dL_dprediction.data, valid,
                           args.scale, value_factor(args), args.loss});
    } else {
        launch_columns(exec, elements, 1, Errors<Real, Error>(args));
    }
}

/// Counts in double: a float's whole numbers end at 2^24.
template <class Number>
struct CountCorrect {
    using Real = double;
    static constexpr bool one_by_one = true;
    static constexpr int n_registers = 1, n_sums = 1;

    Block<const Number> prediction, label;
    RowDivisor batch;
    Index valid;
    double* correct;

    NENGINE_HD void load_constants(Real*, Index) const {}

    NENGINE_HD void term(Real* r, Index row, Index) const {
        const auto [t, b] = batch.divide(row);
        Index best = 0;
        for (Index i = 1; i < prediction.cols; ++i) {
            best = prediction(t, b, 0, i) > prediction(t, b, 0, best) ? i : best;
        }
        const bool right = static_cast<Number>(best) == label(t, b, 0, 0);
        r[0] += b < valid && right ? 1.0 : 0.0;
    }

    NENGINE_HD void finish(Index, const double (&total)[n_sums]) const {
        *correct += total[0];
    }
};

template <class Number>
struct SumColumns {
    using Real = double;
    static constexpr bool one_by_one = true;
    static constexpr int n_registers = 1, n_sums = 1;

    Block<const Number> values;
    double* sums;

    NENGINE_HD void load_constants(Real*, Index) const {}

    NENGINE_HD void term(Real* r, Index row, Index col) const {
        r[0] += static_cast<double>(values(0, row, 0, col));
    }

    NENGINE_HD void finish(Index col, const double (&total)[n_sums]) const {
        sums[col] += total[0];
    }
};

/// What is not finite has no difference from itself.
struct FlagNonFinite {
    const double* value;
    int* flag;
    int code;

    NENGINE_HD void operator()(Index) const {
        const bool finite = *value - *value == 0.0;
        *flag = *flag != 0 || finite ? *flag : code;
    }
};

struct CountUnflagged {
    const int* flag;
    Index* count;

    NENGINE_HD void operator()(Index) const { *count += *flag == 0 ? 1 : 0; }
};

/// A sum of zeros, or NaN.
template <class Number, bool squares>
struct FlagAnyNonFinite {
    using Real = Number;
    static constexpr int n_registers = 1, n_sums = 1;

    const Real* values;
    Real scale;
    int* flag;
    int code;

    NENGINE_HD void load_constants(Real*, Index) const {}

    NENGINE_HD void term(Real* r, Index row, Index) const {
        const Real x = values[row] * (squares ? values[row] : scale);
        r[0] += x - x;
    }

    NENGINE_HD void finish(Index, const double (&total)[n_sums]) const {
        const bool finite = total[0] == 0.0;
        *flag = *flag != 0 || finite ? *flag : code;
    }
};

}  // namespace

template <class Exec, class Real>
void mean_squared_error(const Exec& exec, const LossArgs<Real>& args) {
    sum_errors<SquaredError>(exec, args);
}

template <class Exec, class Real>
void sum_of_values(const Exec& exec, LossArgs<Real> args) {
    args.target = args.prediction;  // which is as good as none
    sum_errors<PlainValue>(exec, args);
}

template <class Exec, class Real>
void sparse_categorical_crossentropy(const Exec& exec, const LossArgs<Real>& args,
                                     bool from_logits) {
    const Index rows = args.prediction.steps * args.prediction.batch;
    if (from_logits) {
        launch_columns(exec, rows, 1, CrossEntropy<Real, LogitCrossEntropy>(args));
    } else {
        launch_columns(exec, rows, 1,
                       CrossEntropy<Real, ProbabilityCrossEntropy>(args));
    }
}

template <class Exec, class Real>
void count_correct(const Exec& exec, const Block<const Real>& prediction,
                   const Block<const Real>& label, Index valid, double* correct) {
    launch_columns(exec, prediction.steps * prediction.batch, 1,
                   CountCorrect<Real>{prediction, label, RowDivisor(prediction.batch),
                                      valid, correct});
}

template <class Exec, class Real>
void sum_columns(const Exec& exec, const Block<const Real>& values, Index valid,
                 double* sums) {
    launch_columns(exec, valid, values.cols, SumColumns<Real>{values, sums});
}

template <class Exec>
void flag_non_finite(const Exec& exec, const double* value, int* flag, int code) {
    launch_each(exec, 1, FlagNonFinite{value, flag, code});
}

template <class Exec, class Real>
void flag_non_finite(const Exec& exec, const Real* values, Index n, bool squares,
                     Real scale, int* flag, int code) {
    if (squares) {
        launch_columns(exec, n, 1,
                       FlagAnyNonFinite<Real, true>{values, scale, flag, code});
    } else {
        launch_columns(exec, n, 1,
                       FlagAnyNonFinite<Real, false>{values, scale, flag, code});
    }
}

template <class Exec>
void count_unflagged(const Exec& exec, const int* flag, Index* count) {
    launch_each(exec, 1, CountUnflagged{flag, count});
}

#define NENGINE_INSTANTIATE(Real)                                                  \
    template void mean_squared_error(const ThisExec&, const LossArgs<Real>&);      \
    template void sum_of_values(const ThisExec&, LossArgs<Real>);                  \
    template void sparse_categorical_crossentropy(const ThisExec&,                 \
                                                  const LossArgs<Real>&, bool);    \
    template void count_correct(const ThisExec&, const Block<const Real>&,         \
                                const Block<const Real>&, Index, double*);         \
    template void sum_columns(const ThisExec&, const Block<const Real>&, Index,    \
                              double*);                                            \
    template void flag_non_finite(const ThisExec&, const Real*, Index, bool, Real, \
                                  int*, int);

NENGINE_INSTANTIATE(float)
NENGINE_INSTANTIATE(double)
template void flag_non_finite(const ThisExec&, const double*, int*, int);
template void count_unflagged(const ThisExec&, const int*, Index*);

}  // namespace nengine::kernels
