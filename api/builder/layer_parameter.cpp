#include "api/builder/layer_parameter.hpp"

#include "api/builder/memory.hpp"
#include "api/numerics/initializers.hpp"
#include "api/numerics/text.hpp"

namespace nengine {

namespace {

using namespace detail;

Vector initial_values(const DistributionOrArray& initializer, const Shape& shape,
                      RandomState& rng, const std::string& where) {
    const Index count = product(shape);
    if (initializer.is_array()) {
        const Array& array = initializer.array();
        if (array.rank() == 0) {
            return Vector::Constant(count, array.values.front());
        }
        if (array.shape != shape) {
            throw ShapeError(where, "values of shape " + shape_text(array.shape),
                             shape_text(shape));
        }
        return Eigen::Map<const Vector>(array.values.data(), count);
    }
    return sample_parameter(initializer.distribution(), shape, rng, where);
}

/// What freeze() found; else what is said.
template <class Values>
Values initial_of(const NodeData& node, const std::string& name, const Values& said) {
    const auto found = node.layer->frozen.find(name);
    return found == node.layer->frozen.end() ? said : Values(found->second);
}

}  // namespace

engine::SignalId layer_parameter(BuildState& state, const NodeData& node,
                                 BuiltNodeParts& parts, RandomState& rng,
                                 const ParameterOptions& options) {
    const std::string where = describe(node) + ": " + options.name;
    const auto& shared = node.layer->shared;
    if (shared != nullptr) {
        const auto known = state.shared_parameters.find({shared.get(), options.name});
        if (known != state.shared_parameters.end()) {
            const Shape& shape = state.model->signal(known->second).shape;
            if (shape != options.shape) {
                throw ShapeError(where,
                                 "a shared parameter of shape " + shape_text(shape),
                                 shape_text(options.shape));
            }
            return parts.parameters[options.name] = known->second;
        }
    }
    need_memory(node, options.name.c_str(), {product(options.shape)}, "its sizes", 2);
    const Vector values = initial_values(
        initial_of(node, options.name, options.initializer), options.shape, rng, where);
    const engine::SignalId id =
        state.parameter(node, options.name, options.shape, values_of(values),
                        options.trainable && is_trainable(node));
    if (options.regularizer || options.constraint) {
        state.parameter_rules.push_back(
            {id, where, options.regularizer, options.constraint});
    }
    if (shared != nullptr) {
        state.shared_parameters[{shared.get(), options.name}] = id;
    }
    return parts.parameters[options.name] = id;
}

engine::SignalId layer_statistic(BuildState& state, const NodeData& node,
                                 BuiltNodeParts& parts,
                                 const StatisticOptions& options) {
    const auto& shared = node.layer->shared;
    if (shared != nullptr &&
        state.shared_parameters.contains({shared.get(), options.name})) {
        throw ValidationError(describe(node) + ": got '" + options.name +
                              "', which another of the layers that share it follows, "
                              "needs statistics of one layer");
    }
    const Index size = product(options.shape);
    need_memory(node, options.name.c_str(), {size}, "its sizes", 2);
    const Array initial = initial_of(node, options.name, options.initial);
    std::vector<double> values = initial.values;
    if (initial.rank() == 0) {
        values.assign(static_cast<std::size_t>(size), initial.values.front());
    }
    const engine::SignalId id =
        state.parameter(node, options.name, options.shape, std::move(values), false);
    state.model->signal(id).statistic = true;
    if (shared != nullptr) {
        state.shared_parameters[{shared.get(), options.name}] = id;
    }
    return parts.parameters[options.name] = id;
}

}  // namespace nengine
