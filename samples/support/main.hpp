#pragma once

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <filesystem>
#include <functional>
#include <string>

namespace nengine::samples {

/// Parses the command line and runs the program. Whatever goes wrong becomes one
/// sentence on standard error and the exit status 1.
int run_program(CLI::App& app, int argc, char** argv, const std::function<void()>& run);

/// Throws unless a file can be made at `file`, so that a typing error in a path is
/// known before the work that it would lose. An empty path is fine.
/// @throws FileError  its folder does not exist, or it is itself a folder
void check_writable(const std::filesystem::path& file);

/// Writes a file of text.
/// @throws FileError  it cannot be written
void write_text(const std::filesystem::path& file, const std::string& text);

/// Draws a picture and says where it is. One that nobody asked for by name may fail,
/// for want of gnuplot: then it says why there is none.
void make_picture(const std::filesystem::path& file, bool asked_for,
                  const std::function<void()>& draw);

}  // namespace nengine::samples
