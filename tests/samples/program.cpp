#include "tests/samples/program.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace nengine::test {

namespace fs = std::filesystem;

ProgramTest::ProgramTest() {
    std::string name = (fs::temp_directory_path() / "nengine.XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) {
        throw std::runtime_error(name + ": cannot be made");
    }
    folder_ = name;
}

ProgramTest::~ProgramTest() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
}

Outcome ProgramTest::run(const std::string& program,
                         const std::string& arguments) const {
    return run_in_shell(call_of(program, arguments));
}

Outcome ProgramTest::interrupt(const std::string& program, const std::string& arguments,
                               const std::string& text) const {
    return run_in_shell("{ " + call_of(program, arguments) +
                        " & while kill -0 $! && ! grep -q '" + text +
                        "' output; do sleep 0.05; done; kill -INT $!; wait $!; }");
}

Outcome ProgramTest::kill_after(double seconds, const std::string& program,
                                const std::string& arguments) const {
    return run_in_shell("timeout --signal=KILL " + std::to_string(seconds) + ' ' +
                        call_of(program, arguments));
}

std::string ProgramTest::call_of(const std::string& program,
                                 const std::string& arguments) {
    const fs::path here = fs::read_symlink("/proc/self/exe").parent_path();
    return "'" + (here / program).string() + "' " + arguments + " >output 2>errors";
}

Outcome ProgramTest::run_in_shell(const std::string& work) const {
    const std::string command = "cd '" + folder_.string() + "' && " + work;
    const int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, content(file("output")),
            content(file("errors"))};
}

std::string ProgramTest::content(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

double ProgramTest::number_after(const std::string& output, const std::string& what) {
    const auto at = output.find(what);
    if (at == std::string::npos) {
        ADD_FAILURE() << "no '" << what << "' in: " << output;
        return 0.0;
    }
    return std::stod(output.substr(at + what.size()));
}

}  // namespace nengine::test
