#pragma once

#include <span>

#include "kernels/gemm.hpp"

namespace nengine::kernels::cuda {

/// Runs products of any shapes side by side in as few launches as possible: one block
/// per tile of any of them. For products too small to fill a device each. Sums are in
/// Real, in the order of k. With k or alpha 0, A and B are not read.
template <class Real>
void small_products(const CudaExec& exec, std::span<const GemmArgs<Real>> products);

}  // namespace nengine::kernels::cuda
