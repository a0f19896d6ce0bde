#include "kernels/base/divide.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <vector>

namespace nengine::test {

using namespace kernels;
namespace {

template <class Word>
constexpr int bits = std::numeric_limits<Word>::digits;

/// 0, 1, powers of two and their neighbours, and others, all below 2^(w - 1).
template <class Word>
std::vector<Word> numbers() {
    std::vector<Word> result{0, 3, 10, 641, 1000};
    for (int k = 0; k < bits<Word>; ++k) {
        const Word power = Word{1} << k;
        result.insert(result.end(), {static_cast<Word>(power - 1), power,
                                     static_cast<Word>(power + 1)});
    }
    std::mt19937_64 generator(1);
    for (int i = 0; i < 400; ++i) {
        // as many small ones as large ones
        const auto size = static_cast<int>(generator() % (bits<Word> - 1));
        result.push_back(static_cast<Word>(generator() >> (64 - bits<Word> + size)));
    }
    std::erase_if(result, [](Word n) { return n >> (bits<Word> - 1) != 0; });
    return result;
}

template <class Word>
void expect_exact(const Divisor<Word>& divisor, Word n, Word by) {
    const auto [quotient, remainder] = divisor.divide(n);
    ASSERT_EQ(quotient, n / by) << n << " / " << by;
    ASSERT_EQ(remainder, n % by) << n << " % " << by;
}

template <class Word>
class DivisorTest : public ::testing::Test {};
using Words = ::testing::Types<std::uint32_t, std::uint64_t>;
TYPED_TEST_SUITE(DivisorTest, Words);

TYPED_TEST(DivisorTest, DividesAsTheProcessorDoes) {
    const auto all = numbers<TypeParam>();
    for (const TypeParam by : all) {
        if (by == 0) {
            continue;
        }
        const Divisor<TypeParam> divisor(static_cast<Index>(by));
        for (const TypeParam n : all) {
            expect_exact(divisor, n, by);
        }
    }
}

/// Where a multiplier that is off by one would show first.
TYPED_TEST(DivisorTest, IsExactAroundMultiples) {
    constexpr TypeParam largest = ~TypeParam{0} >> 1;
    for (const TypeParam by : numbers<TypeParam>()) {
        if (by == 0) {
            continue;
        }
        const Divisor<TypeParam> divisor(static_cast<Index>(by));
        const TypeParam last = largest / by * by;
        for (const TypeParam multiple :
             {by, static_cast<TypeParam>(last / by / 2 * by), last}) {
            if (multiple > 0) {  // what is before 0 is no dividend
                expect_exact(divisor, static_cast<TypeParam>(multiple - 1), by);
            }
            expect_exact(divisor, multiple, by);
        }
        expect_exact(divisor, largest, by);
    }
}

TEST(Divide, TakesNumbersOf31BitsAndMore) {
    constexpr Index half = Index{1} << 31, word = 2 * half;
    const Index dividends[] = {0,    1,        half - 1, half,        half + 1,
                               word, word - 1, word + 5, 3 * word + 7};
    const Index divisors[] = {1,        10,       half - 1, half,
                              half + 1, word - 1, word,     word + 2};
    for (const Index by : divisors) {
        const IndexDivisor divisor(by);
        const PlainDivisor plain(by);
        for (const Index n : dividends) {
            for (const Quotient& got : {plain.divide(n), divisor.divide(n)}) {
                EXPECT_EQ(got.quotient, n / by) << n << " / " << by;
                EXPECT_EQ(got.remainder, n % by) << n << " % " << by;
            }
        }
    }
}

}  // namespace
}  // namespace nengine::test
