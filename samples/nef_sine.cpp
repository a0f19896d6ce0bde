// sin(x^2) by two populations of spiking neurons: the first represents x, its
// connection to the second computes the square, and the one after that the sine. All
// items of the minibatch are simulated at once, each with a ramp of its own.

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cmath>
#include <cstdio>
#include <optional>

#include "nengine/nengine.hpp"
#include "samples/support/main.hpp"
#include "samples/support/plot.hpp"

namespace {

using namespace nengine;
using namespace nengine::samples;
namespace fs = std::filesystem;

// Filters on the way from x to the probe; together they delay by about their sum.
constexpr double connection_synapse = 0.005, probe_synapse = 0.02;
constexpr double total_delay = 2 * connection_synapse + probe_synapse;

struct Settings {
    std::int64_t neurons = 200, items = 4;
    double seconds = 1.0;
    std::string device = "auto";
    std::uint32_t seed = 0;
    std::optional<fs::path> plot;

    fs::path picture() const { return plot.value_or("nef_sine.png"); }
};

void add_options(CLI::App& app, Settings& s) {
    app.add_option("--neurons", s.neurons, "of each population")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--items", s.items, "how many ramps")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--seconds", s.seconds, "simulated time")
        ->check(CLI::Range(0.1, 1000.0))
        ->capture_default_str();
    app.add_option("--device", s.device, "auto, cpu or cuda")
        ->check(CLI::IsMember({"auto", "cpu", "cuda"}))
        ->capture_default_str();
    app.add_option("--seed", s.seed, "of all random numbers")->capture_default_str();
    app.add_option("--plot", s.plot,
                   "write the picture to this PNG or SVG file (default: nef_sine.png)");
}

struct SineOfSquare {
    Network net;
    Node x;
    Probe output;
};

SineOfSquare make_network(const Settings& s) {
    Network net({.label = "sin(x^2)", .seed = s.seed});
    const Node x = net.node(0.0, {.label = "x"});
    const Ensemble a = net.ensemble(s.neurons, 1, {.label = "a"});
    const Ensemble b = net.ensemble(s.neurons, 1, {.label = "b"});
    const Node out = net.node({.label = "output", .size_in = 1});
    net.connect(x, a, {.synapse = None});
    net.connect(
        a, b,
        {.function = [](double v) { return v * v; }, .synapse = connection_synapse});
    net.connect(b, out,
                {.function = [](double v) { return std::sin(v); },
                 .synapse = connection_synapse});
    return {net, x, net.probe(out, {.synapse = probe_synapse})};
}

/// [items, steps, 1]: each item goes through zero, from end to end of a range of its
/// own; every other one downwards.
Tensor ramps(std::int64_t items, std::int64_t steps) {
    std::vector<float> values;
    for (std::int64_t i = 0; i < items; ++i) {
        const double end =
            (i % 2 == 0 ? 1.0 : -1.0) * (1.0 - 0.5 * double(i) / double(items));
        for (std::int64_t step = 0; step < steps; ++step) {
            const double along = (double(step) + 0.5) / double(steps);
            values.push_back(static_cast<float>(end * (2 * along - 1)));
        }
    }
    return Tensor({items, steps, 1}, std::move(values));
}

double wanted(double x) {
    return std::sin(x * x);
}

/// The root of the mean squared difference between an item's output and the sin(x^2) of
/// `delay` steps before, after the first 0.1 s, in which the synapses fill.
double decoded_error(const Tensor& x, const Tensor& output, std::int64_t item,
                     std::int64_t delay) {
    constexpr std::int64_t first = 100;
    double sum = 0;
    const std::int64_t steps = x.extent(1);
    for (std::int64_t step = first; step < steps; ++step) {
        const double miss = output(item, step, 0) - wanted(x(item, step - delay, 0));
        sum += miss * miss;
    }
    return std::sqrt(sum / double(steps - first));
}

void draw(const Settings& s, const Tensor& x, const Tensor& output,
          const std::vector<double>& times) {
    std::vector<Panel> panels;
    for (std::int64_t i = 0; i < std::min<std::int64_t>(4, s.items); ++i) {
        Series in{.label = "x", .x = times, .y = {}};
        Series want{.label = "sin(x^2)", .x = times, .y = {}};
        Series got{.label = "decoded", .x = times, .y = {}};
        for (std::int64_t step = 0; step < x.extent(1); ++step) {
            in.y.push_back(x(i, step, 0));
            want.y.push_back(wanted(x(i, step, 0)));
            got.y.push_back(output(i, step, 0));
        }
        panels.push_back({.title = "ramp " + std::to_string(i + 1),
                          .x_label = "simulated time (s)",
                          .y_label = "value",
                          .series = {in, want, got},
                          .y_range = std::pair(-1.1, 1.1)});
    }
    plot_lines(s.picture(), "sin(x^2), decoded from spiking neurons", panels);
}

void run(const Settings& s) {
    check_writable(s.picture());
    const SineOfSquare model = make_network(s);
    Simulator sim(model.net,
                  {.minibatch_size = s.items, .device = s.device, .seed = s.seed});
    const auto steps = std::llround(s.seconds / sim.dt());
    const Tensor x = ramps(s.items, steps);
    sim.run_steps(steps, {.data = {{model.x, x}}});
    const Tensor output = sim.data(model.output);

    std::printf("2 x %lld neurons, %lld items, %.3g s on %s\n",
                static_cast<long long>(s.neurons), static_cast<long long>(s.items),
                s.seconds, sim.device().c_str());
    const auto delay = std::llround(total_delay / sim.dt());
    std::printf(
        "error of the decoded sin(x^2), and when compared with its value %.0f ms "
        "before:\n",
        1000 * total_delay);
    for (std::int64_t i = 0; i < s.items; ++i) {
        std::printf("ramp %lld: %.4f, %.4f\n", static_cast<long long>(i + 1),
                    decoded_error(x, output, i, 0), decoded_error(x, output, i, delay));
    }
    make_picture(s.picture(), s.plot.has_value(),
                 [&] { draw(s, x, output, sim.trange()); });
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Computes sin(x^2) with two populations of spiking neurons.");
    Settings settings;
    add_options(app, settings);
    return run_program(app, argc, argv, [&] { run(settings); });
}
