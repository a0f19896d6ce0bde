#include <cudnn.h>

#include <algorithm>
#include <vector>

#include "emulator.hpp"

// The functions of cuDNN that nengine calls, by definition: float32 convolutions of
// channels-last images, by one deterministic algorithm that wants some workspace.

namespace {

constexpr std::size_t workspace_bytes = 1000;

struct Handle {
    cudaStream_t stream = nullptr;
};
/// [n, h, w, c] of a tensor; [out channels, height, width, in channels] of a filter.
struct Tensor {
    int n = 0, c = 0, h = 0, w = 0;
};
struct Convolution {
    int pad_h = 0, pad_w = 0, stride_h = 1, stride_w = 1, groups = 1;
};

template <class To, class From>
To& as(From* handle) {
    return *reinterpret_cast<To*>(handle);
}

struct Problem {
    Tensor x, w, y;
    Convolution by;

    Problem(cudnnTensorDescriptor_t of_x, cudnnFilterDescriptor_t of_w,
            cudnnTensorDescriptor_t of_y, cudnnConvolutionDescriptor_t how)
        : x(as<Tensor>(of_x)),
          w(as<Tensor>(of_w)),
          y(as<Tensor>(of_y)),
          by(as<Convolution>(how)) {}

    bool is_valid() const {
        return x.n == y.n && y.c == w.n && x.c == w.c * by.groups &&
               y.c % by.groups == 0 && size(x.h, by.pad_h, w.h, by.stride_h) == y.h &&
               size(x.w, by.pad_w, w.w, by.stride_w) == y.w;
    }
    static int size(int in, int pad, int kernel, int stride) {
        return (in + 2 * pad - kernel) / stride + 1;
    }

    /// Calls `visit(x index, w index, y index)` for every product.
    template <class Visit>
    void for_each_product(const Visit& visit) const {
        const int group_out = y.c / by.groups;
        for (int at = 0; at < y.n * y.h * y.w * y.c; ++at) {
            const int oc = at % y.c, j = at / y.c % y.w, i = at / y.c / y.w % y.h;
            const int image = at / y.c / y.w / y.h;
            for (int tap = 0; tap < w.h * w.w; ++tap) {
                const int h = i * by.stride_h + tap / w.w - by.pad_h;
                const int v = j * by.stride_w + tap % w.w - by.pad_w;
                if (h < 0 || h >= x.h || v < 0 || v >= x.w) {
                    continue;
                }
                for (int c = 0; c < w.c; ++c) {
                    visit(
                        ((image * x.h + h) * x.w + v) * x.c + oc / group_out * w.c + c,
                        (oc * w.h * w.w + tap) * w.c + c, at);
                }
            }
        }
    }
};

int count(const Tensor& tensor) {
    return tensor.n * tensor.c * tensor.h * tensor.w;
}

/// out = beta * out + what `add` adds up.
template <class Add>
cudnnStatus_t run(cudnnHandle_t handle, const Problem& problem, const void* beta,
                  const Tensor& to, void* out, const void* workspace, std::size_t bytes,
                  const Add& add) {
    if (!problem.is_valid() || workspace == nullptr || bytes < workspace_bytes) {
        return CUDNN_STATUS_BAD_PARAM;
    }
    const float scale = *static_cast<const float*>(beta);
    auto* numbers = static_cast<float*>(out);
    cuda_emulator::enqueue(as<Handle>(handle).stream, [=] {
        std::vector<double> sums(static_cast<std::size_t>(count(to)), 0.0);
        problem.for_each_product([&](int x, int w, int y) { add(sums, x, w, y); });
        for (std::size_t i = 0; i < sums.size(); ++i) {
            const auto sum = static_cast<float>(sums[i]);
            numbers[i] = scale == 0.0F ? sum : scale * numbers[i] + sum;
        }
    });
    return CUDNN_STATUS_SUCCESS;
}

/// The same algorithm twice, as cuDNN lists one per kind of arithmetic.
template <class Result, class Algorithm>
cudnnStatus_t list(Algorithm algorithm, int wanted, int* found, Result* results) {
    *found = std::min(wanted, 2);
    for (int i = 0; i < *found; ++i) {
        results[i] = {};
        results[i].algo = algorithm;
        results[i].status = CUDNN_STATUS_SUCCESS;
        results[i].determinism = CUDNN_DETERMINISTIC;
        results[i].memory = workspace_bytes;
    }
    return CUDNN_STATUS_SUCCESS;
}

template <class Made, class Descriptor>
cudnnStatus_t make(Descriptor* descriptor) {
    *descriptor = reinterpret_cast<Descriptor>(new Made);
    return CUDNN_STATUS_SUCCESS;
}

}  // namespace

