// Binds two random vectors of length 1 by spiking neurons. The circular convolution of
// two vectors is a vector of the same size, unlike both, from which either can be found
// with the help of the other: how structures of symbols are put into neurons.

#include <cmath>
#include <cstdio>
#include <random>

#include "nengine/nengine.hpp"
#include "samples/support/main.hpp"
#include "samples/support/plot.hpp"
#include "samples/support/simulation_options.hpp"

namespace {

using namespace nengine;
using namespace nengine::samples;
using Vector = std::vector<double>;

struct Settings : SimulationOptions {
    std::int64_t dimensions = 32;
    std::int64_t neurons = 100;
};

void add_options(CLI::App& app, Settings& s) {
    app.add_option("--dimensions", s.dimensions)
        ->check(CLI::Range(2, 1024))
        ->capture_default_str();
    app.add_option("--neurons", s.neurons,
                   "for each of 4 (dimensions / 2 + 1) products")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    samples::add_options(app, s);
}

double dot(const Vector& a, const Vector& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        sum += a[i] * b[i];
    }
    return sum;
}

/// The cosine of the angle between two vectors; 0 where one has no length.
double similarity(const Vector& a, const Vector& b) {
    const double lengths = std::sqrt(dot(a, a) * dot(b, b));
    return lengths > 0 ? dot(a, b) / lengths : 0;
}

Vector random_unit_vector(std::int64_t size, std::mt19937& rng) {
    std::normal_distribution<double> normal;
    Vector result(static_cast<std::size_t>(size));
    for (double& value : result) {
        value = normal(rng);
    }
    const double length = std::sqrt(dot(result, result));
    for (double& value : result) {
        value /= length;
    }
    return result;
}

struct Binding {
    Vector a, b, exact;
    std::vector<double> times;
    std::vector<Vector> decoded;  ///< one for each time
};

Binding simulate(const Settings& s) {
    std::mt19937 rng(s.seed);
    Binding binding{.a = random_unit_vector(s.dimensions, rng),
                    .b = random_unit_vector(s.dimensions, rng)};
    binding.exact = networks::circconv(binding.a, binding.b);

    Network net({.label = "binding", .seed = s.seed});
    const Node a = net.node(binding.a, {.label = "a"});
    const Node b = net.node(binding.b, {.label = "b"});
    const CircularConvolution convolution(net, s.neurons, s.dimensions);
    net.connect(a, convolution.input_a);
    net.connect(b, convolution.input_b);
    const Probe probe = net.probe(convolution.output, {.synapse = 0.02});

    Simulator sim(net, {.device = s.device});
    sim.run(s.seconds);
    std::printf("%lld neurons, %lld dimensions, %.3g s on %s\n",
                static_cast<long long>(net.n_neurons()),
                static_cast<long long>(s.dimensions), s.seconds, sim.device().c_str());
    binding.times = sim.trange();
    const Tensor recorded = sim.data(probe);
    for (std::int64_t step = 0; step < recorded.extent(0); ++step) {
        Vector row;
        for (std::int64_t i = 0; i < s.dimensions; ++i) {
            row.push_back(recorded(step, i));
        }
        binding.decoded.push_back(std::move(row));
    }
    return binding;
}

Series similarity_over_time(const Binding& binding, const char* label,
                            const Vector& to) {
    Series series{.label = label, .x = binding.times, .y = {}};
    for (const auto& decoded : binding.decoded) {
        series.y.push_back(similarity(decoded, to));
    }
    return series;
}

Series components(const char* label, const Vector& vector, Mark mark) {
    Series series{.label = label, .x = {}, .y = vector, .mark = mark};
    for (std::size_t i = 0; i < vector.size(); ++i) {
        series.x.push_back(double(i));
    }
    return series;
}

void draw(const Settings& s, const Binding& binding) {
    const Panel over_time{
        .title = "similarity of the decoded output with three vectors",
        .x_label = "simulated time (s)",
        .y_label = "cosine of the angle",
        .series = {similarity_over_time(binding, "exact a * b", binding.exact),
                   similarity_over_time(binding, "a", binding.a),
                   similarity_over_time(binding, "b", binding.b)},
        .y_range = std::pair(-0.6, 1.1)};
    const Panel at_the_end{
        .title = "the components at the end",
        .x_label = "component",
        .y_label = "value",
        .series = {components("exact a * b", binding.exact, Mark::bars),
                   components("decoded", binding.decoded.back(), Mark::points)}};
    plot_lines(s.picture(), "Circular convolution by spiking neurons",
               {over_time, at_the_end});
}

void run(const Settings& s) {
    check_writable(s.picture());
    const Binding binding = simulate(s);
    const Vector& last = binding.decoded.back();
    std::printf("similarity with a * b: %.3f, with a: %.3f, with b: %.3f\n",
                similarity(last, binding.exact), similarity(last, binding.a),
                similarity(last, binding.b));
    make_picture(s.picture(), s.plot.has_value(), [&] { draw(s, binding); });
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Binds two random vectors by spiking neurons.");
    Settings settings;
    settings.seconds = 0.5;
    settings.default_picture = "circular_convolution.png";
    add_options(app, settings);
    return run_program(app, argc, argv, [&] { run(settings); });
}
