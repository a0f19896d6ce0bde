#include "engine/ir/indexed_vector.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <type_traits>
#include <vector>

#include "engine/planner/graph/graph.hpp"

namespace nengine::test {

using namespace engine;
namespace {

// Ids of different kinds do not mix, whatever is said.
static_assert(!std::is_convertible_v<SignalId, VersionId>);
static_assert(!std::is_constructible_v<VersionId, SignalId>);
static_assert(!std::is_constructible_v<BufferId, TableId>);
static_assert(!std::is_invocable_v<std::equal_to<>, SignalId, VersionId>);

// An id becomes a number, and a computed number an id, only where that is said.
static_assert(!std::is_convertible_v<VersionId, std::size_t>);
static_assert(!std::is_convertible_v<VersionId, int>);
static_assert(!std::is_convertible_v<std::size_t, VersionId>);
static_assert(std::is_constructible_v<VersionId, std::size_t>);

// As cheap as the number.
static_assert(sizeof(SignalId) == sizeof(std::int32_t));
static_assert(std::is_trivially_copyable_v<SignalId>);

TEST(Id, IsOfNothingAtFirst) {
    EXPECT_EQ(SignalId(), no_signal);
    EXPECT_LT(no_signal, SignalId(0));
}

TEST(Id, TakesNumbersThatAreWrittenDown) {
    const Operand operand{.buffer = 2};

    EXPECT_TRUE(operand.buffer == 2 && operand.buffer > 1 && operand.buffer < 3);
    EXPECT_EQ(operand.buffer, BufferId(std::size_t{2}));
}

TEST(IndexedVector, FindsWhatWasAddedByItsId) {
    IndexedVector<BufferId, std::unique_ptr<int>> numbers;

    const BufferId seven = numbers.push_back(std::make_unique<int>(7));
    const BufferId eight = numbers.push_back(std::make_unique<int>(8));

    EXPECT_EQ(*numbers[seven], 7);
    EXPECT_EQ(*numbers[eight], 8);
}

TEST(IndexedVector, CountsWhatHasNoIdOfItsOwnByInt) {
    IndexedVector<int, Index> numbers(3, 5);

    numbers[1] = 6;

    EXPECT_EQ(numbers.push_back(7), 3);
    EXPECT_EQ(std::vector<Index>(numbers.begin(), numbers.end()),
              (std::vector<Index>{5, 6, 5, 7}));
}

TEST(IndexedVector, GoesThroughTheIdsThatWereThere) {
    IndexedVector<VersionId, int> numbers{5, 6, 7};
    std::vector<VersionId> seen;

    for (const VersionId id : numbers.ids()) {
        seen.push_back(id);
        numbers.push_back(0);
    }

    EXPECT_EQ(seen, (std::vector<VersionId>{0, 1, 2}));
    EXPECT_EQ(numbers.size(), 6U);
}

TEST(IndexedVector, HasNoIdsWhenEmpty) {
    const IndexedVector<VersionId, int> none;

    for (const VersionId id : none.ids()) {
        ADD_FAILURE() << id.value;
    }
}

TEST(IndexedVector, ClosesUpWhereThingsAreErased) {
    IndexedVector<VersionId, int> numbers{5, 6, 7};

    numbers.erase_if([](int number) { return number == 6; });

    EXPECT_EQ(numbers.size(), 2U);
    EXPECT_EQ(numbers[1], 7);
}

}  // namespace
}  // namespace nengine::test