extern "C" {

cudnnStatus_t cudnnGetProperty(libraryPropertyType type, int* value) {
    *value = type == MAJOR_VERSION   ? CUDNN_MAJOR
             : type == MINOR_VERSION ? CUDNN_MINOR
                                     : CUDNN_PATCHLEVEL;
    return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnCreate(cudnnHandle_t* handle) {
    return make<Handle>(handle);
}
cudnnStatus_t cudnnDestroy(cudnnHandle_t handle) {
    delete &as<Handle>(handle);
    return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnSetStream(cudnnHandle_t handle, cudaStream_t stream) {
    as<Handle>(handle).stream = stream;
    return CUDNN_STATUS_SUCCESS;
}
const char* cudnnGetErrorString(cudnnStatus_t status) {
    return status == CUDNN_STATUS_BAD_PARAM ? "CUDNN_STATUS_BAD_PARAM"
                                            : "another status";
}

cudnnStatus_t cudnnCreateTensorDescriptor(cudnnTensorDescriptor_t* descriptor) {
    return make<Tensor>(descriptor);
}
cudnnStatus_t cudnnDestroyTensorDescriptor(cudnnTensorDescriptor_t descriptor) {
    delete &as<Tensor>(descriptor);
    return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnSetTensor4dDescriptor(cudnnTensorDescriptor_t descriptor,
                                         cudnnTensorFormat_t format,
                                         cudnnDataType_t type, int n, int c, int h,
                                         int w) {
    as<Tensor>(descriptor) = {n, c, h, w};
    return format == CUDNN_TENSOR_NHWC && type == CUDNN_DATA_FLOAT
               ? CUDNN_STATUS_SUCCESS
               : CUDNN_STATUS_NOT_SUPPORTED;
}
cudnnStatus_t cudnnCreateFilterDescriptor(cudnnFilterDescriptor_t* descriptor) {
    return make<Tensor>(descriptor);
}
cudnnStatus_t cudnnDestroyFilterDescriptor(cudnnFilterDescriptor_t descriptor) {
    delete &as<Tensor>(descriptor);
    return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnSetFilter4dDescriptor(cudnnFilterDescriptor_t descriptor,
                                         cudnnDataType_t type,
                                         cudnnTensorFormat_t format, int k, int c,
                                         int h, int w) {
    as<Tensor>(descriptor) = {k, c, h, w};
    return format == CUDNN_TENSOR_NHWC && type == CUDNN_DATA_FLOAT
               ? CUDNN_STATUS_SUCCESS
               : CUDNN_STATUS_NOT_SUPPORTED;
}
cudnnStatus_t cudnnCreateConvolutionDescriptor(
    cudnnConvolutionDescriptor_t* descriptor) {
    return make<Convolution>(descriptor);
}
cudnnStatus_t cudnnDestroyConvolutionDescriptor(
    cudnnConvolutionDescriptor_t descriptor) {
    delete &as<Convolution>(descriptor);
    return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnSetConvolution2dDescriptor(cudnnConvolutionDescriptor_t descriptor,
                                              int pad_h, int pad_w, int stride_h,
                                              int stride_w, int, int,
                                              cudnnConvolutionMode_t mode,
                                              cudnnDataType_t) {
    as<Convolution>(descriptor) = {pad_h, pad_w, stride_h, stride_w, 1};
    return mode == CUDNN_CROSS_CORRELATION ? CUDNN_STATUS_SUCCESS
                                           : CUDNN_STATUS_NOT_SUPPORTED;
}
cudnnStatus_t cudnnSetConvolutionGroupCount(cudnnConvolutionDescriptor_t descriptor,
                                            int groups) {
    as<Convolution>(descriptor).groups = groups;
    return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnSetConvolutionMathType(cudnnConvolutionDescriptor_t,
                                          cudnnMathType_t) {
    return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnGetConvolutionForwardAlgorithm_v7(
    cudnnHandle_t, const cudnnTensorDescriptor_t, const cudnnFilterDescriptor_t,
    const cudnnConvolutionDescriptor_t, const cudnnTensorDescriptor_t, const int wanted,
    int* found, cudnnConvolutionFwdAlgoPerf_t* results) {
    return list(CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM, wanted, found, results);
}
cudnnStatus_t cudnnGetConvolutionBackwardDataAlgorithm_v7(
    cudnnHandle_t, const cudnnFilterDescriptor_t, const cudnnTensorDescriptor_t,
    const cudnnConvolutionDescriptor_t, const cudnnTensorDescriptor_t, const int wanted,
    int* found, cudnnConvolutionBwdDataAlgoPerf_t* results) {
    return list(CUDNN_CONVOLUTION_BWD_DATA_ALGO_1, wanted, found, results);
}
cudnnStatus_t cudnnGetConvolutionBackwardFilterAlgorithm_v7(
    cudnnHandle_t, const cudnnTensorDescriptor_t, const cudnnTensorDescriptor_t,
    const cudnnConvolutionDescriptor_t, const cudnnFilterDescriptor_t, const int wanted,
    int* found, cudnnConvolutionBwdFilterAlgoPerf_t* results) {
    return list(CUDNN_CONVOLUTION_BWD_FILTER_ALGO_1, wanted, found, results);
}

cudnnStatus_t cudnnGetConvolutionForwardWorkspaceSize(
    cudnnHandle_t, const cudnnTensorDescriptor_t, const cudnnFilterDescriptor_t,
    const cudnnConvolutionDescriptor_t, const cudnnTensorDescriptor_t,
    cudnnConvolutionFwdAlgo_t, size_t* bytes) {
    *bytes = workspace_bytes;
    return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnGetConvolutionBackwardDataWorkspaceSize(
    cudnnHandle_t, const cudnnFilterDescriptor_t, const cudnnTensorDescriptor_t,
    const cudnnConvolutionDescriptor_t, const cudnnTensorDescriptor_t,
    cudnnConvolutionBwdDataAlgo_t, size_t* bytes) {
    *bytes = workspace_bytes;
    return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnGetConvolutionBackwardFilterWorkspaceSize(
    cudnnHandle_t, const cudnnTensorDescriptor_t, const cudnnTensorDescriptor_t,
    const cudnnConvolutionDescriptor_t, const cudnnFilterDescriptor_t,
    cudnnConvolutionBwdFilterAlgo_t, size_t* bytes) {
    *bytes = workspace_bytes;
    return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnConvolutionForward(cudnnHandle_t handle, const void*,
                                      const cudnnTensorDescriptor_t of_x, const void* x,
                                      const cudnnFilterDescriptor_t of_w, const void* w,
                                      const cudnnConvolutionDescriptor_t how,
                                      cudnnConvolutionFwdAlgo_t, void* workspace,
                                      size_t bytes, const void* beta,
                                      const cudnnTensorDescriptor_t of_y, void* y) {
    const Problem problem(of_x, of_w, of_y, how);
    const auto *a = static_cast<const float*>(x), *b = static_cast<const float*>(w);
    return run(handle, problem, beta, problem.y, y, workspace, bytes,
               [=](auto& sums, int i, int j, int k) {
                   sums[static_cast<std::size_t>(k)] += double{a[i]} * b[j];
               });
}

cudnnStatus_t cudnnConvolutionBackwardData(
    cudnnHandle_t handle, const void*, const cudnnFilterDescriptor_t of_w,
    const void* w, const cudnnTensorDescriptor_t of_y, const void* y,
    const cudnnConvolutionDescriptor_t how, cudnnConvolutionBwdDataAlgo_t,
    void* workspace, size_t bytes, const void* beta, const cudnnTensorDescriptor_t of_x,
    void* x) {
    const Problem problem(of_x, of_w, of_y, how);
    const auto *a = static_cast<const float*>(y), *b = static_cast<const float*>(w);
    return run(handle, problem, beta, problem.x, x, workspace, bytes,
               [=](auto& sums, int i, int j, int k) {
                   sums[static_cast<std::size_t>(i)] += double{a[k]} * b[j];
               });
}

cudnnStatus_t cudnnConvolutionBackwardFilter(
    cudnnHandle_t handle, const void*, const cudnnTensorDescriptor_t of_x,
    const void* x, const cudnnTensorDescriptor_t of_y, const void* y,
    const cudnnConvolutionDescriptor_t how, cudnnConvolutionBwdFilterAlgo_t,
    void* workspace, size_t bytes, const void* beta, const cudnnFilterDescriptor_t of_w,
    void* w) {
    const Problem problem(of_x, of_w, of_y, how);
    const auto *a = static_cast<const float*>(x), *b = static_cast<const float*>(y);
    return run(handle, problem, beta, problem.w, w, workspace, bytes,
               [=](auto& sums, int i, int j, int k) {
                   sums[static_cast<std::size_t>(j)] += double{a[i]} * b[k];
               });
}

}  // extern "C"
