#pragma once

#include <CLI/App.hpp>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace nengine::samples {

/// What the samples that simulate a network and draw what it did have in common.
struct SimulationOptions {
    double seconds = 1.0;  ///< of simulated time
    std::string device = "auto";
    std::uint32_t seed = 0;
    std::filesystem::path default_picture;
    std::optional<std::filesystem::path> plot;

    std::filesystem::path picture() const { return plot.value_or(default_picture); }
};

/// --seconds, --device, --seed and --plot.
void add_options(CLI::App& app, SimulationOptions& options);

}  // namespace nengine::samples
