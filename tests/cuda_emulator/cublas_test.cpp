#include <cuda_runtime_api.h>
#include <gtest/gtest.h>

#include <cstddef>

#include "kernels/cuda/library.hpp"

// The emulated cuBLAS refuses what the real one may refuse.

namespace nengine::kernels::cuda {
namespace {

class EmulatedCublas : public ::testing::Test {
protected:
    void SetUp() override {
        ASSERT_EQ(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking),
                  cudaSuccess);
        ASSERT_EQ(cudaMalloc(&memory_, 4096), cudaSuccess);
    }
    void TearDown() override {
        EXPECT_EQ(cudaFree(memory_), cudaSuccess);
        EXPECT_EQ(cudaStreamDestroy(stream_), cudaSuccess);
    }

    std::byte* memory() const { return static_cast<std::byte*>(memory_); }

    cublasHandle_t make() const {
        cublasHandle_t handle = nullptr;
        EXPECT_EQ(cublas().cublasCreate_v2(&handle), CUBLAS_STATUS_SUCCESS);
        EXPECT_EQ(cublas().cublasSetStream_v2(handle, stream_), CUBLAS_STATUS_SUCCESS);
        return handle;
    }

    /// A product of [1, 1] matrices of float32 at `at`.
    static cublasStatus_t multiply(cublasHandle_t handle, std::byte* at) {
        const float one = 1, zero = 0;
        return cublas().cublasGemmStridedBatchedEx_64(
            handle, CUBLAS_OP_N, CUBLAS_OP_N, 1, 1, 1, &one, at, CUDA_R_32F, 1, 1, at,
            CUDA_R_32F, 1, 1, &zero, at, CUDA_R_32F, 1, 1, 1, CUBLAS_COMPUTE_32F,
            CUBLAS_GEMM_DEFAULT);
    }

    cudaStream_t stream_ = nullptr;

private:
    void* memory_ = nullptr;
};

TEST_F(EmulatedCublas, NeedsNumbersAndWorkspacesThatAreAligned) {
    cublasHandle_t handle = make();

    EXPECT_EQ(multiply(handle, memory() + 4), CUBLAS_STATUS_SUCCESS);
    EXPECT_EQ(multiply(handle, memory() + 2), CUBLAS_STATUS_INVALID_VALUE);
    const auto set_workspace = cublas().cublasSetWorkspace_v2;
    EXPECT_EQ(set_workspace(handle, memory() + 256, 1024), CUBLAS_STATUS_SUCCESS);
    EXPECT_EQ(set_workspace(handle, memory() + 128, 1024), CUBLAS_STATUS_INVALID_VALUE);
    EXPECT_EQ(set_workspace(handle, memory(), 8192), CUBLAS_STATUS_INVALID_VALUE);
    EXPECT_EQ(cublas().cublasDestroy_v2(handle), CUBLAS_STATUS_SUCCESS);
}

TEST_F(EmulatedCublas, IsNotMadeReadyInACapture) {
    cublasHandle_t fresh = make(), used = make(), late = nullptr;
    ASSERT_EQ(multiply(used, memory()), CUBLAS_STATUS_SUCCESS);
    ASSERT_EQ(cudaStreamBeginCapture(stream_, cudaStreamCaptureModeRelaxed),
              cudaSuccess);

    EXPECT_EQ(multiply(used, memory()), CUBLAS_STATUS_SUCCESS);
    EXPECT_EQ(multiply(fresh, memory()), CUBLAS_STATUS_EXECUTION_FAILED);
    EXPECT_EQ(cublas().cublasCreate_v2(&late), CUBLAS_STATUS_NOT_INITIALIZED);

    cudaGraph_t graph = nullptr;
    EXPECT_EQ(cudaStreamEndCapture(stream_, &graph), cudaSuccess);
    EXPECT_EQ(cudaGraphDestroy(graph), cudaSuccess);
    for (cublasHandle_t handle : {fresh, used}) {
        EXPECT_EQ(cublas().cublasDestroy_v2(handle), CUBLAS_STATUS_SUCCESS);
    }
}

}  // namespace
}  // namespace nengine::kernels::cuda
