#include "api/numerics/linear_filter_math.hpp"

#include <gtest/gtest.h>

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <string>
#include <vector>

#include "kernels/base/error.hpp"
#include "tests/support/golden.hpp"

namespace nengine {
namespace {

using Json = nlohmann::json;
using Values = std::vector<double>;

FilterMethod as_method(const std::string& name) {
    return name == "zoh"        ? FilterMethod::zoh
           : name == "bilinear" ? FilterMethod::bilinear
           : name == "euler"    ? FilterMethod::euler
                                : FilterMethod::backward_diff;
}

FilterStep as_step(const Json& synapse, double dt) {
    return filter_step(synapse.at("num").get<Values>(), synapse.at("den").get<Values>(),
                       dt, as_method(synapse.at("method")), synapse.at("analog"));
}

/// One output of the recurrence that the step's form stands for; moves the state on.
double output(const FilterStep& step, Vector& x, double u) {
    switch (step.form) {
        case StepForm::no_x:
            return step.system.D * u;
        case StepForm::one_x:
            x[0] = step.a * x[0] + step.b * u;
            return x[0];
        case StepForm::no_d:
            x = step.system.A * x + step.system.B * u;
            return step.system.C.dot(x);
        default: {
            const double y = step.system.C.dot(x) + step.system.D * u;
            x = step.system.A * x + step.system.B * u;
            return y;
        }
    }
}

class FilterGolden : public ::testing::TestWithParam<const char*> {};

TEST_P(FilterGolden, RecurrenceFiltersAsNengoDoes) {
    const auto entry = test::golden("synapse", GetParam());
    for (const auto& golden_case : entry.manifest().at("cases")) {
        const auto& params = golden_case.at("params");
        if (params.at("y0") != 0) {
            continue;  // models always start from 0
        }
        const auto step = as_step(params.at("synapse"), params.at("dt"));
        const auto x = entry.array(golden_case.at("arrays").at("x"));
        const auto want = entry.array(golden_case.at("arrays").at("filt")).values;
        const auto channels = static_cast<std::size_t>(x.shape.at(1));
        double largest = 1.0;
        for (const double value : want) {
            largest = std::max(largest, std::abs(value));
        }

        for (std::size_t channel = 0; channel < channels; ++channel) {
            Vector state = Vector::Zero(step.system.order());
            for (std::size_t i = channel; i < want.size(); i += channels) {
                ASSERT_NEAR(output(step, state, x.values[i]), want[i], 1e-11 * largest)
                    << golden_case.at("name") << " row " << i / channels;
            }
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Synapses, FilterGolden,
                         ::testing::Values("synapse_lowpass", "synapse_alpha",
                                           "synapse_linear_filter"));

TEST(StateSpaceForm, HasTheFrequencyResponseOfItsTransferFunction) {
    const auto entry = test::golden("synapse", "synapse_state_space");
    for (const auto& golden_case : entry.manifest().at("cases")) {
        const auto& synapse = golden_case.at("params").at("synapse");
        const auto system = state_space(synapse.at("num").get<Values>(),
                                        synapse.at("den").get<Values>());
        const auto& arrays = golden_case.at("arrays");
        const auto frequencies = entry.array(arrays.at("frequencies")).values;
        const auto response = entry.array(arrays.at("response")).values;

        for (std::size_t i = 0; i < frequencies.size(); ++i) {
            const std::complex<double> turn(0.0,
                                            2.0 * std::numbers::pi * frequencies[i]);
            const auto s = synapse.at("analog") ? turn : std::exp(turn);
            const Eigen::Index n = system.order();
            const Eigen::MatrixXcd resolvent = s * Eigen::MatrixXcd::Identity(n, n) -
                                               system.A.cast<std::complex<double>>();
            const Eigen::VectorXcd state =
                resolvent.partialPivLu().solve(system.B.cast<std::complex<double>>());
            const auto got =
                system.C.cast<std::complex<double>>().dot(state) + system.D;
            EXPECT_NEAR(got.real(), response[2 * i], 1e-12) << golden_case.at("name");
            EXPECT_NEAR(got.imag(), response[2 * i + 1], 1e-12)
                << golden_case.at("name");
        }
    }
}

TEST(FilterStep, FormFollowsOrderAndDirectTerm) {
    const double dt = 0.001;

    EXPECT_EQ(filter_step(Values{1.0}, Values{0.0, 1.0}, dt).form, StepForm::no_x);
    EXPECT_EQ(filter_step(Values{1.0}, Values{0.01, 1.0}, dt).form, StepForm::one_x);
    EXPECT_EQ(filter_step(Values{1.0}, Values{1e-4, 0.02, 1.0}, dt).form,
              StepForm::no_d);
    EXPECT_EQ(filter_step(Values{0.02, 1.0}, Values{0.01, 1.0}, dt).form,
              StepForm::general);
}

TEST(FilterStep, LowpassCoefficientsAreItsExponential) {
    const double dt = 0.001, tau = 0.005;

    const auto step = filter_step(Values{1.0}, Values{tau, 1.0}, dt);

    EXPECT_DOUBLE_EQ(step.a, std::exp(-dt / tau));
    EXPECT_DOUBLE_EQ(step.b, 1.0 - std::exp(-dt / tau));
}

TEST(FilterStep, HeldInputIsFollowedExactly) {
    // Two lowpasses in a row, 5 ms each, answer a step with 1 - (1 + t / tau)
    // e^(-t/tau).
    const double dt = 0.002, tau = 0.005;
    const auto step = filter_step(Values{1.0}, Values{tau * tau, 2 * tau, 1.0}, dt);
    Vector state = Vector::Zero(2);

    for (int i = 1; i <= 20; ++i) {
        const double t = i * dt / tau;
        EXPECT_NEAR(output(step, state, 1.0), 1.0 - (1.0 + t) * std::exp(-t), 1e-13);
    }
}

TEST(FilterStep, HighOrdersKeepTheirPrecision) {
    // n lowpasses in a row answer a step with 1 - e^-x (1 + x + ... + x^(n - 1) /
    // (n - 1)!).
    const double dt = 0.001, tau = 0.003;
    for (const int order : {4, 8, 12}) {
        Values den{1.0};
        for (int i = 0; i < order; ++i) {
            den.push_back(0.0);
            for (std::size_t k = den.size() - 1; k > 0; --k) {
                den[k] += den[k - 1];
            }
        }
        for (std::size_t k = 0; k < den.size(); ++k) {
            den[k] *= std::pow(tau, static_cast<double>(den.size() - 1 - k));
        }
        const auto step = filter_step(Values{1.0}, den, dt);
        Vector state = Vector::Zero(order);

        for (int i = 1; i <= 60; ++i) {
            const double x = i * dt / tau;
            double sum = 0.0, term = 1.0;
            for (int k = 0; k < order; ++k) {
                sum += term;
                term *= x / (k + 1);
            }
            EXPECT_NEAR(output(step, state, 1.0), 1.0 - std::exp(-x) * sum, 1e-11)
                << "order " << order << ", step " << i;
        }
    }
}

TEST(FilterStep, GbtWithHalfWeightIsBilinear) {
    const auto system = state_space(Values{3.0, 2.0}, Values{1.0, 30.0, 400.0});

    const auto gbt = discretise_gbt(system, 0.001, 0.5);
    const auto bilinear = discretise(system, 0.001, FilterMethod::bilinear);

    EXPECT_EQ(gbt.A, bilinear.A);
    EXPECT_EQ(gbt.D, bilinear.D);
}

TEST(FilterStep, RefusesWhatIsNoFilter) {
    EXPECT_THROW(filter_step(Values{1.0}, Values{0.0, 0.0}, 0.001), ValidationError);
    EXPECT_THROW(filter_step(Values{1.0, 0.0, 0.0}, Values{1.0, 1.0}, 0.001),
                 ValidationError);
    EXPECT_THROW(filter_step(Values{1.0}, Values{0.1, 1.0}, 0.0), ValidationError);
}

}  // namespace
}  // namespace nengine
