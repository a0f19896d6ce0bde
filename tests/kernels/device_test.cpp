#include "kernels/base/device.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <numeric>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "kernels/base/error.hpp"
#include "kernels/base/host_memory.hpp"
#include "tests/support/on_each_device.hpp"

namespace nengine::kernels {
namespace {

class DeviceMemory : public test::OnEachDevice {};

std::vector<unsigned char> pattern(std::size_t bytes) {
    std::vector<unsigned char> values(bytes);
    for (std::size_t i = 0; i < bytes; ++i) {
        values[i] = static_cast<unsigned char>(i * 7 + i / 251);
    }
    return values;
}

// One size below and two above those from which copies are shared by the threads; none
// is a multiple of a page.
TEST_P(DeviceMemory, UploadCopyAndDownloadKeepEveryByte) {
    for (const std::size_t bytes : {1u, 1021u, 5u << 20, (17u << 20) + 3}) {
        const auto values = pattern(bytes);
        const Buffer first = upload(values);
        const Buffer second = device().allocate(bytes, "copy");

        device().copy(second.data(), first.data(), bytes);

        EXPECT_EQ(download<unsigned char>(second), values) << bytes << " bytes";
    }
}

TEST_P(DeviceMemory, ZeroClearsExactlyTheBytesAskedFor) {
    const std::size_t bytes = (5u << 20) + 13;
    auto values = pattern(bytes);
    const Buffer buffer = upload(values);

    device().zero(buffer.as<char>() + 5, bytes - 12);

    std::fill(values.begin() + 5, values.end() - 7, static_cast<unsigned char>(0));
    EXPECT_EQ(download<unsigned char>(buffer), values);
}

TEST_P(DeviceMemory, AllocationsAreAlignedTo256Bytes) {
    for (const std::size_t bytes : {1u, 255u, 257u, 3u << 20, 9u << 20}) {
        const Buffer buffer = device().allocate(bytes, "aligned");
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(buffer.data()) % 256, 0u);
        EXPECT_EQ(buffer.bytes(), bytes);
    }
}

TEST_P(DeviceMemory, NothingIsAllocatedOrMovedForZeroBytes) {
    const Buffer none = device().allocate(0, "nothing");

    EXPECT_EQ(none.data(), nullptr);
    EXPECT_EQ(none.bytes(), 0u);
    EXPECT_NO_THROW(device().upload(nullptr, nullptr, 0));
    EXPECT_NO_THROW(device().download(nullptr, nullptr, 0));
    EXPECT_NO_THROW(device().copy(nullptr, nullptr, 0));
    EXPECT_NO_THROW(device().zero(nullptr, 0));
}

TEST_P(DeviceMemory, TooMuchMemoryIsRefusedWithPurposeAndSize) {
    for (const std::size_t bytes :
         {std::size_t{1} << 46, std::numeric_limits<std::size_t>::max()}) {
        try {
            device().allocate(bytes, "history of 'conv2'");
            FAIL() << bytes << " bytes were given";
        } catch (const MemoryError& error) {
            const std::string text = error.what();
            EXPECT_EQ(error.bytes(), bytes);
            EXPECT_NE(text.find("for history of 'conv2'"), std::string::npos) << text;
            EXPECT_NE(text.find("needs " + memory_text(bytes)), std::string::npos)
                << text;
        }
    }
}

TEST_P(DeviceMemory, MovingABufferMovesItsMemory) {
    Buffer first = device().allocate(64, "first");
    Buffer second = device().allocate(32, "second");
    void* const data = first.data();

    second = std::move(first);
    const Buffer third = std::move(second);

    EXPECT_EQ(third.data(), data);
    EXPECT_EQ(third.bytes(), 64u);
    EXPECT_EQ(second.data(), nullptr);
}

TEST_P(DeviceMemory, ABufferOutlivesItsDevice) {
    Buffer buffer;
    {
        const Device copy = device();
        buffer = copy.allocate(1000, "survivor");
    }
    device().zero(buffer.data(), buffer.bytes());

    EXPECT_EQ(download<char>(buffer), std::vector<char>(1000, 0));
}

TEST_P(DeviceMemory, RunPassesAnExecutionSpace) {
    int calls = 0;
    device().run([&](const auto& exec) {
        ++calls;
        using Exec = std::decay_t<decltype(exec)>;
        if constexpr (std::is_base_of_v<CpuExec, Exec>) {
            EXPECT_EQ(exec.threads, 3);
        }
        EXPECT_EQ((std::is_same_v<Exec, CudaExec>), device().is_cuda());
    });
    EXPECT_EQ(calls, 1);
}

INSTANTIATE_TEST_SUITE_P(Devices, DeviceMemory,
                         ::testing::ValuesIn(test::device_names()), test::device_label);

TEST(Device, CpuSaysItsThreadsAndInstructionSet) {
#if defined(__x86_64__)
    EXPECT_EQ(Device::cpu(1, Device::Isa::avx2).name(), "cpu (1 thread, avx2)");
#else
    EXPECT_EQ(Device::cpu(1, Device::Isa::avx2).name(), "cpu (1 thread, generic)");
#endif
    EXPECT_EQ(Device::cpu(2).name().substr(0, 16), "cpu (2 threads, ");
    EXPECT_FALSE(Device::cpu().is_cuda());
}

TEST(Device, CpuRecordsNothingAndRunsNothing) {
    bool ran = false;
    EXPECT_EQ(Device::cpu().record([&] { ran = true; }), nullptr);
    EXPECT_FALSE(ran);
}

TEST(Device, NamesAreUnderstoodOrRefusedWithTheChoices) {
    EXPECT_FALSE(Device::named("cpu").is_cuda());
    EXPECT_EQ(Device::named("auto").is_cuda(), Device::cuda_count() > 0);
    for (const char* wrong :
         {"", "gpu", "CPU", "cuda:", "cuda:x", "cuda:-1", "cuda:1 "}) {
        try {
            Device::named(wrong);
            FAIL() << "accepted '" << wrong << "'";
        } catch (const ValidationError& error) {
            EXPECT_NE(std::string(error.what()).find(wrong), std::string::npos);
        }
    }
}

TEST(Device, NegativeThreadCountIsRefused) {
    EXPECT_THROW(Device::cpu(-1), ValidationError);
}

TEST(Device, AskingForAnAbsentGpuSaysWhatIsMissing) {
    const int beyond = Device::cuda_count();
    try {
        Device::cuda(beyond);
        FAIL() << "got CUDA device " << beyond;
    } catch (const DeviceError& error) {
        EXPECT_NE(std::string(error.what()).find("CUDA"), std::string::npos)
            << error.what();
    }
}

}  // namespace
}  // namespace nengine::kernels
