#include <algorithm>
#include <cmath>
#include <set>

#include "api/numerics/least_squares.hpp"
#include "api/numerics/text.hpp"
#include "api/objects/objects.hpp"
#include "kernels/base/host_memory.hpp"

namespace nengine {
namespace detail {

namespace {

/// "connection 'a' (node 'x' to ensemble 'b')".
std::string ends(const ConnectionData& connection) {
    return describe(connection) + " (" + describe(connection.pre) + " to " +
           describe(connection.post) + ')';
}

void check_ends(const ConnectionData& connection) {
    const auto where = ends(connection);
    for (const auto* end : {&connection.pre, &connection.post}) {
        if (as_connection(*end) != nullptr) {
            throw ValidationError(where +
                                  ": got a connection as an end, needs an "
                                  "ensemble, neurons, a node or a layer");
        }
    }
    if (as_learning_rule(connection.pre) != nullptr) {
        throw ValidationError(where + ": a learning rule has no output");
    }
    if (whole_size(connection.pre, Side::out) < 1) {
        throw ValidationError(where + ": the pre object has no output");
    }
    if (whole_size(connection.post, Side::in) < 1) {
        throw ValidationError(where + ": the post object has no input");
    }
}

void check_function(const ConnectionData& connection) {
    if (connection.function.is_identity()) {
        return;
    }
    const auto where = ends(connection) + ": function";
    const auto* node = as_node(connection.pre);
    const bool computes = node != nullptr && !node->layer &&
                          node->output.kind() != NodeOutput::Kind::passthrough;
    if (as_ensemble(connection.pre) == nullptr && !computes) {
        throw ValidationError(
            where + ": got one from " + describe(connection.pre) +
            ", needs an ensemble or a node with an output of its own");
    }
    if (connection.function.has_values()) {
        if (as_ensemble(connection.pre) == nullptr || !connection.eval_points ||
            !connection.eval_points->is_array()) {
            throw ValidationError(where +
                                  ": got values instead of a function, needs an "
                                  "ensemble and eval_points as an array");
        }
        const Array& values = connection.function.values();
        check_array(values, where);
        if (values.rank() != 2 ||
            values.extent(0) != connection.eval_points->array().extent(0)) {
            throw ShapeError(
                where, "values of shape " + shape_text(values.shape),
                "one row for each of the " +
                    std::to_string(connection.eval_points->array().extent(0)) +
                    " evaluation points");
        }
    }
}

void check_eval_points(const ConnectionData& connection) {
    if (!connection.eval_points) {
        return;
    }
    const auto where = ends(connection) + ": eval_points";
    const auto* ensemble = as_ensemble(connection.pre);
    if (ensemble == nullptr || connection.pre.key()) {
        throw ValidationError(where + ": needs a whole ensemble as the pre object");
    }
    if (connection.eval_points->is_array()) {
        const Array& points = connection.eval_points->array();
        check_array(points, where);
        const bool vector = points.rank() == 1 && ensemble->dimensions == 1;
        if (!vector &&
            (points.rank() != 2 || points.extent(1) != ensemble->dimensions)) {
            throw ShapeError(where, "shape " + shape_text(points.shape),
                             "[points, " + std::to_string(ensemble->dimensions) + ']');
        }
    }
}

/// A matrix has a row and a column for each component, so each may be named once.
void check_repeats(const ConnectionData& connection) {
    const auto check = [&](const ObjectView& end) {
        const auto* list =
            end.key() ? std::get_if<std::vector<std::int64_t>>(&end.key()->value())
                      : nullptr;
        if (list != nullptr &&
            std::set(list->begin(), list->end()).size() != list->size()) {
            throw ValidationError(ends(connection) + ": got repeated components of " +
                                  describe(end) + " and a matrix as transform, needs " +
                                  "each once, or a number or vector");
        }
    };
    if (connection.transform.is_matrix()) {
        check(connection.pre);
        check(connection.post);
    }
}

void check_sizes(const ConnectionData& connection) {
    const auto where = ends(connection);
    const std::int64_t mid = size_mid(connection);
    const std::int64_t out = view_positions(connection.post, Side::in).count;
    if (const auto sizes =
            transform_sizes(connection.transform, where + ": transform")) {
        if (sizes->in != mid || sizes->out != out) {
            throw ShapeError(where,
                             "a transform from " + std::to_string(sizes->in) + " to " +
                                 std::to_string(sizes->out) + " values",
                             std::to_string(mid) + " to " + std::to_string(out));
        }
        return;
    }
    const auto* array = std::get_if<Array>(&connection.transform.value());
    if (array != nullptr) {
        check_array(*array, where + ": transform");
    }
    const bool matrix = array != nullptr && array->rank() == 2;
    if (matrix && (array->extent(0) != out || array->extent(1) != mid)) {
        throw ShapeError(where, "a transform of shape " + shape_text(array->shape),
                         "[" + std::to_string(out) + ", " + std::to_string(mid) +
                             "]: (size of post, size of the function's value)");
    }
    if (array != nullptr && array->rank() > 2) {
        throw ShapeError(where, "a transform of shape " + shape_text(array->shape),
                         "a number, a vector or a matrix");
    }
    const bool distribution =
        std::holds_alternative<Distribution>(connection.transform.value());
    if (!matrix && !distribution && mid != out) {
        throw ShapeError(where, "a value of size " + std::to_string(mid),
                         "the size " + std::to_string(out) +
                             " of the post object, or a matrix as transform");
    }
    if (array != nullptr && array->rank() == 1 && array->extent(0) != out) {
        throw ShapeError(
            where, "a transform of shape " + shape_text(array->shape),
            "one number for each of " + std::to_string(out) + " components");
    }
}

}  // namespace

std::string probe_attribute(const ProbeData& probe) {
    const auto known = probeable(probe.target);
    if (probe.attr.empty()) {
        return known.front();
    }
    if (as_neurons(probe.target) != nullptr &&
        (probe.attr == "spikes" || probe.attr == "rates")) {
        return "output";
    }
    return probe.attr;
}

void check_probe(const ProbeData& probe) {
    const auto where = describe(probe) + " of " + describe(probe.target);
    const auto known = probeable(probe.target);
    const auto attribute = probe_attribute(probe);
    if (std::find(known.begin(), known.end(), attribute) == known.end()) {
        std::string names;
        for (const auto& one : known) {
            names += (names.empty() ? "" : ", ") + one;
        }
        throw ValidationError(where + ": got attribute '" + attribute +
                              "', needs one of " + names);
    }
    if (probe.sample_every &&
        !(*probe.sample_every >= 1e-10 && std::isfinite(*probe.sample_every))) {
        throw ValidationError(where + ": got sample_every " +
                              number_text(*probe.sample_every) +
                              ", needs a finite time of at least 1e-10 s");
    }
    if (as_learning_rule(probe.target) == nullptr &&
        whole_size(probe.target, Side::out) < 1) {
        throw ValidationError(where + ": the target has no output");
    }
    if (as_connection(probe.target) == nullptr &&
        as_learning_rule(probe.target) == nullptr) {
        view_positions(probe.target, Side::out);
    }
    check_synapse(probe.synapse, where);
    check_solver(probe.solver, where);
}

void check_ensemble(const EnsembleData& ensemble) {
    const auto where = describe(ensemble);
    need_size(ensemble.n_neurons, 1, where + ": n_neurons");
    need_size(ensemble.dimensions, 1, where + ": dimensions");
    if (!(ensemble.radius >= 1e-10) || !std::isfinite(ensemble.radius)) {
        throw ValidationError(where + ": radius: got " + number_text(ensemble.radius) +
                              ", needs a finite number above 0");
    }
    if (ensemble.n_eval_points) {
        need_size(*ensemble.n_eval_points, 1, where + ": n_eval_points");
    }
    check_array(ensemble.encoders, where, "encoders");
    check_array(ensemble.eval_points, where, "eval_points");
    check_array(ensemble.max_rates, where, "max_rates");
    check_array(ensemble.intercepts, where, "intercepts");
    if (ensemble.gain) {
        check_array(*ensemble.gain, where, "gain");
    }
    if (ensemble.bias) {
        check_array(*ensemble.bias, where, "bias");
    }
}

void check_node(const NodeData& node) {
    const auto where = describe(node);
    using Kind = NodeOutput::Kind;
    const Kind kind = node.output.kind();
    const auto sizes = "size_in " + std::to_string(node.size_in) + " and size_out " +
                       std::to_string(node.size_out);
    if (node.size_in < 0 || node.size_out < 0) {
        throw ValidationError(where + ": got " + sizes + ", needs no negative sizes");
    }
    need_size(node.size_in, 0, where + ": size_in");
    need_size(node.size_out, 0, where + ": size_out");
    if (node.layer) {
        return;
    }
    if (kind == Kind::passthrough && node.size_in != node.size_out) {
        throw ValidationError(where + ": got " + sizes +
                              ", needs equal sizes without an output of its own");
    }
    if (kind == Kind::function_of_t && node.size_in > 0) {
        throw ValidationError(where + ": got a function of t alone and " + sizes +
                              ", needs a function of (t, x) or size_in 0");
    }
    if (kind == Kind::function_of_t_and_x && node.size_in == 0) {
        throw ValidationError(where + ": got a function of (t, x) and " + sizes +
                              ", needs a function of t alone or a size_in");
    }
    if (kind == Kind::process && node.size_out < 1) {
        throw ValidationError(where + ": got a process and " + sizes +
                              ", needs a size_out of at least 1");
    }
    if (kind != Kind::constant) {
        return;
    }
    const Array& constant = node.output.constant();
    if (node.size_in != 0 || constant.rank() > 1 ||
        static_cast<std::int64_t>(constant.values.size()) != node.size_out) {
        throw ValidationError(where + ": got a constant of shape " +
                              shape_text(constant.shape) + " with " + sizes +
                              ", needs a vector of size_out and size_in 0");
    }
    check_array(constant, where + ": constant");
}

std::int64_t size_mid(const ConnectionData& connection) {
    const std::int64_t size_in = view_positions(connection.pre, Side::out).count;
    if (connection.function.is_identity()) {
        return size_in;
    }
    if (connection.function.has_values()) {
        return connection.function.values().extent(1);
    }
    kernels::need_host_memory(kernels::array_bytes({size_in}, sizeof(double)), [&] {
        return kernels::MemoryUse{ends(connection), "the function's argument",
                                  "its size"};
    });
    const std::vector<double> zeros(static_cast<std::size_t>(size_in), 0.0);
    const auto size =
        static_cast<std::int64_t>(connection.function.call()(zeros).size());
    if (size < 1) {
        throw ValidationError(ends(connection) +
                              ": the function returned nothing, needs numbers");
    }
    return size;
}

void check_connection(const ConnectionData& connection) {
    check_ends(connection);
    check_function(connection);
    check_eval_points(connection);
    check_synapse(connection.synapse, ends(connection));
    check_solver(connection.solver, ends(connection));
    check_sizes(connection);
    check_repeats(connection);
    check_learning_rules(connection);
}

}  // namespace detail
}  // namespace nengine
