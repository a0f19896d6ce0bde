// A recurrent cell of a user's own: a gated recurrent unit as a node of symbolic
// tensors that carries its state from step to step, and learns through time. Its task
// is to sample and hold: a number comes in at every step, and the cell has to put out
// the one that came with the last pulse.

#include <cmath>
#include <cstdio>

#include "nengine/nengine.hpp"
#include "samples/support/main.hpp"
#include "samples/support/plot.hpp"

namespace {

using namespace nengine;
using namespace nengine::samples;

struct Settings {
    std::int64_t units = 24, sequences = 256, steps = 40;
    int epochs = 60;
    std::string device = "auto";
    std::uint32_t seed = 0;
    std::optional<std::filesystem::path> plot;

    std::filesystem::path picture() const { return plot.value_or("user_cell.png"); }
};

/// h' = z h + (1 - z) tanh(x W + r (h U) + b), with gates z and r that are sigmoids of
/// sums of the same form. Source: Cho et al., 2014, as in Keras (reset_after).
struct GatedCell {
    std::int64_t units;
    Expression kernel = 0.0, recurrent = 0.0, bias = 0.0;
    State h = {};

    void build(NodeBuild& node) {
        const std::int64_t inputs = node.shape_in().front();
        kernel = node.parameter({.name = "kernel", .shape = {inputs, 3 * units}});
        recurrent =
            node.parameter({.name = "recurrent_kernel", .shape = {units, 3 * units}});
        bias =
            node.parameter({.name = "bias", .shape = {3, units}, .initializer = 0.0});
        h = node.state({.name = "h", .shape = {units}});
    }
    Expression operator()(Expression x) {
        const Expression of_x = reshape(matmul(x, kernel), {3, units}) + bias;
        const Expression of_h = reshape(matmul(h, recurrent), {3, units});
        const Expression z = sigmoid(of_x[0] + of_h[0]);
        const Expression r = sigmoid(of_x[1] + of_h[1]);
        const Expression next = z * h + (1.0 - z) * tanh(of_x[2] + r * of_h[2]);
        h.next(next);
        return next;
    }
};

/// Numbers and pulses, [sequences, steps, 2], and what is to be held.
struct Task {
    Tensor inputs, held;
};

Task make_task(const Settings& s, Seed seed) {
    RandomStream random(seed);
    std::vector<float> x, y;
    for (std::int64_t i = 0; i < s.sequences; ++i) {
        float held = 0;
        for (std::int64_t step = 0; step < s.steps; ++step) {
            const auto number = static_cast<float>(random.uniform(-1, 1));
            const bool pulse = step == 0 || random.uniform() < 0.12;
            held = pulse ? number : held;
            x.insert(x.end(), {number, pulse ? 1.0F : 0.0F});
            y.push_back(held);
        }
    }
    return {Tensor({s.sequences, s.steps, 2}, std::move(x)),
            Tensor({s.sequences, s.steps, 1}, std::move(y))};
}

double rms_difference(const Tensor& a, const Tensor& b) {
    double sum = 0;
    for (std::int64_t i = 0; i < a.size(); ++i) {
        sum += std::pow(a[i] - b[i], 2);
    }
    return std::sqrt(sum / static_cast<double>(a.size()));
}

/// The sequence with the most pulses.
std::int64_t liveliest(const Task& task) {
    const auto pulses = [&](std::int64_t sequence) {
        double count = 0;
        for (std::int64_t step = 0; step < task.inputs.extent(1); ++step) {
            count += task.inputs(sequence, step, 1);
        }
        return count;
    };
    std::int64_t best = 0;
    for (std::int64_t i = 1; i < task.inputs.extent(0); ++i) {
        best = pulses(i) > pulses(best) ? i : best;
    }
    return best;
}

void draw(const Settings& s, const Task& task, const Tensor& got) {
    const std::int64_t shown = liveliest(task);
    Series wanted{.label = "to be held", .x = {}, .y = {}, .mark = Mark::guide};
    Series output{.label = "the cell", .x = {}, .y = {}};
    Series numbers{.label = "input", .x = {}, .y = {}, .mark = Mark::points};
    for (std::int64_t step = 0; step < s.steps; ++step) {
        const auto x = static_cast<double>(step);
        wanted.x.push_back(x), wanted.y.push_back(task.held(shown, step, 0));
        output.x.push_back(x), output.y.push_back(got(shown, step, 0));
        numbers.x.push_back(x), numbers.y.push_back(task.inputs(shown, step, 0));
    }
    plot_lines(s.picture(), "Sample and hold by a gated cell",
               {{.title = "one sequence that it has not seen",
                 .x_label = "step",
                 .y_label = "value",
                 .series = {wanted, output, numbers},
                 .y_range = std::pair(-1.2, 1.2)}});
}

void run(const Settings& s) {
    check_writable(s.picture());
    Network net({.label = "sample and hold", .seed = s.seed});
    const Node input = net.node({0.0, 0.0});
    const TensorNode cell = net.tensor_node(GatedCell{.units = s.units},
                                            {.label = "cell", .shape_in = {2}});
    net.connect(input, cell, {.synapse = None});
    const Probe output = net.probe(net.layer(Dense{.units = 1}, cell));
    Simulator sim(net, {.minibatch_size = 32,
                        .device = s.device,
                        .seed = s.seed,
                        .progress_bar = false});
    sim.compile({.optimizer = Adam{0.01}, .loss = {{output, MeanSquaredError{}}}});

    const Task training = make_task(s, s.seed + 1), fresh = make_task(s, s.seed + 2);
    const auto error = [&](const Tensor& got) {
        return rms_difference(got, fresh.held);
    };
    std::printf("%lld trainable values, on %s\n",
                static_cast<long long>(sim.n_trainable()), sim.device().c_str());
    std::printf("rms error before training: %.4f\n",
                error(sim.predict({{input, fresh.inputs}})[output]));
    sim.fit({{input, training.inputs}}, {{output, training.held}},
            {.epochs = s.epochs});
    const Tensor got = sim.predict({{input, fresh.inputs}})[output];
    std::printf("after it:                  %.4f\n", error(got));
    make_picture(s.picture(), s.plot.has_value(), [&] { draw(s, fresh, got); });
}

void add_options(CLI::App& app, Settings& s) {
    app.add_option("--units", s.units)
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--sequences", s.sequences, "to train with, and to test with")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--steps", s.steps, "of each sequence")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--epochs", s.epochs)
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--device", s.device)->capture_default_str();
    app.add_option("--seed", s.seed)->capture_default_str();
    app.add_option("--plot", s.plot, "the picture's file");
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Trains a gated recurrent cell of one's own to sample and hold.");
    Settings s;
    add_options(app, s);
    return run_program(app, argc, argv, [&] { run(s); });
}
