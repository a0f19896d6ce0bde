#include "kernels/random.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "kernels/base/philox.hpp"
#include "tests/support/blocks.hpp"
#include "tests/support/on_each_device.hpp"

namespace nengine::test {

using namespace kernels;
namespace {

// The known answers that are published with the Random123 library.
TEST(Philox, GivesThePublishedAnswers) {
    struct Known {
        Words counter;
        std::uint32_t key_0, key_1;
        Words answer;
    };
    const Known known[] = {
        {{{0, 0, 0, 0}}, 0, 0, {{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}}},
        {{{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}},
         0xffffffff,
         0xffffffff,
         {{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}}},
        {{{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}},
         0xa4093822,
         0x299f31d0,
         {{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}}},
    };
    for (const Known& k : known) {
        const Words got = philox(k.counter, k.key_0, k.key_1);
        for (int i = 0; i < 4; ++i) {
            EXPECT_EQ(got.w[i], k.answer.w[i]);
        }
    }
}

struct Key {
    std::uint64_t seed = 0;
    Index stream = 0;
    std::uint64_t first_step = 0;
    std::uint32_t first_item = 0;
};

/// The pairs of one stream of n elements, from a column on.
std::vector<Index> pairs_of(Index n, Index stream, Index column = 0, Index seed = -1) {
    std::vector<Index> table;
    for (Index i = 0; i < n; i += 2) {
        table.insert(table.end(), {column + i, i / 2, i + 1 < n ? 2 : 1, stream, seed});
    }
    return table;
}

class Random : public OnEachDevice {
protected:
    template <class Real>
    std::vector<Real> draw(bool normal, const Key& key, Index steps, Index batch,
                           Index n) const {
        const RandomOrigin origin{key.seed, key.first_step, key.first_item};
        return draw<Real>({.kind = normal ? RandomKind::normal : RandomKind::uniform},
                          origin, pairs_of(n, key.stream), steps, batch, n);
    }

