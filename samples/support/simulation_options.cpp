#include "samples/support/simulation_options.hpp"

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace nengine::samples {

void add_options(CLI::App& app, SimulationOptions& options) {
    app.add_option("--seconds", options.seconds, "simulated time")
        ->check(CLI::Range(0.1, 1000.0))
        ->capture_default_str();
    app.add_option("--device", options.device, "auto, cpu or cuda")
        ->check(CLI::IsMember({"auto", "cpu", "cuda"}))
        ->capture_default_str();
    app.add_option("--seed", options.seed, "of all random numbers")
        ->capture_default_str();
    app.add_option("--plot", options.plot,
                   "write the picture to this PNG or SVG file (default: " +
                       options.default_picture.string() + ')');
}

}  // namespace nengine::samples
