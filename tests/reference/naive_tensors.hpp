#pragma once

#include <vector>

#include "engine/operators/arg_reduce.hpp"
#include "engine/operators/cumulative_sum.hpp"
#include "engine/operators/gather.hpp"
#include "engine/operators/mat_mul.hpp"
#include "engine/operators/pointwise.hpp"
#include "engine/operators/reduce.hpp"
#include "engine/operators/softmax.hpp"

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
/// The numbers of x, of a shape, that `index` names along an axis; NaN for none.
std::vector<double> naive_gather(const std::vector<double>& x, const Shape& shape,
                                 const std::vector<double>& index, int axis);
/// Each number's sum with those before it on its line.
std::vector<double> naive_cumulative_sum(const std::vector<double>& x,
                                         const Shape& shape, int axis,
                                         CumulativeSum::Options options);
/// exp of one number of a line, divided by the sum over all; or the logarithm of that.
double naive_softmax(const std::vector<double>& line, std::size_t k, bool logarithm);
/// Of each number, on its line.
std::vector<double> naive_softmax(const std::vector<double>& x, const Shape& shape,
                                  int axis, bool logarithm);

}  // namespace nengine::reference
