#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/golden/described_network.hpp"
#include "tests/golden/golden_test.hpp"

// Random networks that Nengo has run: those of data/random, or of another folder, which
// tests/nengo/random_networks.py has written.

namespace nengine::test {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

const fs::path frozen = fs::path(NENGINE_TEST_DATA) / "random";

std::vector<fs::path> entries_of(const fs::path& folder) {
    std::vector<fs::path> result;
    for (const auto& entry : fs::directory_iterator(folder)) {
        if (entry.is_directory()) {
            result.push_back(entry.path());
        }
    }
    std::sort(result.begin(), result.end());
    return result;
}

json description_of(const fs::path& entry) {
    std::ifstream file(entry / "network.json");
    return json::parse(file);
}

/// Iterative solvers stop where their tolerance lets them: rounding decides when.
double build_tolerance(const json& description) {
    const auto constructs = constructs_of(description);
    for (const char* solver :
         {"Conjgrad", "BlockConjgrad", "ConjgradScipy", "LSMRScipy", "LstsqL1"}) {
        if (constructs.contains(solver)) {
            return 1e-6;
        }
    }
    return 1e-9;
}

/// Nengo refuses to build or to run the network as a whole.
void expect_rejection_of_all(const json& description, const std::string& exception) {
    try {
        Simulator sim(network_of(description),
                      {.dt = description.at("dt").get<double>(),
                       .dtype = DType::float64,
                       .progress_bar = false});
        sim.run_steps(description.at("n_steps").get<std::int64_t>());
    } catch (const Error& error) {
        EXPECT_TRUE(is_namesake(error, exception)) << exception << ": " << error.what();
        return;
    }
    ADD_FAILURE() << "Nengo rejects the network: " << exception;
}

void check(const fs::path& folder) {
    const json description = description_of(folder);
    const GoldenEntry entry(folder);
    if (entry.manifest().at("kind") == "rejected") {
        expect_rejection_of_all(description, entry.manifest().at("rejected"));
        return;
    }
    expect_rejections(description);
    const bool chaotic = entry.manifest().at("float32") == "chaotic";
    // They may multiply an error by 10000 (tests/nengo/README.md).
    compare_with_nengo(entry, [&] { return network_of(description); },
                       {.float32 = chaotic ? Float32::chaotic : Float32::compared,
                        .build_tolerance = build_tolerance(description),
                        .tolerance = 1e-8,
                        .float32_tolerance = 1e-4});
}

[[maybe_unused]] const bool is_registered = [] {
    const char* other = std::getenv("NENGINE_RANDOM_NETWORKS");
    for (const auto& entry : entries_of(other == nullptr ? frozen : fs::path(other))) {
        register_golden_test(entry.filename().string(), __FILE__, __LINE__,
                             [entry] { check(entry); });
    }
    return true;
}();

TEST(RandomNetworks, CoverEveryConstruct) {
    std::set<std::string> covered;
    for (const auto& entry : entries_of(frozen)) {
        if (GoldenEntry(entry).manifest().at("kind") == "network") {
            covered.merge(constructs_of(description_of(entry)));
        }
    }
    for (const auto& construct : known_constructs()) {
        EXPECT_TRUE(covered.contains(construct)) << construct;
    }
}

}  // namespace

}  // namespace nengine::test
