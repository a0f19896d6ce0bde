// A whole process: start, build 40 neurons, simulate 1 s, end. The program calls
// itself.

#include <benchmark/benchmark.h>
#include <spawn.h>
#include <sys/wait.h>

#include <cstring>
#include <string>

#include "bench/support/benchmark_networks.hpp"
#include "bench/support/devices.hpp"
#include "nengine/simulator.hpp"

extern char** environ;

namespace {

char simulate_flag[] = "--simulate";

/// What the process does that is measured.
int simulate(const char* device) {
    const auto network = nengine::bench::forty_neurons();
    nengine::Simulator sim(network.net, {.device = device, .progress_bar = false});
    sim.run(1.0);
    const nengine::Tensor course = sim.data(network.output);
    const double last = course(course.extent(0) - 1, 0);
    return last > -0.5 && last < 1.5 ? 0 : 1;
}

/// Runs this program with other arguments; true if it ended well.
bool run_self(char* device) {
    char program[] = "/proc/self/exe";
    char* arguments[] = {program, simulate_flag, device, nullptr};
    pid_t child = 0;
    int status = 0;
    return posix_spawn(&child, program, nullptr, nullptr, arguments, environ) == 0 &&
           waitpid(child, &status, 0) == child && status == 0;
}

/// `auto` finds the network too small to look for a GPU.
void start_to_end(benchmark::State& state, std::string device) {
    for (auto _ : state) {
        if (!run_self(device.data())) {
            state.SkipWithError("the simulation failed");
        }
    }
}

void add_benchmarks() {
    auto devices = nengine::bench::devices();
    devices.emplace_back("auto");
    for (const auto& device : devices) {
        benchmark::RegisterBenchmark(
            ("start_to_end/" + device).c_str(),
            [=](benchmark::State& state) { start_to_end(state, device); })
            ->Unit(benchmark::kMillisecond)
            ->UseRealTime();
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 3 && std::strcmp(argv[1], simulate_flag) == 0) {
        return simulate(argv[2]);
    }
    add_benchmarks();  // not for the process that is measured: looks for a GPU
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
        return 1;
    }
    benchmark::RunSpecifiedBenchmarks();
}
