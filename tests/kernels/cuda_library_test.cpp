#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <string>

#include "kernels/base/error.hpp"
#include "kernels/cuda/cuda_device.hpp"
#include "kernels/cuda/library.hpp"
#include "kernels/cuda/shared_library.hpp"

// cuBLAS and cuDNN can be opened without a GPU or driver; where they are not installed,
// the tests skip.

namespace nengine::kernels::cuda {
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

TEST(CudaLibraries, AreReportedWithTheirVersionsAndFiles) {
    if (message_of([] { libraries(); })) {
        GTEST_SKIP() << "cuBLAS or cuDNN is not installed";
    }
    const auto found = libraries();
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0].name, "cuBLAS");
    EXPECT_EQ(found[0].version.rfind("13.", 0), 0u) << found[0].version;
    EXPECT_EQ(found[1].name, "cuDNN");
    EXPECT_EQ(found[1].version.rfind("9.", 0), 0u) << found[1].version;
    for (const auto& library : found) {
        EXPECT_TRUE(std::filesystem::is_regular_file(library.file)) << library.file;
    }
}

TEST(CudaLibraries, OfAnotherMajorVersionAreNamedAndPassedOver) {
    if (message_of([] { libraries(); })) {
        GTEST_SKIP() << "cuBLAS or cuDNN is not installed";
    }
    const std::string blas = "libcublas.so.13", dnn = "libcudnn.so.9";
    const auto old = message_of([&] {
        SharedLibrary({"cuBLAS", {blas}, "cublasGetProperty", 12});
    });
    const auto other = message_of([&] {
        SharedLibrary({"cuDNN", {blas}, "cudnnGetProperty", 9});
    });
    const SharedLibrary second({"cuDNN", {blas, dnn}, "cudnnGetProperty", 9});

    ASSERT_TRUE(old);
    EXPECT_NE(old->find("got no cuBLAS, needs libcublas.so.13"), std::string::npos);
    EXPECT_NE(old->find(libraries()[0].file + ": got cuBLAS 13."), std::string::npos)
        << *old;
    EXPECT_NE(old->find(", needs 12"), std::string::npos) << *old;
    ASSERT_TRUE(other);
    EXPECT_NE(other->find("got no cudnnGetProperty, needs cuDNN 9"), std::string::npos)
        << *other;
    EXPECT_EQ(second.info().file, libraries()[1].file);
}

TEST(CudaLibraries, WithoutAFunctionAreNamedWithFileAndVersion) {
    if (message_of([] { libraries(); })) {
        GTEST_SKIP() << "cuBLAS or cuDNN is not installed";
    }
    const SharedLibrary library(
        {"cuBLAS", {"libcublas.so.13"}, "cublasGetProperty", 13});
    void (*function)() = nullptr;
    const auto message =
        message_of([&] { library.find("cublasOfTomorrow", function); });
    ASSERT_TRUE(message);
    for (const auto& part : {library.info().version, library.info().file,
                             std::string("cublasOfTomorrow")}) {
        EXPECT_NE(message->find(part), std::string::npos) << *message;
    }
}

TEST(CudaLibraries, SuccessPasses) {
    EXPECT_NO_THROW(NENGINE_CHECK(cudaSuccess));
}

}  // namespace
}  // namespace nengine::kernels::cuda
