#include "kernels/matmul.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "kernels/base/error.hpp"
#include "kernels/pointwise/axes.hpp"

namespace nengine::kernels {
namespace {

/// Lines along `inner` lie one after the other, and apart.
bool is_dense(const Axis& outer, const Axis& inner) {
    return (inner.extent <= 1 || inner.stride == 1) &&
           (outer.extent <= 1 || outer.stride >= inner.extent);
}

/// A matrix as products see it, and how far it is to the next along the outer axes.
template <class Real>
struct Matrix {
    ProgramOperand<Real> place;  ///< along steps, items and outer axes
    Axis rows, cols;

    explicit Matrix(const View<Real>& view)
        : place(operand_of(view)),
          rows(view.item[max_item_axes - 2]),
          cols(view.item[max_item_axes - 1]) {}

    /// Columns and not rows lie one after the other.
    bool is_transposed() const { return !is_dense(rows, cols); }
    Index leading() const {
        return is_transposed() ? std::max(cols.stride, rows.extent)
                               : std::max(rows.stride, cols.extent);
    }
    void transpose() { std::swap(rows, cols); }
    Index at(int axis) const { return place.stride[axis]; }
};

template <class Real>
void need_matrix(const Matrix<Real>& matrix, const char* which) {
    if (!is_matrix(matrix.rows, matrix.cols)) {
        throw BuildError(std::string("matmul: got ") + which + " with strides " +
                         std::to_string(matrix.rows.stride) + " and " +
                         std::to_string(matrix.cols.stride) +
                         ", needs rows or columns that lie one after the other");
    }
}

/// Steps, items and outer axes: each the longest of the operands'.
template <class... Views>
ProgramAxes outer_axes(const Views&... views) {
    ProgramAxes axes{max_program_axes - 2, {}};
    for (int k = 0; k < axes.n; ++k) {
        axes.extent[k] = std::max({axes_of(views).extent[k]...});
    }
    return axes;
}

/// Where an operand has extent 1 it repeats.
template <class Real>
void repeat(Matrix<Real>& matrix, const View<Real>& view) {
    const ProgramAxes own = axes_of(view);
    for (int k = 0; k < max_program_axes; ++k) {
        matrix.place.stride[k] = own.extent[k] == 1 ? 0 : matrix.place.stride[k];
    }
}

/// The products of one call.
template <class Real>
class Splitter {
public:
    explicit Splitter(const MatMulArgs<Bound<Real>>& args)
        : a_(args.a),
          b_(args.b),
          y_(args.y),
          axes_(outer_axes(args.a, args.b, args.y)),
          accumulate_(args.accumulate) {
        need_matrix(a_, "a");
        need_matrix(b_, "b");
        need_matrix(y_, "y");
        repeat(a_, args.a);
        repeat(b_, args.b);
        repeat(y_, args.y);
        // Steps, items and outer axes come before the matrices' own.
        join_axes(axes_, [&](const auto& visit) {
            visit(a_.place);
            visit(b_.place);
            visit(y_.place);
        });
        move_longest_last();
    }

    SplitProduct<Real> run() {
        if (axes_.size() > 0) {
            loop(0, a_.place.data, b_.place.data, y_.place.data, accumulate_);
        }
        return std::move(split_);
    }

private:
    /// The innermost axis is one call, those before it are many: it should be the
    /// longest of those that are not summed.
    void move_longest_last() {
        const int last = axes_.n - 1;
        int longest = last;
        for (int k = 0; k < last; ++k) {
            if (y_.at(k) != 0 &&
                (y_.at(longest) == 0 || axes_.extent[k] > axes_.extent[longest])) {
                longest = k;
            }
        }
        std::swap(axes_.extent[longest], axes_.extent[last]);
        const auto swap = [&](auto& matrix) {
            std::swap(matrix.place.stride[longest], matrix.place.stride[last]);
        };
        swap(a_);
        swap(b_);
        swap(y_);
    }

