// Softmax attention as a node of symbolic tensors, learned by a task that needs it: of
// 16 tokens, each a key and a value, the first one holds the key of another and asks
// for its value. Every step of a sequence asks anew, so that attention over all of its
// steps is computed at once.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <nlohmann/json.hpp>

#include "nengine/nengine.hpp"
#include "samples/support/main.hpp"

namespace {

using namespace nengine;
using namespace nengine::samples;

constexpr std::int64_t n_tokens = 16, n_channels = 32, n_half = n_channels / 2;

struct Settings {
    std::int64_t sequences = 256, steps = 10, minibatch = 32;
    int epochs = 15;
    double learning_rate = 0.02;
    std::string device = "auto";
    std::uint32_t seed = 0;
    std::filesystem::path json;
};

/// What the first token gets to know of the others, x: [tokens, channels].
struct Attention {
    Expression query = 0.0, key = 0.0, value = 0.0;

    void build(NodeBuild& node) {
        const Shape square = {n_channels, n_channels};
        query = node.parameter({.name = "query", .shape = square});
        key = node.parameter({.name = "key", .shape = square});
        value = node.parameter({.name = "value", .shape = square});
    }
    Expression operator()(Expression x) const {
        const Expression scores = matmul(matmul(x, query), transpose(matmul(x, key)));
        const Expression weights = softmax(scores / std::sqrt(double(n_channels)));
        return matmul(weights, matmul(x, value))[0];
    }
};

/// Sequences of questions, [sequences, steps, tokens * channels], and their answers.
struct Task {
    Tensor questions, answers;
    std::vector<std::int64_t> meant;  ///< the token that holds the answer
};

Task make_task(const Settings& s, Seed seed) {
    RandomStream random(seed);
    const std::int64_t n = s.sequences * s.steps;
    std::vector<float> x, y;
    Task task;
    for (std::int64_t i = 0; i < n; ++i) {
        const std::size_t begin = x.size();
        for (std::int64_t k = 0; k < n_tokens * n_channels; ++k) {
            x.push_back(static_cast<float>(random.normal()));
        }
        // The first token: another one's key, and no value.
        const std::int64_t of = random.randint(1, n_tokens);
        const auto from = begin + static_cast<std::size_t>(of * n_channels);
        for (std::size_t k = 0; k < n_half; ++k) {
            x[begin + k] = x[from + k];
            x[begin + n_half + k] = 0.0F;
        }
        y.insert(y.end(), n_half, 0.0F);
        y.insert(y.end(), x.begin() + static_cast<std::ptrdiff_t>(from + n_half),
                 x.begin() + static_cast<std::ptrdiff_t>(from + n_channels));
        task.meant.push_back(of);
    }
    task.questions =
        Tensor({s.sequences, s.steps, n_tokens * n_channels}, std::move(x));
    task.answers = Tensor({s.sequences, s.steps, n_channels}, std::move(y));
    return task;
}

/// How often the answer is nearest to the value that is meant.
double share_right(const Task& task, const Tensor& got) {
    const auto x = task.questions.floats(), y = got.floats();
    std::size_t right = 0;
    for (std::size_t i = 0; i < task.meant.size(); ++i) {
        double nearest = std::numeric_limits<double>::infinity();
        std::int64_t best = 0;
        for (std::int64_t token = 1; token < n_tokens; ++token) {
            double distance = 0;
            for (std::size_t k = n_half; k < n_channels; ++k) {
                const auto at =
                    (i * n_tokens + static_cast<std::size_t>(token)) * n_channels + k;
                distance += std::pow(x[at] - y[i * n_channels + k], 2);
            }
            if (distance < nearest) {
                nearest = distance;
                best = token;
            }
        }
        right += best == task.meant[i] ? 1 : 0;
    }
    return static_cast<double>(right) / static_cast<double>(task.meant.size());
}

void run(const Settings& s) {
    check_writable(s.json);
    Network net({.seed = s.seed});
    const Node tokens = net.node(std::vector<double>(n_tokens * n_channels));
    const TensorNode attention = net.tensor_node(
        Attention{}, {.label = "attention", .shape_in = {n_tokens, n_channels}});
    net.connect(tokens, attention, {.synapse = None});
    const Probe answer = net.probe(attention);
    Simulator sim(net, {.minibatch_size = s.minibatch,
                        .device = s.device,
                        .seed = s.seed,
                        .progress_bar = false});
    sim.compile(
        {.optimizer = Adam{s.learning_rate}, .loss = {{answer, MeanSquaredError{}}}});

    const Task training = make_task(s, s.seed + 1), fresh = make_task(s, s.seed + 2);
    const auto tested = [&] {
        return share_right(fresh, sim.predict({{tokens, fresh.questions}})[answer]);
    };
    const double before = tested();
    const History history = sim.fit({{tokens, training.questions}},
                                    {{answer, training.answers}}, {.epochs = s.epochs});
    const double after = tested();
    const double seconds =
        *std::min_element(history.seconds.begin(), history.seconds.end());
    const auto minibatches = (s.sequences + s.minibatch - 1) / s.minibatch;
    const double milliseconds = 1e3 * seconds / static_cast<double>(minibatches);

    std::printf("%lld trainable values, on %s\n",
                static_cast<long long>(sim.n_trainable()), sim.device().c_str());
    std::printf("right answers before training: %.1f %%\n", 100 * before);
    std::printf("after it:                      %.1f %% (loss %.4f, then %.4f)\n",
                100 * after, history["loss"].front(), history["loss"].back());
    std::printf("a minibatch of %lld x %lld steps:   %.3f ms at best\n",
                static_cast<long long>(s.minibatch), static_cast<long long>(s.steps),
                milliseconds);
    if (!s.json.empty()) {
        const nlohmann::json results = {{"ms_per_minibatch", milliseconds},
                                        {"right_before", before},
                                        {"right_after", after}};
        write_text(s.json, results.dump(2) + '\n');
    }
}

void add_options(CLI::App& app, Settings& s) {
    app.add_option("--sequences", s.sequences, "to train with, and to test with")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--steps", s.steps, "of each sequence, a question each")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--minibatch", s.minibatch, "sequences at a time")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--epochs", s.epochs)
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--learning-rate", s.learning_rate, "of Adam")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    app.add_option("--device", s.device)->capture_default_str();
    app.add_option("--seed", s.seed)->capture_default_str();
    app.add_option("--json", s.json, "a file for the results");
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Learns softmax attention: which of 16 tokens is meant.");
    Settings s;
    add_options(app, s);
    return run_program(app, argc, argv, [&] { run(s); });
}
