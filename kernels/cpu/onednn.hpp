#pragma once

#include "kernels/conv.hpp"
#include "kernels/gemm.hpp"

/// oneDNN, wrapped (onednn*.cpp): nothing else knows its API, which changed between
/// versions 2 and 3.
///
/// Each function returns false, with nothing written, where oneDNN has no (fast)
/// implementation for the shape; the caller has one of its own.
namespace nengine::kernels::onednn {

/// One product: `args.count` is not looked at; m, n and k > 0.
bool sgemm(int threads, const GemmArgs<float>& args);
/// All products of a call at once; no extent is 0.
bool products(int threads, const GemmArgs<float>& args);

// The convolutions of kernels/conv.hpp; no extent is 0.

bool conv2d_forward(int threads, const Conv2DShape& shape, const float* x,
                    const float* w, const float* bias, float* y, bool accumulate);
bool conv2d_backward_data(int threads, const Conv2DShape& shape, const float* dL_dy,
                          const float* w, float* dL_dx, bool accumulate);
bool conv2d_backward_filter(int threads, const Conv2DShape& shape, const float* x,
                            const float* dL_dy, float* dL_dw, float* dL_dbias,
                            bool accumulate);

}  // namespace nengine::kernels::onednn
