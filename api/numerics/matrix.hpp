#pragma once

#include <Eigen/Core>

namespace nengine {

/// Dense host matrices of the builder: double, row-major like everything users see.
using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Vector = Eigen::VectorXd;

}  // namespace nengine
