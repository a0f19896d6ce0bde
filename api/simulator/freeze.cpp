#include <algorithm>
#include <cmath>
#include <functional>

#include "api/builder/build_state.hpp"
#include "api/numerics/text.hpp"
#include "api/objects/neuron_parts.hpp"
#include "api/simulator/simulator_impl.hpp"
#include "kernels/base/host_memory.hpp"

namespace nengine {

using namespace detail;

namespace {

SharedArray transposed(const Array& array) {
    const Index rows = array.extent(0), cols = array.extent(1);
    std::vector<double> values(array.values.size());
    Eigen::Map<Matrix>(values.data(), cols, rows) =
        Eigen::Map<const Matrix>(array.values.data(), rows, cols).transpose();
    return Array({cols, rows}, std::move(values));
}

/// What is given instead of the values that a transform was drawn from.
class WithValues {
public:
    explicit WithValues(Array values) : values_(std::move(values)) {}

    Transform operator()(const NoneType& none) const { return none; }
    Transform operator()(const Array&) const { return values_; }
    Transform operator()(const Distribution&) const { return values_; }
    template <class Structured>
    Transform operator()(Structured transform) const {
        transform.init = values_;
        return transform;
    }

private:
    Array values_;
};

/// The shape of the weights that a connection, as it is now, is built with.
Shape weights_shape(const ConnectionData& connection, const BuiltNetwork& built) {
    const Index size_out = view_positions(connection.post, Side::in).count;
    if (const auto* pre = decoded_ensemble(connection.pre)) {
        const bool full = solves_for_weights(connection);
        const ObjectData* post = connection.post.object().get();
        return {full ? built.ensembles.at(post).scaled_encoders.rows() : size_out,
                pre->n_neurons};
    }
    const auto& transform = connection.transform.value();
    if (connection.transform.is_none()) {
        return {0};
    }
    if (const auto* array = std::get_if<Array>(&transform)) {
        return array->shape;
    }
    if (const auto* sparse = std::get_if<Sparse>(&transform)) {
        return {static_cast<Index>(sparse->indices.size())};
    }
    if (const auto* conv = std::get_if<Convolution>(&transform)) {
        return conv->kernel_shape();
    }
    if (const auto* conv = std::get_if<ConvolutionTranspose>(&transform)) {
        return conv->kernel_shape();
    }
    return {size_out, size_mid(connection)};
}

/// Finds where a model of neurons has the initial values of its own states, or of those
/// of its base type; null if it has none.
struct InitialStateOf {
    bool of_base;

    template <class Type>
    InitialState* operator()(Type& type) const {
        if constexpr (requires { type.base_type; }) {
            if (of_base) {
                return std::visit(InitialStateOf{false}, type.base_type);
            }
        }
        if constexpr (requires { type.initial_state; }) {
            return &type.initial_state;
        } else {
            return nullptr;
        }
    }
};

/// Reads what a simulator has and writes it into objects: all of it, or nothing if
/// something cannot be.
class Freezer {
public:
    Freezer(const BuiltNetwork& built, const engine::Simulation& simulation,
            bool single_precision)
        : built_(built), simulation_(simulation), single_(single_precision) {}

    void read(const NetworkData& top) {
        visit_networks(top, [&](const NetworkData& network) {
            read_all(network.ensembles);
            read_all(network.nodes);
            read_all(network.connections);
            read_all(network.probes);
        });
    }
    void write() const {
        for (const auto& change : changes_) {
            change();
        }
    }

private:
    template <class Object>
    void read_all(const std::vector<std::shared_ptr<Object>>& objects) {
        for (const auto& object : objects) {
            const auto seed = built_.seeds.find(object.get());
            if (seed == built_.seeds.end()) {
                throw ValidationError("freeze: got " + describe(*object) +
                                      ", which the simulator does not have, needs the "
                                      "network that it was made with, or one in it");
            }
            const Seed number = seed->second;
            changes_.push_back([object, number] { object->seed = number; });
            kernels::with_host_memory([&] { read(*object); },
                                      [&] {
                                          return kernels::MemoryUse{
                                              "freeze: " + describe(*object),
                                              "copies of its parameters", "its sizes"};
                                      });
        }
    }

