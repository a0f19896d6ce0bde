#include "kernels/base/staged_memory.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "tests/support/on_each_device.hpp"

namespace nengine::test {

using namespace kernels;
namespace {

class StagedMemories : public OnEachDevice {
protected:
    static constexpr std::size_t n = 300, bytes = n * sizeof(float);

    std::unique_ptr<StagedMemory> make() const {
        return device().staged(bytes, "a test");
    }
    /// `n` numbers that differ from those of other fillings.
    static std::vector<float> numbers(std::size_t filling) {
        std::vector<float> values(n);
        for (std::size_t i = 0; i < n; ++i) {
            values[i] = static_cast<float>(1000 * filling + i);
        }
        return values;
    }
    static void fill(StagedMemory& memory, std::size_t filling) {
        std::memcpy(memory.host(), numbers(filling).data(), bytes);
        memory.send();
        memory.acquire();
    }
};

/// No wait is missing: nothing is read before it was uploaded, nor written over before
/// it was read, though nothing else waits before the end.
TEST_P(StagedMemories, BringEachFillingToTheWorkThatIsLaunchedForIt) {
    constexpr std::size_t fillings = 9;
    for (std::size_t places = 1; places <= 3; ++places) {
        std::vector<std::unique_ptr<StagedMemory>> memories;
        for (std::size_t place = 0; place < places; ++place) {
            memories.push_back(make());
        }
        const Buffer read = device().allocate(fillings * bytes, "a test");
        std::vector<float> want;

        for (std::size_t filling = 0; filling < fillings; ++filling) {
            StagedMemory& memory = *memories[filling % places];
            fill(memory, filling);
            device().copy(read.as<float>() + filling * n, memory.device(), bytes);
            memory.release();
            const auto values = numbers(filling);
            want.insert(want.end(), values.begin(), values.end());
        }

        EXPECT_EQ(download<float>(read), want) << places << " places";
    }
}

TEST_P(StagedMemories, StayWhereTheyAre) {
    const auto memory = make();
    void* const place = memory->device();
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(place) % 256, 0U);

    fill(*memory, 1);
    memory->release();
    fill(*memory, 2);

    EXPECT_EQ(memory->device(), place);
}

/// Fillings that no work has read may be replaced.
TEST_P(StagedMemories, GiveTheLastFilling) {
    const auto memory = make();
    const Buffer read = device().allocate(bytes, "a test");
    for (std::size_t filling = 0; filling < 4; ++filling) {
        fill(*memory, filling);
    }

    device().copy(read.data(), memory->device(), bytes);

    EXPECT_EQ(download<float>(read), numbers(3));
}

TEST_P(StagedMemories, MayGoWhileTheirWorkIsStillToBeDone) {
    const Buffer read = device().allocate(bytes, "a test");
    {
        const auto memory = make();
        fill(*memory, 1);
        device().copy(read.data(), memory->device(), bytes);
        memory->release();
    }
    const Buffer next = device().allocate(bytes, "a test");  // perhaps the same
    device().zero(next.data(), bytes);

    EXPECT_EQ(download<float>(read), numbers(1));
}

/// Memory that is lent anew may be in use by work that was launched before.
TEST_P(StagedMemories, AreNotWrittenToBeforeEarlierWorkIsDone) {
    const Buffer read = device().allocate(bytes, "a test");
    Buffer before = device().allocate(bytes, "a test");
    device().upload(before.data(), numbers(7).data(), bytes);
    device().synchronize();
    device().copy(read.data(), before.data(), bytes);
    before = Buffer();
    const auto memory = make();
    fill(*memory, 1);
    memory->host();  // waits for the upload

    EXPECT_EQ(download<float>(read), numbers(7));
}

TEST_P(StagedMemories, ComeFromMemoryThatIsThere) {
    EXPECT_GT(device().free_memory(), bytes);
}

INSTANTIATE_TEST_SUITE_P(Devices, StagedMemories, ::testing::ValuesIn(device_names()),
                         device_label);

}  // namespace
}  // namespace nengine::test
