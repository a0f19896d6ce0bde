#include "api/numerics/elastic_net.hpp"

#include <algorithm>
#include <cmath>

namespace nengine {
namespace {

/// One right-hand side.
class Descent {
public:
    Descent(const Eigen::MatrixXd& A, const Vector& squares, const Vector& y,
            const ElasticNet& net)
        : A_(A),
          squares_(squares),
          y_(y),
          net_(net),
          residual_(y),
          x_(Vector::Zero(A.cols())) {}

    Vector run() {
        const double wanted_gap = net_.tolerance * y_.squaredNorm();
        for (std::int64_t cycle = 0; cycle < net_.max_iter; ++cycle) {
            double largest = 0.0, largest_change = 0.0;
            for (Eigen::Index j = 0; j < x_.size(); ++j) {
                if (squares_[j] > 0.0) {
                    largest_change = std::max(largest_change, update(j));
                    largest = std::max(largest, std::abs(x_[j]));
                }
            }
            const bool settled =
                largest == 0.0 || largest_change / largest < net_.tolerance;
            if (settled && duality_gap() < wanted_gap) {
                break;
            }
        }
        return x_;
    }

private:
    /// Minimises along one coordinate; returns by how much it moved.
    double update(Eigen::Index j) {
        const double before = x_[j];
        const double slope = A_.col(j).dot(residual_) + before * squares_[j];
        const double shrunk = std::max(std::abs(slope) - net_.l1, 0.0);
        x_[j] = std::copysign(shrunk, slope) / (squares_[j] + net_.l2);
        if (x_[j] != before) {
            residual_ -= (x_[j] - before) * A_.col(j);
        }
        return std::abs(x_[j] - before);
    }

    double duality_gap() const {
        const Vector slopes = A_.transpose() * residual_ - net_.l2 * x_;
        const double largest = slopes.cwiseAbs().maxCoeff();
        const double squared = residual_.squaredNorm();
        // The residual is scaled until it is a feasible point of the dual problem.
        const double scale = largest > net_.l1 ? net_.l1 / largest : 1.0;
        const double norms =
            largest > net_.l1 ? 0.5 * (squared + squared * scale * scale) : squared;
        return norms + net_.l1 * x_.cwiseAbs().sum() - scale * residual_.dot(y_) +
               0.5 * net_.l2 * (1.0 + scale * scale) * x_.squaredNorm();
    }

    const Eigen::MatrixXd& A_;
    const Vector& squares_;
    const Vector y_;
    const ElasticNet& net_;
    Vector residual_, x_;
};

}  // namespace

Matrix solve_elastic_net(const Matrix& A, const Matrix& Y, const ElasticNet& net) {
    const Eigen::MatrixXd columns = A;
    const Vector squares = columns.colwise().squaredNorm();
    Matrix X(A.cols(), Y.cols());
    for (Eigen::Index k = 0; k < Y.cols(); ++k) {
        X.col(k) = Descent(columns, squares, Y.col(k), net).run();
    }
    return X;
}

}  // namespace nengine
