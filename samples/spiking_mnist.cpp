// Trains a spiking convolutional network on images as a network of firing rates, then
// tests it with spikes.

#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>

#include "nengine/nengine.hpp"
#include "samples/support/image_set.hpp"
#include "samples/support/interrupt.hpp"
#include "samples/support/main.hpp"
#include "samples/support/plot.hpp"
#include "samples/support/spiking_classifier.hpp"

namespace {

using namespace nengine;
using namespace nengine::samples;
namespace fs = std::filesystem;

constexpr int n_classes = SpikingClassifier::n_classes;

struct Settings {
    std::string dataset = "mnist";
    fs::path data;  ///< empty: where the data set usually is
    std::int64_t train = 0, test = 0;
    int epochs = 10;
    std::int64_t steps = 30;
    std::int64_t minibatch = 200;
    double pixels = 255.0;
    std::string device = "auto";
    std::uint32_t seed = 0;
    fs::path json, load, save, predict, checkpoint;
    std::optional<std::int64_t> stop_after;
    std::optional<fs::path> plot;

    fs::path data_folder() const {
        if (!data.empty()) {
            return data;
        }
        return dataset == "fashion" ? fs::path("/usr/share/datasets/fashion-mnist")
                                    : digits_folder();
    }
    fs::path picture() const { return plot.value_or("spiking_mnist.png"); }
    std::vector<std::string> class_names() const {
        if (dataset != "fashion") {
            return {};
        }
        return {"T-shirt", "trousers", "pullover", "dress", "coat",
                "sandal",  "shirt",    "sneaker",  "bag",   "boot"};
    }
};

void add_options(CLI::App& app, Settings& s) {
    app.add_option("--dataset", s.dataset, "which images: mnist (digits) or fashion")
        ->check(CLI::IsMember({"mnist", "fashion"}))
        ->capture_default_str();
    app.add_option("--data", s.data,
                   "the folder of their four idx files, gzipped or not (default for "
                   "mnist: the folder mnist in $NENGINE_DATA, or the samples' own)");
    app.add_option("--train", s.train, "train with the first N images (default: all)")
        ->check(CLI::PositiveNumber);
    app.add_option("--test", s.test, "test with the first N images (default: all)")
        ->check(CLI::PositiveNumber);
    app.add_option("--epochs", s.epochs, "how often to train with each image; 0: never")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    app.add_option("--steps", s.steps, "steps of the spiking test, of 1 ms each")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--minibatch", s.minibatch, "images at once")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--pixels", s.pixels, "the value of a white pixel")
        ->check(CLI::Range(1e-3, 1e6))
        ->capture_default_str();
    app.add_option("--device", s.device, "auto, cpu or cuda")
        ->check(CLI::IsMember({"auto", "cpu", "cuda"}))
        ->capture_default_str();
    app.add_option("--seed", s.seed, "of all random numbers")->capture_default_str();
    app.add_option("--json", s.json, "write the results to this file");
    app.add_option("--plot", s.plot,
                   "write the picture to this PNG or SVG file "
                   "(default: spiking_mnist.png)");
    app.add_option("--load", s.load, "start from the parameters in this npz file");
    app.add_option("--save", s.save, "write the parameters to this npz file");
    auto* checkpoint = app.add_option(
        "--checkpoint", s.checkpoint,
        "keep the training in this npz file as it goes, and go on from the file that "
        "an interrupted or killed run has left, to the same result");
    app.add_option("--stop-after", s.stop_after,
                   "end the training after N minibatches, as Ctrl-C would")
        ->check(CLI::PositiveNumber)
        ->needs(checkpoint);
    app.add_option("--predict", s.predict,
                   "write the filtered outputs of all test images on the last step, "
                   "[images, 10], to this npy file");
}

struct Results {
    double build_seconds = 0, test_seconds = 0;
    std::vector<double> epoch_seconds, epoch_loss;
    double rate_accuracy = 0, spiking_accuracy_before = 0, spiking_accuracy = 0;
    std::int64_t n_parameters = 0;
    std::size_t peak_memory = 0;
    std::string device;
};

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
        .count();
}

/// The share of images whose filtered output on the last step is largest at the label.
double spiking_accuracy(Simulator& sim, const SpikingClassifier& classifier,
                        const ImageSet& set, std::int64_t steps) {
    const DataKey probe = classifier.filtered;
    sim.compile({.metrics = {{probe, Accuracy{.last_step = true}}}});
    return sim
        .evaluate({set.input(classifier.input)}, {{probe, set.targets}},
                  {.n_steps = steps})
        .at("filtered_accuracy");
}

