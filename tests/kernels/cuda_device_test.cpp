#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "kernels/base/device.hpp"
#include "kernels/base/error.hpp"
#include "kernels/conv.hpp"
#include "kernels/elementwise.hpp"
#include "kernels/gemm.hpp"
#include "kernels/reduce.hpp"
#include "kernels/rows.hpp"
#include "tests/support/on_each_device.hpp"

// What only the CUDA device does: recordings, asynchronous copies, scratch memory. Its
// arithmetic is tested with the other devices'.

namespace nengine::kernels {
namespace {

template <class Real>
Block<Real> row_of(Real* data, Index n) {
    return {.data = data, .cols = n};
}

template <class Real>
Block<const Real> read(const Block<Real>& block) {
    return block;
}

class CudaDevice : public test::OnEachDevice {
protected:
    /// The sum over the rows of a [rows, cols] matrix.
    void sum_rows(Index rows, Index cols, const Buffer& from, const Buffer& to) const {
        const Block<const float> a{from.as<float>(), 1, 1, rows, cols, 0, 0, cols, 1};
        device().run([&](const auto& exec) {
            sum_product(exec, SumProductArgs<Bound<float>>{a, Block<const float>{},
                                                           row_of(to.as<float>(), cols),
                                                           false});
        });
    }
};

TEST_P(CudaDevice, IsNamedAfterItsOrdinalAndModel) {
    EXPECT_TRUE(device().is_cuda());
    EXPECT_EQ(device().name().substr(0, 8), "cuda:0 (") << device().name();
    EXPECT_EQ(Device::named("cuda:0").name(), device().name());
}

TEST_P(CudaDevice, NamesTheLibrariesThatItCalls) {
    const auto found = device().libraries();
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0].name, "cuBLAS");
    EXPECT_EQ(found[1].name, "cuDNN");
    EXPECT_TRUE(Device::cpu().libraries().empty());
}

TEST_P(CudaDevice, ARecordingRunsNothingUntilReplayedAndThenEveryTime) {
    constexpr Index n = 1023;
    const std::vector<float> ones(n, 1.0f);
    const Buffer x = upload(ones), y = upload(ones);
    const Buffer step = upload(std::vector<Index>{0});
    const auto recording = device().record([&] {
        device().run([&](const auto& exec) {
            copy(exec, CopyArgs<Bound<float>>{read(row_of(x.as<float>(), n)),
                                              row_of(y.as<float>(), n), true});
            advance(exec, step.as<Index>(), 1, 2);
        });
    });
    ASSERT_NE(recording, nullptr);
    EXPECT_EQ(download<float>(y), ones);

    for (int i = 0; i < 3; ++i) {
        recording->replay();
    }

    EXPECT_EQ(download<float>(y), std::vector<float>(n, 4.0f));
    EXPECT_EQ(download<Index>(step), std::vector<Index>{6});
}

TEST_P(CudaDevice, ARecordedProductAndConvolutionGiveTheBitsOfADirectCall) {
    const Conv2DShape s{.images = 5,
                        .in_h = 9,
                        .in_w = 7,
                        .in_c = 6,
                        .out_h = 9,
                        .out_w = 7,
                        .out_c = 10,
                        .k_h = 2,
                        .k_w = 3,
                        .pad_left = 1};
    const auto values = test::uniform<float>(5 * 9 * 7 * 10, -1, 1, 1);
    const Buffer x = upload(values), w = upload(values), y = upload(values);
    const Buffer dx = upload(values), dw = upload(values), c = upload(values);
    const auto work = [&] {
        device().run([&](const auto& exec) {
            conv2d_forward<float>(exec, s, x.as<float>(), w.as<float>(), nullptr,
                                  y.as<float>(), false);
            conv2d_backward_data<float>(exec, s, y.as<float>(), w.as<float>(),
                                        dx.as<float>(), false);
            conv2d_backward_filter<float>(exec, s, x.as<float>(), y.as<float>(),
                                          dw.as<float>(), nullptr, false);
            gemm<float>(exec, {.m = 17,
                               .n = 33,
                               .k = 29,
                               .a = y.as<float>(),
                               .lda = 29,
                               .b = w.as<float>(),
                               .ldb = 33,
                               .c = c.as<float>(),
                               .ldc = 33});
        });
    };
    work();
    const std::vector<std::vector<float>> want{download<float>(y), download<float>(dx),
                                               download<float>(dw), download<float>(c)};
    for (const Buffer* written : {&y, &dx, &dw, &c}) {
        device().zero(written->data(), written->bytes());
    }

    const auto recording = device().record(work);
    ASSERT_NE(recording, nullptr);
    recording->replay();

    // The backward passes read what the forward pass wrote: zeros beyond are the same.
    const std::vector<std::vector<float>> got{download<float>(y), download<float>(dx),
                                              download<float>(dw), download<float>(c)};
    EXPECT_EQ(got[0], want[0]);
    for (std::size_t k = 1; k < got.size(); ++k) {
        const std::size_t written = k == 1   ? 5 * 9 * 7 * 6
                                    : k == 2 ? 2 * 3 * 6 * 10
                                             : 17 * 33;
        for (std::size_t i = 0; i < written; ++i) {
            ASSERT_EQ(got[k][i], want[k][i]) << "operand " << k << ", number " << i;
        }
    }
}

