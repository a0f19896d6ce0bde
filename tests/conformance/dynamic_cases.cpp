#include <cmath>
#include <map>
#include <string>

#include "engine/operators/copy.hpp"
#include "engine/operators/dot_inc.hpp"
#include "engine/operators/elementwise_inc.hpp"
#include "engine/operators/host_function.hpp"
#include "engine/operators/reset.hpp"
#include "engine/operators/sim_filter.hpp"
#include "engine/operators/sim_neurons.hpp"
#include "tests/conformance/operator_cases.hpp"

namespace nengine::test {

using namespace engine;
namespace {

struct Population {
    SignalId current, output;
    std::vector<SignalId> states;
};

/// A current that neurons of this type answer with some spikes, or some rate.
double unit_current(NeuronType type) {
    const std::string_view name = neuron_info(type).name;
    if (name == "Izhikevich") {
        return 10;
    }
    const bool linear = name.ends_with("Linear") || name.ends_with("LeakyReLU");
    return linear || name == "RegularSpiking" ? 100 : 1;
}

double usual_value(const std::string& param) {
    static const std::map<std::string, double> values{
        {"tau_rc", 0.02},         {"tau_ref", 0.002},      {"sigma", 0.1},
        {"min_voltage", -0.2},    {"amplitude", 0.5},      {"tau_n", 0.05},
        {"inc_n", 0.02},          {"tau_recovery", 0.02},  {"coupling", 0.2},
        {"reset_voltage", -65.0}, {"reset_recovery", 8.0}, {"negative_slope", 0.3},
        {"slope", 0.1},           {"tau_w", 0.1},          {"increment", 0.1},
        {"v_reset", 0.1}};
    return values.at(param);
}

/// Neurons whose current is bias + gain * x, in Nengo's operators.
Population population(ModelMaker& m, const std::string& name, NeuronType type, Index n,
                      SignalId x, bool vectors) {
    const double unit = unit_current(type);
    const SignalId current = m.signal(name + ".in", {n});
    m.add(Copy(m.parameter(name + ".bias", {n}, 1.2 * unit, 2 * unit), current, false),
          name + ".bias");
    m.add(DotInc(m.parameter(name + ".encoders", {n, m.model->signal(x).size()},
                             -0.3 * unit, 0.3 * unit),
                 x, current),
          name + ".encoders");
    const NeuronInfo& info = neuron_info(type);
    Population made{current, m.signal(name + ".out", {n}), {}};
    std::vector<SignalId> params;
    for (int s = 0; s < info.n_states; ++s) {
        const std::string state(info.states[static_cast<std::size_t>(s)].name);
        const bool voltage = state == "voltage";
        std::vector<double> initial;
        for (Index i = 0; voltage && i < n; ++i) {
            initial.push_back(0.9 * static_cast<double>(i) / static_cast<double>(n));
        }
        made.states.push_back(m.signal(name + '.' + state, {n}, initial));
    }
    for (int p = 0; p < info.n_params; ++p) {
        const std::string param(info.params[static_cast<std::size_t>(p)]);
        const double value = usual_value(param);
        params.push_back(vectors
                             ? m.constant(name + '.' + param, {n}, 0.8 * value, value)
                             : m.constant(name + '.' + param, {}, value, value));
    }
    SimNeurons op(type, current, made.output, made.states, params);
    op.max_ratio = 0.1;
    m.add(std::move(op), name);
    return made;
}

void neurons(ModelMaker& m, NeuronType type) {
    const SignalId x = m.input("x", 2);
    // Populations of different size merge; the last one is recurrent.
    const Population a = population(m, "a", type, 5, x, false);
    const Population b = population(m, "b", type, 33, x, true);
    const SignalId loop = m.signal("loop", {2});
    m.add(Reset(loop), "loop");
    m.add(Copy(x, loop, true), "loop");
    const Population c = population(m, "c", type, 7, loop, false);
    const SignalId decoded = m.signal("decoded", {2});
    m.add(DotInc(m.parameter("decoders", {2, 7}, -0.001, 0.001), c.output, decoded,
                 false),
          "decoded");
    m.add(Copy(m.lowpass("synapse", decoded), loop, true), "feedback");
    // Filters of the first order right behind neurons run fused with them.
    m.probe(m.lowpass("fused", b.output));
    for (const SignalId y : {a.output, b.output, c.output, a.current, decoded}) {
        m.probe(y);
    }
}

void neuron_states(ModelMaker& m) {
    const SignalId x = m.input("x", 2);
    const Population lif = population(m, "lif", neuron_type("LIF"), 5, x, false);
    const Population relu =
        population(m, "relu", neuron_type("SpikingRectifiedLinear"), 3, x, true);
    m.probe(lif.output);
    for (const auto& states : {lif.states, relu.states}) {
        for (const SignalId state : states) {
            m.probe(state);
            m.probe(state, 2.5, false);
        }
    }
}

/// Neurons that nothing but their biases drives.
void neurons_without_input(ModelMaker& m) {
    for (const NeuronType type : {neuron_type("SoftLIFRate"), neuron_type("Sigmoid")}) {
        const std::string name(neuron_info(type).name);
        const SignalId current = m.signal(name + ".in", {5}), out = m.signal(name, {5});
        m.add(Copy(m.parameter(name + ".bias", {5}, 1.2, 2), current, false), name);
        std::vector<SignalId> params;
        for (int p = 0; p < neuron_info(type).n_params; ++p) {
            params.push_back(m.constant(name + std::to_string(p), {}, 0.1, 0.1));
        }
        m.add(SimNeurons(type, current, out, {}, params), name);
        m.probe(out);
        m.probe(m.lowpass(name + ".slow", out));
    }
}

/// Gain per neuron, on top of a bias: what the fuse pass turns into slots.
void neuron_gains(ModelMaker& m) {
    const SignalId x = m.input("x", 5);
    int counter = 0;
    for (const NeuronType type : {neuron_type("LIFRate"), neuron_type("SoftLIFRate")}) {
        for (const bool scalar : {false, true}) {
            const std::string name = "n" + std::to_string(counter++);
            const SignalId current = m.signal(name + ".in", {5});
            const SignalId output = m.signal(name + ".out", {5});
            const SignalId gain = scalar ? m.parameter(name + ".gain", {}, 0.2, 0.5)
                                         : m.parameter(name + ".gain", {5}, 0.2, 0.5);
            m.add(Copy(m.parameter(name + ".bias", {5}, 1.8, 2.5), current, false),
                  name + ".bias");
            m.add(ElementwiseInc(gain, x, current), name + ".gain");
            std::vector<SignalId> params{
                m.constant(name + ".tau_rc", {}, 0.02, 0.02),
                m.constant(name + ".tau_ref", {}, 0.002, 0.002),
                m.constant(name + ".amplitude", {}, 1, 1)};
            if (type == neuron_type("SoftLIFRate")) {
                params.push_back(m.constant(name + ".sigma", {5}, 0.05, 0.1));
            }
            m.add(SimNeurons(type, current, output, {}, params), name);
            m.probe(output);
        }
    }
}

void lif_smoothing(ModelMaker& m) {
    const SignalId x = m.input("x", 3);
    const SignalId out = m.signal("out", {5}), current = m.signal("in", {5});
    m.add(Copy(m.parameter("bias", {5}, 0.5, 1.5), current, false), "bias");
    m.add(DotInc(m.parameter("encoders", {5, 3}), x, current), "encoders");
    SimNeurons op(
        neuron_type("LIF"), current, out,
        {m.signal("voltage", {5}), m.signal("refractory_time", {5})},
        {m.constant("tau_rc", {}, 0.02, 0.02), m.constant("tau_ref", {}, 2e-3, 2e-3),
         m.constant("amplitude", {}, 0.01, 0.01), m.constant("min_voltage", {}, 0, 0)});
    op.smoothing = 0.15;
    op.max_ratio = 0.05;
    m.add(std::move(op), "lif");
    m.probe(out);
}

std::vector<double> filter_numbers(FilterForm form, Index order) {
    if (form == FilterForm::gain) {
        return {0.75};
    }
    if (form == FilterForm::first_order) {
        return {0.9, 0.1};
    }
    std::vector<double> numbers;
    for (Index i = 0; i < order; ++i) {
        for (Index j = 0; j < order; ++j) {
            numbers.push_back(i == j ? 0.8 - 0.1 * static_cast<double>(i) : 0.05);
        }
    }
    for (Index i = 0; i < 2 * order; ++i) {
        numbers.push_back(0.3 + 0.1 * static_cast<double>(i));
    }
    if (form == FilterForm::output_first) {
        numbers.push_back(0.2);
    }
    return numbers;
}

SignalId filter(ModelMaker& m, const std::string& name, FilterForm form, Index order,
                SignalId x, Role role) {
    const Index n = m.model->signal(x).size();
    const auto numbers = filter_numbers(form, order);
    const SignalId y = m.signal(name, {n});
    const SignalId state =
        order > 0 ? m.signal(name + ".state", {order, n}) : no_signal;
    m.add(SimFilter(form, order, x, y,
                    m.constant(name + ".coefficients",
                               {static_cast<Index>(numbers.size())}, numbers),
                    state, role),
          name);
    return y;
}

void filters(ModelMaker& m, Role role) {
    const SignalId x = m.input("x", 3), still = m.input("still", 5, true);
    using enum FilterForm;
    int counter = 0;
    for (const SignalId source : {x, still}) {
        for (const auto& [form, order] :
             std::vector<std::pair<FilterForm, Index>>{{gain, 0},
                                                       {first_order, 1},
                                                       {state_first, 1},
                                                       {state_first, 2},
                                                       {state_first, 3},
                                                       {output_first, 1},
                                                       {output_first, 2}}) {
            const std::string name = "f" + std::to_string(counter++);
            const SignalId y = filter(m, name, form, order, source, role);
            const SignalId z = m.signal(name + ".read", {2});
            m.add(DotInc(m.parameter(name + ".w", {2, m.model->signal(y).size()}), y, z,
                         false),
                  name + ".read");
            m.probe(y);
            m.probe(z, 2);
        }
    }
}

void filters_of_filters(ModelMaker& m) {
    const SignalId x = m.input("x", 3), y = m.signal("y", {3});
    using enum FilterForm;
    m.add(Reset(y), "y");
    m.add(DotInc(m.parameter("w", {3, 3}), x, y), "y");
    const SignalId a = filter(m, "a", first_order, 1, y, Role::update);
    const SignalId b = filter(m, "b", state_first, 2, a, Role::update);
    const SignalId c = filter(m, "c", output_first, 2, b, Role::set);
    m.add(DotInc(m.parameter("back", {3, 3}, -0.2, 0.2), b, y), "back");
    for (const SignalId probed : {y, a, b, c}) {
        m.probe(probed);
    }
}

void filter_states(ModelMaker& m) {
    const SignalId x = m.input("x", 3);
    const SignalId state = m.signal("state", {2, 3}), y = m.signal("y", {3});
    const auto numbers = filter_numbers(FilterForm::state_first, 2);
    m.add(SimFilter(FilterForm::state_first, 2, x, y,
                    m.constant("coefficients", {8}, numbers), state),
          "y");
    m.probe(y);
    m.probe(state);
    m.probe(state, 2, false);
}

/// Depends on all of x, and on how many they are.
HostCall wave(double rate) {
    return [rate](double t, std::span<const double> x, std::span<double> out) {
        for (std::size_t i = 0; i < out.size(); ++i) {
            const double shift =
                x.empty() ? 0.0 : x[i % x.size()] + 0.1 * static_cast<double>(x.size());
            out[i] = std::sin(rate * t + static_cast<double>(i) + shift);
        }
    };
}

void host_of_time(ModelMaker& m) {
    const SignalId a = m.signal("a", {3}), b = m.signal("b", {2}),
                   y = m.signal("y", {4});
    m.add(HostFunction(wave(20), a, no_signal), "a");
    m.add(HostFunction(wave(30), b, no_signal, HostFunction::Order::ordered), "b");
    m.add(Reset(y), "y");
    m.add(DotInc(m.parameter("wa", {4, 3}), a, y), "y");
    m.add(DotInc(m.parameter("wb", {4, 2}), b, y), "y");
    const SignalId slow = m.lowpass("slow", y);
    m.add(DotInc(m.parameter("back", {4, 4}, -0.2, 0.2), slow, y), "back");
    m.probe(a);
    m.probe(b);
    m.probe(y);
}

void host_of_input(ModelMaker& m) {
    const SignalId x = m.input("x", 3), still = m.input("still", 2, true);
    const SignalId a = m.signal("a", {3}), b = m.signal("b", {5}),
                   c = m.signal("c", {2}), loop = m.signal("loop", {3}),
                   one = m.signal("one", {3});
    m.add(HostFunction(wave(20), a, x), "a");
    m.add(HostFunction(wave(30), b, still, HostFunction::Order::pure), "b");
    m.add(HostFunction(wave(15), one, m.constant("number", {1})), "one");
    m.add(Reset(loop), "loop");
    m.add(Copy(a, loop, true), "loop");
    m.add(HostFunction(wave(10), c, loop), "c");
    const SignalId slow = m.lowpass("slow", c);
    m.add(Copy(m.slice(slow, 1, 2, -1), m.slice(loop, 0, 2), true), "back");
    for (const SignalId probed : {a, b, c, loop, one}) {
        m.probe(probed);
    }
}

}  // namespace

std::vector<OperatorCase> dynamic_cases() {
    std::vector<OperatorCase> cases{
        {"NeuronStates", "SimNeurons", neuron_states, true},
        {"NeuronGains", "SimNeurons", neuron_gains},
        {"NeuronsWithoutInput", "SimNeurons", neurons_without_input},
        {"LifSmoothing", "SimNeurons", lif_smoothing, true},
        {"FiltersThatUpdate", "SimFilter",
         [](ModelMaker& m) { filters(m, Role::update); }},
        {"FiltersThatSet", "SimFilter", [](ModelMaker& m) { filters(m, Role::set); }},
        {"FiltersOfFilters", "SimFilter", filters_of_filters},
        {"FilterStates", "SimFilter", filter_states},
        {"HostFunctionOfTime", "HostFunction", host_of_time},
        {"HostFunctionOfInput", "HostFunction", host_of_input}};
    for (const NeuronType type : built_in_neurons()) {
        const NeuronInfo& info = neuron_info(type);
        cases.push_back({std::string(info.name), "SimNeurons",
                         [type](ModelMaker& m) { neurons(m, type); }, info.spiking,
                         info.has_rate});
    }
    return cases;
}

}  // namespace nengine::test