    /// All positions along the axes but the innermost.
    void loop(int axis, const Real* a, const Real* b, Real* y, bool adds) {
        if (axis == axes_.n - 1) {
            innermost(a, b, y, adds);
            return;
        }
        for (Index i = 0; i < axes_.extent[axis]; ++i) {
            loop(axis + 1, a + i * a_.at(axis), b + i * b_.at(axis),
                 y + i * y_.at(axis), adds || (i > 0 && y_.at(axis) == 0));
        }
    }

    void innermost(const Real* a, const Real* b, Real* y, bool adds) {
        const int last = axes_.n - 1;
        const Index count = axes_.extent[last];
        GemmArgs<Real> args = product(a, b, y);
        args.beta = adds ? Real(1) : Real(0);
        if (count > 1 && y_.at(last) == 0) {
            sum(args, count);
            return;
        }
        args.a_stride = a_.at(last), args.b_stride = b_.at(last);
        args.c_stride = y_.at(last), args.count = count;
        if (stacks_rows(count)) {
            args.m *= count;
            args.count = 1;
        }
        if (y_.is_transposed()) {
            args = of_transposes(args);
        }
        split_.parts.push_back(args);
    }

    GemmArgs<Real> product(const Real* a, const Real* b, Real* y) const {
        GemmArgs<Real> args;
        args.m = y_.rows.extent, args.n = y_.cols.extent, args.k = a_.cols.extent;
        args.transpose_a = a_.is_transposed(), args.transpose_b = b_.is_transposed();
        args.a = a, args.lda = a_.leading();
        args.b = b, args.ldb = b_.leading();
        args.c = y, args.ldc = y_.leading();
        return args;
    }
    /// Y^T = B^T A^T
    static GemmArgs<Real> of_transposes(GemmArgs<Real> args) {
        std::swap(args.m, args.n);
        std::swap(args.a, args.b);
        std::swap(args.lda, args.ldb);
        std::swap(args.a_stride, args.b_stride);
        const bool transpose_a = args.transpose_a;
        args.transpose_a = !args.transpose_b;
        args.transpose_b = !transpose_a;
        return args;
    }

    /// Along the innermost axis b is one matrix, and the rows of a and y go on.
    bool stacks_rows(Index count) const {
        const int last = axes_.n - 1;
        return count > 1 && b_.at(last) == 0 && !a_.is_transposed() &&
               !y_.is_transposed() && a_.at(last) == a_.rows.extent * a_.leading() &&
               y_.at(last) == y_.rows.extent * y_.leading();
    }
    /// Along the innermost axis the columns of a and the rows of b go on.
    bool stacks_terms(Index count) const {
        const int last = axes_.n - 1;
        return count > 1 && a_.is_transposed() && !b_.is_transposed() &&
               a_.at(last) == a_.cols.extent * a_.leading() &&
               b_.at(last) == b_.rows.extent * b_.leading();
    }
    void sum(GemmArgs<Real> args, Index count) {
        const int last = axes_.n - 1;
        const bool at_once = stacks_terms(count);
        args.k *= at_once ? count : 1;
        for (Index i = 0; i < (at_once ? 1 : count); ++i) {
            split_.parts.push_back(y_.is_transposed() ? of_transposes(args) : args);
            args.a += a_.at(last);
            args.b += b_.at(last);
            args.beta = 1;
        }
    }

    Matrix<const Real> a_, b_;
    Matrix<Real> y_;
    ProgramAxes axes_;
    bool accumulate_;
    SplitProduct<Real> split_;
};

}  // namespace

bool is_matrix(const Axis& rows, const Axis& cols) {
    return is_dense(rows, cols) || is_dense(cols, rows);
}

template <class Real>
SplitProduct<Real> split_matmul(const MatMulArgs<Bound<Real>>& args) {
    return Splitter<Real>(args).run();
}

template SplitProduct<float> split_matmul(const MatMulArgs<Bound<float>>&);
template SplitProduct<double> split_matmul(const MatMulArgs<Bound<double>>&);

}  // namespace nengine::kernels
