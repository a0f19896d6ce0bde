#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "api/numerics/random_state.hpp"
#include "kernels/neuron_registry.hpp"

namespace nengine {
namespace {

double by_definition(double current, double tau_rc, double tau_ref, double amplitude) {
    return current <= 1.0
               ? 0.0
               : amplitude / (tau_ref + tau_rc * std::log1p(1.0 / (current - 1.0)));
}

void lif_rates(std::vector<double>& currents, double tau_rc, double tau_ref,
               double amplitude) {
    const double params[] = {tau_rc, tau_ref, amplitude};
    kernels::registered_neuron(kernels::neuron_type("LIFRate"))
        .curve.rates(params, currents.data(), static_cast<Index>(currents.size()));
}

TEST(LifRates, AreThoseOfTheDefinitionToTheLastDigits) {
    const double beyond_threshold = std::nextafter(1.0, 2.0);
    std::vector<double> currents = {-5.0,        0.0, 1.0, beyond_threshold,
                                    1.0 + 1e-12, 2.0, 1e8, 1e300};
    RandomState rng(1);
    for (int i = 0; i < 10000; ++i) {
        currents.push_back(1.0 + std::pow(10.0, rng.uniform(-14.0, 14.0)));
    }
    for (const double tau_ref : {0.002, 0.0}) {
        auto rates = currents;

        lif_rates(rates, 0.02, tau_ref, 1.5);

        for (std::size_t i = 0; i < currents.size(); ++i) {
            const double want = by_definition(currents[i], 0.02, tau_ref, 1.5);
            if (std::isinf(want)) {
                EXPECT_EQ(rates[i], want) << currents[i];
            } else {
                ASSERT_NEAR(rates[i], want, 1e-15 * want) << currents[i];
            }
        }
    }
}

TEST(LifRates, KeepWhatIsNoNumber) {
    std::vector<double> currents = {2.0, std::nan(""), 0.5};

    lif_rates(currents, 0.02, 0.002, 1.0);

    EXPECT_TRUE(std::isnan(currents[1]));
    EXPECT_EQ(currents[2], 0.0);
}

}  // namespace
}  // namespace nengine