    void read(EnsembleData& ensemble) {
        const BuiltEnsembleParts& parts = built_.ensembles.at(&ensemble);
        if (parts.bias_signal == engine::no_signal) {
            return;  // Direct: it has no parameters
        }
        const Vector gain = parts.gain_signal == engine::no_signal
                                ? parts.gain
                                : present_vector(parts.gain_signal);
        Matrix encoders = parts.encoders;
        std::optional<FrozenEncoders> frozen;
        if (parts.encoders_signal != engine::no_signal) {
            const Matrix scaled = present_matrix(parts.encoders_signal);
            encoders = unscaled(scaled, gain, ensemble.radius, parts);
            const Matrix made_again = (gain / ensemble.radius).asDiagonal() * encoders;
            if (made_again != scaled) {
                frozen = FrozenEncoders{array_of(encoders), array_of(gain),
                                        ensemble.radius, array_of(scaled)};
            }
        }
        changes_.push_back([&ensemble, frozen, encoders = array_of(encoders),
                            gain = array_of(gain),
                            bias = Array(present(parts.bias_signal))] {
            ensemble.normalize_encoders = false;
            ensemble.encoders = frozen ? frozen->encoders : encoders;
            ensemble.gain = frozen ? frozen->gain : gain;
            ensemble.bias = bias;
            ensemble.frozen = frozen;
        });
        read_states(ensemble, parts);
    }

    /// The encoders that these scaled ones are the product of; what was not changed is
    /// as it was drawn, and so is what no encoders can give (the gain is 0).
    static Matrix unscaled(const Matrix& scaled, const Vector& gain, double radius,
                           const BuiltEnsembleParts& parts) {
        Matrix encoders = parts.encoders;
        for (Index i = 0; i < encoders.rows(); ++i) {
            const bool same_scale = gain[i] == parts.gain[i] && radius == parts.radius;
            for (Index k = 0; k < encoders.cols(); ++k) {
                const double exact = scaled(i, k) * radius / gain[i];
                const bool same =
                    same_scale && scaled(i, k) == parts.scaled_encoders(i, k);
                if (!same && std::isfinite(exact)) {
                    encoders(i, k) = exact;
                }
            }
        }
        return encoders;
    }

    /// Initial voltages, if they were set. They are drawn before other states, whose
    /// draws change without them: all states are given then.
    void read_states(EnsembleData& ensemble, const BuiltEnsembleParts& parts) {
        const auto voltage = parts.states.find("voltage");
        if (voltage == parts.states.end() ||
            ensemble.neuron_type != parts.neuron_type) {
            return;
        }
        const std::vector<double> values = present(voltage->second);
        if (values == initial(voltage->second)) {
            return;
        }
        const NeuronParts of = neuron_parts(ensemble.neuron_type, describe(ensemble));
        const kernels::NeuronInfo& base = of.neurons->info();
        const bool of_base = of.spikes && has_state(base, "voltage");
        const kernels::NeuronInfo& info =
            !of.spikes || of_base
                ? base
                : kernels::neuron_info(kernels::neuron_type("RegularSpiking"));
        InitialState states;
        for (int i = 0; i < info.n_states; ++i) {
            const std::string name(info.states[static_cast<std::size_t>(i)].name);
            const engine::SignalId signal = parts.states.at(name);
            states.insert_or_assign(name, name == "voltage" ? values : initial(signal));
        }
        changes_.push_back([&ensemble, of_base, states] {
            *std::visit(InitialStateOf{of_base}, ensemble.neuron_type) = states;
        });
    }

    static bool has_state(const kernels::NeuronInfo& info, std::string_view name) {
        const auto* const first = info.states.data();
        return std::any_of(
            first, first + info.n_states,
            [&](const kernels::NeuronState& state) { return state.name == name; });
    }

    void read(NodeData& node) {
        if (!node.layer) {
            return;
        }
        for (const auto& [attribute, signal] : built_.nodes.at(&node).parameters) {
            if (std::holds_alternative<TensorFunction>(node.layer->kind)) {
                changes_.push_back(
                    [&node, name = attribute, values = present_array(signal)] {
                        node.layer->frozen.insert_or_assign(name, values);
                    });
                continue;
            }
            changes_.push_back([&node, is_kernel = attribute == "kernel",
                                values = present_array(signal)] {
                std::visit(
                    [&](auto& layer) {
                        if constexpr (requires { layer.kernel_initializer; }) {
                            (is_kernel ? layer.kernel_initializer
                                       : layer.bias_initializer) = values;
                        }
                    },
                    node.layer->kind);
            });
        }
    }

