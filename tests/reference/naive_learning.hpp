#pragma once

#include <vector>

#include "kernels/learning.hpp"

namespace nengine::reference {

using namespace kernels;

/// What a rule reads at the end of a step, and what it carries.
struct NaiveRule {
    LearningKind kind;
    double rate, beta, dt;
    std::vector<double> pre, signal, theta, scale, gate;
    std::vector<double> inv_gamma;  ///< RLS; changed
};

/// The factors of the next change of weights.
struct NaiveChange {
    std::vector<double> row, col, decay;

    /// Row by row.
    std::vector<double> matrix(const std::vector<double>& weights) const;
};

NaiveChange naive_change(NaiveRule& rule);

}  // namespace nengine::reference
