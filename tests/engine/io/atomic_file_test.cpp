#include "engine/io/atomic_file.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <csignal>
#include <span>
#include <string>

#include "tests/engine/io/files.hpp"

namespace nengine::engine {
namespace {

using test::read_text;
using test::TemporaryFolder;

void write(const std::filesystem::path& path, const std::string& text) {
    write_file_atomically(path, std::as_bytes(std::span(text)));
}

TEST(AtomicFile, ReplacesTheWholeContent) {
    const TemporaryFolder folder;
    write(folder / "a", "a long first text");
    write(folder / "a", "short");

    EXPECT_EQ(read_text(folder / "a"), "short");
    EXPECT_EQ(folder.n_files(), 1u);
}

TEST(AtomicFile, KeepsPermissionsAndFollowsLinks) {
    const TemporaryFolder folder;
    write(folder / "target", "old");
    chmod((folder / "target").c_str(), 0640);
    std::filesystem::create_symlink("target", folder / "link");

    write(folder / "link", "new");

    EXPECT_TRUE(std::filesystem::is_symlink(folder / "link"));
    EXPECT_EQ(read_text(folder / "target"), "new");
    struct stat info {};
    ASSERT_EQ(stat((folder / "target").c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0640u);
}

TEST(AtomicFile, AFailedWriteLeavesTheOldFileAndNothingElse) {
    const TemporaryFolder folder;
    write(folder / "a", "old");

    // A child with a file size limit stands for a full disk.
    const pid_t child = fork();
    if (child == 0) {
        std::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{1000, 1000};
        setrlimit(RLIMIT_FSIZE, &limit);
        const auto message =
            test::file_error([&] { write(folder / "a", std::string(100'000, 'x')); });
        _exit(test::contains(message, "writing failed") ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);

    EXPECT_EQ(status, 0) << "the child saw no error";
    EXPECT_EQ(read_text(folder / "a"), "old");
    EXPECT_EQ(folder.n_files(), 1u);
}

TEST(AtomicFile, AKillInTheMiddleLeavesTheOldFile) {
    const TemporaryFolder folder;
    write(folder / "a", "old");

    const pid_t child = fork();
    if (child == 0) {
        // The default action of SIGXFSZ kills in the middle of the write.
        const rlimit no_core{0, 0}, limit{1000, 1000};
        setrlimit(RLIMIT_CORE, &no_core);
        setrlimit(RLIMIT_FSIZE, &limit);
        write(folder / "a", std::string(100'000, 'x'));
        _exit(0);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);

    EXPECT_TRUE(WIFSIGNALED(status));
    EXPECT_EQ(read_text(folder / "a"), "old");
}

TEST(AtomicFile, NamesThePathAndTheReason) {
    const TemporaryFolder folder;

    const auto message = test::file_error([&] { write(folder / "none/a", "text"); });

    EXPECT_TRUE(test::contains(message, "none/a")) << message;
    EXPECT_TRUE(test::contains(message, "No such file or directory")) << message;
}

}  // namespace
}  // namespace nengine::engine
