#include "tests/golden/golden_test.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "kernels/base/device.hpp"
#include "tests/golden/compare.hpp"

namespace nengine::test {

namespace {

GoldenEntry golden_of(const std::string& entry) {
    return golden(entry.substr(0, entry.find('_')), entry);
}

/// "cpu", and "cuda" where there is one or has to be.
std::vector<std::string> devices() {
    const char* required = std::getenv("NENGINE_REQUIRE_CUDA");
    const bool cuda = kernels::Device::cuda_count() > 0 ||
                      (required != nullptr && std::string(required) == "1");
    return cuda ? std::vector<std::string>{"cpu", "cuda"}
                : std::vector<std::string>{"cpu"};
}

/// Ways to plan that must not change results.
std::vector<std::pair<std::string, PlanOptions>> plans() {
    using enum PlanOptions::Merge;
    return {{"as users run it", {}},
            {"stepped", {.fold = false}},
            {"in chunks of 7 steps", {.chunk_steps = 7}},
            {"unmerged", {.merge = none}},
            {"merged by tree search", {.merge = tree}},
            {"without rewrites",
             {.simplify = false, .fuse = false, .layout = false, .recorded = false}}};
}

class GoldenTest : public ::testing::Test {
public:
    explicit GoldenTest(std::function<void()> body) : body_(std::move(body)) {}
    void TestBody() override { body_(); }

private:
    std::function<void()> body_;
};

TEST(GoldenIndex, EveryEntryHasATest) {
    std::set<std::string> tests;
    const auto& all = *::testing::UnitTest::GetInstance();
    for (int i = 0; i < all.total_test_suite_count(); ++i) {
        const auto& suite = *all.GetTestSuite(i);
        for (int k = 0; k < suite.total_test_count(); ++k) {
            tests.insert(std::string(suite.name()) + '.' +
                         suite.GetTestInfo(k)->name());
        }
    }
    std::ifstream file(NENGINE_TEST_DATA "/index.json");
    const auto index = nlohmann::json::parse(file);
    ASSERT_GE(index.at("entries").size(), 137U);
    for (const auto& entry : index.at("entries")) {
        const auto name = entry.at("name").get<std::string>();
        EXPECT_TRUE(tests.contains("golden." + name)) << name;
    }
}

void expect_all_was_read(const GoldenEntry& entry) {
    if (!::testing::Test::HasFailure()) {
        EXPECT_EQ(entry.unread_arrays(), std::vector<std::string>());
    }
}

}  // namespace

void compare_with_nengo(const GoldenEntry& entry, const std::function<Network()>& make,
                        const GoldenOptions& options) {
    const bool exact = make().all_ensembles().empty();
    const double tolerance = options.tolerance.value_or(exact ? 1e-10 : 1e-8);
    const double float32_tolerance =
        options.float32_tolerance.value_or(exact ? 1e-5 : 1e-4);
    compare_build(entry, make(), options);
    compare_order(entry, make());
    compare_frozen(entry, make());
    for (const auto& device : devices()) {
        for (const auto& [what, plan] : plans()) {
            if (::testing::Test::HasFailure()) {
                return;  // the rest would say the same
            }
            SCOPED_TRACE(device + ", " + what);
            compare_simulation(entry, make(), {.device = device, .plan = plan},
                               tolerance);
        }
        for (const bool fold : {true, false}) {
            SCOPED_TRACE(device + ", float32, " + (fold ? "folded" : "stepped"));
            compare_single_precision(entry, make(),
                                     {.device = device, .plan = {.fold = fold}},
                                     options.float32, float32_tolerance);
        }
    }
    expect_all_was_read(entry);
}

bool register_golden_test(const std::string& name, const char* file, int line,
                          std::function<void()> body) {
    ::testing::RegisterTest(
        "golden", name.c_str(), nullptr, nullptr, file, line,
        [body]() -> ::testing::Test* { return new GoldenTest(body); });
    return true;
}

bool register_golden_network(const char* entry, const char* file, int line,
                             Network (*make)(), GoldenOptions options) {
    return register_golden_test(entry, file, line, [=] {
        compare_with_nengo(golden_of(entry), make, options);
    });
}

bool register_golden_tables(const char* entry, const char* file, int line,
                            void (*check)(const GoldenEntry&)) {
    return register_golden_test(entry, file, line, [=] {
        const GoldenEntry golden = golden_of(entry);
        check(golden);
        expect_all_was_read(golden);
    });
}

}  // namespace nengine::test
