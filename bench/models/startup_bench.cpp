// A whole process: start, build 40 neurons, simulate 1 s, end. The program calls
// itself.

#include <benchmark/benchmark.h>
#include <spawn.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstring>

#include "bench/support/benchmark_networks.hpp"
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
void start_to_end(benchmark::State& state, const char* name) {
    char device[8];
    std::snprintf(device, sizeof device, "%s", name);
    for (auto _ : state) {
        if (!run_self(device)) {
            state.SkipWithError("the simulation failed");
        }
    }
}
BENCHMARK_CAPTURE(start_to_end, cpu, "cpu")
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_CAPTURE(start_to_end, auto, "auto") -> Unit(benchmark::kMillisecond)
    -> UseRealTime();

}  // namespace

int main(int argc, char** argv) {
    if (argc == 3 && std::strcmp(argv[1], simulate_flag) == 0) {
        return simulate(argv[2]);
    }
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
        return 1;
    }
    benchmark::RunSpecifiedBenchmarks();
}
