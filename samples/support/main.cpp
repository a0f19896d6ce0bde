#include "samples/support/main.hpp"

#include <CLI/Error.hpp>
#include <cstdio>
#include <exception>
#include <fstream>
#include <string>

#include "nengine/error.hpp"

namespace nengine::samples {

namespace fs = std::filesystem;

int run_program(CLI::App& app, int argc, char** argv,
                const std::function<void()>& run) {
    const std::string name = fs::path(argv[0]).filename().string();
    try {
        app.parse(argc, argv);
        run();
        return 0;
    } catch (const CLI::Success& help) {
        return app.exit(help);
    } catch (const CLI::ParseError& error) {
        std::fprintf(stderr, "%s: %s (--help lists the options)\n", name.c_str(),
                     error.what());
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s: %s\n", name.c_str(), error.what());
    }
    return 1;
}

void check_writable(const fs::path& file) {
    const fs::path folder = file.parent_path();
    if (!folder.empty() && !fs::is_directory(folder)) {
        throw FileError(file.string() + ": the folder " + folder.string() +
                        " does not exist");
    }
    if (!file.empty() && fs::is_directory(file)) {
        throw FileError(file.string() + ": is a folder, needs the name of a file");
    }
}

void write_text(const fs::path& file, const std::string& text) {
    std::ofstream out(file, std::ios::binary);
    out << text << std::flush;
    if (!out) {
        throw FileError(file.string() + ": cannot be written");
    }
}

void make_picture(const fs::path& file, bool asked_for,
                  const std::function<void()>& draw) {
    try {
        draw();
        std::printf("picture: %s\n", fs::absolute(file).c_str());
    } catch (const Error& error) {
        if (asked_for) {
            throw;
        }
        std::fprintf(stderr, "no picture: %s\n", error.what());
    }
}

}  // namespace nengine::samples
