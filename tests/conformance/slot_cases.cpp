#include "tests/conformance/slot_cases.hpp"

#include "engine/ir/host_call.hpp"
#include "engine/operators/conv_inc.hpp"
#include "engine/operators/copy.hpp"
#include "engine/operators/dot_inc.hpp"
#include "engine/operators/elementwise_inc.hpp"
#include "engine/operators/host_function.hpp"
#include "engine/operators/max_pool_inc.hpp"
#include "engine/operators/pointwise.hpp"
#include "engine/operators/pool_inc.hpp"
#include "engine/operators/random_spikes.hpp"
#include "engine/operators/reset.hpp"
#include "engine/operators/sim_filter.hpp"
#include "engine/operators/sim_neurons.hpp"
#include "engine/operators/sim_process.hpp"
#include "engine/operators/sim_random.hpp"
#include "engine/operators/sparse_dot_inc.hpp"
#include "engine/operators/time_update.hpp"
#include "tests/support/on_each_device.hpp"

namespace nengine::test {

using namespace engine;

/// from + 0.1 * a number per step and item.
SignalId Slots::varying(const std::string& name, SignalId from) {
    const SignalId y = maker_.signal(name, maker_.model->signal(from).shape);
    maker_.add(Copy(from, y, false), name + ".from");
    maker_.add(ElementwiseInc(maker_.constant(name + ".tenth", {1}, 0.1, 0.1),
                              maker_.input(name + ".noise", 1), y),
               name + ".noise");
    return y;
}

SignalId Slots::tested(const std::string& name, const Shape& shape, double low,
                       double high) {
    return holds_ == Holds::parameter
               ? maker_.parameter(name, shape, low, high)
               : varying(name, maker_.parameter("tested", shape, low, high));
}

SignalId Slots::value(const std::string& name, Shape shape, double low, double high) {
    names_.insert(name);
    return name == tested_
               ? tested(name, shape, low, high)
               : varying(name, maker_.constant(name + ".base", shape, low, high));
}

SignalId Slots::constant(const std::string& name, Shape shape, double low,
                         double high) {
    names_.insert(name);
    return name == tested_ ? tested(name, shape, low, high)
                           : maker_.constant(name, shape, low, high);
}

namespace {

using Form = std::shared_ptr<const Operator>;

Form time_update(ModelMaker& m, Slots&) {
    const SignalId time = m.signal("time", {1});
    m.probe(time);
    return add_tested(m, TimeUpdate(time));
}

Form reset(ModelMaker& m, Slots&) {
    const SignalId y = m.signal("y", {3});
    m.probe(y);
    return add_tested(m, Reset(y, 0.5));
}

Form random(ModelMaker& m, Slots&) {
    const SignalId y = m.signal("y", {3});
    m.probe(y);
    return add_tested(m, SimRandom(y, {}));
}

Form copy(ModelMaker& m, Slots& slots) {
    const SignalId y = m.signal("y", {4, 3});
    m.probe(y);
    return add_tested(m, Copy(slots.value("src", {3}), y, false));
}

Form copy_by_index(ModelMaker& m, Slots& slots) {
    const SignalId y = m.signal("y", {4});
    m.probe(y);
    return add_tested(m, Copy(slots.value("src", {3}), y, false, {2, 0, 2, 1}));
}

Form elementwise(ModelMaker& m, Slots& slots) {
    const SignalId y = m.signal("y", {4, 3});
    m.probe(y);
    return add_tested(
        m, ElementwiseInc(slots.value("a", {4, 1}), slots.value("x", {3}), y, false));
}

Form pointwise(ModelMaker& m, Slots& slots) {
    const SignalId y = m.signal("y", {4, 3});
    m.probe(y);
    return add_tested(
        m, Pointwise({slots.value("a", {4, 1}), slots.value("b", {3}),
                      slots.value("step", {4, 3})},
                     y, false, pointwise_graph<3>([](auto a, auto b, auto step) {
                         return tanh(a) * b + floor(step);
                     })));
}

Form dot(ModelMaker& m, Slots& slots) {
    const SignalId y = m.signal("y", {4});
    m.probe(y);
    return add_tested(
        m, DotInc(slots.constant("a", {4, 3}), slots.value("x", {3}), y, false));
}

Form sparse_dot(ModelMaker& m, Slots& slots) {
    const SignalId y = m.signal("y", {4});
    m.probe(y);
    const SparsePattern pattern{4, 5, {3, 0, 1, 3, 0, 3}, {4, 1, 0, 0, 1, 2}};
    return add_tested(m, SparseDotInc(slots.constant("a", {6}), slots.value("x", {5}),
                                      y, pattern, false));
}

ConvShape conv_shape() {
    return Conv2DShape{.images = 1,
                       .in_h = 4,
                       .in_w = 3,
                       .in_c = 2,
                       .out_h = 3,
                       .out_w = 2,
                       .out_c = 3,
                       .k_h = 2,
                       .k_w = 2};
}

Form conv(ModelMaker& m, Slots& slots) {
    const SignalId y = m.signal("y", {3 * 2 * 3});
    m.probe(y);
    return add_tested(
        m, ConvInc(slots.constant("w", {2, 2, 2, 3}), slots.value("x", {4 * 3 * 2}), y,
                   conv_shape(), false, slots.constant("bias", {3})));
}

Form conv_transposed(ModelMaker& m, Slots& slots) {
    const SignalId y = m.signal("y", {4 * 3 * 2});
    m.probe(y);
    return add_tested(
        m, ConvInc(slots.constant("w", {2, 2, 2, 3}), slots.value("x", {3 * 2 * 3}), y,
                   conv_shape(), false, no_signal, true));
}

template <class Pool>
Form pool(ModelMaker& m, Slots& slots) {
    const SignalId y = m.signal("y", {3});
    m.probe(y);
    return add_tested(
        m,
        Pool(slots.value("x", {2 * 2 * 3}), y,
             {.images = 1, .in_h = 2, .in_w = 2, .channels = 3, .out_h = 1, .out_w = 1},
             false));
}

/// A current, and the range of a parameter, at which the curve of any type has slopes.
double current_of(NeuronType type) {
    return type == neuron_type("Sigmoid") || type == neuron_type("Tanh") ? 0.2 : 2;
}

double parameter_of(const std::string& name) {
    return name == "amplitude" ? 0.01 : name == "min_voltage" ? 0 : 0.02;
}

/// Neurons of a type, their parameters one each or one for all.
Form neurons(ModelMaker& m, Slots& slots, NeuronType type, bool each) {
    const NeuronInfo& info = neuron_info(type);
    const SignalId y = m.signal("y", {4});
    std::vector<SignalId> states, params;
    for (int s = 0; s < info.n_states; ++s) {
        states.push_back(m.signal("state" + std::to_string(s), {4}));
    }
    for (int p = 0; p < info.n_params; ++p) {
        const std::string name(info.params[static_cast<std::size_t>(p)]);
        const double value = parameter_of(name);
        params.push_back(slots.constant(name, each ? Shape{4} : Shape{}, value, value));
    }
    const double current = current_of(type);
    const SignalId j = slots.value("j", {4}, current, 1.5 * current);
    m.probe(y);
    return add_tested(m, each ? SimNeurons(type, j, y, states, params,
                                           slots.constant("gain", {4}, 0.9, 1.1),
                                           slots.constant("bias", {4}, 0.1, 0.2))
                              : SimNeurons(type, j, y, states, params));
}

Form filter(ModelMaker& m, Slots& slots, FilterForm form, Index order) {
    const SignalId y = m.signal("y", {3});
    const SignalId state =
        form == FilterForm::gain ? no_signal : m.signal("state", {order, 3});
    m.probe(y);
    return add_tested(
        m, SimFilter(form, order, slots.value("input", {3}), y,
                     slots.constant("coefficients", {filter_coefficients(form, order)},
                                    0.1, 0.4),
                     state));
}

Form host_function(ModelMaker& m, Slots& slots) {
    const SignalId y = m.signal("y", {2});
    m.probe(y);
    const HostCall twice = [](double, std::span<const double> x,
                              std::span<double> out) {
        for (std::size_t i = 0; i < out.size(); ++i) {
            out[i] = 2 * x[i];
        }
    };
    return add_tested(m, HostFunction(twice, y, slots.value("x", {2})));
}

Form process(ModelMaker& m, Slots& slots) {
    const SignalId y = m.signal("y", {2});
    m.probe(y);
    const ProcessFactory twice = [](Index) -> ProcessStep {
        return [](double, std::span<const double> x, std::span<double> out) {
            for (std::size_t i = 0; i < out.size(); ++i) {
                out[i] = 2 * x[i];
            }
        };
    };
    return add_tested(m, SimProcess(twice, y, slots.value("x", {2}), {}));
}

Form stochastic_spikes(ModelMaker& m, Slots& slots) {
    const SignalId y = m.signal("y", {4});
    m.probe(y);
    return add_tested(m, StochasticSpikes(slots.value("rates", {4}, 10, 20), y,
                                          slots.value("uniform", {4}, 0.1, 0.9),
                                          slots.constant("amplitude", {}, 0.01, 0.02)));
}

Form poisson_spikes(ModelMaker& m, Slots& slots) {
    const SignalId y = m.signal("y", {4});
    m.probe(y);
    return add_tested(m, PoissonSpikes(slots.value("rates", {4}, 10, 20), y,
                                       slots.constant("amplitude", {4}, 0.01, 0.02)));
}

void add_neurons(std::vector<SlotCase>& cases) {
    for (const NeuronType type : built_in_neurons()) {
        const NeuronInfo& info = neuron_info(type);
        if (!info.has_rate) {
            continue;  // not trained at all
        }
        for (const bool each : {false, true}) {
            cases.push_back({std::string(info.name) + (each ? "Each" : "All"),
                             "SimNeurons", [=](ModelMaker& m, Slots& slots) {
                                 return neurons(m, slots, type, each);
                             }});
        }
    }
}

void add_filters(std::vector<SlotCase>& cases) {
    using enum FilterForm;
    const std::tuple<const char*, FilterForm, Index> forms[] = {
        {"Gain", gain, 0},
        {"FirstOrder", first_order, 1},
        {"StateFirst", state_first, 2},
        {"OutputFirst", output_first, 2},
        {"Finite", finite, 3}};
    for (const auto& [name, form, order] : forms) {
        cases.push_back({std::string("Filter") + name, "SimFilter",
                         [form = form, order = order](ModelMaker& m, Slots& slots) {
                             return filter(m, slots, form, order);
                         }});
    }
}

}  // namespace

const std::vector<SlotCase>& slot_cases() {
    static const std::vector<SlotCase> cases = [] {
        std::vector<SlotCase> all{
            {"TimeUpdate", "TimeUpdate", time_update},
            {"Reset", "Reset", reset},
            {"SimRandom", "SimRandom", random},
            {"Copy", "Copy", copy},
            {"CopyByIndex", "Copy", copy_by_index},
            {"ElementwiseInc", "ElementwiseInc", elementwise},
            {"Pointwise", "Pointwise", pointwise},
            {"DotInc", "DotInc", dot},
            {"SparseDotInc", "SparseDotInc", sparse_dot},
            {"ConvInc", "ConvInc", conv},
            {"ConvIncTransposed", "ConvInc", conv_transposed},
            {"PoolInc", "PoolInc", pool<PoolInc>},
            {"MaxPoolInc", "MaxPoolInc", pool<MaxPoolInc>},
            {"HostFunction", "HostFunction", host_function},
            {"SimProcess", "SimProcess", process},
            {"StochasticSpikes", "StochasticSpikes", stochastic_spikes},
            {"PoissonSpikes", "PoissonSpikes", poisson_spikes}};
        add_neurons(all);
        add_filters(all);
        for (auto* const more : {slot_tensor_cases, slot_learning_cases}) {
            for (SlotCase& one : more()) {
                all.push_back(std::move(one));
            }
        }
        return all;
    }();
    return cases;
}

void PrintTo(const SlotCaseOn& tested, std::ostream* out) {
    *out << slot_cases()[tested.slot_case].name << " on " << tested.device;
}

std::vector<SlotCaseOn> slot_cases_on_devices() {
    std::vector<SlotCaseOn> all;
    for (std::size_t i = 0; i < slot_cases().size(); ++i) {
        for (const char* device : device_names()) {
            all.push_back({i, device});
        }
    }
    return all;
}

std::string slot_case_label(const ::testing::TestParamInfo<SlotCaseOn>& tested) {
    return slot_cases()[tested.param.slot_case].name + '_' + tested.param.device;
}

}  // namespace nengine::test
