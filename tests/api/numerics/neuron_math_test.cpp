#include "api/numerics/neuron_math.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/base/error.hpp"
#include "tests/support/golden.hpp"

namespace nengine {
namespace {

using Json = nlohmann::json;

/// A built-in type with its defaults, but for what is given by name.
TunedNeuron tuned(std::string_view type,
                  const std::map<std::string, double>& given = {}) {
    const kernels::RegisteredNeuron& neuron =
        kernels::registered_neuron(kernels::neuron_type(type));
    TunedNeuron result{kernels::neuron_type(type), {}};
    for (std::size_t k = 0; k < static_cast<std::size_t>(neuron.info.n_params); ++k) {
        const auto found = given.find(std::string(neuron.info.params[k]));
        result.params.push_back(found == given.end() ? neuron.defaults[k]
                                                     : found->second);
    }
    return result;
}

/// A golden neuron type; those that spike at a base type's rate are tuned as that.
TunedNeuron of_golden(const Json& type) {
    if (type.contains("base_type")) {
        return of_golden(type.at("base_type"));
    }
    std::map<std::string, double> given;
    for (const auto& [name, value] : type.items()) {
        if (value.is_number()) {
            given[name] = value.get<double>();
        }
    }
    return tuned(type.at("type").get<std::string>(), given);
}

void expect_near(const Vector& got, const std::vector<double>& want,
                 const std::string& what) {
    ASSERT_EQ(static_cast<std::size_t>(got.size()), want.size()) << what;
    for (std::size_t i = 0; i < want.size(); ++i) {
        EXPECT_NEAR(got[static_cast<Eigen::Index>(i)], want[i],
                    1e-12 * std::max(1.0, std::abs(want[i])))
            << what << " neuron " << i;
    }
}

/// A type without formulas, on whose curve the generic search has to find its way.
template <double (*rate)(double)>
TunedNeuron searched(const char* name) {
    kernels::RegisteredNeuron neuron{};
    neuron.info.name = name;
    neuron.info.interval = -1;
    neuron.curve.rates = [](const double*, double* currents, Index n) {
        std::transform(currents, currents + n, currents, rate);
    };
    return {kernels::register_neuron(neuron), {}};
}

double root(double current) {
    return 20 * std::sqrt(std::max(current, 0.0));
}

/// Active on both sides, and too slow for the first range.
double two_sided(double current) {
    return current < -3 ? 50.0 : std::max(current - 2.3, 0.0) * 7;
}

// The numbers are those of Nengo 4.1 for subclasses of NeuronType with these steps.
TEST(NeuronMath, CurvesWithoutFormulasAreSearchedAsNengoDoes) {
    const std::vector<double> max_rates{50, 80, 100}, intercepts{-0.5, 0, 0.7};
    const auto compare = [&](const TunedNeuron& curve, const std::vector<double>& gain,
                             const std::vector<double>& bias,
                             const std::vector<double>& rates_again,
                             const std::vector<double>& intercepts_again) {
        const auto found = gain_bias(curve, max_rates, intercepts);
        expect_near(found.gain, gain, "gain");
        expect_near(found.bias, bias, "bias");
        const auto again = max_rates_intercepts(curve, gain, bias);
        expect_near(again.max_rates, rates_again, "max_rates");
        expect_near(again.intercepts, intercepts_again, "intercepts");
    };
    compare(searched<root>("Root"),
            {4.16708995516246, 16.00025600307209, 83.33382653039868},
            {2.08354497758123, 0.0, -58.33367857127907},
            {50.0025396664757, 80.00064000512019, 100.00029591780137},
            {-0.5, 0.0, 0.7});
    compare(searched<two_sided>("TwoSided"),
            {4.828571428571428, 11.528571428571428, 47.95238095238094},
            {4.614285714285715, 2.200000000000001, -31.366666666666656},
            {50.0, 80.00000000000001, 100.0}, {-0.48, -1.0, -1.0});
}

TEST(NeuronMath, CurvesAreNengos) {
    const auto entry = test::golden("neuron", "neuron_tables");
    int n_checked = 0;
    for (const auto& golden_case : entry.manifest().at("cases")) {
        const auto name = golden_case.at("name").get<std::string>();
        const auto curve = of_golden(golden_case.at("params").at("neuron_type"));
        const auto array = [&](const char* which) {
            return entry.array(golden_case.at("arrays").at(which)).values;
        };

        const auto [gain, bias] =
            gain_bias(curve, array("max_rates"), array("intercepts"));
        const std::vector<double> gains(gain.begin(), gain.end());
        const std::vector<double> biases(bias.begin(), bias.end());
        const auto again = max_rates_intercepts(curve, gains, biases);
        const auto x = array("x");
        const Matrix points = Eigen::Map<const Matrix>(
            x.data(), static_cast<Eigen::Index>(x.size()) / gain.size(), gain.size());
        const Matrix responses = rates_of(curve, points, gain, bias);

        expect_near(gain, array("gain"), name + " gain");
        expect_near(bias, array("bias"), name + " bias");
        expect_near(again.max_rates, array("max_rates_again"), name + " max_rates");
        expect_near(again.intercepts, array("intercepts_again"), name + " intercepts");
        expect_near(responses.reshaped<Eigen::RowMajor>(), array("rates"),
                    name + " rates");
        ++n_checked;
    }
    EXPECT_EQ(n_checked, 13);
}

TEST(NeuronMath, SoftLifApproachesLifAsItsSmoothingVanishes) {
    const TunedNeuron lif = tuned("LIFRate");
    constexpr double sigma = 1e-4, tau_rc = 0.02;
    const TunedNeuron soft = tuned("SoftLIFRate", {{"sigma", sigma}});

    for (const double current : {1.01, 1.5, 20.0}) {
        EXPECT_NEAR(rate(soft, current), rate(lif, current), 1e-9) << current;
    }
    // Below threshold the rate fades in proportion to sigma and stays above 0.
    for (const double current : {-3.0, 0.5, 0.99}) {
        EXPECT_LT(rate(soft, current), sigma / (tau_rc * (1.0 - current)));
        EXPECT_GT(rate(soft, current), 0.0);
    }
}

TEST(NeuronMath, SoftLifFollowsItsFormula) {
    const TunedNeuron soft = tuned("SoftLIFRate", {{"amplitude", 2.0}, {"sigma", 0.5}});

    const double z = 0.5 * std::log(1.0 + std::exp((1.7 - 1.0) / 0.5));
    const double want = 2.0 / (0.002 + 0.02 * std::log(1.0 + 1.0 / z));

    EXPECT_NEAR(rate(soft, 1.7), want, 1e-12 * want);
}

TEST(NeuronMath, SoftLifIsContinuousWhereItsFormulaChanges) {
    constexpr double sigma = 0.02, border = 1.0 - 20.0 * sigma;
    const TunedNeuron soft = tuned("SoftLIFRate", {{"sigma", sigma}});

    const double below = rate(soft, border - 1e-12);
    const double above = rate(soft, border + 1e-12);

    EXPECT_GT(below, 0.0);
    EXPECT_NEAR(below / above, 1.0, 1e-8);
}

TEST(NeuronMath, MaxRateAtTheRefractoryLimitIsRefusedByIndexValueAndBound) {
    const std::vector<double> max_rates{200.0, 500.0}, intercepts{0.0, 0.0};

    try {
        gain_bias(tuned("LIF"), max_rates, intercepts, "ensemble 'a'");
        FAIL() << "a rate of 1 / tau_ref was accepted";
    } catch (const ValidationError& error) {
        EXPECT_STREQ(
            error.what(),
            "ensemble 'a': max_rates[1]: got 500 Hz, needs less than 500 Hz (1 "
            "/ tau_ref)");
    }
}

TEST(NeuronMath, GainsThatAreNotPositiveAreABuildError) {
    const std::vector<double> rate_60{60.0}, rate_100{100.0};
    const TunedNeuron sigmoid = tuned("Sigmoid");
    const TunedNeuron lif = tuned("LIF");

    // Below half its limit a sigmoid would have to fall.
    EXPECT_THROW(gain_bias(sigmoid, rate_60, std::vector{0.0}), BuildError);
    EXPECT_THROW(gain_bias(lif, rate_100, std::vector{1.0}), BuildError);
    EXPECT_THROW(gain_bias(lif, rate_100, std::vector{1.5}), BuildError);
    EXPECT_THROW(gain_bias(lif, std::vector{-5.0}, std::vector{0.0}), BuildError);
    EXPECT_THROW(
        gain_bias(tuned("RectifiedLinear"), std::vector{-5.0}, std::vector{0.0}),
        BuildError);
}

TEST(NeuronMath, DifferentLengthsAreRefused) {
    const std::vector<double> three{100.0, 110.0, 120.0}, two{0.1, 0.2};

    EXPECT_THROW(gain_bias(tuned("LIF"), three, two), ShapeError);
    EXPECT_THROW(max_rates_intercepts(tuned("LIF"), three, two), ShapeError);
}

TEST(NeuronMath, CurrentThatIsNoNumberGivesNoRate) {
    const double nan = std::numeric_limits<double>::quiet_NaN();

    EXPECT_TRUE(std::isnan(rate(tuned("LIFRate"), nan)));
}

}  // namespace
}  // namespace nengine
