#include <gtest/gtest.h>

#include <complex>
#include <string>
#include <utility>

#include "tests/golden/compare.hpp"
#include "tests/golden/functions.hpp"
#include "tests/golden/golden_test.hpp"

namespace nengine::test {

namespace {

using nlohmann::json;

/// The coefficients of the polynomial with these roots, highest power first.
Values poly(const std::vector<std::complex<double>>& roots, double scale = 1.0) {
    std::vector<std::complex<double>> result{1.0};
    for (const auto& root : roots) {
        result.push_back(0.0);
        for (std::size_t i = result.size() - 1; i > 0; --i) {
            result[i] -= root * result[i - 1];
        }
    }
    Values real;
    for (const auto& coefficient : result) {
        real.push_back(coefficient.real() / scale);
    }
    return real;
}

using Kinds = std::map<std::string, Synapse>;

void expect_near(const GoldenEntry& golden, const json& reference, const Array& got,
                 const std::string& what) {
    const GoldenArray want = golden.array(reference);
    ASSERT_EQ(want.shape, got.shape) << what;
    const double largest = largest_of(want.values);
    for (std::size_t i = 0; i < want.values.size(); ++i) {
        ASSERT_NEAR(want.values[i], got.values[i], 1e-10 * largest)
            << what << '[' << i << "], of a largest value of " << largest;
    }
}

/// What `filt` and `filtfilt` make of the signals of every case.
void check_filters(const GoldenEntry& golden, const Kinds& kinds) {
    EXPECT_EQ(golden.manifest().at("cases").size(), kinds.size());
    for (const auto& [name, synapse] : kinds) {
        SCOPED_TRACE(name);
        const json& entry = golden.find_case(name);
        const json& arrays = entry.at("arrays");
        const FiltOptions options{entry.at("params").at("dt").get<double>(),
                                  entry.at("params").at("y0").get<double>()};
        const GoldenArray given = golden.array(arrays.at("x"));
        const Array x(given.shape, given.values);
        expect_near(golden, arrays.at("filt"), filt(synapse, x, options), "filt");
        if (arrays.contains("filtfilt")) {
            expect_near(golden, arrays.at("filtfilt"), filtfilt(synapse, x, options),
                        "filtfilt");
        }
        Values channel;
        for (std::size_t i = 2; i < x.values.size(); i += 3) {
            channel.push_back(x.values[i]);
        }
        expect_near(golden, arrays.at("one_channel"), filt(synapse, channel, options),
                    "one channel");
    }
}

void expect_response(const GoldenEntry& golden, const std::string& name,
                     const Synapse& synapse) {
    SCOPED_TRACE(name);
    const json& arrays = golden.find_case(name).at("arrays");
    const auto response =
        evaluate(synapse, golden.array(arrays.at("frequencies")).values);
    const Values want = golden.array(arrays.at("response")).values;
    ASSERT_EQ(want.size(), 2 * response.size());
    for (std::size_t i = 0; i < response.size(); ++i) {
        EXPECT_NEAR(want[2 * i], response[i].real(), 1e-12);
        EXPECT_NEAR(want[2 * i + 1], response[i].imag(), 1e-12);
    }
}

}  // namespace

GOLDEN_TABLES(synapse_lowpass) {
    check_filters(golden, {{"tau_5ms", Lowpass{0.005}},
                           {"tau_100ms", Lowpass{0.1}},
                           {"tau_0", Lowpass{0}},
                           {"tau_tiny", Lowpass{0.0001}},
                           {"dt_half", Lowpass{0.005}},
                           {"y0", Lowpass{0.01}}});
}

GOLDEN_TABLES(synapse_alpha) {
    check_filters(golden, {{"tau_5ms", Alpha{0.005}},
                           {"tau_30ms", Alpha{0.03}},
                           {"dt_double", Alpha{0.01}},
                           {"y0", Alpha{0.01}}});
}

GOLDEN_TABLES(synapse_triangle) {
    check_filters(golden, {{"t_10ms", Triangle{0.01}},
                           {"t_0", Triangle{0}},
                           {"t_odd", Triangle{0.0075}},
                           {"y0", Triangle{0.01}}});
}

GOLDEN_TABLES(synapse_linear_filter) {
    using enum Discretization;
    const auto digital = [](Values num, Values den) {
        return LinearFilter{.num = num, .den = den, .analog = false};
    };
    const auto by = [](Values den, Discretization method) {
        return LinearFilter{.num = {1}, .den = den, .method = method};
    };
    check_filters(
        golden,
        {{"order1_num1", LinearFilter{{0.02, 1}, {0.01, 1}}},
         {"order2_band", LinearFilter{{0.01, 0}, {0.0001, 0.008, 1}}},
         {"order2_oscillating", LinearFilter{{1}, {0.0001, 0.002, 1}}},
         {"order2_same", LinearFilter{{1, 2, 3}, {1, 30, 400}}},
         {"order3", LinearFilter{{1}, poly({-200, -150, -100}, 3e6)}},
         {"order4", LinearFilter{{2e4, 4e6}, poly({-90, -80, {-60, 40}, {-60, -40}})}},
         {"order0", LinearFilter{{3}, {2}}},
         {"leading_zeros", LinearFilter{{0, 0, 1}, {0, 0.01, 1}}},
         {"digital1", digital({0.3}, {1, -0.7})},
         {"digital2", digital({0.2, 0.1}, {1, -1.1, 0.4})},
         {"digital_direct", digital({0.5, 0.25}, {1, -0.25})},
         {"bilinear", by({0.0001, 0.02, 1}, bilinear)},
         {"euler", by({0.01, 1}, euler)},
         {"backward", by({0.01, 1}, backward_diff)},
         {"integrator", by({1, 0}, euler)},
         {"y0_order2", LinearFilter{{2}, {0.0001, 0.02, 1}}}});
}

GOLDEN_TABLES(synapse_state_space) {
    const LinearFilter both = combine(Lowpass{0.005}, Alpha{0.02});
    expect_response(golden, "lowpass", Lowpass{0.005});
    expect_response(golden, "alpha", Alpha{0.02});
    expect_response(golden, "combined", both);
    expect_response(golden, "digital",
                    LinearFilter{.num = {0.3}, .den = {1, -0.7}, .analog = false});
    const LinearFilter one{{1}, {1}};
    for (const auto& [name, filter] :
         {std::pair<std::string, LinearFilter>{"combined", both},
          {"lowpass", combine(Lowpass{0.005}, one)},
          {"alpha", combine(one, Alpha{0.02})}}) {
        const json& arrays = golden.find_case(name).at("arrays");
        expect_near(golden, arrays.at("num"), filter.num, name + " num");
        expect_near(golden, arrays.at("den"), filter.den, name + " den");
    }
}

GOLDEN_NETWORK(synapse_connections) {
    const std::vector<std::pair<std::string, Synapse>> kinds = {
        {"none", None},
        {"zero", Lowpass{0}},
        {"lowpass", Lowpass{0.01}},
        {"alpha", Alpha{0.01}},
        {"triangle", Triangle{0.008}},
        {"order1_direct", LinearFilter{{0.02, 1}, {0.01, 1}}},
        {"order3", LinearFilter{{1}, poly({-200, -150, -100}, 3e6)}},
        {"digital",
         LinearFilter{.num = {0.2, 0.1}, .den = {1, -1.1, 0.4}, .analog = false}}};
    Network net({.seed = 61});
    auto u = net.node(sincos, {.label = "u"});
    for (const auto& [name, synapse] : kinds) {
        auto out = net.node(None, {.label = "out_" + name, .size_in = 2});
        net.connect(u, out, {.label = "c_" + name, .synapse = synapse});
        net.probe(out, {.label = "p_" + name});
        net.probe(u, {.label = "q_" + name, .synapse = synapse});
    }
    return net;
}

}  // namespace nengine::test
