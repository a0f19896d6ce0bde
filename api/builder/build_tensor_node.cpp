#include "api/builder/layer_parameter.hpp"
#include "api/expressions/trace.hpp"
#include "api/numerics/named.hpp"
#include "api/numerics/text.hpp"
#include "engine/operators/moving_average.hpp"
#include "engine/operators/sim_filter.hpp"
#include "engine/trace/term_writer.hpp"

namespace nengine {

namespace {

using namespace detail;

/// The node's function as a part of the model.
class FunctionBuilder {
public:
    FunctionBuilder(BuildState& state, const NodeData& node, const Trace& trace,
                    BuiltNodeParts& parts)
        : state_(state),
          node_(node),
          trace_(trace),
          parts_(parts),
          base_(detail::name(node)),
          writer_(*state.model, base_) {}

    void run() {
        bind_arguments();
        add_parameters();
        add_statistics();
        add_states();
        parts_.out = state_.signal(base_ + ".out", node_.size_out);
        writer_.write_to(trace_.result, parts_.out);
        add_updates();
        add_averages();
        add_looks();
    }

private:
    void bind_arguments() {
        writer_.bind(trace_.t, state_.time());
        if (node_.size_in > 0) {
            writer_.bind(trace_.x, parts_.in);
        }
    }

    void add_parameters() {
        RandomState rng(state_.seed(node_));
        for (const TracedParameter& parameter : trace_.parameters) {
            writer_.bind(parameter.term, layer_parameter(state_, node_, parts_, rng,
                                                         parameter.options));
        }
    }

    void add_statistics() {
        for (const auto& traced : trace_.statistics) {
            statistics_.push_back(
                layer_statistic(state_, node_, parts_, traced->options));
            writer_.bind(traced->term, statistics_.back());
        }
    }

    void add_states() {
        for (const auto& traced : trace_.states) {
            const auto& [name, shape, initial] = traced->options;
            const Index size = product(shape);
            std::vector<double> values = initial.values;
            if (initial.rank() == 0) {
                values.assign(static_cast<std::size_t>(size), values.front());
            }
            states_.push_back(state_.variable(base_ + '.' + name, {size}, values));
            writer_.bind(traced->term, states_.back());
        }
    }

    /// What is seen from the next step on: a filter that passes its input on.
    void add_updates() {
        for (std::size_t k = 0; k < states_.size(); ++k) {
            const TracedState& traced = *trace_.states[k];
            const std::string label = base_ + '.' + traced.options.name + ".next";
            const engine::SignalId next =
                state_.signal(label, product(traced.options.shape));
            writer_.write_to(traced.next, next);
            state_.add(engine::SimFilter(engine::FilterForm::gain, 0, next, states_[k],
                                         state_.scalar(1.0), engine::no_signal),
                       label);
        }
    }

    void add_averages() {
        for (std::size_t k = 0; k < statistics_.size(); ++k) {
            const TracedStatistic& traced = *trace_.statistics[k];
            const std::string label = base_ + '.' + traced.options.name + ".next";
            const engine::SignalId value =
                state_.signal(label, product(traced.options.shape));
            writer_.write_to(traced.followed, value);
            state_.add(
                engine::MovingAverage(value, statistics_[k], traced.options.momentum),
                label);
        }
    }

    void add_looks() {
        for (const TracedLook& look : trace_.looks) {
            if (look.condition == nullptr) {
                add_print(state_, look.text, seen(look.x));
            } else {
                add_check(state_, describe(node_), seen(look.x), seen(look.condition),
                          look.text);
            }
        }
    }

    SeenTensor seen(const engine::TermPtr& term) {
        return {.signal = writer_.write(term),
                .shape = term->shape,
                .by_item = trace_.differs_by_item(term)};
    }

    BuildState& state_;
    const NodeData& node_;
    const Trace& trace_;
    BuiltNodeParts& parts_;
    std::string base_;
    engine::TermWriter writer_;
    std::vector<engine::SignalId> states_;  ///< as vectors
    std::vector<engine::SignalId> statistics_;
};

}  // namespace

void build_tensor_function(BuildState& state, const NodeData& node,
                           const TensorFunction& function, BuiltNodeParts& parts) {
    const TensorLayer& layer = *node.layer;
    std::shared_ptr<TracedFunction> copy = function.copy();
    named(describe(node), [&] {
        const Trace traced = trace(*copy,
                                   {.count = function.n_arguments(),
                                    .shape_in = layer.shape_in,
                                    .pass_time = layer.pass_time},
                                   state.dt);
        if (traced.result->shape != layer.shape_out) {
            throw ShapeError("",
                             "a result of shape " + shape_text(traced.result->shape),
                             shape_text(layer.shape_out));
        }
        FunctionBuilder(state, node, traced, parts).run();
    });
    state.built.functions.push_back({&node, std::move(copy)});
}

}  // namespace nengine
