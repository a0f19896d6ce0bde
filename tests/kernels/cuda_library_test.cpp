#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "kernels/base/error.hpp"
#include "kernels/cuda/library.hpp"

// cuBLAS and cuDNN can be opened without a GPU or driver; where they are not installed,
// the tests skip.

namespace nengine::cuda {
namespace {

/// The message of the error that `open` throws, if it does.
template <class Open>
std::optional<std::string> message_of(const Open& open) {
    try {
        open();
    } catch (const DeviceError& error) {
        return error.what();
    }
    return std::nullopt;
}

TEST(CudaLibraries, HaveEveryFunctionOrAreNamedAsMissing) {
    const auto blas = message_of([] { cublas(); });
    const auto dnn = message_of([] { cudnn(); });
    if (blas) {
        EXPECT_NE(blas->find("got no cuBLAS, needs libcublas.so"), std::string::npos)
            << *blas;
    }
    if (dnn) {
        EXPECT_NE(dnn->find("got no cuDNN, needs libcudnn.so"), std::string::npos)
            << *dnn;
    }
    if (!blas) {
        EXPECT_NE(cublas().cublasGemmStridedBatchedEx_64, nullptr);
    }
    if (!dnn) {
        EXPECT_NE(cudnn().cudnnBackendExecute, nullptr);
    }
}

TEST(CudaLibraries, FailedCallsSayCallReasonAndPlace) {
    if (message_of([] { cublas(), cudnn(); })) {
        GTEST_SKIP() << "cuBLAS or cuDNN is not installed";
    }
    const auto place = std::string("cuda_library_test.cpp:");
    const auto blas = message_of([] { NENGINE_CHECK(CUBLAS_STATUS_INVALID_VALUE); });
    const auto dnn = message_of([] { NENGINE_CHECK(CUDNN_STATUS_BAD_PARAM); });
    const auto runtime = message_of([] { NENGINE_CHECK(cudaErrorInvalidValue); });
    for (const auto& [text, start, reason] :
         {std::tuple{blas, "CUBLAS_STATUS_INVALID_VALUE failed: ", "unsupported value"},
          std::tuple{dnn, "CUDNN_STATUS_BAD_PARAM failed: ", "BAD_PARAM"},
          std::tuple{runtime, "cudaErrorInvalidValue failed: ", "invalid argument"}}) {
        ASSERT_TRUE(text);
        EXPECT_EQ(text->rfind(start, 0), 0u) << *text;
        EXPECT_NE(text->find(reason), std::string::npos) << *text;
        EXPECT_NE(text->find(place), std::string::npos) << *text;
    }
}

TEST(CudaLibraries, SuccessPasses) {
    EXPECT_NO_THROW(NENGINE_CHECK(cudaSuccess));
}

}  // namespace
}  // namespace nengine::cuda
