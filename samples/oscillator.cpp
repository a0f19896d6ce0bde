// Two dimensions that turn: the feedback of a population of spiking neurons onto itself
// makes it a harmonic oscillator. A short push starts it; it goes on by itself, at a
// radius where the neurons' saturation balances the errors of the decoding.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numbers>

#include "nengine/nengine.hpp"
#include "samples/support/main.hpp"
#include "samples/support/plot.hpp"
#include "samples/support/simulation_options.hpp"

namespace {

using namespace nengine;
using namespace nengine::samples;

constexpr double push_seconds = 0.1;

struct Settings : SimulationOptions {
    std::int64_t neurons = 200;
    double hertz = 2.0;
};

void add_options(CLI::App& app, Settings& s) {
    app.add_option("--neurons", s.neurons)
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--hertz", s.hertz, "turns per second")
        ->check(CLI::Range(0.1, 10.0))
        ->capture_default_str();
    samples::add_options(app, s);
}

/// The decoded state over time.
struct Course {
    std::vector<double> times, x, y;
};

Course simulate(const Settings& s) {
    Network net({.label = "oscillator", .seed = s.seed});
    const Node push = net.node(
        [](double t) {
            return std::vector{t < push_seconds ? 1.0 : 0.0, 0.0};
        },
        {.label = "push"});
    const Oscillator oscillator(net, s.neurons, 2 * std::numbers::pi * s.hertz);
    net.connect(push, oscillator.input);
    const Probe state = net.probe(oscillator.ensemble, {.synapse = 0.02});

    Simulator sim(net, {.device = s.device});
    sim.run(s.seconds);
    std::printf("%lld neurons, %.3g s on %s\n", static_cast<long long>(s.neurons),
                s.seconds, sim.device().c_str());
    const Tensor recorded = sim.data(state);
    Course course{.times = sim.trange(), .x = {}, .y = {}};
    for (std::int64_t step = 0; step < recorded.extent(0); ++step) {
        course.x.push_back(recorded(step, 0));
        course.y.push_back(recorded(step, 1));
    }
    return course;
}

/// Turns and mean radius after `start`, by the angle from step to step.
struct Motion {
    double hertz, radius;
};

Motion motion(const Course& course, double start) {
    double angle = 0, radius = 0, seconds = 0;
    std::size_t count = 0;
    for (std::size_t i = 1; i < course.times.size(); ++i) {
        if (course.times[i - 1] < start) {
            continue;
        }
        const double x0 = course.x[i - 1], y0 = course.y[i - 1];
        const double x1 = course.x[i], y1 = course.y[i];
        angle += std::atan2(x0 * y1 - y0 * x1, x0 * x1 + y0 * y1);
        seconds += course.times[i] - course.times[i - 1];
        radius += std::hypot(x1, y1);
        ++count;
    }
    return {angle / (2 * std::numbers::pi * seconds), radius / double(count)};
}

/// The part of the state's way between two times.
Series way(const char* label, const Course& course, double from, double to) {
    Series series{.label = label, .x = {}, .y = {}};
    for (std::size_t i = 0; i < course.times.size(); ++i) {
        if (course.times[i] >= from && course.times[i] <= to) {
            series.x.push_back(course.x[i]);
            series.y.push_back(course.y[i]);
        }
    }
    return series;
}

Series unit_circle() {
    Series series{.label = "radius 1", .x = {}, .y = {}, .mark = Mark::guide};
    for (int degree = 0; degree <= 360; ++degree) {
        const double angle = degree * std::numbers::pi / 180;
        series.x.push_back(std::cos(angle));
        series.y.push_back(std::sin(angle));
    }
    return series;
}

void draw(const Settings& s, const Course& course) {
    const std::pair range(-1.3, 1.3);
    const Panel over_time{.title = "the two dimensions over time",
                          .x_label = "simulated time (s)",
                          .y_label = "decoded value",
                          .series = {{.label = "x", .x = course.times, .y = course.x},
                                     {.label = "y", .x = course.times, .y = course.y}},
                          .y_range = range};
    // The last turns alone: all of them would hide each other.
    const double end = course.times.back();
    const double last_turns = std::max(push_seconds, end - 2 / s.hertz);
    const Panel plane{
        .title = "the state in the plane",
        .x_label = "x",
        .y_label = "y",
        .series = {way("last two turns", course, last_turns, end),
                   way("first turn", course, 0, 1 / s.hertz), unit_circle()},
        .y_range = range,
        .square = true,
        .height = 1.7};
    plot_lines(s.picture(), "An oscillator of spiking neurons", {over_time, plane});
}

void run(const Settings& s) {
    check_writable(s.picture());
    const Course course = simulate(s);
    const auto [hertz, radius] = motion(course, std::min(0.5, s.seconds / 2));
    std::printf("wanted %.3f Hz, turns at %.3f Hz, radius %.3f\n", s.hertz, hertz,
                radius);
    make_picture(s.picture(), s.plot.has_value(), [&] { draw(s, course); });
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Lets a population of spiking neurons oscillate.");
    Settings settings;
    settings.seconds = 3.0;
    settings.default_picture = "oscillator.png";
    add_options(app, settings);
    return run_program(app, argc, argv, [&] { run(settings); });
}
