#include "engine/io/growing_file.hpp"

#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "tests/engine/io/files.hpp"

namespace nengine::engine {
namespace {

using test::file_error;
using test::read_text;
using test::TemporaryFolder;
using ::testing::HasSubstr;

TEST(GrowingFile, HoldsEachPieceAsSoonAsItIsWritten) {
    const TemporaryFolder folder;
    GrowingFile file(folder / "a", false);
    file.write("one,");
    EXPECT_EQ(read_text(folder / "a"), "one,");
    file.write("");
    file.write("two");

    EXPECT_EQ(read_text(folder / "a"), "one,two");
    EXPECT_EQ(file.size(), 7u);
}

TEST(GrowingFile, KeepsWhatWasThereOnlyIfTold) {
    const TemporaryFolder folder;
    test::write_text(folder / "a", "old");

    GrowingFile(folder / "a", true).write(" new");
    EXPECT_EQ(read_text(folder / "a"), "old new");
    EXPECT_EQ(GrowingFile(folder / "a", true).size(), 7u);
    EXPECT_EQ(GrowingFile(folder / "a", false).size(), 0u);
    EXPECT_EQ(read_text(folder / "a"), "");
}

/// A limit on the size of files stands for a full disk.
TEST(GrowingFile, IsLeftWithoutAPartOfAPiece) {
    const TemporaryFolder folder;
    GrowingFile file(folder / "a", false);
    file.write("one,");

    const pid_t child = fork();
    if (child == 0) {
        std::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{6, 6};
        setrlimit(RLIMIT_FSIZE, &limit);
        const auto message = file_error([&] { file.write("two,"); });
        _exit(test::contains(message, "writing failed") ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);

    EXPECT_EQ(status, 0) << "the child saw no error";
    EXPECT_EQ(read_text(folder / "a"), "one,");
    file.write("three");
    EXPECT_EQ(read_text(folder / "a"), "one,three");
}

TEST(GrowingFile, NamesAFileThatCannotBeOpenedOrWritten) {
    const TemporaryFolder folder;

    EXPECT_THAT(file_error([&] { GrowingFile(folder / "none" / "a", true); }),
                HasSubstr("none/a': opening failed: No such file"));
    EXPECT_THAT(file_error([] { GrowingFile("/dev/full", true).write("x"); }),
                HasSubstr("write '/dev/full': writing failed: No space left"));
}

}  // namespace
}  // namespace nengine::engine
