#include <gmock/gmock.h>

#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "nengine/constraints.hpp"
#include "nengine/losses.hpp"
#include "nengine/regularizers.hpp"

// The tables of functions in docs/.

namespace nengine::test {
namespace {

std::string page_of(const char* name) {
    std::ifstream file(std::string(NENGINE_SOURCE_DIR) + "/docs/" + name);
    return {std::istreambuf_iterator<char>(file), {}};
}

TEST(FunctionTables, NameEveryPointwiseFunction) {
    const std::string page = page_of("symbolic-nodes.md");
    const char* const names[] = {
#define NENGINE_POINTWISE_1(name, ...) #name,
#define NENGINE_POINTWISE_2(name, ...) #name,
#define NENGINE_POINTWISE_3(name, ...) #name,
#include "kernels/pointwise/operations.hpp"
    };

    for (const std::string name : names) {
        EXPECT_THAT(page, ::testing::HasSubstr("`" + name + "("));
    }
}

TEST(FunctionTables, NameEveryLossAndMetric) {
    const std::string page = page_of("losses.md");
    const struct {
        std::string_view type, name;
    } functions[] = {
#define NENGINE_LOSS(type) {#type, type::name},
#define NENGINE_METRIC(type) {#type, type::name},
#include "generated/loss_types.hpp"
    };

    for (const auto& [type, name] : functions) {
        EXPECT_THAT(page, ::testing::HasSubstr("`" + std::string(type) + "{"));
        EXPECT_THAT(page, ::testing::HasSubstr("\n| " + std::string(name) + " |"));
    }
}

TEST(FunctionTables, NameEveryRegularizerAndConstraint) {
    const std::string page = page_of("parameters.md");
    const struct {
        std::string_view type, name;
    } functions[] = {
#define NENGINE_REGULARIZER(type) {#type, type::name},
#define NENGINE_CONSTRAINT(type) {#type, type::name},
#include "generated/rule_types.hpp"
    };

    for (const auto& [type, name] : functions) {
        EXPECT_THAT(page, ::testing::HasSubstr("`" + std::string(type) + "{"));
        EXPECT_THAT(page, ::testing::HasSubstr("\n| " + std::string(name) + " |"));
    }
}

}  // namespace
}  // namespace nengine::test
