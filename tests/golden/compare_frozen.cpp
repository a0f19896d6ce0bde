#include <gtest/gtest.h>

#include <algorithm>

#include "tests/golden/compare.hpp"
#include "tests/support/change_parameters.hpp"

namespace nengine::test {

void compare_frozen(const GoldenEntry& entry, const Network& network) {
    const auto& manifest = entry.manifest();
    const auto n_steps =
        std::min<std::int64_t>(manifest.at("n_steps").get<std::int64_t>(), 200);
    const SimulatorOptions options = {
        .seed = manifest.at("sim_seed").get<std::uint32_t>(),
        .dt = manifest.at("dt").get<double>(),
        .dtype = DType::float64,
        .progress_bar = false,
        .on_warning = [](const std::string&) {}};
    Simulator sim(network, options);
    change_parameters(sim, network);
    sim.freeze(network);
    sim.run_steps(n_steps);

    change_seeds(network);
    Simulator again(network, options);
    again.run_steps(n_steps);

    for (const Probe& probe : network.all_probes()) {
        const auto one = sim.data(probe).to_vector();
        const auto two = again.data(probe).to_vector();
        ASSERT_EQ(one.size(), two.size());
        for (std::size_t i = 0; i < one.size(); ++i) {
            ASSERT_EQ(one[i], two[i]) << "frozen: " << probe.label << '[' << i << ']';
        }
    }
}

}  // namespace nengine::test
