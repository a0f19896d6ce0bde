// Trains the dense network of NengoDL's tutorial "from TensorFlow" on images, timed as
// bench/peers/nengodl_dense.py times NengoDL.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "bench/support/dense_network.hpp"
#include "samples/support/image_set.hpp"

namespace {

using namespace nengine;
using bench::DenseNetwork;

struct Arguments {
    std::string data = samples::digits_folder().string(), optimizer = "adam";
    std::string device = "auto", json;
    std::int64_t train = 60000, test = 10000, minibatch = 20;
    int epochs = 5;
    std::uint32_t seed = 0;
};

Arguments parse(int argc, char** argv) {
    Arguments a;
    CLI::App app("A dense network, 784-128-10, trained on images");
    app.add_option("--data", a.data, "folder of idx files");
    app.add_option("--optimizer", a.optimizer)->check(CLI::IsMember({"adam", "sgd"}));
    app.add_option("--train", a.train, "images to train with")
        ->check(CLI::PositiveNumber);
    app.add_option("--test", a.test, "images to test with")->check(CLI::PositiveNumber);
    app.add_option("--minibatch", a.minibatch)->check(CLI::PositiveNumber);
    app.add_option("--epochs", a.epochs)->check(CLI::PositiveNumber);
    app.add_option("--device", a.device, "auto, cpu or cuda");
    app.add_option("--seed", a.seed);
    app.add_option("--json", a.json, "writes the results to this file");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        std::exit(app.exit(error));
    }
    return a;
}

samples::ImageSet read(const Arguments& a, const std::string& name,
                       std::int64_t count) {
    return samples::read_image_set(a.data, name, count, 1.0, DenseNetwork::n_classes);
}

nlohmann::json measure(const Arguments& a) {
    const DenseNetwork network(a.seed);
    Simulator sim(network.net, {.minibatch_size = a.minibatch,
                                .device = a.device,
                                .seed = a.seed,
                                .progress_bar = false});
    const AnyOptimizer optimizer =
        a.optimizer == "adam" ? AnyOptimizer(Adam{}) : AnyOptimizer(SGD{});
    sim.compile(
        {.optimizer = optimizer,
         .loss = {{network.probe, SparseCategoricalCrossentropy{.from_logits = true}}},
         .metrics = {{network.probe, Accuracy{}}}});
    const samples::ImageSet train = read(a, "train", a.train),
                            test = read(a, "t10k", a.test);
    const History history =
        sim.fit({train.input(network.input)}, {{network.probe, train.targets}},
                {.epochs = a.epochs});
    const auto scores =
        sim.evaluate({test.input(network.input)}, {{network.probe, test.targets}});
    return {{"device", sim.device()},
            {"epoch_seconds", history.seconds},
            {"epoch_loss", history["loss"]},
            {"accuracy", scores.at("probe_accuracy")}};
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const Arguments a = parse(argc, argv);
        const std::string results = measure(a).dump(1);
        if (a.json.empty()) {
            std::cout << results << '\n';
        } else {
            std::ofstream(a.json) << results << '\n';
        }
    } catch (const std::exception& error) {
        std::fprintf(stderr, "dense_training: %s\n", error.what());
        return 1;
    }
    return 0;
}
