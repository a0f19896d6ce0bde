#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "tests/golden/functions.hpp"
#include "tests/golden/golden_test.hpp"

namespace nengine::test {

namespace {

const std::vector<std::string> lif = {"output", "voltage", "refractory_time"};
const std::vector<std::string> adaptive_lif = {"output", "voltage", "refractory_time",
                                               "adaptation"};
const std::vector<std::string> adaptive_rate = {"output", "adaptation"};
const std::vector<std::string> izhikevich = {"output", "voltage", "recovery"};
const std::vector<std::string> regular = {"output", "rate_out", "voltage"};
const std::vector<std::string> random = {"output", "rate_out"};
const std::vector<std::string> rate = {"output"};

/// A ramp into one ensemble; every state of its neurons is probed.
Network neurons(EnsembleOptions options, std::uint32_t seed,
                const std::vector<std::string>& attributes, std::int64_t n = 10,
                bool decode = true) {
    Network net({.seed = seed});
    auto u = net.node(ramp, {.label = "u"});
    options.label = std::string(1, 'a');
    auto a = net.ensemble(n, 1, options);
    net.connect(u, a, {.label = "ua", .synapse = None});
    for (const auto& attribute : attributes) {
        net.probe(a.neurons, {.label = "neurons_" + attribute, .attr = attribute});
    }
    net.probe(a.neurons, {.label = "neurons_input", .attr = "input"});
    if (decode) {
        net.probe(a, {.label = "decoded", .synapse = 0.01});
    }
    return net;
}

Network neurons(const NeuronModel& type, std::uint32_t seed,
                const std::vector<std::string>& attributes,
                const OrDefault<DistributionOrArray>& max_rates = {},
                std::int64_t n = 10) {
    return neurons(EnsembleOptions{.max_rates = max_rates, .neuron_type = type}, seed,
                   attributes, n);
}

}  // namespace

GOLDEN_NETWORK(neuron_lif) {
    return neurons(LIF{}, 31, lif);
}

GOLDEN_NETWORK(neuron_lif_parameters) {
    return neurons(
        LIF{.tau_rc = 0.04, .tau_ref = 0.0015, .amplitude = 0.4, .min_voltage = -0.5},
        32, lif);
}

GOLDEN_NETWORK(neuron_lif_fast) {
    return neurons(LIF{.tau_ref = 0.0}, 33, lif, Uniform{600, 900});
}

GOLDEN_NETWORK(neuron_lifrate) {
    return neurons(LIFRate{.amplitude = 0.7}, 34, rate);
}

GOLDEN_NETWORK(neuron_relu) {
    return neurons(RectifiedLinear{.amplitude = 0.5}, 37, rate);
}

GOLDEN_NETWORK(neuron_spiking_relu) {
    return neurons(SpikingRectifiedLinear{.amplitude = 0.1}, 38, {"output", "voltage"},
                   Uniform{500, 2500});
}

GOLDEN_NETWORK(neuron_sigmoid) {
    return neurons(Sigmoid{.tau_ref = 0.002}, 39, rate, Uniform{300, 450});
}

GOLDEN_NETWORK(neuron_tanh) {
    return neurons(Tanh{}, 40, rate);
}

GOLDEN_NETWORK(neuron_direct) {
    Network net({.seed = 30});
    auto u = net.node(sincos, {.label = "u"});
    auto a = net.ensemble(1, 2, {.label = "a", .neuron_type = Direct{}});
    auto b = net.ensemble(10, 1, {.label = "b"});
    net.connect(u, a, {.label = "ua"});
    net.connect(a, b, {.label = "ab", .function = product});
    net.probe(a, {.label = "pa"});
    net.probe(a, {.label = "pa_filtered", .synapse = 0.01});
    net.probe(b, {.label = "pb", .synapse = 0.01});
    return net;
}

GOLDEN_NETWORK(neuron_adaptive_lif) {
    return neurons(AdaptiveLIF{.tau_n = 0.05, .inc_n = 0.02}, 35, adaptive_lif);
}

GOLDEN_NETWORK(neuron_adaptive_lifrate) {
    return neurons(AdaptiveLIFRate{.tau_n = 0.05, .inc_n = 0.02}, 36, adaptive_rate);
}

GOLDEN_NETWORK(neuron_izhikevich, {.float32 = Float32::chaotic}) {
    return neurons(Izhikevich{}, 41, izhikevich, Uniform{40, 90}, 8);
}

GOLDEN_NETWORK(neuron_izhikevich_fast, {.float32 = Float32::chaotic}) {
    return neurons(EnsembleOptions{.gain = Uniform{5, 15},
                                   .bias = Uniform{0, 10},
                                   .neuron_type = Izhikevich{.tau_recovery = 0.1,
                                                             .reset_recovery = 2.0}},
                   42, izhikevich, 8, false);
}

GOLDEN_NETWORK(neuron_regular_spiking) {
    return neurons(RegularSpiking{LIFRate{}}, 43, regular);
}

GOLDEN_NETWORK(neuron_regular_spiking_tanh) {
    return neurons(RegularSpiking{.base_type = Tanh{}, .amplitude = 0.5}, 44, regular);
}

GOLDEN_NETWORK(neuron_stochastic_spiking) {
    return neurons(StochasticSpiking{RectifiedLinear{}}, 45, random,
                   Uniform{200, 1500});
}

GOLDEN_NETWORK(neuron_stochastic_spiking_tanh) {
    return neurons(StochasticSpiking{.base_type = Tanh{}, .amplitude = 0.2}, 46,
                   random);
}

GOLDEN_NETWORK(neuron_poisson_spiking) {
    return neurons(PoissonSpiking{LIFRate{}}, 47, random);
}

GOLDEN_NETWORK(neuron_poisson_spiking_tanh) {
    return neurons(PoissonSpiking{Tanh{}}, 48, random);
}

GOLDEN_NETWORK(neuron_poisson_adaptive) {
    return neurons(PoissonSpiking{AdaptiveLIFRate{.tau_n = 0.1, .inc_n = 0.05}}, 49,
                   {"output", "rate_out", "adaptation"});
}

GOLDEN_NETWORK(neuron_initial_state) {
    std::vector<double> voltage;
    for (int i = 0; i < 10; ++i) {
        voltage.push_back(0.1 * i);
    }
    return neurons(AdaptiveLIF{.initial_state = {{"voltage", voltage},
                                                 {"refractory_time", Uniform{0, 0.01}},
                                                 {"adaptation", Choice{{0.0, 0.5}}}}},
                   50, adaptive_lif);
}

GOLDEN_NETWORK(neuron_initial_state_regular) {
    return neurons(RegularSpiking{.base_type = RectifiedLinear{},
                                  .initial_state = {{"voltage", Choice{{0.0}}}}},
                   51, regular);
}

namespace {

using Json = nlohmann::json;

double param(const Json& type, const char* name) {
    return type.at(name).get<double>();
}

BaseNeuron base_of(const Json& type) {
    const auto name = type.at("type").get<std::string>();
    if (name == "LIFRate") {
        return LIFRate{.tau_rc = param(type, "tau_rc"),
                       .tau_ref = param(type, "tau_ref"),
                       .amplitude = param(type, "amplitude")};
    }
    if (name == "Sigmoid") {
        return Sigmoid{.tau_ref = param(type, "tau_ref")};
    }
    return RectifiedLinear{.amplitude = param(type, "amplitude")};
}

NeuronModel model_of(const Json& type) {
    const auto name = type.at("type").get<std::string>();
    if (name == "LIF") {
        return LIF{.tau_rc = param(type, "tau_rc"),
                   .tau_ref = param(type, "tau_ref"),
                   .amplitude = param(type, "amplitude")};
    }
    if (name == "LIFRate") {
        return std::get<LIFRate>(base_of(type));
    }
    if (name == "RectifiedLinear") {
        return std::get<RectifiedLinear>(base_of(type));
    }
    if (name == "Sigmoid") {
        return std::get<Sigmoid>(base_of(type));
    }
    if (name == "RegularSpiking") {
        return RegularSpiking{base_of(type.at("base_type"))};
    }
    if (name == "StochasticSpiking") {
        return StochasticSpiking{base_of(type.at("base_type"))};
    }
    if (name == "PoissonSpiking") {
        return PoissonSpiking{base_of(type.at("base_type"))};
    }
    const std::map<std::string, NeuronModel> defaults{
        {"AdaptiveLIF", AdaptiveLIF{}},
        {"AdaptiveLIFRate", AdaptiveLIFRate{}},
        {"SpikingRectifiedLinear", SpikingRectifiedLinear{}},
        {"Tanh", Tanh{}},
        {"Izhikevich", Izhikevich{}}};
    return defaults.at(name);
}

void expect_near(const Array& got, const GoldenArray& want, const std::string& what) {
    ASSERT_EQ(got.values.size(), want.values.size()) << what;
    for (std::size_t i = 0; i < want.values.size(); ++i) {
        EXPECT_NEAR(got.values[i], want.values[i],
                    1e-12 * std::max(1.0, std::abs(want.values[i])))
            << what << ' ' << i;
    }
}

}  // namespace

GOLDEN_TABLES(neuron_tables) {
    for (const Json& one : golden.manifest().at("cases")) {
        const auto name = one.at("name").get<std::string>();
        const auto type = model_of(one.at("params").at("neuron_type"));
        const auto array = [&](const char* which) {
            return golden.array(one.at("arrays").at(which));
        };
        const auto [gain, bias] =
            gain_bias(type, array("max_rates").values, array("intercepts").values);
        const auto again = max_rates_intercepts(type, gain, bias);
        const GoldenArray x = array("x");
        expect_near(gain, array("gain"), name + " gain");
        expect_near(bias, array("bias"), name + " bias");
        expect_near(rates(type, Array(x.shape, x.values), gain, bias), array("rates"),
                    name + " rates");
        expect_near(again.max_rates, array("max_rates_again"), name + " max_rates");
        expect_near(again.intercepts, array("intercepts_again"), name + " intercepts");
    }
}

}  // namespace nengine::test
