#include "kernels/random.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "kernels/base/philox.hpp"
#include "tests/support/blocks.hpp"
#include "tests/support/on_each_device.hpp"

namespace nengine::test {
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

class Random : public OnEachDevice {
protected:
    template <class Real>
    std::vector<Real> draw(bool normal, const PhiloxKey& key, Index steps, Index batch,
                           Index n) const {
        const Buffer out = upload(
            std::vector<Real>(static_cast<std::size_t>(steps * batch * n), Real(-99)));
        const auto dst = dense(out.as<Real>(), steps, batch, 1, n);
        device().run([&](const auto& exec) {
            normal ? random_normal(exec, key, dst) : random_uniform(exec, key, dst);
        });
        return download<Real>(out);
    }
};

TEST_P(Random, DependsOnCoordinatesAloneNotOnTheChunkAndTheTile) {
    constexpr Index steps = 4, batch = 5, n = 7;
    const PhiloxKey key{0x123456789abcdef0, 3, 0x1fffffffe, 100};
    for (const bool normal : {false, true}) {
        const auto all = draw<float>(normal, key, steps, batch, n);
        for (Index t = 0; t < steps; ++t) {
            for (Index b = 0; b < batch; ++b) {
                PhiloxKey at = key;
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
    const PhiloxKey key{1, 2, 3, 4};
    const auto base = draw<double>(false, key, 1, 1, 9);
    PhiloxKey other = key;
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

TEST_P(Random, FloatIsDoubleRoundedDownOrToNearest) {
    const PhiloxKey key{5, 1, 0, 0};
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
