#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

namespace nengine::test {

/// What a program did.
struct Outcome {
    int status = -1;  ///< the exit status; -1 if it was killed
    std::string output, errors;
};

/// Runs the programs that were built beside this one, in a folder of its own, which is
/// removed afterwards.
class ProgramTest : public ::testing::Test {
protected:
    ProgramTest();
    ~ProgramTest() override;

    /// `arguments` as in a shell.
    Outcome run(const std::string& program, const std::string& arguments = "") const;
    /// Presses Ctrl-C once the program has written `text`.
    Outcome interrupt(const std::string& program, const std::string& arguments,
                      const std::string& text) const;
    /// The same, but kills the program once so many seconds have passed.
    Outcome kill_after(double seconds, const std::string& program,
                       const std::string& arguments) const;
    std::filesystem::path file(const std::string& name) const { return folder_ / name; }
    static std::string content(const std::filesystem::path& path);
    /// The number behind `what` in a program's output; fails the test without one.
    static double number_after(const std::string& output, const std::string& what);

private:
    static std::string call_of(const std::string& program,
                               const std::string& arguments);
    Outcome run_in_shell(const std::string& work) const;

    std::filesystem::path folder_;
};

}  // namespace nengine::test
