#pragma once

#include "kernels/conv.hpp"

// What is done around a convolution of cuDNN. Images lie densely, channels last.

namespace nengine::kernels::cuda {

/// to [cols, rows] = (or +=) the transpose of from [rows, cols].
void transpose(const CudaExec& exec, Index rows, Index cols, const float* from,
               float* to, bool accumulate);

/// to, of the sizes of x in `padded`, = the x of `shape` moved back, down and right by
/// its padding, 0 where x has nothing.
void pad(const CudaExec& exec, const ConvShape& shape, const ConvShape& padded,
         const float* x, float* to);

/// The adjoint of `pad`: dL_dx = (or +=) the gradient of what was copied, 0 elsewhere.
void crop(const CudaExec& exec, const ConvShape& shape, const ConvShape& padded,
          const float* from, float* dL_dx, bool accumulate);

/// y [rows, channels] += bias
template <class Real>
void add_bias(const CudaExec& exec, Index rows, Index channels, const Real* bias,
              Real* y);

/// dL_dbias = (or +=) the sum of dL_dy [rows, channels] over rows
template <class Real>
void sum_bias(const CudaExec& exec, Index rows, Index channels, const Real* dL_dy,
              Real* dL_dbias, bool accumulate);

}  // namespace nengine::kernels::cuda