/// The accuracy of the network of firing rates, which training optimises, in one step.
double rate_accuracy(const Simulator& trained, const ImageSet& set, const Settings& s) {
    const auto rates = SpikingClassifier::make(
        LIFRate{.amplitude = SpikingClassifier::amplitude}, s.seed);
    Simulator sim(rates.net,
                  {.minibatch_size = s.minibatch, .device = s.device, .seed = s.seed});
    for (const auto& parameter : sim.parameters()) {
        sim.set_parameter(parameter.name, trained.parameter(parameter.name));
    }
    sim.compile({.metrics = {{rates.raw, Accuracy{}}}});
    return sim.evaluate({set.input(rates.input)}, {{rates.raw, set.targets}})
        .at("raw_accuracy");
}

/// What training does beside training.
std::vector<Callback> callbacks_of(const Settings& s) {
    std::vector<Callback> callbacks;
    if (s.stop_after) {
        callbacks.push_back(LambdaCallback{
            .on_train_batch_end = [left = *s.stop_after](Training&, std::int64_t,
                                                         const Logs&) mutable {
                if (--left == 0) {
                    std::raise(SIGINT);
                }
            }});
    }
    if (!s.checkpoint.empty()) {
        callbacks.push_back(
            BackupAndRestore{.path = s.checkpoint, .every_batches = 10});
    }
    return callbacks;
}

void train(Simulator& sim, const SpikingClassifier& classifier, const ImageSet& set,
           const Settings& s, Results& results) {
    sim.compile({.optimizer = RMSprop{.learning_rate = 0.001},
                 .loss = {{classifier.raw,
                           SparseCategoricalCrossentropy{.from_logits = true}}}});
    const bool has_bar = isatty(STDERR_FILENO) == 1;
    const auto tell = [&](int epoch, const EvaluationResult& values) {
        if (!has_bar) {
            std::printf("epoch %d of %d: loss %.4f\n", epoch + 1, s.epochs,
                        values.at("loss"));
            std::fflush(stdout);
        }
        return true;
    };
    const CtrlC ctrl_c;
    const History history =
        sim.fit({set.input(classifier.input)}, {{classifier.raw, set.targets}},
                {.epochs = s.epochs,
                 .on_epoch_end = tell,
                 .callbacks = callbacks_of(s),
                 .interrupt = &CtrlC::was_pressed()});
    if (CtrlC::was_pressed()) {
        std::printf("interrupted after %zu of %d epochs\n", history.epoch.size(),
                    s.epochs);
    }
    if (!history.epoch.empty()) {
        results.epoch_seconds = history.seconds;
        results.epoch_loss = history["loss"];
    }
}

/// [images, 10]: the filtered output of all images on the last step.
void write_predictions(Simulator& sim, const SpikingClassifier& classifier,
                       const ImageSet& set, const Settings& s) {
    const auto outputs =
        sim.predict({set.input(classifier.input)},
                    {.n_steps = s.steps, .probes = {classifier.filtered}});
    const Tensor& all = outputs[classifier.filtered];
    std::vector<float> last;
    for (std::int64_t i = 0; i < set.size(); ++i) {
        for (int k = 0; k < n_classes; ++k) {
            last.push_back(static_cast<float>(all(i, s.steps - 1, k)));
        }
    }
    save_npy(s.predict, Tensor({set.size(), n_classes}, std::move(last)));
}

/// exp(x) / sum(exp(x)) of item `i` in each step, [steps, 10].
std::vector<double> softmax_course(const Tensor& outputs, std::int64_t i) {
    std::vector<double> course;
    for (std::int64_t step = 0; step < outputs.extent(1); ++step) {
        double largest = outputs(i, step, 0), sum = 0;
        for (int k = 1; k < n_classes; ++k) {
            largest = std::max(largest, outputs(i, step, k));
        }
        for (int k = 0; k < n_classes; ++k) {
            sum += std::exp(outputs(i, step, k) - largest);
        }
        for (int k = 0; k < n_classes; ++k) {
            course.push_back(std::exp(outputs(i, step, k) - largest) / sum);
        }
    }
    return course;
}

/// Some test images beside what the network thought of them.
void draw(Simulator& sim, const SpikingClassifier& classifier, const ImageSet& set,
          const Settings& s) {
    const std::int64_t shown = std::min<std::int64_t>(5, set.size());
    const Tensor images = set.images.items(0, shown);
    const auto outputs =
        sim.predict({{classifier.input, images, set.scale}},
                    {.n_steps = s.steps, .probes = {classifier.filtered}});
    std::vector<ClassifiedImage> rows;
    for (std::int64_t i = 0; i < shown; ++i) {
        ClassifiedImage row{.label = set.labels[static_cast<std::size_t>(i)],
                            .n_classes = n_classes};
        row.pixels = images.items(i, 1).to_vector();
        row.probabilities = softmax_course(outputs[classifier.filtered], i);
        rows.push_back(std::move(row));
    }
    plot_classified_images(
        s.picture(),
        "Test images and what the spiking network makes of them (thick: true class)",
        rows, sim.dt(), s.class_names());
}

