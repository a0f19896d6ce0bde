#include "api/builder/build_state.hpp"
#include "api/builder/memory.hpp"
#include "api/numerics/linear_filter_math.hpp"
#include "engine/ir/host_call.hpp"
#include "engine/operators/copy.hpp"
#include "engine/operators/dot_inc.hpp"
#include "engine/operators/elementwise_inc.hpp"
#include "engine/operators/host_function.hpp"

namespace nengine {

namespace {

using namespace detail;

/// The user's function of a vector with its result checked and copied out.
engine::HostCall checked_call(const ConnectionData& connection) {
    return [call = connection.function.call(),
            where = describe(connection) + ": function"](
               double t, std::span<const double> x, std::span<double> out) {
        copy_checked(call(x), out, where, t);
    };
}

class ConnectionBuilder {
public:
    ConnectionBuilder(BuildState& state, const ConnectionData& connection)
        : state_(state),
          connection_(connection),
          base_(detail::name(connection)),
          post_(view_positions(connection.post, Side::in)) {}

    void build() {
        if (const auto* pre = decoded_ensemble(connection_.pre)) {
            build_decoded(*pre);
        } else {
            build_plain();
        }
        build_learning_rules(state_, connection_, parts_);
        state_.built.connections[&connection_] = std::move(parts_);
    }

private:
    void build_decoded(const EnsembleData& pre) {
        const Decoders& decoders = state_.decoders.at(&connection_);
        parts_.source = parts_.in = state_.ensemble(pre).neurons_out;
        parts_.eval_points = decoders.eval_points;
        if (parts_.eval_points.empty() &&
            !std::holds_alternative<NoSolver>(connection_.solver)) {
            parts_.eval_points = state_.ensemble(pre).eval_points;
        }
        parts_.rmses = decoders.rmses;
        parts_.iterations = decoders.iterations;
        parts_.weights = state_.parameter(connection_, "weights", decoders.shape,
                                          decoders.weights, is_trainable(connection_));
        if (decoders.to_neurons) {
            const engine::SignalId target =
                state_.ensemble(*connection_.post.object()).neurons_in;
            multiply(target);
        } else {
            multiply(plain_target());
        }
    }

    void build_plain() {
        if (const auto found = state_.handed_over.find(&connection_);
            found != state_.handed_over.end()) {
            parts_.source = parts_.in = parts_.weighted = found->second;
            return;
        }
        parts_.source = source_signal(state_, connection_.pre);
        parts_.in =
            slice_signal(state_, parts_.source,
                         view_positions(connection_.pre, Side::out), base_ + ".in");
        if (!connection_.function.is_identity()) {
            apply_function();
        }
        if (connection_.transform.is_none()) {
            deliver(parts_.in);
            return;
        }
        add_transform();
        multiply(plain_target());
    }

    void apply_function() {
        if (connection_.function.has_values()) {
            throw BuildError(describe(connection_) +
                             ": function: got values at evaluation points, needs a "
                             "function, for nothing is decoded from the pre object");
        }
        const engine::SignalId out =
            state_.signal(base_ + ".function", size_mid(connection_));
        const auto order = connection_.pure ? engine::HostFunction::Order::pure
                                            : engine::HostFunction::Order::automatic;
        state_.add_call(
            engine::HostFunction(checked_call(connection_), out, parts_.in, order),
            base_ + ".function", connection_,
            OrderedProcess::Role::connection_function);
        parts_.in = out;
    }

    void add_transform() {
        RandomState rng(state_.seed(connection_));
        Shape shape = {post_.count, state_.model->signal(parts_.in).size()};
        std::vector<double> values;
        if (connection_.transform.is_structured()) {
            auto drawn = draw_transform(connection_, rng);
            shape = std::move(drawn.shape);
            values = std::move(drawn.values);
        } else if (const auto* array =
                       std::get_if<Array>(&connection_.transform.value())) {
            need_memory(connection_, "its transform", {product(array->shape)},
                        "its extents");
            shape = array->shape;
            values = array->values;
        } else {
            need_memory(connection_, "its transform", {shape[0], shape[1]},
                        "the sizes of its ends", 2);
            values = values_of(transform_matrix(connection_, shape[0], shape[1], rng));
        }
        parts_.weights = state_.parameter(connection_, "weights", shape,
                                          std::move(values), is_trainable(connection_));
    }

