#include <cuda_runtime_api.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <type_traits>
#include <vector>

#include "kernels/cuda/convolution_plans.hpp"
#include "kernels/cuda/library.hpp"
#include "tests/kernels/conv_reference.hpp"
#include "tests/kernels/conv_shapes.hpp"
#include "tests/support/on_each_device.hpp"

// What happens where cuDNN offers less than it does on an H100, or refuses.

namespace nengine::kernels {
namespace {

using namespace conv_reference;

class EmulatedCudnn : public test::OnEachDevice {
protected:
    void TearDown() override { unsetenv("NENGINE_EMULATOR_CUDNN"); }

    /// See cuda_emulator::Offer.
    static void offer(const char* what) { setenv("NENGINE_EMULATOR_CUDNN", what, 1); }

    void limit_workspace(std::size_t bytes) const {
        device().run([&](const auto& exec) {
            if constexpr (std::is_same_v<std::decay_t<decltype(exec)>, CudaExec>) {
                exec.context->convolutions().set_workspace_limit(bytes);
            }
        });
    }

    void expect_right(const Conv2DShape& s) const {
        const Data<float> d(s);
        const auto product = [](float a, float b) {
            return static_cast<double>(a) * static_cast<double>(b);
        };
        auto want_y = summed(s, d.y, false, [&](auto& to, Index x, Index w, Index y) {
            to[at(y)] += product(d.x[at(x)], d.w[at(w)]);
        });
        for (std::size_t i = 0; i < want_y.size(); ++i) {
            want_y[i] += d.bias[i % d.bias.size()];
        }
        const auto want_x =
            summed(s, d.x, true, [&](auto& to, Index x, Index w, Index y) {
                to[at(x)] += product(d.y[at(y)], d.w[at(w)]);
            });
        const auto want_w =
            summed(s, d.w, false, [&](auto& to, Index x, Index w, Index y) {
                to[at(w)] += product(d.x[at(x)], d.y[at(y)]);
            });
        const Buffer x = upload(d.x), w = upload(d.w), b = upload(d.bias);
        const Buffer dy = upload(d.y), y = upload(d.y), dx = upload(d.x);
        const Buffer dw = upload(d.w);

        device().run([&](const auto& exec) {
            conv2d_forward<float>(exec, s, x.as<float>(), w.as<float>(), b.as<float>(),
                                  y.as<float>(), false);
            conv2d_backward_data<float>(exec, s, dy.as<float>(), w.as<float>(),
                                        dx.as<float>(), true);
            conv2d_backward_filter<float>(exec, s, x.as<float>(), dy.as<float>(),
                                          dw.as<float>(), nullptr, false);
        });

        const Index taps = s.k_h * s.k_w;
        expect_near(download<float>(y), want_y, taps * s.in_c, "forward");
        expect_near(download<float>(dx), want_x, taps * s.out_c, "backward data");
        expect_near(download<float>(dw), want_w, s.images * s.out_h * s.out_w,
                    "backward filter");
    }
};

TEST_P(EmulatedCudnn, EnginesThatCopyFindRoomForSomeImages) {
    offer("transposing");
    const Conv2DShape shape = main_job_layers(7)[1];
    const auto image = static_cast<std::size_t>(x_size(shape) + y_size(shape)) / 7;
    limit_workspace(image * 3 * sizeof(float));

    expect_right(shape);

    EXPECT_EQ(test::fallbacks_of(device()), 0);
}

TEST_P(EmulatedCudnn, AnEngineThatTurnsOutNotToRunIsFollowedByTheNext) {
    offer("late_refusal");

    for (const auto& shape : shapes()) {
        expect_right(shape);
    }

    EXPECT_EQ(test::fallbacks_of(device()), 0);
}

TEST_P(EmulatedCudnn, ConvolutionsWithoutAnEngineAreCountedAndSaidOnce) {
    offer("none");
    testing::internal::CaptureStderr();

    expect_right(shapes().front());
    expect_right(shapes().front());

    const std::string said = testing::internal::GetCapturedStderr();
    EXPECT_EQ(test::fallbacks_of(device()), 6);  // three passes, twice
    EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 3) << said;
    EXPECT_NE(said.find("forward, 5 images 9x11x3 to 7x9x17, kernel 3x3"),
              std::string::npos)
        << said;
    EXPECT_NE(said.find("SUBLIBRARY_UNAVAILABLE"), std::string::npos) << said;
}

TEST_P(EmulatedCudnn, ConvolutionsThatFindNoRoomAreCounted) {
    offer("transposing");
    limit_workspace(16);
    testing::internal::CaptureStderr();

    expect_right(shapes().front());

    const std::string said = testing::internal::GetCapturedStderr();
    EXPECT_GT(test::fallbacks_of(device()), 0);
    EXPECT_NE(said.find("want too large a workspace"), std::string::npos) << said;
}

TEST(EmulatedCudnnHandle, IsNotMadeInACapture) {
    using cuda::cudnn;
    cudaStream_t stream = nullptr;
    ASSERT_EQ(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), cudaSuccess);
    ASSERT_EQ(cudaStreamBeginCapture(stream, cudaStreamCaptureModeRelaxed),
              cudaSuccess);
    cudnnHandle_t handle = nullptr;

    EXPECT_EQ(cudnn().cudnnCreate(&handle), CUDNN_STATUS_NOT_INITIALIZED);

    cudaGraph_t graph = nullptr;
    EXPECT_EQ(cudaStreamEndCapture(stream, &graph), cudaSuccess);
    EXPECT_EQ(cudaGraphDestroy(graph), cudaSuccess);
    EXPECT_EQ(cudnn().cudnnCreate(&handle), CUDNN_STATUS_SUCCESS);
    EXPECT_EQ(cudnn().cudnnDestroy(handle), CUDNN_STATUS_SUCCESS);
    EXPECT_EQ(cudaStreamDestroy(stream), cudaSuccess);
}

INSTANTIATE_TEST_SUITE_P(Devices, EmulatedCudnn, ::testing::Values("cuda"),
                         test::device_label);

}  // namespace
}  // namespace nengine::kernels
