#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/api/helpers.hpp"

// RandomStream against numpy 1.26 (RandomState) and Nengo 4.1 (distributions).

namespace nengine::test {

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Shape = std::vector<std::int64_t>;

TEST(RandomStream, UniformNumbersHaveNumpysLastBit) {
    // Five of these differ in it if the product and the sum are rounded together.
    RandomStream rng(0);
    for (const double wanted :
         {0x1.df943bea3cdd7p-2, 0x1.670c388ba56e2p-1, 0x1.1675f633459d0p-1,
          0x1.d9f1cccb070afp-2, 0x1.2c26ca0957b59p-2, 0x1.35607c88d731ap-1,
          0x1.402001b55175bp-2, 0x1.e59f758514dc0p-1}) {
        EXPECT_EQ(rng.uniform(-0.3, 1.1), wanted);
    }
}

TEST(RandomStream, NormalNumbersAreNumpys) {
    RandomStream rng(7);
    for (const double wanted : {0x1.7bbe013868b03p+0, -0x1.ac8ae247adb60p-6,
                                0x1.4ab9b9ee3785bp-2, 0x1.2ba761c8e166cp-1}) {
        EXPECT_DOUBLE_EQ(rng.normal(0.3, 0.7), wanted);
    }
}

// One stream after the other's draws, so that each leaves it where numpy does.
TEST(RandomStream, PermutesShufflesAndChoosesAsNumpyDoes) {
    RandomStream rng(21);

    EXPECT_THAT(rng.permutation(9), ElementsAre(1, 2, 7, 3, 5, 6, 0, 4, 8));
    EXPECT_THAT(rng.permutation(std::vector{10, 20, 30, 40, 50}),
                ElementsAre(50, 40, 10, 30, 20));
    std::vector<std::string> words = {"0", "1", "2", "3", "4", "5", "6"};
    rng.shuffle(words);
    EXPECT_THAT(words, ElementsAre("3", "0", "2", "6", "1", "5", "4"));
    Array rows({4, 3}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
    rng.shuffle(rows);
    EXPECT_EQ(rows, Array({4, 3}, {3, 4, 5, 9, 10, 11, 6, 7, 8, 0, 1, 2}));
    EXPECT_THAT(rng.choice(7, 5), ElementsAre(6, 4, 3, 4, 4));
    EXPECT_THAT(rng.choice(7, 5, {.replace = false}), ElementsAre(5, 6, 3, 4, 2));
    EXPECT_THAT(rng.choice(4, 6, {.p = {0.1, 0.2, 0.3, 0.4}}),
                ElementsAre(2, 3, 3, 3, 1, 1));
    const ChoiceOptions unequal = {.replace = false,
                                   .p = {0.05, 0.4, 0.05, 0.4, 0.05, 0.05}};
    EXPECT_THAT(rng.choice(6, 4, unequal), ElementsAre(1, 3, 4, 0));
    EXPECT_THAT(rng.choice(6, 6, unequal), ElementsAre(1, 3, 5, 0, 4, 2));
    EXPECT_THAT(rng.choice(std::vector{2.5, 3.5, 4.5}, 3), ElementsAre(3.5, 4.5, 4.5));
    EXPECT_EQ(rng.randint(0, 1000), 121);
    EXPECT_EQ(rng.uniform(), 0x1.c92574b5032a0p-1);
}

TEST(RandomStream, PermutesArraysAlongTheirFirstAxis) {
    Array shuffled = {1.0, 2.0, 3.0, 4.0, 5.0};
    RandomStream(3).shuffle(shuffled);

    EXPECT_EQ(RandomStream(3).permutation(Array{1.0, 2.0, 3.0, 4.0, 5.0}), shuffled);
    EXPECT_EQ(RandomStream(3).permutation(std::vector{1.0, 2.0, 3.0, 4.0, 5.0}),
              shuffled.values);
    EXPECT_THROW(RandomStream(3).permutation(Array(1.0)), ShapeError);
    EXPECT_TRUE(RandomStream(3).permutation(0).empty());
}

TEST(RandomStream, RefusesChoicesThatCannotBe) {
    RandomStream rng(1);
    const auto refusal = [&](std::int64_t n, std::int64_t size, ChoiceOptions options) {
        return message<ValidationError>([&] { rng.choice(n, size, options); });
    };
    EXPECT_THAT(refusal(3, 4, {.replace = false}),
                HasSubstr("choice: got size 4, needs at most 3"));
    EXPECT_THAT(refusal(3, 3, {.replace = false, .p = {0.5, 0.5, 0.0}}),
                HasSubstr("choice: got size 3, needs at most 2"));
    EXPECT_THAT(refusal(3, 1, {.p = {0.5, 0.5}}), HasSubstr("one for each of 3"));
    EXPECT_THAT(refusal(2, 1, {.p = {1.5, -0.5}}), HasSubstr("probability -0.5"));
    EXPECT_THAT(refusal(2, 1, {.p = {0.5, 0.4}}), HasSubstr("a sum of 1"));
    EXPECT_THAT(refusal(0, 1, {}), HasSubstr("got nothing to choose from"));
    EXPECT_THAT(refusal(-1, 1, {}), HasSubstr("n: got -1"));
    EXPECT_THROW(rng.permutation(-1), ValidationError);
    EXPECT_TRUE(rng.choice(0, 0).empty());
}

TEST(RandomStream, ThatWasMovedFromOnlyTakesAssignments) {
    RandomStream one(3), moved_to(std::move(one));
    const auto refusal = [](const auto& work) {
        return message<ValidationError>(work);
    };
    const auto text = HasSubstr("RandomStream: got one that was moved to another");

    // NOLINTBEGIN(*-use-after-move, *-unnecessary-copy-*): this is about what they do
    EXPECT_THAT(refusal([&] { one.uniform(); }), text);
    EXPECT_THAT(refusal([&] { one.permutation(3); }), text);
    EXPECT_THAT(refusal([&] { RandomStream copy(one); }), text);
    EXPECT_THAT(refusal([&] { moved_to = one; }), text);
    EXPECT_THAT(refusal([&] { one.sample(Uniform{0, 1}, 2); }), text);
    one = moved_to;
    EXPECT_EQ(one.uniform(), RandomStream(3).uniform());
    // NOLINTEND(*-use-after-move, *-unnecessary-copy-*)
    EXPECT_EQ(moved_to.uniform(), RandomStream(3).uniform());
}

struct Sample {
    const char* name;
    Distribution distribution;
    std::int64_t n;
    std::optional<std::int64_t> d;
    Array wanted;
};

// Each from RandomState(5).
TEST(RandomStream, SamplesDistributionsAsNengoDoes) {
    const std::vector<Sample> samples = {
        {"uniform",
         Uniform{-1, 1},
         3,
         {},
         {-0.556013657820521, 0.7414646123547528, -0.5865616893211472}},
        {"uniform points",
         Uniform{-1, 1},
         2,
         2,
         {{-0.556013657820521, 0.7414646123547528},
          {-0.5865616893211472, 0.8372218158758431}}},
        {"one point",
         Uniform{-1, 1},
         1,
         3,
         {{-0.556013657820521, 0.7414646123547528, -0.5865616893211472}}},
        {"choice", Choice{{1.0, -1.0}}, 4, {}, {1.0, -1.0, 1.0, -1.0}},
        {"choice of vectors",
         Choice{{{1.0, 0.0}, {0.0, 1.0}}},
         3,
         {},
         {{1.0, 0.0}, {0.0, 1.0}, {1.0, 0.0}}},
        {"samples", Samples{{0.1, 0.2, 0.3}}, 3, {}, {0.1, 0.2, 0.3}},
        {"sequence",
         QuasirandomSequence{},
         3,
         {},
         {{0.8886598377564061}, {0.22199317108973948}, {0.5553265044230729}}},
        {"ball",
         ScatteredHypersphere{},
         3,
         {},
         {{-0.3707323061773764}, {0.22199317108973948}, {-0.8707323061773764}}},
        {"sphere",
         ScatteredHypersphere{.surface = true},
         4,
         {},
         {{1.0}, {-1.0}, {-1.0}, {1.0}}},
        {"pdf",
         PDF{.x = {-1, 0, 1}, .p = {0.25, 0.5, 0.25}},
         3,
         {},
         {-0.7413515437606948, 0.9886194831396704, -0.7820822524281963}},
        {"points in a ball",
         UniformHypersphere{},
         2,
         3,
         {{0.11807924402869081, -0.08854592827642917, 0.6505116582716072},
          {-0.0898675945732453, 0.03907449558102168, 0.5641341190295102}}},
        {"similarity",
         CosineSimilarity{8},
         3,
         {},
         {0.48983897400800963, -0.14163089070005752, 0.4850277268141192}}};
    for (const auto& [name, distribution, n, d, wanted] : samples) {
        SCOPED_TRACE(name);
        const Array got = RandomStream(5).sample(distribution, n, d);
        EXPECT_EQ(got.shape, wanted.shape);
        EXPECT_THAT(got.values, near_to(wanted.values));
    }
}

TEST(RandomStream, RefusesSamplesWithoutTheirDimensions) {
    RandomStream rng(1);
    const Distribution vectors = Samples{{{0.1, 0.2}, {0.3, 0.4}}};
    EXPECT_THAT(message<ValidationError>([&] { rng.sample(UniformHypersphere{}, 3); }),
                HasSubstr("needs the dimensions"));
    EXPECT_THROW(rng.sample(vectors, 2), ValidationError);
    EXPECT_EQ(rng.sample(vectors, 2, 2).shape, (Shape{2, 2}));
    EXPECT_THROW(rng.sample(Uniform{0, 1}, -1), ValidationError);
}

}  // namespace

}  // namespace nengine::test