    void read(ConnectionData& connection) {
        need_gain_of_before(connection);
        const engine::SignalId weights = built_.connections.at(&connection).weights;
        if (weights == engine::no_signal) {
            return;
        }
        const Array values = present_array(weights);
        if (const Shape wanted = weights_shape(connection, built_);
            wanted != values.shape) {
            throw ValidationError("freeze: " + describe(connection) +
                                  ": got weights of shape " + shape_text(values.shape) +
                                  ", needs " + shape_text(wanted) +
                                  ": the connection has changed since the simulator "
                                  "was made");
        }
        if (decoded_ensemble(connection.pre) == nullptr) {
            changes_.push_back(
                [&connection, transform = std::visit(WithValues(values),
                                                     connection.transform.value())] {
                    connection.transform = transform;
                });
            return;
        }
        changes_.push_back(
            [&connection, solver = NoSolver{transposed(values),
                                            solves_for_weights(connection), false}] {
                connection.solver = solver;
            });
    }

    /// Voja's rule goes on with the gain that it was built with.
    void need_gain_of_before(const ConnectionData& connection) const {
        for (const auto& [name, rule] : connection.learning_rules.all()) {
            if (modifies(rule) != Modifies::encoders) {
                continue;
            }
            const auto& post = built_.ensembles.at(connection.post.object().get());
            if (post.gain_signal != engine::no_signal &&
                present_vector(post.gain_signal) != post.gain) {
                throw ValidationError("freeze: " + describe(connection) +
                                      ": got a gain of " + describe(connection.post) +
                                      " that was set in the simulator, and a learning "
                                      "rule that uses the gain of before, needs one "
                                      "gain");
            }
        }
    }

    void read(ProbeData& probe) {
        const auto found = built_.probe_weights.find(&probe);
        if (found == built_.probe_weights.end()) {
            return;
        }
        const Array values = present_array(found->second);
        changes_.push_back(
            [&probe, solver = NoSolver{transposed(values)}] { probe.solver = solver; });
    }

    const engine::Signal& signal(engine::SignalId id) const {
        return built_.model->signal(id);
    }
    std::vector<double> initial(engine::SignalId id) const {
        std::vector<double> values = signal(id).initial;
        values.resize(static_cast<std::size_t>(signal(id).size()), 0.0);
        return values;
    }
    /// A parameter's values now. What single precision has only rounded is as it was.
    /// @throws MemoryError  they, and what is made of them, would not fit
    std::vector<double> present(engine::SignalId id) const {
        constexpr std::size_t copies = 3;
        const auto bytes =
            kernels::array_bytes(signal(id).shape, copies * sizeof(double));
        kernels::need_host_memory(bytes, [&] {
            return kernels::MemoryUse{"freeze",
                                      "copies of '" + signal(id).parameter +
                                          "' of shape " + shape_text(signal(id).shape),
                                      "the sizes of its object"};
        });
        std::vector<double> values = simulation_.parameter(signal(id).parameter);
        if (single_) {
            const std::vector<double> before = initial(id);
            for (std::size_t i = 0; i < values.size(); ++i) {
                if (values[i] == static_cast<double>(static_cast<float>(before[i]))) {
                    values[i] = before[i];
                }
            }
        }
        return values;
    }
    Array present_array(engine::SignalId id) const {
        return {signal(id).shape, present(id)};
    }
    Vector present_vector(engine::SignalId id) const {
        const auto values = present(id);
        return Eigen::Map<const Vector>(values.data(), signal(id).size());
    }
    Matrix present_matrix(engine::SignalId id) const {
        const auto values = present(id);
        const Shape& shape = signal(id).shape;
        return Eigen::Map<const Matrix>(values.data(), shape[0], shape[1]);
    }
    static Array array_of(const Matrix& matrix) {
        return Array({matrix.rows(), matrix.cols()}, values_of(matrix));
    }
    static Array array_of(const Vector& vector) { return Array(values_of(vector)); }

    const BuiltNetwork& built_;
    const engine::Simulation& simulation_;
    bool single_;
    std::vector<std::function<void()>> changes_;
};

}  // namespace

void Simulator::freeze(const Network& network) const try {
    const Impl& impl = open("freeze");
    Freezer freezer(impl.built, *impl.simulation, impl.options.dtype == DType::float32);
    freezer.read(*network.data_);
    freezer.write();
} catch (const std::bad_alloc&) {
    refuse_call("freeze");
}

}  // namespace nengine
