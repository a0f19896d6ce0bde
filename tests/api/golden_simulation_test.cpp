#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "golden_networks.hpp"
#include "tests/support/golden.hpp"

namespace nengine::test {

namespace {

std::string name_of(const Probe& probe) {
    return probe.label;
}

/// The whole name of a probe of an inner network is not in the label: found by its end.
const nlohmann::json* find_probe(const GoldenEntry& entry, const Probe& probe) {
    for (const auto& object : entry.manifest().at("objects")) {
        const auto name = object.at("name").get<std::string>();
        const auto slash = name.rfind('/');
        if (object.at("kind") == "Probe" &&
            name.substr(slash == std::string::npos ? 0 : slash + 1) == name_of(probe)) {
            return &object;
        }
    }
    return nullptr;
}

class GoldenSimulation : public ::testing::TestWithParam<GoldenNetwork> {};

void expect_golden(const GoldenNetwork& golden_network, const PlanOptions& plan) {
    const GoldenEntry entry = golden(golden_network.group, golden_network.entry);
    const Network network = golden_network.make();
    Simulator sim(network,
                  {.dtype = DType::float64, .progress_bar = false, .plan = plan});

    sim.run_steps(entry.manifest().at("n_steps").get<std::int64_t>());

    for (const auto& probe : network.all_probes()) {
        const auto* object = find_probe(entry, probe);
        ASSERT_NE(object, nullptr) << probe.label;
        const GoldenArray want = entry.array(object->at("arrays").at("data"));
        const Tensor got = sim.data(probe);
        ASSERT_EQ(static_cast<std::int64_t>(want.values.size()), got.size())
            << probe.label;
        ASSERT_EQ(want.shape[0], got.extent(0)) << probe.label;
        double largest = 1.0;
        for (const double value : want.values) {
            largest = std::max(largest, std::abs(value));
        }
        for (std::size_t i = 0; i < want.values.size(); ++i) {
            ASSERT_NEAR(want.values[i], got[static_cast<std::int64_t>(i)],
                        1e-8 * largest)
                << probe.label << '[' << i << ']';
        }
    }
    EXPECT_FALSE(network.all_probes().empty());
}

TEST_P(GoldenSimulation, GivesTheNumbersOfNengoInDoublePrecision) {
    expect_golden(GetParam(), {});
}

TEST_P(GoldenSimulation, DoesNotDependOnFolding) {
    expect_golden(GetParam(), {.fold = false});
    expect_golden(GetParam(), {.chunk_steps = 7});
}

TEST_P(GoldenSimulation, DoesNotDependOnMerging) {
    expect_golden(GetParam(), {.merge = PlanOptions::Merge::none});
    expect_golden(GetParam(), {.merge = PlanOptions::Merge::tree});
}

TEST_P(GoldenSimulation, DoesNotDependOnRewrites) {
    expect_golden(
        GetParam(),
        {.simplify = false, .fuse = false, .layout = false, .recorded = false});
}

INSTANTIATE_TEST_SUITE_P(Networks, GoldenSimulation,
                         ::testing::ValuesIn(golden_networks()),
                         [](const auto& one) { return one.param.entry; });

}  // namespace
}  // namespace nengine::test
