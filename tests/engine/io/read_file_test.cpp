#include "engine/io/read_file.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "engine/io/in_quotes.hpp"
#include "tests/engine/io/files.hpp"

namespace nengine::engine {
namespace {

using test::contains;
using test::file_error;
using test::TemporaryFolder;

TEST(ReadFile, GivesAllBytes) {
    const TemporaryFolder folder;
    test::write_text(folder / "a", std::string("a\0b\n", 4));
    test::write_text(folder / "none", "");

    EXPECT_EQ(read_file(folder / "a", "here"),
              (std::vector<std::byte>{std::byte{'a'}, std::byte{0}, std::byte{'b'},
                                      std::byte{'\n'}}));
    EXPECT_TRUE(read_file(folder / "none", "here").empty());
}

TEST(ReadFile, SaysWhyItCannot) {
    const TemporaryFolder folder;
    test::write_text(folder / "secret", "x");
    std::filesystem::permissions(folder / "secret", std::filesystem::perms::none);

    EXPECT_TRUE(contains(file_error([&] { read_file(folder / "no", "here"); }),
                         "here: cannot open the file: No such file"));
    EXPECT_TRUE(contains(file_error([&] { read_file(folder / "", "here"); }),
                         "here: got a folder, needs a file"));
    if (getuid() != 0) {
        EXPECT_TRUE(contains(file_error([&] { read_file(folder / "secret", "here"); }),
                             "here: cannot open the file: Permission denied"));
    }
}

TEST(ReadFile, AFileThatDoesNotFitIntoMemoryIsAnError) {
#ifdef __SANITIZE_ADDRESS__
    GTEST_SKIP() << "the sanitizer's memory is no part of the limit";
#endif
    const TemporaryFolder folder;
    test::write_text(folder / "sparse", "");
    std::filesystem::resize_file(folder / "sparse", std::uintmax_t{1} << 40);

    const pid_t child = fork();
    if (child == 0) {
        const rlimit limit{std::size_t{1} << 36, std::size_t{1} << 36};
        setrlimit(RLIMIT_AS, &limit);
        const auto message = file_error([&] { read_file(folder / "sparse", "here"); });
        _exit(contains(message, "got a file of 1099511627776 bytes") ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);

    EXPECT_EQ(status, 0);
}

TEST(InQuotes, CutsLongTextBetweenCharacters) {
    std::string text(79, 'x');
    EXPECT_EQ(in_quotes(text + 'y'), '\'' + text + "y'");
    EXPECT_EQ(in_quotes(text + "yz"), '\'' + text + "y...'");
    EXPECT_EQ(in_quotes(text + "\xc3\xa9"), '\'' + text + "...'");
}

TEST(InQuotes, ReplacesControlCharacters) {
    EXPECT_EQ(in_quotes(std::string("a\0b\x1b\t", 5)),
              "'a?b?"
              "?'");
    EXPECT_EQ(in_quotes("\xc3\xa9"), "'\xc3\xa9'");
    EXPECT_EQ(in_quotes(""), "''");
}

}  // namespace
}  // namespace nengine::engine
