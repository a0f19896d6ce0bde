#include "api/numerics/nonnegative.hpp"

#include <Eigen/Householder>
#include <Eigen/Jacobi>
#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "kernels/base/error.hpp"

namespace nengine {
namespace {

using Eigen::Index;

/// One problem. The free variables are those in `free_`; orthogonal transformations of
/// all columns and of the right-hand side keep the free columns, in this order, upper
/// triangular.
class ActiveSets {
public:
    ActiveSets(Eigen::MatrixXd A, Vector y)
        : A_(std::move(A)),
          y_(std::move(y)),
          x_(Vector::Zero(A_.cols())),
          least_slope_(A_.colwise().norm().transpose() * y_.norm() *
                       (static_cast<double>(A_.cols()) *
                        std::numeric_limits<double>::epsilon())),
          is_free_(static_cast<std::size_t>(A_.cols()), false) {}

    /// Whether the minimum was found within so many changes of the active set.
    bool run(Index most_changes) {
        while (n_free() < std::min(A_.rows(), A_.cols()) && release_one()) {
            for (;;) {
                if (n_changes_++ == most_changes) {
                    return false;
                }
                const Vector z = solve_free();
                if (step_towards(z)) {
                    break;
                }
            }
        }
        return true;
    }

    const Vector& x() const { return x_; }

private:
    Index n_free() const { return static_cast<Index>(free_.size()); }

    /// Frees the variable along which the error falls fastest; false if there is none.
    /// One without any slope has to stay 0, not become a rounding error: LstsqDrop asks
    /// which decoders are 0.
    bool release_one() {
        const Index k = n_free(), rest = A_.rows() - k;
        Vector slope = A_.bottomRows(rest).transpose() * y_.tail(rest);
        slope = (slope.array() > least_slope_.array()).select(slope, 0.0);
        for (const Index j : free_) {
            slope[j] = 0.0;
        }
        for (;;) {
            Index best = 0;
            if (!(slope.maxCoeff(&best) > 0.0)) {
                return false;
            }
            if (try_to_free(best)) {
                return true;
            }
            slope[best] = 0.0;
        }
    }

    /// Refuses a column that depends on the free ones, and one whose variable would
    /// turn negative at once.
    bool try_to_free(Index j) {
        const Index k = n_free(), rest = A_.rows() - k;
        const double above = A_.col(j).head(k).norm();
        const double below = A_.col(j).tail(rest).norm();
        if (!(above + 0.01 * below > above)) {
            return false;
        }
        Vector essential(rest - 1);
        double tau = 0.0, beta = 0.0;
        A_.col(j).tail(rest).makeHouseholder(essential, tau, beta);
        Vector workspace(std::max<Index>(A_.cols(), 1));
        Vector turned = y_.tail(rest);
        turned.applyHouseholderOnTheLeft(essential, tau, workspace.data());
        if (!(turned[0] / beta > 0.0)) {
            return false;
        }
        y_.tail(rest) = turned;
        for (Index column = 0; column < A_.cols(); ++column) {
            if (!is_free_[static_cast<std::size_t>(column)]) {
                A_.col(column).tail(rest).applyHouseholderOnTheLeft(essential, tau,
                                                                    workspace.data());
            }
        }
        A_.col(j).tail(rest - 1).setZero();
        is_free_[static_cast<std::size_t>(j)] = true;
        free_.push_back(j);
        return true;
    }

    /// Back substitution: the best values of the free variables, whatever their signs.
    Vector solve_free() const {
        Vector z = y_.head(n_free());
        for (Index i = n_free() - 1; i >= 0; --i) {
            const auto column = A_.col(free_[static_cast<std::size_t>(i)]);
            z[i] /= column[i];
            z.head(i) -= z[i] * column.head(i);
        }
        return z;
    }

    /// Goes to z, or as far as no variable turns negative: then those that are 0 are
    /// bound again, and the result is false.
    bool step_towards(const Vector& z) {
        double share = 1.0;
        Index first_at_zero = -1;
        for (Index i = 0; i < n_free(); ++i) {
            const double x = x_[free_[static_cast<std::size_t>(i)]];
            if (z[i] <= 0.0 && (first_at_zero < 0 || x / (x - z[i]) < share)) {
                share = x / (x - z[i]);
                first_at_zero = i;
            }
        }
        const bool arrived = first_at_zero < 0;
        for (Index i = 0; i < n_free(); ++i) {
            double& x = x_[free_[static_cast<std::size_t>(i)]];
            x = arrived ? z[i] : x + share * (z[i] - x);
        }
        if (!arrived) {
            x_[free_[static_cast<std::size_t>(first_at_zero)]] = 0.0;
            for (Index i = n_free() - 1; i >= 0; --i) {
                if (x_[free_[static_cast<std::size_t>(i)]] <= 0.0) {
                    bind(i);
                }
            }
        }
        return arrived;
    }

    /// Takes the i-th free variable out; rotations make the others triangular again.
    void bind(Index i) {
        const Index j = free_[static_cast<std::size_t>(i)];
        x_[j] = 0.0;
        is_free_[static_cast<std::size_t>(j)] = false;
        free_.erase(free_.begin() + i);
        for (Index row = i; row < n_free(); ++row) {
            auto column = A_.col(free_[static_cast<std::size_t>(row)]);
            Eigen::JacobiRotation<double> rotation;
            rotation.makeGivens(column[row], column[row + 1]);
            A_.applyOnTheLeft(row, row + 1, rotation.adjoint());
            y_.applyOnTheLeft(row, row + 1, rotation.adjoint());
            column[row + 1] = 0.0;
        }
    }

    Eigen::MatrixXd A_;
    Vector y_, x_;
    Vector least_slope_;  ///< what rounding may make of none
    std::vector<bool> is_free_;
    std::vector<Index> free_;
    Index n_changes_ = 0;
};

}  // namespace

Matrix solve_nonnegative(const Matrix& A, const Matrix& Y, const std::string& owner) {
    // The same problem with as many rows as variables.
    Eigen::MatrixXd small = A, right = Y;
    if (A.rows() > A.cols()) {
        const Eigen::HouseholderQR<Eigen::MatrixXd> qr(A);
        small = qr.matrixQR().topRows(A.cols()).triangularView<Eigen::Upper>();
        right.applyOnTheLeft(qr.householderQ().adjoint());
        right.conservativeResize(A.cols(), Eigen::NoChange);
    }
    Matrix X(A.cols(), Y.cols());
    for (Index k = 0; k < Y.cols(); ++k) {
        ActiveSets problem(small, right.col(k));
        if (!problem.run(3 * A.cols())) {
            throw BuildError(owner + ": Nnls: no solution after " +
                             std::to_string(3 * A.cols()) +
                             " changes of the active set, needs better conditioned "
                             "activities (regularise: NnlsL2)");
        }
        X.col(k) = problem.x();
    }
    return X;
}

}  // namespace nengine
