#pragma once

#include <vector>

#include "engine/operators/arg_reduce.hpp"
#include "engine/operators/mat_mul.hpp"
#include "engine/operators/pointwise.hpp"
#include "engine/operators/reduce.hpp"

namespace nengine::reference {

using namespace engine;

/// f of the inputs' numbers, which are `n` each.
std::vector<double> naive_pointwise(const PointwiseGraph& function,
                                    const std::vector<std::vector<double>>& inputs,
                                    std::size_t n);
/// What each group of numbers becomes.
std::vector<double> naive_reduce(Reduce::Kind kind,
                                 const std::vector<std::vector<double>>& groups);
std::vector<double> naive_arg_reduce(ArgReduce::Of of,
                                     const std::vector<std::vector<double>>& groups);
/// [..., m, k] times [..., k, n], matrix by matrix; `y` is [..., m, n].
std::vector<double> naive_mat_mul(const std::vector<double>& a,
                                  const std::vector<double>& b, const Shape& y,
                                  std::size_t k);

}  // namespace nengine::reference
