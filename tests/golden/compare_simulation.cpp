#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/golden/compare.hpp"

namespace nengine::test {

namespace {

struct Course {
    std::string probe;
    GoldenArray want;
    Tensor got;
    double range = 0.0;  ///< the largest value
};

/// Runs the entry's steps with its seed and pairs the probes with the entry's.
std::vector<Course> courses(const GoldenEntry& entry, const Network& network,
                            SimulatorOptions options) {
    const auto& manifest = entry.manifest();
    options.dt = manifest.at("dt").get<double>();
    options.seed = manifest.at("sim_seed").get<std::uint32_t>();
    options.progress_bar = false;
    Simulator sim(network, options);
    sim.run_steps(manifest.at("n_steps").get<std::int64_t>());

    std::vector<Course> result;
    const auto probes = network.all_probes();
    for (const auto& object : manifest.at("objects")) {
        if (object.at("kind") != "Probe") {
            continue;
        }
        if (result.size() == probes.size()) {
            ADD_FAILURE() << "the network lacks probe " << object.at("name");
            return {};
        }
        const Probe& probe = probes[result.size()];
        Course course{object.at("name").get<std::string>(),
                      entry.array(object.at("arrays").at("data")), sim.data(probe)};
        course.range = largest_of(course.want.values);
        EXPECT_EQ(static_cast<std::int64_t>(course.want.values.size()),
                  course.got.size())
            << course.probe;
        result.push_back(std::move(course));
    }
    EXPECT_EQ(result.size(), probes.size());
    return ::testing::Test::HasFailure() ? std::vector<Course>{} : result;
}

}  // namespace

double largest_of(const std::vector<double>& values) {
    double largest = 0.0;
    for (const double value : values) {
        largest = std::isfinite(value) ? std::max(largest, std::abs(value)) : largest;
    }
    return largest;
}

void compare_simulation(const GoldenEntry& entry, const Network& network,
                        SimulatorOptions options, double tolerance) {
    options.dtype = DType::float64;
    for (const Course& course : courses(entry, network, options)) {
        for (std::size_t i = 0; i < course.want.values.size(); ++i) {
            ASSERT_NEAR(course.want.values[i], course.got[static_cast<std::int64_t>(i)],
                        tolerance * course.range)
                << course.probe << '[' << i << "], which may differ by " << tolerance
                << " of the probe's largest value";
        }
    }
}

void compare_single_precision(const GoldenEntry& entry, const Network& network,
                              SimulatorOptions options, Float32 expected,
                              double tolerance) {
    const bool may_spike = !network.all_ensembles().empty();
    options.dtype = DType::float32;
    for (const Course& course : courses(entry, network, options)) {
        double total = 0.0, largest = 0.0;
        for (std::size_t i = 0; i < course.want.values.size(); ++i) {
            const double error = std::abs(course.want.values[i] -
                                          course.got[static_cast<std::int64_t>(i)]);
            ASSERT_TRUE(std::isfinite(error)) << course.probe << '[' << i << ']';
            largest = std::max(largest, error);
            total += error;
        }
        if (expected == Float32::compared && largest > tolerance * course.range) {
            EXPECT_TRUE(may_spike)
                << course.probe << ": largest error " << largest << ", needs "
                << tolerance << " of the probe's largest value, " << course.range;
            // A spike that comes a step later is an error of its whole height, twice.
            const auto count = static_cast<double>(course.want.values.size());
            EXPECT_LE(total / count, 2e-3 * course.range)
                << course.probe << ": largest error " << largest;
        }
    }
}

}  // namespace nengine::test
