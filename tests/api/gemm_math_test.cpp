#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "kernels/base/device.hpp"
#include "nengine/nengine.hpp"
#include "tests/support/on_each_device.hpp"

namespace nengine::test {
namespace {

/// A dense connection between two nodes, simulated for one step.
class GemmMathOption : public ::testing::TestWithParam<const char*> {
protected:
    void SetUp() override {
        std::optional<kernels::Device> needed;
        open_device(GetParam(), 1, needed);
    }

    static std::vector<double> numbers(Index count, unsigned seed) {
        return uniform<double>(count, -1, 1, seed);
    }

    std::vector<double> simulate(const SimulatorOptions& given) const {
        constexpr Index n = 128, items = 64;
        std::vector<std::vector<double>> weights;
        for (unsigned row = 0; row < n; ++row) {
            weights.push_back(numbers(n, row));
        }
        Network net({.seed = 1});
        auto from = net.node(std::vector<double>(n));
        auto to = net.node({.size_in = n});
        net.connect(from, to, {.transform = weights, .synapse = None});
        auto probe = net.probe(to);
        SimulatorOptions options = given;
        options.minibatch_size = items;
        options.device = std::string(GetParam()).substr(0, 3) == "cpu" ? "cpu" : "cuda";
        options.progress_bar = false;
        Simulator sim(net, options);
        sim.run_steps(1,
                      {.data = {{from, Tensor({items, 1, n}, numbers(items * n, n))}}});
        return sim.data(probe).to_vector();
    }

    /// The largest difference, by the size of a sum of 128 such products.
    static double difference(const std::vector<double>& a,
                             const std::vector<double>& b) {
        double worst = a.size() == b.size() && !a.empty() ? 0 : INFINITY;
        for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
            worst = std::max(worst, std::abs(a[i] - b[i]) / std::sqrt(128.0));
        }
        return worst;
    }
};

TEST_P(GemmMathOption, ReachesTheProducts) {
    const auto exact = simulate({});
    const auto tf32 = simulate({.gemm_math = GemmMath::tf32});
    const auto bf16 = simulate({.gemm_math = GemmMath::bf16});

    EXPECT_LT(difference(simulate({.dtype = DType::float64}), exact), 1e-6);
    EXPECT_EQ(simulate({.gemm_math = GemmMath::float32}), exact);
    // Tensor cores may cut off instead of rounding.
    EXPECT_LT(difference(tf32, exact), 2e-3);
    EXPECT_LT(difference(bf16, exact), 2e-2);
    if (std::string(GetParam()) == "cuda") {
        EXPECT_NE(tf32, exact);
        EXPECT_NE(bf16, tf32);
    } else {
        EXPECT_EQ(tf32, exact);
        EXPECT_EQ(bf16, exact);
    }
}

TEST_P(GemmMathOption, DoesNothingToFloat64) {
    EXPECT_EQ(simulate({.dtype = DType::float64, .gemm_math = GemmMath::bf16}),
              simulate({.dtype = DType::float64}));
}

INSTANTIATE_TEST_SUITE_P(Devices, GemmMathOption, ::testing::ValuesIn(device_names()),
                         device_label);

}  // namespace
}  // namespace nengine::test
