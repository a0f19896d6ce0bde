// NengoDL's benchmark networks, timed as bench/peers/nengodl_networks.py times
// NengoDL and Nengo: random numbers in every step of every item, the fastest of some
// calls, host copies of input and recording included. Where a step is about its
// weights, the time of moving them once per step is measured beside it.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <fstream>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "bench/support/benchmark_networks.hpp"
#include "kernels/base/device.hpp"
#include "kernels/elementwise.hpp"
#include "nengine/nengine.hpp"

namespace {

using namespace nengine;

struct Arguments {
    std::string network = "cconv", neuron_type = "relu", device = "auto", json;
    std::int64_t dimensions = 128, neurons_per_d = 64, batch = 1, steps = 100, reps = 3;
    std::int64_t ensembles = 20, connections = 5;
    bool explain = false;
};

Arguments parse(int argc, char** argv) {
    Arguments a;
    CLI::App app("NengoDL's benchmark networks, timed");
    app.add_option("--network", a.network)
        ->check(CLI::IsMember(bench::benchmark_network_names()));
    app.add_option("--dimensions", a.dimensions)->check(CLI::PositiveNumber);
    app.add_option("--neurons-per-d", a.neurons_per_d)->check(CLI::PositiveNumber);
    app.add_option("--neuron-type", a.neuron_type)
        ->check(CLI::IsMember({"relu", "lif"}));
    app.add_option("--batch", a.batch)->check(CLI::PositiveNumber);
    app.add_option("--steps", a.steps, "of each call")->check(CLI::PositiveNumber);
    app.add_option("--reps", a.reps, "calls that are timed")
        ->check(CLI::PositiveNumber);
    app.add_option("--ensembles", a.ensembles, "of random_network")
        ->check(CLI::PositiveNumber);
    app.add_option("--connections", a.connections, "of each ensemble of random_network")
        ->check(CLI::PositiveNumber);
    app.add_option("--device", a.device, "auto, cpu or cuda");
    app.add_option("--json", a.json, "writes the results to this file");
    app.add_flag("--explain", a.explain, "prints the plan with its times");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        std::exit(app.exit(error));
    }
    return a;
}

/// Seconds of a call.
template <class Call>
double seconds(const Call& call) {
    const auto start = std::chrono::steady_clock::now();
    call();
    const std::chrono::duration<double> taken =
        std::chrono::steady_clock::now() - start;
    return taken.count();
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const std::size_t half = values.size() / 2;
    return values.size() % 2 == 1 ? values[half]
                                  : (values[half - 1] + values[half]) / 2;
}

/// Standard normal numbers for every step, item and input.
Data random_data(const std::vector<Node>& inputs, const Arguments& a) {
    std::mt19937 random(0);
    std::normal_distribution<float> normal;
    Data data;
    for (const Node& input : inputs) {
        std::vector<float> values(
            static_cast<std::size_t>(a.batch * a.steps * input.size_out));
        for (float& value : values) {
            value = normal(random);
        }
        data.push_back({input, Tensor({a.batch, a.steps, input.size_out}, values)});
    }
    return data;
}

/// Moves as many bytes in every step as the weights are that it reads, and writes if
/// they are learned: what no step can be faster than.
class CopyFloor {
public:
    CopyFloor(const std::string& device, const bench::BenchmarkNetwork& network,
              std::int64_t batch, std::int64_t steps)
        : device_(kernels::Device::named(device)), steps_(steps) {
        // A number is read and written here.
        const std::int64_t numbers =
            batch * network.learned_weights + network.read_weights / 2;
        all_ = device_.allocate(static_cast<std::size_t>(numbers) * sizeof(float),
                                "weights");
        block_ = {.data = all_.as<float>(),
                  .rows = 1,
                  .cols = numbers,
                  .row_stride = numbers};
        device_.run([&](const auto& exec) {
            kernels::fill(exec, kernels::FillArgs<kernels::Bound<float>>{block_, 1.0F});
        });
        device_.synchronize();
    }

    void run() const {
        device_.run([&](const auto& exec) {
            for (std::int64_t step = 0; step < steps_; ++step) {
                kernels::copy(exec, kernels::CopyArgs<kernels::Bound<float>>{
                                        block_, block_, false});
            }
        });
        device_.synchronize();
    }

private:
    kernels::Device device_;
    std::int64_t steps_;
    kernels::Buffer all_;
    kernels::Block<float> block_;
};

bench::BenchmarkNetwork make_network(const Arguments& a) {
    return bench::make_benchmark_network(
        a.network,
        {.dimensions = a.dimensions,
         .neurons_per_d = a.neurons_per_d,
         .neuron_type = a.neuron_type == "lif" ? NeuronModel(LIF{})
                                               : NeuronModel(RectifiedLinear{}),
         .n_ensembles = a.ensembles,
         .connections_per_ensemble = a.connections});
}

/// Fastest and median of `a.reps` calls; moving the weights alone, on the device that
/// the simulator has taken, takes turns with them.
nlohmann::json time_calls(const Arguments& a, const bench::BenchmarkNetwork& network,
                          const std::string& device,
                          const std::function<void()>& call) {
    std::optional<CopyFloor> copies;
    if (network.learned_weights + network.read_weights > 0) {
        copies.emplace(device.substr(0, device.find(' ')), network, a.batch, a.steps);
    }
    std::vector<double> times, floors;
    for (std::int64_t i = 0; i < a.reps; ++i) {
        times.push_back(seconds(call));
        if (copies) {
            floors.push_back(seconds([&] { copies->run(); }));
        }
    }
    nlohmann::json result = {{"seconds", std::ranges::min(times)},
                             {"median", median(times)}};
    if (copies) {
        result["weights_copy_seconds"] = std::ranges::min(floors);
    }
    return result;
}

nlohmann::json measure(const Arguments& a) {
    const bench::BenchmarkNetwork network = make_network(a);
    std::optional<Simulator> sim;
    const double build = seconds([&] {
        sim.emplace(network.net, SimulatorOptions{.minibatch_size = a.batch,
                                                  .device = a.device,
                                                  .seed = 0,
                                                  .progress_bar = false});
    });
    const Data data = random_data(network.inputs, a);
    const auto call = [&] { sim->predict(data, {.n_steps = a.steps}); };
    const double first = seconds(call);
    nlohmann::json result = {{"network", a.network},
                             {"neuron_type", a.neuron_type},
                             {"dimensions", a.dimensions},
                             {"neurons_per_d", a.neurons_per_d},
                             {"neurons", network.net.n_neurons()},
                             {"batch", a.batch},
                             {"steps", a.steps},
                             {"device", sim->device()},
                             {"build_seconds", build},
                             {"first_seconds", first}};
    result.update(time_calls(a, network, sim->device(), call));
    if (a.explain) {
        std::cout << sim->explain(a.steps);
    }
    return result;
}

}  // namespace

int main(int argc, char** argv) {
    const Arguments arguments = parse(argc, argv);
    try {
        const nlohmann::json result = measure(arguments);
        std::cout << result.dump(2) << '\n';
        if (!arguments.json.empty()) {
            std::ofstream(arguments.json) << result.dump(2) << '\n';
        }
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
