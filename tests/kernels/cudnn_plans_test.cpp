#include <gtest/gtest.h>

#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <memory>
#include <optional>
#include <ostream>
#include <string>

#include "kernels/base/error.hpp"
#include "kernels/cuda/convolution_engines.hpp"
#include "kernels/cuda/convolution_parts.hpp"
#include "kernels/cuda/library.hpp"
#include "kernels/cuda/shared_library.hpp"
#include "tests/kernels/conv_shapes.hpp"

// cuDNN plans for devices that are not there: what an H100 and an H200 would run is
// asked of the cuDNN that is installed, through the code that asks on a GPU. Without
// one the tests skip, and fail where NENGINE_REQUIRE_CUDNN=1.

namespace nengine::kernels::cuda {
namespace {

struct Gpu {
    const char* label;
    const char* name;
    std::size_t memory;    ///< bytes
    long memory_clock;     ///< kHz
    long level_two_cache;  ///< bytes
};

constexpr Gpu gpus[] = {
    {"H100", "NVIDIA H100 80GB HBM3", 84'987'740'160, 2'619'000, 52'428'800},
    {"H200", "NVIDIA H200", 150'122'528'768, 3'201'000, 62'914'560},
};

void PrintTo(const Gpu& gpu, std::ostream* out) {
    *out << gpu.label;
}

/// The version of the cuDNN that is asked, as CUDNN_VERSION counts: nengine itself has
/// no use for it.
std::size_t dnn_version() {
    const SharedLibrary library(
        {"cuDNN", {"libcudnn.so.9", "libcudnn.so"}, "cudnnGetProperty", 9});
    decltype(&cudnnGetVersion) version = nullptr;
    library.find("cudnnGetVersion", version);
    return version();
}

/// A description of a GPU as cuDNN reads it.
DnnDescriptor make_properties(const Gpu& gpu) {
    const auto number = [](const char* name, auto value) {
        return std::string(",\"") + name + "\":" + std::to_string(value);
    };
    const std::string text =
        "{\"cudnnVersion\":" + std::to_string(dnn_version()) +
        number("schemaVersion", 1) + number("cudaDeviceId", 0) + ",\"deviceName\":\"" +
        gpu.name + '"' + number("deviceVer", 900) + number("driverVer", 13000) +
        number("isTccDriver", 0) + number("l2CacheSize", gpu.level_two_cache) +
        ",\"maxBlockSize\":[1024,1024,64],\"maxGridSize\":[2147483647,65535,65535]" +
        number("maxCtasPerSM", 32) + number("maxRegistersPerSM", 65536) +
        number("maxSharedMemoryPerBlock", 49152) +
        number("maxSharedMemoryPerBlockOptin", 232448) +
        number("maxThreadsPerBlock", 1024) + number("maxThreadsPerSM", 2048) +
        number("memClockRateKHz", gpu.memory_clock) +
        number("multiProcessorCount", 132) + number("pciDeviceId", 0) +
        number("regsPerBlock", 65536) + number("reservedSharedMemoryPerBlock", 1024) +
        number("smClockRateKHz", 1980000) + number("supportCoopLaunch", 1) +
        number("totalGlobalMem", gpu.memory) + number("warpSize", 32) + '}';
    DnnDescriptor properties(CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR);
    properties.set(CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION, text);
    properties.finalize();
    return properties;
}

class CudnnPlans : public ::testing::TestWithParam<Gpu> {
protected:
    void SetUp() override {
        try {
            cudnn();
        } catch (const DeviceError& error) {
            const char* required = std::getenv("NENGINE_REQUIRE_CUDNN");
            if (required != nullptr && std::string(required) == "1") {
                FAIL() << "NENGINE_REQUIRE_CUDNN=1, and " << error.what();
            }
            GTEST_SKIP() << "cuDNN is not installed: " << error.what();
        }
        properties_.emplace(make_properties(GetParam()));
    }

    std::size_t limit() const { return workspace_limit_of(GetParam().memory); }

    std::optional<Engine> best_engine(const ConvolutionProblem& problem) const {
        return EngineChoices({.properties = &*properties_}, problem).next(limit());
    }

    /// Every pass of a shape as conv.cpp asks for it: exact, and rounded to tf32.
    void check(const ConvShape& shape) const {
        Adapted adapted(shape);
        adapted.shape.images = images_per_call(adapted, limit());
        for (const bool tf32 : {false, true}) {
            ConvolutionProblem problem{.shape = adapted.shape,
                                       .tensor_cores = tf32,
                                       .alignment = tf32 ? 16 : 4};
            check(problem);
            problem.accumulate = true;
            check(problem);
            problem.pass = Pass::backward_data;
            check(problem);
            problem.accumulate = false;
            check(problem);
            problem.pass = Pass::backward_filter;
            check(problem);
            problem.pass = Pass::forward;
            problem.bias = true;
            check(problem);
        }
    }

    void check(const ConvolutionProblem& problem) const {
        EngineChoices choices({.properties = &*properties_}, problem);
        const auto engine = choices.next(limit());
        ASSERT_TRUE(engine) << describe(problem) << ": " << choices.reasons();
        EXPECT_LE(engine->workspace, limit()) << describe(problem);
        EXPECT_TRUE(problem.tensor_cores || !engine->tensor_cores) << describe(problem);
        if (!problem.accumulate) {
            std::cout << GetParam().label << ": " << describe(problem) << ": engine "
                      << engine->number << (engine->tensor_cores ? " (tf32)" : "")
                      << ", workspace " << std::fixed << std::setprecision(1)
                      << static_cast<double>(engine->workspace) / (1 << 20) << " MiB\n";
        }
    }

private:
    std::optional<DnnDescriptor> properties_;
};

TEST_P(CudnnPlans, EveryConvolutionOfTheTestsHasADeterministicEngine) {
    for (const auto& shape : conv_reference::shapes()) {
        check(shape);
    }
    for (const auto& shape : conv_reference::depth_shapes()) {
        check(shape);
    }
}

TEST_P(CudnnPlans, EveryConvolutionOfTheMainJobHasADeterministicEngine) {
    for (const Index images : {200, 6000}) {
        for (const auto& shape : conv_reference::main_job_layers(images)) {
            check(shape);
        }
    }
}

TEST_P(CudnnPlans, RoundedOperandsComeWithTensorCores) {
    const auto layers = conv_reference::main_job_layers(200);
    for (const Pass pass :
         {Pass::forward, Pass::backward_data, Pass::backward_filter}) {
        const auto engine = best_engine({.shape = layers.back(),
                                         .pass = pass,
                                         .tensor_cores = true,
                                         .alignment = 16});
        ASSERT_TRUE(engine);
        EXPECT_TRUE(engine->tensor_cores) << static_cast<int>(pass);
    }
}

TEST_P(CudnnPlans, EqualProblemsGetEqualEngines) {
    const ConvolutionProblem problem{.shape = conv_reference::shapes().front()};

    const auto first = best_engine(problem), second = best_engine(problem);

    ASSERT_TRUE(first && second);
    EXPECT_EQ(first->number, second->number);
    EXPECT_EQ(first->workspace, second->workspace);
}

TEST_P(CudnnPlans, WhatCannotBeIsSaidWithReasons) {
    ConvolutionProblem problem{.shape = conv_reference::shapes().front()};
    problem.shape.out_h += 1;

    EngineChoices choices({.properties = nullptr}, problem);

    EXPECT_FALSE(choices.next(limit()));
    EXPECT_NE(choices.reasons().find("of 0 engines offered"), std::string::npos)
        << choices.reasons();
    EXPECT_NE(choices.reasons().find("CUDNN_STATUS_BAD_PARAM"), std::string::npos)
        << choices.reasons();
}

INSTANTIATE_TEST_SUITE_P(Gpus, CudnnPlans, ::testing::ValuesIn(gpus),
                         [](const auto& gpu) { return gpu.param.label; });

TEST(ConvolutionParts, ImagesOfACallFitWithTheirCopies) {
    for (const std::size_t limit : {std::size_t{256} << 20, std::size_t{1} << 30}) {
        for (const auto& shape : conv_reference::main_job_layers(60'000)) {
            const Adapted adapted(shape);
            const Index size = images_per_call(adapted, limit);
            const Index numbers =
                size * (adapted.shape.x_size() + adapted.shape.y_size());

            EXPECT_LE(static_cast<std::size_t>(numbers) * sizeof(float), limit);
            // As few calls as can be: with one call less, more would not fit.
            const Index calls = (shape.images + size - 1) / size;
            EXPECT_GT(static_cast<double>(numbers) / static_cast<double>(calls - 1) *
                          static_cast<double>(calls) * sizeof(float),
                      0.9 * static_cast<double>(limit));
        }
    }
    EXPECT_EQ(workspace_limit_of(84'987'740'160), std::size_t{1} << 30);
    EXPECT_EQ(workspace_limit_of(24'000'000'000), std::size_t{256} << 20);
}

TEST(ConvolutionParts, CallsAreAlike) {
    ConvShape shape = conv_reference::main_job_layers(1)[1];
    const std::size_t limit = std::size_t{256} << 20;
    const auto most = static_cast<Index>(limit / 16 * 15 / sizeof(float)) /
                      (shape.x_size() + shape.y_size());
    const auto images_of_a_call = [&](Index images) {
        shape.images = images;
        return images_per_call(Adapted(shape), limit);
    };

    EXPECT_EQ(images_of_a_call(0), 1);
    EXPECT_EQ(images_of_a_call(5), 5);
    EXPECT_EQ(images_of_a_call(most), most);
    EXPECT_EQ(images_of_a_call(most + 1), most / 2 + 1);
}

}  // namespace
}  // namespace nengine::kernels::cuda
