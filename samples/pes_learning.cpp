// A communication channel that is not given but learned: the connection from one
// population of spiking neurons to the next starts with decoders of zero, and the PES
// rule changes them until the second population represents what the first does. Towards
// the end the error is kept away from the rule: the decoders stay as they are.

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

struct Settings : SimulationOptions {
    std::int64_t neurons = 100;
    double learning_rate = 1e-4;

    double learning_ends() const { return 0.8 * seconds; }
};

void add_options(CLI::App& app, Settings& s) {
    app.add_option("--neurons", s.neurons, "of each population")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--learning-rate", s.learning_rate, "of PES")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    samples::add_options(app, s);
}

/// Two slow waves, of periods that do not fit each other.
std::vector<double> signal(double t) {
    using std::numbers::pi;
    return {0.8 * std::sin(2 * pi * 0.5 * t), 0.8 * std::sin(2 * pi * 0.37 * t + 1)};
}

struct LearnedChannel {
    Network net;
    Probe pre, post, error;
};

LearnedChannel make_network(const Settings& s) {
    Network net({.label = "learned channel", .seed = s.seed});
    const Node input = net.node(signal, {.label = "input", .size_out = 2});
    const Ensemble pre = net.ensemble(s.neurons, 2, {.label = "pre"});
    const Ensemble post = net.ensemble(s.neurons, 2, {.label = "post"});
    const Ensemble error = net.ensemble(s.neurons, 2, {.label = "error"});
    net.connect(input, pre);

    const Connection learned =
        net.connect(pre, post,
                    {.label = "learned",
                     .function =
                         [](std::span<const double>) {
                             return std::vector<double>{0.0, 0.0};
                         },
                     .learning_rule = PES{.learning_rate = s.learning_rate}});

    // The error, post - pre, tells the rule which way to go.
    net.connect(post, error);
    net.connect(pre, error, {.transform = -1});
    net.connect(error, learned.learning_rule);

    // Inhibition silences the error's neurons when learning ends.
    const Node stop =
        net.node([ends = s.learning_ends()](double t) { return t < ends ? 0.0 : 1.0; },
                 {.label = "stop"});
    const auto n = static_cast<std::size_t>(s.neurons);
    net.connect(stop, error.neurons,
                {.transform = Array({s.neurons, 1}, std::vector<double>(n, -20.0))});

    return {net, net.probe(pre, {.label = "pre", .synapse = 0.02}),
            net.probe(post, {.label = "post", .synapse = 0.02}),
            net.probe(error, {.label = "error", .synapse = 0.02})};
}

/// The root of the mean squared difference of pre and post over a span of time.
double channel_error(const Tensor& pre, const Tensor& post,
                     const std::vector<double>& times, double from, double to) {
    double sum = 0;
    std::int64_t count = 0;
    for (std::int64_t i = 0; i < pre.extent(0); ++i) {
        const double t = times[static_cast<std::size_t>(i)];
        for (std::int64_t d = 0; t > from && t <= to && d < 2; ++d, ++count) {
            sum += std::pow(post(i, d) - pre(i, d), 2);
        }
    }
    return count > 0 ? std::sqrt(sum / double(count)) : 0.0;
}

Series course(const char* label, const Tensor& data, std::int64_t dimension,
              const std::vector<double>& times) {
    Series series{.label = label, .x = times, .y = {}};
    for (std::int64_t i = 0; i < data.extent(0); ++i) {
        series.y.push_back(data(i, dimension));
    }
    return series;
}

void draw(const Settings& s, const LearnedChannel& model, const Simulator& sim) {
    const auto times = sim.trange();
    const Tensor pre = sim.data(model.pre), post = sim.data(model.post),
                 error = sim.data(model.error);
    std::vector<Panel> panels;
    for (const std::int64_t d : {0, 1}) {
        panels.push_back(
            {.title = "dimension " + std::to_string(d + 1),
             .x_label = "simulated time (s)",
             .y_label = "decoded value",
             .series = {course("pre", pre, d, times), course("post", post, d, times)},
             .y_range = std::pair(-1.3, 1.3)});
    }
    panels.push_back({.title = "error given to the rule",
                      .x_label = "simulated time (s)",
                      .y_label = "post - pre",
                      .series = {course("dimension 1", error, 0, times),
                                 course("dimension 2", error, 1, times)},
                      .y_range = std::pair(-1.3, 1.3)});
    plot_lines(s.picture(), "A channel learned by PES", panels);
}

void run(const Settings& s) {
    check_writable(s.picture());
    const LearnedChannel model = make_network(s);
    Simulator sim(model.net, {.device = s.device, .seed = s.seed});
    sim.run(s.seconds);

    const auto times = sim.trange();
    const Tensor pre = sim.data(model.pre), post = sim.data(model.post);
    std::printf("3 x %lld neurons, %.3g s on %s\n", static_cast<long long>(s.neurons),
                s.seconds, sim.device().c_str());
    const double tenth = s.seconds / 10;
    std::printf("error of the channel in the first tenth of the time:  %.4f\n",
                channel_error(pre, post, times, 0, tenth));
    std::printf(
        "in the last tenth before learning ends:               %.4f\n",
        channel_error(pre, post, times, s.learning_ends() - tenth, s.learning_ends()));
    std::printf("in the last tenth, with decoders that stay:           %.4f\n",
                channel_error(pre, post, times, s.seconds - tenth, s.seconds));
    make_picture(s.picture(), s.plot.has_value(), [&] { draw(s, model, sim); });
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Learns a communication channel with the PES rule.");
    Settings settings;
    settings.seconds = 20.0;
    settings.default_picture = "pes_learning.png";
    add_options(app, settings);
    return run_program(app, argc, argv, [&] { run(settings); });
}