void write_json(const Settings& s, const Results& r, const ImageSet& training,
                const ImageSet& test) {
    const nlohmann::json json = {{"build_seconds", r.build_seconds},
                                 {"epoch_seconds", r.epoch_seconds},
                                 {"epoch_loss", r.epoch_loss},
                                 {"rate_accuracy", r.rate_accuracy},
                                 {"spiking_accuracy_before", r.spiking_accuracy_before},
                                 {"spiking_accuracy", r.spiking_accuracy},
                                 {"test_seconds", r.test_seconds},
                                 {"n_parameters", r.n_parameters},
                                 {"peak_memory", r.peak_memory},
                                 {"device", r.device},
                                 {"dataset", s.dataset},
                                 {"train_images", training.size()},
                                 {"test_images", test.size()},
                                 {"steps", s.steps},
                                 {"minibatch", s.minibatch},
                                 {"pixels", s.pixels},
                                 {"seed", s.seed}};
    write_text(s.json, json.dump(1) + '\n');
}

void announce(const Results& r, const ImageSet& training, const ImageSet& test) {
    std::printf(
        "%lld images to train with, %lld to test with; %lld parameters, on %s\n",
        static_cast<long long>(training.size()), static_cast<long long>(test.size()),
        static_cast<long long>(r.n_parameters), r.device.c_str());
    std::fflush(stdout);
}

void report(const Results& r, const ImageSet& training, const ImageSet& test) {
    if (!r.epoch_seconds.empty()) {
        const double fastest = *std::ranges::min_element(r.epoch_seconds);
        std::printf("fastest epoch: %.2f s, %.3f ms per image\n", fastest,
                    1000 * fastest / static_cast<double>(training.size()));
    }
    std::printf("accuracy on %lld test images, with firing rates: %.2f %%\n",
                static_cast<long long>(test.size()), 100 * r.rate_accuracy);
    std::printf(
        "accuracy with spikes: %.2f %% (before training: %.2f %%), %.2f ms per "
        "image\n",
        100 * r.spiking_accuracy, 100 * r.spiking_accuracy_before,
        1000 * r.test_seconds / static_cast<double>(test.size()));
}

void write_files(Simulator& sim, const SpikingClassifier& classifier,
                 const Results& results, const ImageSet& training, const ImageSet& test,
                 const Settings& s) {
    if (!s.json.empty()) {
        write_json(s, results, training, test);
    }
    if (!s.predict.empty()) {
        write_predictions(sim, classifier, test, s);
    }
    make_picture(s.picture(), s.plot.has_value(),
                 [&] { draw(sim, classifier, test, s); });
}

void run(const Settings& s) {
    for (const auto& file : {s.json, s.picture(), s.save, s.predict, s.checkpoint}) {
        check_writable(file);
    }
    const ImageSet training =
        read_image_set(s.data_folder(), "train", s.train, s.pixels, n_classes);
    const ImageSet test =
        read_image_set(s.data_folder(), "t10k", s.test, s.pixels, n_classes);

    Results results;
    auto start = std::chrono::steady_clock::now();
    const auto classifier =
        SpikingClassifier::make(LIF{.amplitude = SpikingClassifier::amplitude}, s.seed);
    Simulator sim(classifier.net,
                  {.minibatch_size = s.minibatch, .device = s.device, .seed = s.seed});
    results.build_seconds = seconds_since(start);
    results.device = sim.device();
    results.n_parameters = sim.n_trainable();
    if (!s.load.empty()) {
        sim.load_params(s.load);
    }
    announce(results, training, test);

    results.spiking_accuracy_before = spiking_accuracy(sim, classifier, test, s.steps);
    if (s.epochs > 0) {
        train(sim, classifier, training, s, results);
    }
    if (!s.save.empty()) {
        sim.save_params(s.save);
    }
    start = std::chrono::steady_clock::now();
    results.spiking_accuracy = spiking_accuracy(sim, classifier, test, s.steps);
    results.test_seconds = seconds_since(start);
    results.peak_memory = sim.peak_memory();
    results.rate_accuracy = rate_accuracy(sim, test, s);
    report(results, training, test);
    write_files(sim, classifier, results, training, test, s);
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Trains a spiking convolutional network on images, and tests it.");
    Settings settings;
    add_options(app, settings);
    return run_program(app, argc, argv, [&] { run(settings); });
}