// The sum may make scratch memory while it is recorded, padding the images makes it
// grow; the recording must go on using the old one.
TEST_P(CudaDevice, ScratchOfARecordingOutlivesItsGrowth) {
    constexpr Index rows = 40000, cols = 129;
    const Conv2DShape s{.images = 81,
                        .in_h = 128,
                        .in_w = 128,
                        .in_c = 16,
                        .out_h = 128,
                        .out_w = 128,
                        .out_c = 1,
                        .k_h = 2,
                        .k_w = 2};
    const Buffer from = upload(test::uniform<float>(rows * cols, -1, 1, 5));
    const Buffer to = upload(std::vector<float>(cols));
    const Buffer x = device().allocate(4 * 81 * 128 * 128 * 16, "images");
    const Buffer y = device().allocate(4 * 81 * 128 * 128, "images");
    const auto recording = device().record([&] { sum_rows(rows, cols, from, to); });
    ASSERT_NE(recording, nullptr);
    recording->replay();
    const auto want = download<float>(to);
    device().zero(x.data(), x.bytes());
    device().run([&](const auto& exec) {
        conv2d_forward<float>(exec, s, x.as<float>(), from.as<float>(), nullptr,
                              y.as<float>(), false);
    });
    device().zero(to.data(), to.bytes());

    recording->replay();

    EXPECT_EQ(download<float>(to), want);
}

TEST_P(CudaDevice, WhatWaitsOrMovesHostMemoryIsRefusedInARecording) {
    const Buffer buffer = upload(std::vector<float>(10, 1.0f));
    float value = 0;
    const std::vector<std::function<void()>> calls{
        [&] { device().upload(buffer.data(), &value, sizeof value); },
        [&] { device().download(&value, buffer.data(), sizeof value); },
        [&] { device().allocate(16, "test"); },
        [&] { device().synchronize(); },
        [&] { device().record([] {}); },
    };
    for (std::size_t i = 0; i < calls.size(); ++i) {
        EXPECT_THROW(device().record(calls[i]), DeviceError) << "call " << i;
        EXPECT_EQ(download<float>(buffer), std::vector<float>(10, 1.0f));
    }
}

TEST_P(CudaDevice, AnExceptionWhileRecordingLeavesTheDeviceUsable) {
    EXPECT_THROW(device().record([] { throw std::out_of_range("from the work"); }),
                 std::out_of_range);

    Buffer freed = upload(std::vector<float>(100));
    const auto recording = device().record([&] { freed = Buffer(); });
    ASSERT_NE(recording, nullptr);
    recording->replay();
    const Buffer next = upload(std::vector<float>(100, 2.0f));
    EXPECT_EQ(download<float>(next), std::vector<float>(100, 2.0f));
}

TEST_P(CudaDevice, HostMemoryMayChangeAsSoonAsUploadReturns) {
    std::vector<int> values(11'000'003);  // several times the pinned memory
    for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = static_cast<int>(i * 3 + 1);
    }
    const auto want = values;
    const Buffer buffer = device().allocate(values.size() * sizeof(int), "test");

    device().upload(buffer.data(), values.data(), buffer.bytes());
    std::fill(values.begin(), values.end(), -1);

    EXPECT_EQ(download<int>(buffer), want);
}

TEST_P(CudaDevice, ManySmallUploadsArriveInOrder) {
    constexpr int n = 5000;
    const Buffer slot = upload(std::vector<float>{0});
    const Buffer sum = upload(std::vector<float>{0});
    for (int i = 1; i <= n; ++i) {
        const auto value = static_cast<float>(i % 7);
        device().upload(slot.data(), &value, sizeof value);
        device().run([&](const auto& exec) {
            copy(exec, CopyArgs<Bound<float>>{read(row_of(slot.as<float>(), 1)),
                                              row_of(sum.as<float>(), 1), true});
        });
    }
    float want = 0;
    for (int i = 1; i <= n; ++i) {
        want += static_cast<float>(i % 7);
    }
    EXPECT_EQ(download<float>(sum), std::vector<float>{want});
}

TEST_P(CudaDevice, TwoDevicesOnOneGpuWorkFromTwoThreads) {
    const auto work = [](float value, std::vector<float>& result) {
        const Device device = Device::cuda();
        const Buffer buffer = device.allocate(4 * 4099, "test");
        const auto block = row_of(buffer.as<float>(), 4099);
        for (int i = 0; i < 50; ++i) {
            device.run([&](const auto& exec) {
                fill(exec, FillArgs<Bound<float>>{block, value});
            });
        }
        result.resize(4099);
        device.download(result.data(), buffer.data(), buffer.bytes());
    };
    std::vector<float> first, second;
    std::thread other([&] { work(1.0f, first); });
    work(2.0f, second);
    other.join();
    EXPECT_EQ(first, std::vector<float>(4099, 1.0f));
    EXPECT_EQ(second, std::vector<float>(4099, 2.0f));
}

INSTANTIATE_TEST_SUITE_P(Devices, CudaDevice, ::testing::Values("cuda"),
                         test::device_label);

TEST(WithoutAGpu, ProgramsRunOnTheCpuAndAreToldWhy) {
    if (Device::cuda_count() > 0) {
        GTEST_SKIP() << "there is a GPU";
    }
    EXPECT_FALSE(Device::named("auto").is_cuda());
    for (const char* name : {"cuda", "cuda:0", "cuda:7"}) {
        try {
            Device::named(name);
            FAIL() << "got '" << name << "'";
        } catch (const DeviceError& error) {
            const std::string text = error.what();
            EXPECT_NE(text.find("no CUDA device"), std::string::npos) << text;
            EXPECT_NE(text.find("driver"), std::string::npos) << text;
        }
    }
}

}  // namespace
}  // namespace nengine::kernels
