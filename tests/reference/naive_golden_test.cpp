#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "engine/operators/sim_filter.hpp"
#include "engine/operators/sim_neurons.hpp"
#include "tests/reference/naive_interpreter.hpp"
#include "tests/support/golden.hpp"

// The interpreter against Nengo's own numbers, where no network has to be built:
// neurons with the currents that Nengo gave them, filters with coefficients known in
// closed form.

namespace nengine::reference {

using namespace engine;
namespace {

SignalId signal(Model& model, Shape shape, std::vector<double> initial = {}) {
    Signal made;
    made.name = "s" + std::to_string(model.signal_count());
    made.shape = std::move(shape);
    made.initial = std::move(initial);
    return model.add_signal(std::move(made));
}

std::vector<double> row(const test::GoldenArray& array, Index step) {
    const auto size = static_cast<std::ptrdiff_t>(array.shape.at(1));
    const auto first = array.values.begin() + step * size;
    return {first, first + size};
}

struct NeuronEntry {
    const char* name;
    const char* type;
};

class GoldenNeurons : public ::testing::TestWithParam<NeuronEntry> {};

TEST_P(GoldenNeurons, StepAsNengosDo) {
    const auto entry = test::golden("neuron", GetParam().name);
    const NeuronType type = neuron_type(GetParam().type);
    const NeuronInfo& info = neuron_info(type);
    const auto recorded = [&](const std::string& what) {
        return entry.array(
            entry.object("Probe", "neurons_" + what).at("arrays").at("data"));
    };
    const auto currents = recorded("input"), outputs = recorded("output");
    const Index n = outputs.shape.at(1), steps = outputs.shape.at(0);
    const auto& params = entry.object("Ensemble", "a").at("params").at("neuron_type");
    Model model;
    const SignalId j = signal(model, {n}), output = signal(model, {n});
    std::vector<SignalId> states, constants;
    std::vector<test::GoldenArray> wanted;
    for (int s = 0; s < info.n_states; ++s) {
        const std::string name(info.states[static_cast<std::size_t>(s)].name);
        wanted.push_back(recorded(name));
        states.push_back(signal(model, {n}, row(wanted.back(), 0)));
    }
    for (int p = 0; p < info.n_params; ++p) {
        const std::string name(info.params[static_cast<std::size_t>(p)]);
        constants.push_back(signal(model, {}, {params.at(name).get<double>()}));
    }
    model.add(SimNeurons(type, j, output, states, constants));
    model.inputs.push_back({"currents", j, -1});
    // Nengo's first step has already been taken: its states are where this starts.
    const Data data{
        1, steps - 1, n, {currents.values.begin() + n, currents.values.end()}};
    NaiveInterpreter interpreter(model);
    interpreter.feed(0, data);

    for (Index step = 1; step < steps; ++step) {
        interpreter.step();

        const auto want = row(outputs, step), got = interpreter.value(output);
        for (std::size_t i = 0; i < want.size(); ++i) {
            ASSERT_NEAR(got[i], want[i], 1e-9) << "step " << step << ", neuron " << i;
        }
        for (std::size_t s = 0; s < states.size(); ++s) {
            const auto state = interpreter.value(states[s]),
                       known = row(wanted[s], step);
            for (std::size_t i = 0; i < known.size(); ++i) {
                ASSERT_NEAR(state[i], known[i],
                            1e-7 * std::fmax(1.0, std::fabs(known[i])))
                    << "step " << step << ", state " << s << ", neuron " << i;
            }
        }
    }
}

INSTANTIATE_TEST_SUITE_P(
    Entries, GoldenNeurons,
    ::testing::Values(NeuronEntry{"neuron_lif", "LIF"},
                      NeuronEntry{"neuron_lif_fast", "LIF"},
                      NeuronEntry{"neuron_lif_parameters", "LIF"},
                      NeuronEntry{"neuron_lifrate", "LIFRate"},
                      NeuronEntry{"neuron_relu", "RectifiedLinear"},
                      NeuronEntry{"neuron_spiking_relu", "SpikingRectifiedLinear"},
                      NeuronEntry{"neuron_sigmoid", "Sigmoid"},
                      NeuronEntry{"neuron_tanh", "Tanh"},
                      NeuronEntry{"neuron_adaptive_lif", "AdaptiveLIF"},
                      NeuronEntry{"neuron_adaptive_lifrate", "AdaptiveLIFRate"},
                      NeuronEntry{"neuron_initial_state", "AdaptiveLIF"},
                      NeuronEntry{"neuron_izhikevich", "Izhikevich"},
                      NeuronEntry{"neuron_izhikevich_fast", "Izhikevich"}),
    [](const auto& tested) { return std::string(tested.param.name); });

/// What a filter with these coefficients makes of the case's input, all channels.
std::vector<double> filtered(const test::GoldenArray& x, FilterForm form, Index order,
                             std::vector<double> coefficients) {
    const Index n = x.shape.at(1), steps = x.shape.at(0);
    Model model;
    const SignalId in = signal(model, {n}), out = signal(model, {n});
    const auto count = static_cast<Index>(coefficients.size());
    const SignalId numbers = signal(model, {count}, std::move(coefficients));
    model.add(SimFilter(form, order, in, out, numbers, signal(model, {order, n})));
    model.inputs.push_back({"x", in, -1});
    model.probes.push_back({"y", out});
    const Data data{1, steps, n, x.values};
    NaiveInterpreter interpreter(model);
    interpreter.feed(0, data);
    interpreter.run(steps);
    return interpreter.samples(0);
}

void expect_golden_filters(
    const std::string& entry_name, int expected_cases,
    const std::function<std::vector<double>(const test::GoldenArray& x, double ratio)>&
        respond) {
    const auto entry = test::golden("synapse", entry_name);
    int cases = 0;
    for (const auto& one : entry.manifest().at("cases")) {
        const auto& params = one.at("params");
        if (params.at("y0") != 0) {
            continue;  // starts elsewhere than networks do
        }
        ++cases;
        const double tau = params.at("synapse").at("tau");
        const double ratio = tau > 0 ? params.at("dt").get<double>() / tau : INFINITY;
        const auto got = respond(entry.array(one.at("arrays").at("x")), ratio);
        const auto want = entry.array(one.at("arrays").at("filt")).values;
        ASSERT_EQ(got.size(), want.size());
        for (std::size_t i = 0; i < want.size(); ++i) {
            ASSERT_NEAR(got[i], want[i], 1e-11) << one.at("name") << ", number " << i;
        }
    }
    EXPECT_EQ(cases, expected_cases);
}

TEST(GoldenFilters, LowpassIsNengos) {
    expect_golden_filters(
        "synapse_lowpass", 5, [](const test::GoldenArray& x, double ratio) {
            const double a = std::exp(-ratio);
            return filtered(x, FilterForm::first_order, 1, {a, 1 - a});
        });
}

TEST(GoldenFilters, AlphaIsNengos) {
    expect_golden_filters(
        "synapse_alpha", 3, [](const test::GoldenArray& x, double ratio) {
            // Two lowpass filters in a row, sampled exactly.
            const double a = std::exp(-ratio);
            return filtered(x, FilterForm::state_first, 2,
                            {a, a * ratio, 0, a, 1 - a * (1 + ratio), 1 - a, 1, 0});
        });
}

}  // namespace
}  // namespace nengine::reference
