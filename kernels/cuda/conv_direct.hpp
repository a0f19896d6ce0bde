#pragma once

#include "kernels/conv.hpp"

// Convolutions by their definition, one thread per number written: for float64, empty
// shapes, and what cuDNN has no deterministic engine for. No bias.

namespace nengine::kernels::cuda::direct {

template <class Real>
void conv_forward(const CudaExec& exec, const ConvShape& shape, const Real* x,
                  const Real* w, Real* y, bool accumulate);
template <class Real>
void conv_backward_data(const CudaExec& exec, const ConvShape& shape, const Real* dL_dy,
                        const Real* w, Real* dL_dx, bool accumulate);
template <class Real>
void conv_backward_filter(const CudaExec& exec, const ConvShape& shape, const Real* x,
                          const Real* dL_dy, Real* dL_dw, bool accumulate);

}  // namespace nengine::kernels::cuda::direct