    /// weights * in: straight into `target` if there is one and nothing lies between,
    /// else into a signal of its own, which is then delivered.
    void multiply(std::optional<engine::SignalId> target) {
        const bool direct = target && connection_.synapse.is_none() &&
                            !state_.probed_connections.contains(&connection_);
        const engine::SignalId weighted =
            direct ? *target : state_.signal(base_ + ".weighted", weighted_size());
        if (connection_.transform.is_structured()) {
            build_transform(state_, connection_, parts_.weights, parts_.in, weighted,
                            direct);
        } else if (state_.model->signal(parts_.weights).shape.size() == 2) {
            state_.add(engine::DotInc(parts_.weights, parts_.in, weighted, direct),
                       base_);
        } else {
            state_.add(
                engine::ElementwiseInc(parts_.weights, parts_.in, weighted, direct),
                base_);
        }
        if (!direct) {
            deliver(weighted);
        }
    }

    /// Full weights lead to all neurons, everything else to what the post view names.
    Index weighted_size() const {
        const Shape& shape = state_.model->signal(parts_.weights).shape;
        const bool matrix = !connection_.transform.is_structured() && shape.size() == 2;
        return matrix ? shape[0] : post_.count;
    }

    /// The post signal, where values can be added without gains or index lists.
    std::optional<engine::SignalId> plain_target() {
        if (connection_.post.is_neurons() || post_.is_list) {
            return std::nullopt;
        }
        return slice_signal(state_, post_signal(), post_, base_ + ".post");
    }

    engine::SignalId post_signal() {
        if (as_node(connection_.post) != nullptr) {
            return state_.built.nodes.at(connection_.post.object().get()).in;
        }
        if (const auto* learning = as_learning_rule(connection_.post)) {
            return rule_input(state_, *learning, *connection_.post.learning_rule());
        }
        return state_.ensemble(*connection_.post.object()).in;
    }

    void deliver(engine::SignalId value) {
        value = filter_signal(state_, connection_.synapse, value, base_ + ".synapse");
        parts_.weighted = value;
        const auto& decoders = state_.decoders;
        const auto found = decoders.find(&connection_);
        if (found != decoders.end() && found->second.to_neurons) {
            const engine::SignalId neurons_in =
                state_.ensemble(*connection_.post.object()).neurons_in;
            state_.add(engine::Copy(value, neurons_in, true), base_ + ".to_neurons");
        } else if (connection_.post.is_neurons()) {
            deliver_to_neurons(value);
        } else if (post_.is_list) {
            state_.add(engine::Copy(value, post_signal(), true, {}, post_.list),
                       base_ + ".to");
        } else {
            state_.add(engine::Copy(value, *plain_target(), true), base_ + ".to");
        }
    }

    void deliver_to_neurons(engine::SignalId value) {
        const auto& ensemble = *as_neurons(connection_.post);
        BuiltEnsembleParts& parts = state_.ensemble(ensemble);
        if (parts.gain_signal == engine::no_signal) {
            parts.gain_signal = state_.parameter(ensemble, "gain", {ensemble.n_neurons},
                                                 values_of(parts.gain), false);
        }
        const engine::SignalId gain =
            slice_signal(state_, parts.gain_signal, post_, base_ + ".gain");
        if (!post_.is_list) {
            const engine::SignalId target =
                slice_signal(state_, parts.neurons_in, post_, base_ + ".to");
            state_.add(engine::ElementwiseInc(gain, value, target),
                       base_ + ".to_neurons");
            return;
        }
        const engine::SignalId current = state_.signal(base_ + ".current", post_.count);
        state_.add(engine::ElementwiseInc(gain, value, current, false),
                   base_ + ".current");
        state_.add(engine::Copy(current, parts.neurons_in, true, {}, post_.list),
                   base_ + ".to_neurons");
    }

    BuildState& state_;
    const ConnectionData& connection_;
    std::string base_;
    Positions post_;
    BuiltConnectionParts parts_;
};

}  // namespace

void build_connection(BuildState& state, const ConnectionData& connection) {
    ConnectionBuilder(state, connection).build();
}

engine::SignalId source_signal(const BuildState& state, const ObjectView& view) {
    if (view.is_neurons()) {
        return state.built.ensembles.at(view.object().get()).neurons_out;
    }
    if (as_ensemble(view) != nullptr) {  // Direct: its value
        return state.built.ensembles.at(view.object().get()).neurons_out;
    }
    const auto found = state.built.nodes.find(view.object().get());
    return found == state.built.nodes.end() ? engine::no_signal : found->second.out;
}

engine::SignalId slice_signal(BuildState& state, engine::SignalId whole,
                              const Positions& wanted, const std::string& label) {
    if (wanted.is_all) {
        return whole;
    }
    if (!wanted.is_list) {
        return state.model->add_slice(whole, wanted.first, wanted.count, wanted.step);
    }
    const engine::SignalId part = state.signal(label, wanted.count);
    state.add(engine::Copy(whole, part, false, wanted.list), label);
    return part;
}

}  // namespace nengine
