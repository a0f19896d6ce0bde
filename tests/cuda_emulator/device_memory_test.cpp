#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "environment.hpp"
#include "kernels/base/device.hpp"
#include "kernels/base/error.hpp"
#include "kernels/base/staged_memory.hpp"
#include "kernels/cuda/context.hpp"
#include "kernels/elementwise.hpp"

// Memory of a device that has pools and of one that has none.

namespace nengine::test {

using namespace kernels;
namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20;

/// With "pools" refused and without.
class DeviceMemory : public ::testing::TestWithParam<const char*> {
protected:
    /// Bytes of scratch memory that are given back at once.
    static void borrow_scratch(const Device& device, std::size_t bytes) {
        device.run([&](const auto& exec) {
            if constexpr (requires { exec.context; }) {
                cuda::Scratch(exec.context->scratch()).template take<std::byte>(bytes);
            }
        });
    }

private:
    const Emulated refuses_{"NENGINE_EMULATOR_REFUSES", GetParam()};

protected:
    const Emulated memory_{"NENGINE_EMULATOR_MEMORY", "192"};
    const Device device_ = Device::cuda();
};

TEST_P(DeviceMemory, IsLentAgainInTheOrderOfTheStream) {
    std::vector<float> numbers(1000, 7.0F), got(1000);
    Buffer first = device_.allocate(4000, "test");
    device_.upload(first.data(), numbers.data(), 4000);
    const Buffer copied = device_.allocate(4000, "test");
    device_.copy(copied.data(), first.data(), 4000);

    first = Buffer();  // while the copy is still to be made
    const Buffer second = device_.allocate(4000, "test");
    device_.zero(second.data(), 4000);

    device_.download(got.data(), copied.data(), 4000);
    EXPECT_EQ(got, numbers);
}

TEST_P(DeviceMemory, OfAnySizeIsAligned) {
    std::vector<Buffer> buffers;
    for (const std::size_t bytes : {1, 255, 513, 4097, 1, 100000}) {
        buffers.push_back(device_.allocate(bytes, "test"));
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(buffers.back().data()) % 256, 0U);
        if (bytes == 513) {
            buffers.clear();
        }
    }
}

TEST_P(DeviceMemory, FreedInOneSizeIsThereInAnother) {
    for (std::size_t size = 10; size <= 100; size += 30) {
        std::vector<Buffer> buffers;
        for (std::size_t used = size; used <= 120; used += size) {
            buffers.push_back(device_.allocate(size * mebibyte, "test"));
        }
    }
}

TEST_P(DeviceMemory, FreedByTheModelIsThereForScratch) {
    device_.allocate(150 * mebibyte, "test");

    EXPECT_NO_THROW(borrow_scratch(device_, 100 * mebibyte));
}

TEST_P(DeviceMemory, ThatIsNotThereIsAnErrorThatSaysForWhat) {
    const Buffer large = device_.allocate(100 * mebibyte, "test");
    try {
        borrow_scratch(device_, 100 * mebibyte);
        FAIL();
    } catch (const MemoryError& error) {
        EXPECT_EQ(error.bytes(), 100 * mebibyte);
        EXPECT_NE(std::string(error.what()).find("scratch"), std::string::npos);
    }
    EXPECT_THROW(device_.allocate(100 * mebibyte, "test"), MemoryError);
    EXPECT_NO_THROW(device_.allocate(10 * mebibyte, "test"));
}

TEST_P(DeviceMemory, FreedInARecordingIsThereAfterIt) {
    Buffer freed = device_.allocate(100 * mebibyte, "test");
    const auto recording = device_.record([&] {
        device_.zero(freed.data(), 4000);
        freed = Buffer();
    });

    EXPECT_NO_THROW(device_.allocate(100 * mebibyte, "test"));
}

TEST_P(DeviceMemory, ThatIsFreeIsCountedWithWhatIsKept) {
    const std::size_t before = device_.free_memory();
    Buffer buffer = device_.allocate(100 * mebibyte, "test");
    EXPECT_NEAR(static_cast<double>(before - device_.free_memory()), 100.0 * mebibyte,
                1e6);

    buffer = Buffer();
    device_.synchronize();

    EXPECT_EQ(device_.free_memory(), before);
}

TEST_P(DeviceMemory, ThatIsStagedMayNotBeThereEither) {
    try {
        device_.staged(300 * mebibyte, "data of a test");
        FAIL();
    } catch (const MemoryError& error) {
        EXPECT_NE(std::string(error.what()).find("data of a test"), std::string::npos);
    }
    EXPECT_NO_THROW(device_.staged(10 * mebibyte, "test"));
}

TEST_P(DeviceMemory, ThatIsStagedIsNoPartOfARecording) {
    const auto staged = device_.staged(16, "test");
    EXPECT_THROW(device_.record([&] { staged->host(); }), DeviceError);
    EXPECT_THROW(device_.record([&] { staged->acquire(); }), DeviceError);
    EXPECT_THROW(device_.record([&] { device_.staged(16, "test"); }), DeviceError);
    EXPECT_NO_THROW(staged->host());
}

INSTANTIATE_TEST_SUITE_P(Emulated, DeviceMemory, ::testing::Values("", "pools"),
                         [](const auto& of) {
                             return *of.param == '\0' ? "pools" : "no_pools";
                         });

}  // namespace
}  // namespace nengine::test
