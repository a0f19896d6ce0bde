#include "api/builder/nengo_order/step_order.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>

#include "tests/golden/compare.hpp"
#include "tests/golden/manifest_outline.hpp"

namespace nengine::test {

namespace {

using nlohmann::json;

/// The golden networks as "group/entry".
std::vector<std::string> golden_networks() {
    std::ifstream file(NENGINE_TEST_DATA "/index.json");
    const json index = json::parse(file);
    std::vector<std::string> result;
    for (const auto& entry : index.at("entries")) {
        if (entry.at("kind") == "network") {
            result.push_back(entry.at("group").get<std::string>() + '/' +
                             entry.at("name").get<std::string>());
        }
    }
    return result;
}

class StepOrderOfManifest : public ::testing::TestWithParam<std::string> {};

TEST_P(StepOrderOfManifest, IsNengos) {
    const std::string path = GetParam();
    const auto slash = path.find('/');
    const auto entry = golden(path.substr(0, slash), path.substr(slash + 1));

    compare_order(entry.manifest(), outline_of(entry.manifest()), [](outline::Id id) {
        return static_cast<const json*>(id)->at("name").get<std::string>();
    });
}

INSTANTIATE_TEST_SUITE_P(Entries, StepOrderOfManifest,
                         ::testing::ValuesIn(golden_networks()), [](const auto& test) {
                             return test.param.substr(test.param.find('/') + 1);
                         });

/// An array of one-dimensional ensembles between two nodes, with noise.
outline::Network array_of(std::size_t n_ensembles, std::vector<char>& ids) {
    ids.resize(2 * n_ensembles + 2);
    const auto part = [](std::size_t i) {
        return outline::Part{outline::Part::Kind::range, static_cast<Index>(i), 1, 1};
    };
    outline::Network network;
    for (std::size_t i = 0; i < n_ensembles; ++i) {
        network.emplace_back(outline::Ensemble{
            .id = &ids[i], .states = {"voltage"}, .noise = outline::Process{}});
    }
    const outline::Id input = &ids[n_ensembles], output = &ids[n_ensembles + 1];
    for (const auto node : {input, output}) {
        network.emplace_back(outline::Node{.id = node, .has_input = true});
    }
    for (std::size_t i = 0; i < n_ensembles; ++i) {
        network.emplace_back(
            outline::Connection{.id = &ids[n_ensembles + 2 + i],
                                .pre = {.object = input, .part = part(i)},
                                .post = {.object = &ids[i]}});
        network.emplace_back(
            outline::Connection{.id = nullptr,
                                .pre = {.object = &ids[i]},
                                .post = {.object = output, .part = part(i)},
                                .synapse = outline::Process{}});
    }
    return network;
}

double seconds_for(std::size_t n_ensembles) {
    std::vector<char> ids;
    const auto network = array_of(n_ensembles, ids);
    const auto start = std::chrono::steady_clock::now();
    EXPECT_EQ(2 * n_ensembles, step_order(network).processes.size());
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
        .count();
}

TEST(StepOrder, OfTenThousandEnsemblesTakesLessThanASecond) {
    EXPECT_LT(seconds_for(10000), 1.0);
}

TEST(StepOrder, RejectsALoopWithoutASynapse) {
    const char ids[2] = {};
    outline::Network network = {
        outline::Node{.id = &ids[0], .has_input = true},
        outline::Connection{
            .id = &ids[1], .pre = {.object = &ids[0]}, .post = {.object = &ids[0]}}};

    EXPECT_THROW(step_order(network), BuildError);

    std::get<outline::Connection>(network[1]).synapse = outline::Process{};
    EXPECT_EQ(1, step_order(network).processes.size());
}

TEST(StepOrder, SeededProcessesDrawNothing) {
    using Role = OrderedProcess::Role;
    const std::vector<OrderedProcess> processes = {
        {nullptr, Role::noise, std::nullopt},
        {nullptr, Role::node_output, 7},
        {nullptr, Role::probe_synapse, std::nullopt}};

    // RandomState(0): randint(2^31 - 1) twice
    EXPECT_EQ((std::vector<std::uint32_t>{209652396, 7, 398764591}),
              process_seeds(processes, 0));
}

}  // namespace

}  // namespace nengine::test
