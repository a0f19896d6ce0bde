#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "nengine/nengine.hpp"

// An array of a thousand ensembles is planned as one of ten is: the same stages and
// launches, on longer operands.

namespace nengine::test {

namespace {

/// What does not count elements: of every command its stage, the stage's kind, its type
/// and how often it is launched, and the line that sums up the launches.
std::vector<std::string> launches(const std::string& table) {
    std::vector<std::string> result;
    std::istringstream lines(table);
    std::string line;
    std::getline(lines, line);  // the heading
    while (std::getline(lines, line)) {
        if (line.starts_with("launches")) {
            result.push_back(line);
            break;
        }
        std::istringstream words(line);
        std::string stage, kind, command;
        words >> stage >> kind >> command;
        const bool per_chunk = line.find("1/chunk") != line.npos;
        result.push_back(stage + ' ' + kind + ' ' + command +
                         (per_chunk ? " per chunk" : " per step"));
    }
    return result;
}

/// Ensembles of 5 neurons, fed from outside and, if recurrent, from themselves.
std::string plan_of_array(std::int64_t n_ensembles, bool recurrent) {
    Network net({.seed = 1});
    net.config.ensemble.gain = Choice{{1.0}};
    net.config.ensemble.bias = Uniform{1.0, 2.0};
    net.config.ensemble.n_eval_points = 10;
    const Node input =
        net.node(std::vector<double>(static_cast<std::size_t>(n_ensembles), 0.5));
    EnsembleArray array(net, 5, n_ensembles);
    net.connect(input, array.input);
    if (recurrent) {
        net.connect(array.output, array.input, {.synapse = 0.1});
    }
    net.probe(array.output, {.synapse = 0.01});
    const Simulator sim(net, {.device = "cpu", .progress_bar = false});
    return sim.explain(100);
}

class PlanOfAnArray : public ::testing::TestWithParam<bool> {};

TEST_P(PlanOfAnArray, IsAsLongForThousandsOfEnsemblesAsForTen) {
    const auto ten = launches(plan_of_array(10, GetParam()));

    EXPECT_GT(ten.size(), 3U);
    EXPECT_EQ(ten, launches(plan_of_array(1000, GetParam())));
    EXPECT_EQ(ten, launches(plan_of_array(10000, GetParam())));
}

INSTANTIATE_TEST_SUITE_P(Arrays, PlanOfAnArray, ::testing::Bool(), [](const auto& one) {
    return one.param ? "Recurrent" : "FeedForward";
});

}  // namespace
}  // namespace nengine::test