    template <class Real>
    std::vector<Real> draw(RandomArgs<Bound<Real>> args, const RandomOrigin& origin,
                           const std::vector<Index>& pairs, Index steps, Index batch,
                           Index n) const {
        const Buffer out = upload(
            std::vector<Real>(static_cast<std::size_t>(steps * batch * n), Real(-99)));
        const Buffer table = upload(pairs), from = upload(std::vector{origin});
        args.origin = from.as<RandomOrigin>();
        args.pairs = table.as<Index>();
        args.n_pairs = static_cast<Index>(pairs.size()) / random_pair_fields;
        args.dst = dense(out.as<Real>(), steps, batch, 1, n);
        device().run([&](const auto& exec) { draw_random(exec, args); });
        return download<Real>(out);
    }
};

TEST_P(Random, DependsOnCoordinatesAloneNotOnTheChunkAndTheTile) {
    constexpr Index steps = 4, batch = 5, n = 7;
    const Key key{0x123456789abcdef0, 3, 0x1fffffffe, 100};
    for (const bool normal : {false, true}) {
        const auto all = draw<float>(normal, key, steps, batch, n);
        for (Index t = 0; t < steps; ++t) {
            for (Index b = 0; b < batch; ++b) {
                Key at = key;
                at.first_step += static_cast<std::uint64_t>(t);
                at.first_item += static_cast<std::uint32_t>(b);
                const auto row = draw<float>(normal, at, 1, 1, n);
                for (std::size_t i = 0; i < n; ++i) {
                    ASSERT_EQ(row[i],
                              all[static_cast<std::size_t>(t * batch + b) * n + i]);
                }
            }
        }
    }
}

TEST_P(Random, EveryCoordinateMatters) {
    const Key key{1, 2, 3, 4};
    const auto base = draw<double>(false, key, 1, 1, 9);
    Key other = key;
    other.seed = 1 + (std::uint64_t{1} << 40);
    EXPECT_NE(draw<double>(false, other, 1, 1, 9), base);
    other = key;
    other.stream = 3;
    EXPECT_NE(draw<double>(false, other, 1, 1, 9), base);
    other = key;
    other.first_step += std::uint64_t{1} << 32;
    EXPECT_NE(draw<double>(false, other, 1, 1, 9), base);
    other = key;
    other.first_item = 5;
    EXPECT_NE(draw<double>(false, other, 1, 1, 9), base);
}

TEST_P(Random, StreamsSideBySideAreThoseAlone) {
    constexpr Index steps = 3, batch = 2, n = 3, m = 4;
    std::vector<Index> table = pairs_of(n, 8);
    const auto second = pairs_of(m, 9, n, 77);
    table.insert(table.end(), second.begin(), second.end());

    const auto both = draw<double>({}, {.seed = 5}, table, steps, batch, n + m);

    const auto first_alone = draw<double>(false, {5, 8}, steps, batch, n);
    const auto second_alone = draw<double>(false, {77, 9}, steps, batch, m);
    for (std::size_t row = 0; row < steps * batch; ++row) {
        for (std::size_t i = 0; i < n; ++i) {
            EXPECT_EQ(both[row * (n + m) + i], first_alone[row * n + i]);
        }
        for (std::size_t i = 0; i < m; ++i) {
            EXPECT_EQ(both[row * (n + m) + n + i], second_alone[row * m + i]);
        }
    }
}

TEST_P(Random, IsScaledAndShiftedAndTheSameForAllItemsIfWanted) {
    constexpr Index batch = 3, n = 5;
    const auto plain = draw<double>(true, {5, 1, 2}, 1, 1, n);

    const auto got = draw<double>(
        {.kind = RandomKind::normal, .per_item = false, .scale = 2, .shift = -1},
        {.seed = 5, .first_step = 2, .first_item = 40}, pairs_of(n, 1), 1, batch, n);

    for (std::size_t i = 0; i < got.size(); ++i) {
        EXPECT_EQ(got[i], 2 * plain[i % n] - 1) << i;
    }
}

TEST_P(Random, FloatIsDoubleRoundedDownOrToNearest) {
    const Key key{5, 1, 0, 0};
    const auto twice = draw<double>(false, key, 3, 5, 67);
    const auto single = draw<float>(false, key, 3, 5, 67);
    const auto normal = draw<double>(true, key, 3, 5, 67);
    const auto normal_single = draw<float>(true, key, 3, 5, 67);
    for (std::size_t i = 0; i < twice.size(); ++i) {
        ASSERT_LE(single[i], twice[i]);
        ASSERT_GT(single[i], twice[i] - 0x1p-24);
        ASSERT_EQ(normal_single[i], static_cast<float>(normal[i]));
    }
}

TEST_P(Random, UniformHasTheMomentsAndBoundsOfUniform) {
    constexpr Index count = 200001;
    const auto x = draw<float>(false, {7, 0, 0, 0}, 1, 1, count);
    double sum = 0, squares = 0, products = 0;
    std::array<int, 16> bins{};
    for (std::size_t i = 0; i < x.size(); ++i) {
        ASSERT_GE(x[i], 0.0F);
        ASSERT_LT(x[i], 1.0F);
        sum += x[i];
        squares += x[i] * x[i];
        products += i > 0 ? (x[i] - 0.5) * (x[i - 1] - 0.5) : 0.0;
        ++bins[static_cast<std::size_t>(x[i] * 16)];
    }
    EXPECT_NEAR(sum / count, 0.5, 0.003);
    EXPECT_NEAR(squares / count, 1.0 / 3, 0.003);
    EXPECT_NEAR(products / count, 0, 0.001);
    for (const int bin : bins) {
        EXPECT_NEAR(bin, count / 16.0, 600);
    }
}

TEST_P(Random, NormalHasTheMomentsOfNormal) {
    constexpr Index count = 200001;
    const auto x = draw<double>(true, {8, 0, 0, 0}, 1, 1, count);
    double m1 = 0, m2 = 0, m3 = 0, m4 = 0, products = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        ASSERT_TRUE(std::isfinite(x[i]));
        m1 += x[i];
        m2 += x[i] * x[i];
        m3 += x[i] * x[i] * x[i];
        m4 += x[i] * x[i] * x[i] * x[i];
        products += i > 0 ? x[i] * x[i - 1] : 0.0;
    }
    EXPECT_NEAR(m1 / count, 0, 0.01);
    EXPECT_NEAR(m2 / count, 1, 0.02);
    EXPECT_NEAR(m3 / count, 0, 0.05);
    EXPECT_NEAR(m4 / count, 3, 0.1);
    EXPECT_NEAR(products / count, 0, 0.01);
}

INSTANTIATE_TEST_SUITE_P(Devices, Random, ::testing::ValuesIn(device_names()),
                         device_label);

}  // namespace
}  // namespace nengine::test
