#include "tests/docs/snippets.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace nengine::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string tests_of(const std::string& page) {
    return make_tests(page, "page.md", "Page");
}

std::string error_of(const std::string& page) {
    try {
        tests_of(page);
    } catch (const PageError& error) {
        return error.what();
    }
    return "no error";
}

TEST(Snippets, ABlockIsATestUnderItsHeading) {
    const auto tests = tests_of("## Two words\n```cpp\na();\nb();\n```\n");

    EXPECT_THAT(tests, HasSubstr("TEST(Page, TwoWords1) {\n#line 3 \"page.md\"\n"
                                 "{ a();\nb();\n\n; }\n}\n"));
}

TEST(Snippets, BlocksOfOtherLanguagesAreNone) {
    EXPECT_THAT(tests_of("```python\na()\n```\n```\nb\n```\n"), Not(HasSubstr("TEST")));
}

TEST(Snippets, TheLastColumnOfATableIsStatements) {
    const auto tests = tests_of(
        "# T\n| Nengo | nengine |\n|---|---|\n| `x` | `f(1)`, or `a \\|\\| b` |\n");

    EXPECT_THAT(tests, HasSubstr("#line 4 \"page.md\"\n{ f(1)\n; }"));
    EXPECT_THAT(tests, HasSubstr("#line 4 \"page.md\"\n{ a || b\n; }"));
    EXPECT_THAT(tests, Not(HasSubstr("{ x")));
}

TEST(Snippets, OtherTablesAreNone) {
    EXPECT_THAT(tests_of("| a | b |\n|---|---|\n| `x` | `f(1)` |\n"),
                Not(HasSubstr("TEST")));
}

TEST(Snippets, AreSetIntoTheCommentBefore) {
    const auto tests = tests_of(
        "<!-- c++: f({@}); -->\n\n| Nengo | nengine |\n|---|---|\n| x | `1` |\n\n"
        "```cpp\n2;\n```\n");

    EXPECT_THAT(tests, HasSubstr("{ f({1});\n; }"));
    EXPECT_THAT(tests, HasSubstr("{ 2;\n\n; }"));
}

TEST(Snippets, ComeAfterTheSetupAndAreSimulated) {
    const auto tests =
        tests_of("<!-- c++: setup -->\n```cpp\nint net;\n```\n```cpp\na();\n```\n");

    EXPECT_THAT(tests,
                HasSubstr("{\n#line 3 \"page.md\"\nint net;\n\n"
                          "#line 6 \"page.md\"\n{ a();\n\n; }\nsimulate(net);\n}"));
}

TEST(Snippets, AProgramRunsAndPrintsTheTextAfterIt) {
    const auto tests = tests_of(
        "# P\n```cpp\n#include <a>\nint main() {\n    f();\n}\n```\nBoth print\n\n"
        "```text\n1 2\n```\n");

    EXPECT_THAT(tests, HasSubstr("namespace program_P1 {\n#line 3 \"page.md\"\n\n"
                                 "void run() {\n    f();\n}\n"));
    EXPECT_THAT(tests, HasSubstr("program_P1::run();\n"));
    EXPECT_THAT(tests, HasSubstr("R\"text(1 2\n)text\""));
}

TEST(Snippets, MustEnd) {
    EXPECT_EQ(error_of("a\n```cpp\nb();\n"), "page.md:2: a block that does not end");
    EXPECT_THAT(error_of("<!-- c++: f(@) -->\n"), HasSubstr("page.md:1: a comment"));
}

}  // namespace
}  // namespace nengine::test
