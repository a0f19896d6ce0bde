#include <gmock/gmock.h>

#include <fstream>
#include <iterator>
#include <string>

// The tables of functions in docs/symbolic-nodes.md.

namespace nengine::test {
namespace {

TEST(FunctionTables, NameEveryPointwiseFunction) {
    std::ifstream file(std::string(NENGINE_SOURCE_DIR) + "/docs/symbolic-nodes.md");
    const std::string page(std::istreambuf_iterator<char>(file), {});
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

}  // namespace
}  // namespace nengine::test
