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
    std::filesystem::path file(const std::string& name) const { return folder_ / name; }
    static std::string content(const std::filesystem::path& path);
    /// The number behind `what` in a program's output; fails the test without one.
    static double number_after(const std::string& output, const std::string& what);

private:
    std::filesystem::path folder_;
};

}  // namespace nengine::test
