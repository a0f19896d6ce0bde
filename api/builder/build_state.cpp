#include "api/builder/build_state.hpp"

#include <cmath>

#include "api/numerics/text.hpp"
#include "engine/operators/time_update.hpp"

namespace nengine {

namespace {

using namespace detail;

/// What the object says, else the nearest network whose config says something.
template <class Option>
auto configured(const ObjectData& object, const Option& option) {
    std::shared_ptr<const NetworkData> network = object.network.lock();
    std::optional<std::remove_cvref_t<decltype(option(network->config).value())>> value;
    while (network && !value) {
        if (const auto& said = option(network->config); said.given()) {
            value = said.value();
        }
        network = network->parent.lock();
    }
    return value;
}

}  // namespace

engine::SignalId BuildState::signal(const std::string& name, Index size) {
    return variable(name, {size}, {});
}

engine::SignalId BuildState::variable(const std::string& name, Shape shape,
                                      engine::SharedValues values) {
    engine::Signal made;
    made.name = name;
    made.shape = std::move(shape);
    made.initial = std::move(values);
    return model->add_signal(std::move(made));
}

engine::SignalId BuildState::scalar(double value) {
    const auto [at, is_new] = scalars.try_emplace(value, engine::no_signal);
    if (is_new) {
        at->second = constant("constant", {}, {value});
    }
    return at->second;
}

engine::SignalId BuildState::time() {
    if (time_signal == engine::no_signal) {
        time_signal = variable("time", {}, {});
        add(engine::TimeUpdate(time_signal), "time");
    }
    return time_signal;
}

engine::SignalId BuildState::constant(const std::string& name, Shape shape,
                                      engine::SharedValues values) {
    const engine::SignalId id = variable(name, std::move(shape), std::move(values));
    model->signal(id).readonly = true;
    return id;
}

std::string BuildState::own_parameter_name(const ObjectData& object,
                                           const std::string& attribute) {
    const std::string base = detail::name(object);
    std::string& number = parameter_numbers[&object];
    std::string name = base + number + '.' + attribute;
    while (!parameter_names.insert(name).second) {
        number = '#' + std::to_string(++repeated_names[base + '.' + attribute] + 1);
        name = base + number + '.' + attribute;
    }
    return name;
}

engine::SignalId BuildState::parameter(const ObjectData& object,
                                       const std::string& attribute, Shape shape,
                                       engine::SharedValues values, bool trainable) {
    const std::string name = own_parameter_name(object, attribute);
    const engine::SignalId id = variable(name, std::move(shape), std::move(values));
    model->signal(id).parameter = name;
    model->signal(id).trainable = trainable;
    return id;
}

void copy_checked(const std::vector<double>& values, std::span<double> out,
                  const std::string& where, double t) {
    if (values.size() != out.size()) {
        throw SimulationError(where + ": at t = " + number_text(t) + " got " +
                              std::to_string(values.size()) + " numbers, needs " +
                              std::to_string(out.size()));
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (!std::isfinite(values[i])) {
            throw SimulationError(where + ": at t = " + number_text(t) + " got " +
                                  number_text(values[i]) + ", needs finite numbers");
        }
        out[i] = values[i];
    }
}

std::vector<double> values_of(const Matrix& matrix) {
    return {matrix.data(), matrix.data() + matrix.size()};
}
std::vector<double> values_of(const Vector& vector) {
    return {vector.data(), vector.data() + vector.size()};
}

bool is_trainable(const EnsembleData& ensemble) {
    if (ensemble.trainable) {
        return *ensemble.trainable;
    }
    return configured(ensemble, [](const Config& at) { return at.ensemble.trainable; })
        .value_or(true);
}

bool neurons_trainable(const EnsembleData& ensemble) {
    if (ensemble.neurons_trainable) {
        return *ensemble.neurons_trainable;
    }
    if (ensemble.trainable) {
        return *ensemble.trainable;
    }
    if (const auto set = configured(
            ensemble, [](const Config& at) { return at.neurons.trainable; })) {
        return *set;
    }
    return is_trainable(ensemble);
}

SpikeGradient spike_gradient(const EnsembleData& ensemble,
                             const SpikeGradient& of_others) {
    if (ensemble.spike_gradient) {
        return *ensemble.spike_gradient;
    }
    return configured(ensemble,
                      [](const Config& at) { return at.ensemble.spike_gradient; })
        .value_or(of_others);
}

bool is_trainable(const NodeData& layer) {
    if (layer.layer->trainable) {
        return *layer.layer->trainable;
    }
    return configured(layer, [](const Config& at) { return at.layer.trainable; })
        .value_or(true);
}

bool is_trainable(const ConnectionData& connection) {
    if (connection.trainable) {
        return *connection.trainable;
    }
    return configured(connection,
                      [](const Config& at) { return at.connection.trainable; })
        .value_or(true);
}

}  // namespace nengine
