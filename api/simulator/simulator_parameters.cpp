#include <algorithm>

#include "api/builder/decode.hpp"
#include "api/numerics/neuron_math.hpp"
#include "api/numerics/text.hpp"
#include "api/objects/neuron_parts.hpp"
#include "api/simulator/data_values.hpp"
#include "api/simulator/simulator_impl.hpp"
#include "engine/io/npz.hpp"

namespace nengine {

using namespace detail;

namespace {

Array array_of(const Matrix& matrix) {
    return Array({matrix.rows(), matrix.cols()},
                 {matrix.data(), matrix.data() + matrix.size()});
}

Array array_of(const Vector& vector) {
    return Array({vector.size()}, {vector.data(), vector.data() + vector.size()});
}

Vector vector_of(const std::vector<double>& values) {
    return Eigen::Map<const Vector>(values.data(), static_cast<Index>(values.size()));
}

/// The gains that the present encoders stand for: training changes them as one product.
Vector effective_gain(const Matrix& scaled, const BuiltEnsembleParts& parts,
                      double radius) {
    Vector gain = parts.gain;
    for (Index i = 0; i < gain.size(); ++i) {
        const double built = parts.encoders.row(i).norm();
        if (built > 0.0) {
            const double sign = gain[i] < 0.0 ? -1.0 : 1.0;
            gain[i] = sign * radius * scaled.row(i).norm() / built;
        }
    }
    return gain;
}

/// Whether a simulation's values, in either precision, are those that it was made with.
template <class Built>
bool as_built(const std::vector<double>& live, const Built& built) {
    return std::equal(
        live.begin(), live.end(), built.data(), [](double now, double at) {
            return now == at || now == static_cast<double>(static_cast<float>(at));
        });
}

std::span<const double> span_of(const Vector& values) {
    return {values.data(), static_cast<std::size_t>(values.size())};
}

/// The encoders behind scaled ones; as drawn where a gain of 0 hides them.
Matrix unscaled(const Matrix& scaled, const Vector& gain,
                const BuiltEnsembleParts& parts) {
    Matrix encoders = parts.encoders;
    for (Index i = 0; i < gain.size(); ++i) {
        if (gain[i] != 0.0) {
            encoders.row(i) = scaled.row(i) * (parts.radius / gain[i]);
        }
    }
    return encoders;
}

BuiltEnsemble as_drawn(const BuiltEnsembleParts& parts) {
    return {array_of(parts.eval_points.values()),
            array_of(parts.encoders),
            array_of(parts.scaled_encoders),
            array_of(parts.max_rates),
            array_of(parts.intercepts),
            array_of(parts.gain),
            array_of(parts.bias)};
}

[[noreturn]] void unknown(const ObjectData& object) {
    throw ValidationError("data: got " + describe(object) +
                          ", which was not part of the network when the simulator was "
                          "made");
}

void check_names(const std::vector<Parameter>& known,
                 const std::map<std::string, engine::NpyArray>& given,
                 const std::string& where) {
    std::map<std::string, const Parameter*> by_name;
    for (const auto& parameter : known) {
        by_name[parameter.name] = &parameter;
        if (!given.contains(parameter.name)) {
            throw ValidationError(where + ": got no parameter '" + parameter.name +
                                  "', needs all of the network's");
        }
    }
    for (const auto& [name, array] : given) {
        const auto at = by_name.find(name);
        if (at == by_name.end()) {
            throw ValidationError(where + ": got a parameter '" + name +
                                  "', which the network does not have");
        }
        if (array.shape != at->second->shape) {
            throw ShapeError(where + ": '" + name + "'",
                             "shape " + shape_text(array.shape),
                             shape_text(at->second->shape));
        }
    }
}

}  // namespace

BuiltEnsemble Simulator::data(const Ensemble& ensemble) const try {
    const Impl& impl = there("data");
    const auto found = impl.built.ensembles.find(ensemble.data_.get());
    if (found == impl.built.ensembles.end()) {
        unknown(*ensemble.data_);
    }
    if (!impl.simulation) {
        impl.warn("data: the simulator is closed; these are the initial values");
    }
    const BuiltEnsembleParts& parts = found->second;
    BuiltEnsemble result = as_drawn(parts);
    if (parts.bias_signal == engine::no_signal) {
        return result;  // Direct: no neurons to tune
    }
    Matrix scaled = parts.scaled_encoders;
    Vector gain = parts.gain;
    if (parts.encoders_signal != engine::no_signal) {
        const auto values = impl.live(parts.encoders_signal);
        scaled = Eigen::Map<const Matrix>(values.data(), scaled.rows(), scaled.cols());
        if (!as_built(values, parts.scaled_encoders)) {
            gain = effective_gain(scaled, parts, parts.radius);
        }
    } else if (parts.gain_signal != engine::no_signal) {
        const auto values = impl.live(parts.gain_signal);
        gain = as_built(values, parts.gain) ? parts.gain : vector_of(values);
    }
    const auto live_bias = impl.live(parts.bias_signal);
    const Vector bias =
        as_built(live_bias, parts.bias) ? parts.bias : vector_of(live_bias);
    result.encoders = array_of(unscaled(scaled, gain, parts));
    result.scaled_encoders = array_of(scaled);
    result.gain = array_of(gain);
    result.bias = array_of(bias);
    if (gain != parts.gain || bias != parts.bias) {
        const auto tuning = max_rates_intercepts(tuned_neuron(parts.neuron_type),
                                                 span_of(gain), span_of(bias));
        result.max_rates = array_of(tuning.max_rates);
        result.intercepts = array_of(tuning.intercepts);
    }
    return result;
} catch (const std::bad_alloc&) {
    refuse_call("data");
}

BuiltConnection Simulator::data(const Connection& connection) const try {
    const Impl& impl = there("data");
    const auto found = impl.built.connections.find(connection.data_.get());
    if (found == impl.built.connections.end()) {
        unknown(*connection.data_);
    }
    const BuiltConnectionParts& parts = found->second;
    BuiltConnection result;
    result.rmses.assign(parts.rmses.data(), parts.rmses.data() + parts.rmses.size());
    result.iterations = parts.iterations;
    result.transform = connection.transform;
    if (!parts.eval_points.empty()) {
        result.eval_points = array_of(parts.eval_points.values());
    }
    if (parts.weights != engine::no_signal) {
        result.weights =
            Array(impl.model().signal(parts.weights).shape, impl.live(parts.weights));
    }
    if (const auto* sparse = std::get_if<Sparse>(&connection.transform.value())) {
        result.sparse_weights =
            SparseMatrix{sparse->shape, sparse->indices, result.weights->values};
    }
    return result;
} catch (const std::bad_alloc&) {
    refuse_call("data");
}

namespace {

template <class Key>
std::uint32_t seed_of(const std::unordered_map<const Key*, std::uint32_t>& seeds,
                      const Key* key, const std::string& what) {
    const auto found = seeds.find(key);
    if (found == seeds.end()) {
        throw ValidationError("seed: got " + what +
                              ", which was not part of the network when the simulator "
                              "was made");
    }
    return found->second;
}

}  // namespace

std::uint32_t Simulator::seed(const ObjectView& object) const {
    const ObjectData* data = object.object().get();
    return seed_of(there("seed").built.seeds, data, describe(*data));
}

std::uint32_t Simulator::seed(const Probe& probe) const {
    const ObjectData* data = probe.data_.get();
    return seed_of(there("seed").built.seeds, data, describe(*data));
}

std::uint32_t Simulator::seed(const Network& network) const {
    const NetworkData* data = network.data_.get();
    return seed_of(there("seed").built.network_seeds, data,
                   "network '" + data->label + "'");
}

std::vector<Parameter> Simulator::parameters() const {
    std::vector<Parameter> result;
    for (const auto& info : open("parameters").simulation->parameters()) {
        result.push_back({info.name, info.shape, info.trainable});
    }
    return result;
}

Array Simulator::parameter(const std::string& name) const try {
    const Impl& impl = open("parameter");
    for (const auto& info : impl.simulation->parameters()) {
        if (info.name == name) {
            return Array(info.shape, impl.simulation->parameter(name));
        }
    }
    throw ValidationError("parameter: got '" + name +
                          "', needs the name of one of the network's parameters");
} catch (const std::bad_alloc&) {
    refuse_call("parameter");
}

void Simulator::set_parameter(const std::string& name, const Array& values) try {
    const Array present = parameter(name);
    if (present.shape != values.shape) {
        throw ShapeError("set_parameter: '" + name + "'",
                         "shape " + shape_text(values.shape),
                         shape_text(present.shape));
    }
    if (impl_->options.dtype == DType::float32) {
        check_single(values.values, values.shape, "set_parameter: '" + name + "'");
    }
    impl_->simulation->set_parameter(name, values.values);
    if (impl_->simulation->step() == 0) {
        impl_->simulation->reset(false);  // initial states take effect
    }
} catch (const std::bad_alloc&) {
    refuse_call("set_parameter");
}

std::int64_t Simulator::n_trainable() const {
    std::int64_t count = 0;
    for (const auto& parameter : parameters()) {
        count += parameter.trainable ? product(parameter.shape) : 0;
    }
    return count;
}

void Simulator::save_params(const std::filesystem::path& path) const try {
    const Impl& impl = open("save_params");
    std::map<std::string, engine::NpyArray> arrays;
    for (const auto& info : impl.simulation->parameters()) {
        arrays[info.name] = {info.shape, impl.simulation->parameter(info.name)};
    }
    engine::write_npz(path, arrays, impl.options.dtype);
} catch (const std::bad_alloc&) {
    refuse_call("save_params");
}

void Simulator::load_params(const std::filesystem::path& path) try {
    Impl& impl = open("load_params");
    const auto arrays = engine::read_npz(path);
    const std::string where = "load_params: " + path.string();
    check_names(parameters(), arrays, where);
    std::map<std::string, std::vector<double>> values;
    for (const auto& [name, array] : arrays) {
        if (impl.options.dtype == DType::float32) {
            check_single(array.values, array.shape, where + ": '" + name + "'");
        }
        values[name] = array.values;
    }
    impl.simulation->set_parameters(values);
    if (impl.simulation->step() == 0) {
        impl.simulation->reset(false);  // initial states take effect
    }
} catch (const std::bad_alloc&) {
    refuse_call("load_params");
}

}  // namespace nengine
