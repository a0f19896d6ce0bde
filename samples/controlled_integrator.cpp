// An integrator whose memory another signal controls: a population represents the value
// x and the control c together, and feeds c x back onto x. With c = 1 it sums its input
// and holds the sum; below 1 it forgets: dx / dt = u + (c - 1) x / tau.

#include <cmath>
#include <cstdio>

#include "nengine/nengine.hpp"
#include "samples/support/main.hpp"
#include "samples/support/plot.hpp"
#include "samples/support/simulation_options.hpp"

namespace {

using namespace nengine;
using namespace nengine::samples;

constexpr double tau = 0.1;  ///< of the feedback's synapse
constexpr double probe_synapse = 0.02;

struct Settings : SimulationOptions {
    std::int64_t neurons = 400;
};

/// Pushes up, down and up again.
double input_at(double t) {
    if (t >= 0.2 && t < 0.4) {
        return 4.0;
    }
    if (t >= 0.8 && t < 1.0) {
        return -6.0;
    }
    return t >= 1.5 && t < 1.7 ? 5.0 : 0.0;
}

/// Holds until 1.9 s, then forgets.
double control_at(double t) {
    return t < 1.9 ? 1.0 : 0.5;
}

struct Course {
    std::vector<double> times, input, control, decoded, exact;
};

/// The solution without neurons, in the same steps, seen through the probe's filter.
void add_exact(Course& course, double dt) {
    double x = 0, filtered = 0;
    for (std::size_t i = 0; i < course.times.size(); ++i) {
        x += dt * (course.input[i] + (course.control[i] - 1) * x / tau);
        filtered += (1 - std::exp(-dt / probe_synapse)) * (x - filtered);
        course.exact.push_back(filtered);
    }
}

Course simulate(const Settings& s) {
    Network net({.label = "controlled integrator", .seed = s.seed});
    const Node input = net.node(input_at, {.label = "input"});
    const Node control = net.node(control_at, {.label = "control"});
    const Ensemble state =
        net.ensemble(s.neurons, 2, {.label = "state", .radius = 1.5});
    net.connect(input, state[0], {.transform = tau, .synapse = tau});
    net.connect(control, state[1], {.synapse = 0.005});
    net.connect(state, state[0],
                {.function = [](std::span<const double> x) { return x[0] * x[1]; },
                 .synapse = tau});
    const Probe probe = net.probe(state, {.synapse = probe_synapse});

    Simulator sim(net, {.device = s.device});
    sim.run(s.seconds);
    std::printf("%lld neurons, %.3g s on %s\n", static_cast<long long>(s.neurons),
                s.seconds, sim.device().c_str());
    const Tensor recorded = sim.data(probe);
    Course course{.times = sim.trange()};
    for (std::size_t i = 0; i < course.times.size(); ++i) {
        course.input.push_back(input_at(course.times[i]));
        course.control.push_back(control_at(course.times[i]));
        course.decoded.push_back(recorded(static_cast<std::int64_t>(i), 0));
    }
    add_exact(course, sim.dt());
    return course;
}

double error(const Course& course) {
    double sum = 0;
    for (std::size_t i = 0; i < course.times.size(); ++i) {
        sum += std::pow(course.decoded[i] - course.exact[i], 2);
    }
    return std::sqrt(sum / double(course.times.size()));
}

void draw(const Settings& s, const Course& course) {
    const Panel input{.title = "what it gets",
                      .x_label = {},
                      .y_label = "input u",
                      .series = {{.label = {}, .x = course.times, .y = course.input}},
                      .y_range = std::pair(-7.0, 6.0),
                      .height = 0.65};
    const Panel control{
        .title = "whether it holds (1) or forgets (below 1)",
        .x_label = {},
        .y_label = "control c",
        .series = {{.label = {}, .x = course.times, .y = course.control}},
        .y_range = std::pair(0.0, 1.2),
        .height = 0.65};
    const Panel state{
        .title = "what it remembers",
        .x_label = "simulated time (s)",
        .y_label = "value x",
        .series = {{.label = "decoded", .x = course.times, .y = course.decoded},
                   {.label = "exact", .x = course.times, .y = course.exact}},
        .y_range = std::pair(-0.8, 1.2),
        .height = 1.2};
    plot_lines(s.picture(), "A controlled integrator of spiking neurons",
               {input, control, state});
}

void run(const Settings& s) {
    check_writable(s.picture());
    const Course course = simulate(s);
    std::printf("error beside the integral without neurons: %.4f\n", error(course));
    make_picture(s.picture(), s.plot.has_value(), [&] { draw(s, course); });
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Integrates a signal by spiking neurons, as long as a control says.");
    Settings settings;
    settings.seconds = 2.5;
    settings.default_picture = "controlled_integrator.png";
    app.add_option("--neurons", settings.neurons)
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    add_options(app, settings);
    return run_program(app, argc, argv, [&] { run(settings); });
}
