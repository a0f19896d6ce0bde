#include "nengine/tuning.hpp"

#include <algorithm>

#include "api/builder/decode_problem.hpp"
#include "api/numerics/least_squares.hpp"
#include "api/numerics/neuron_math.hpp"
#include "api/numerics/text.hpp"
#include "api/objects/neuron_parts.hpp"
#include "api/objects/objects.hpp"
#include "kernels/base/host_memory.hpp"

namespace nengine {

namespace {

constexpr std::int64_t default_points = 50;

/// `default_points` places from -bound to bound.
std::vector<double> places(double bound) {
    std::vector<double> result;
    const double step = 2.0 * bound / static_cast<double>(default_points - 1);
    for (std::int64_t i = 0; i < default_points; ++i) {
        result.push_back(-bound + step * static_cast<double>(i));
    }
    result.back() = bound;
    return result;
}

/// All combinations of the places, the first dimension fastest.
Array grid(double radius, std::int64_t dimensions) {
    const auto line = places(radius);
    constexpr std::int64_t beyond_all = 12;  // dimensions: 50^12 numbers
    const auto axes = static_cast<std::size_t>(std::min(dimensions, beyond_all));
    std::vector<std::int64_t> shape(axes, default_points);
    shape.push_back(dimensions);
    kernels::need_host_memory(kernels::array_bytes(shape, sizeof(double)), [&] {
        return kernels::MemoryUse{
            "tuning_curves",
            "the default points of " + std::to_string(dimensions) + " dimensions",
            "their number by inputs of your own"};
    });
    Array result;
    result.shape.assign(axes, default_points);
    const std::int64_t count = detail::product(result.shape);
    for (std::int64_t point = 0; point < count; ++point) {
        std::int64_t rest = point;
        for (std::int64_t d = 0; d < dimensions; ++d, rest /= default_points) {
            result.values.push_back(
                line[static_cast<std::size_t>(rest % default_points)]);
        }
    }
    result.shape.push_back(dimensions);
    return result;
}

Vector vector_of(const Array& array) {
    return Eigen::Map<const Vector>(array.values.data(),
                                    static_cast<Eigen::Index>(array.values.size()));
}

Array array_of(const Vector& values) {
    return Array(std::vector<double>(values.begin(), values.end()));
}

Array array_of(const Matrix& values, std::vector<std::int64_t> shape) {
    return Array(std::move(shape),
                 std::vector<double>(values.data(), values.data() + values.size()));
}

TunedNeuron tuned_of(const NeuronModel& neuron_type, const char* where) {
    if (std::holds_alternative<Direct>(neuron_type)) {
        throw ValidationError(std::string(where) +
                              ": got Direct, needs a type with neurons");
    }
    return tuned_neuron(neuron_type);
}

/// @throws MemoryError  `copies` of a matrix [points, columns] would not fit
void need_memory(const std::string& where, const char* what, std::int64_t points,
                 std::int64_t columns, int copies) {
    detail::need_matrices(where, what, points, columns, copies, "the number of points");
}

void check_length(const Array& array, std::int64_t n, const std::string& where,
                  const char* what) {
    if (array.rank() != 1 || array.extent(0) != n) {
        throw ShapeError(where,
                         std::string(what) + " of shape " + shape_text(array.shape),
                         "(" + std::to_string(n) + ",)");
    }
}

Array rates_at(const TunedNeuron& neuron, const Array& x, const Array& gain,
               const Array& bias, const std::string& where) {
    const std::int64_t n = gain.extent(0);
    check_length(gain, n, where, "gains");
    check_length(bias, n, where, "biases");
    if (x.rank() > 2 || x.rank() < 1 || (x.rank() == 2 && x.extent(1) != n)) {
        throw ShapeError(where, "x of shape " + shape_text(x.shape),
                         "(points,) or (points, " + std::to_string(n) + ")");
    }
    const std::int64_t points = x.extent(0);
    need_memory(where, "x and activities", points, n, 3);
    const Matrix at = x.rank() == 2
                          ? Matrix(Eigen::Map<const Matrix>(x.values.data(), points, n))
                          : Matrix(vector_of(x).replicate(1, n));
    return array_of(rates_of(neuron, at, vector_of(gain), vector_of(bias)),
                    {points, n});
}

}  // namespace

Array rates(const NeuronModel& neuron_type, const Array& x, const Array& gain,
            const Array& bias) {
    return rates_at(tuned_of(neuron_type, "rates"), x, gain, bias, "rates");
}

NeuronGains gain_bias(const NeuronModel& neuron_type, const Array& max_rates,
                      const Array& intercepts) {
    const auto found = gain_bias(tuned_of(neuron_type, "gain_bias"), max_rates.values,
                                 intercepts.values, "gain_bias");
    return {array_of(found.gain), array_of(found.bias)};
}

NeuronTuning max_rates_intercepts(const NeuronModel& neuron_type, const Array& gain,
                                  const Array& bias) {
    const auto found =
        max_rates_intercepts(tuned_of(neuron_type, "max_rates_intercepts"), gain.values,
                             bias.values, "max_rates_intercepts");
    return {array_of(found.max_rates), array_of(found.intercepts)};
}

Curves tuning_curves(const Simulator& sim, const Ensemble& ensemble,
                     const std::optional<Array>& inputs) {
    const bool direct = std::holds_alternative<Direct>(ensemble.neuron_type);
    const std::int64_t dimensions = ensemble.dimensions;
    Curves result{inputs ? *inputs : grid(ensemble.radius, dimensions), {}};
    if (result.inputs.rank() == 1 && dimensions == 1) {
        result.inputs.shape.push_back(1);
    }
    auto shape = result.inputs.shape;
    if (shape.empty() || shape.back() != dimensions) {
        throw ShapeError(
            "tuning_curves", "inputs of shape " + shape_text(shape),
            std::to_string(dimensions) + " components along the last axis");
    }
    if (direct) {
        result.activities = result.inputs;
        return result;
    }
    const BuiltEnsemble built = sim.data(ensemble);
    const auto n = static_cast<Eigen::Index>(built.gain.values.size());
    const auto points =
        static_cast<Eigen::Index>(result.inputs.values.size()) / dimensions;
    const Eigen::Map<const Matrix> at(result.inputs.values.data(), points, dimensions);
    const Eigen::Map<const Matrix> encoders(built.encoders.values.data(), n,
                                            dimensions);
    need_memory("tuning_curves: " + detail::describe(ObjectView(ensemble)),
                "activities", points, n, 2);
    const Matrix x = at * (encoders.transpose() / ensemble.radius);
    shape.back() = n;
    result.activities = array_of(rates_of(tuned_neuron(ensemble.neuron_type), x,
                                          vector_of(built.gain), vector_of(built.bias)),
                                 shape);
    return result;
}

Curves response_curves(const Simulator& sim, const Ensemble& ensemble,
                       const std::optional<Array>& inputs) {
    Curves result{inputs ? *inputs : Array(places(1.0)), {}};
    if (result.inputs.rank() != 1) {
        throw ShapeError("response_curves",
                         "inputs of shape " + shape_text(result.inputs.shape),
                         "(points,)");
    }
    if (std::holds_alternative<Direct>(ensemble.neuron_type)) {
        result.activities = result.inputs;
        return result;
    }
    const BuiltEnsemble built = sim.data(ensemble);
    result.activities = rates_at(
        tuned_neuron(ensemble.neuron_type), result.inputs, built.gain, built.bias,
        "response_curves: " + detail::describe(ObjectView(ensemble)));
    return result;
}

EvalPointDecoding eval_point_decoding(const Simulator& sim,
                                      const Connection& connection,
                                      const std::optional<Array>& eval_points) {
    const BuiltConnection built = sim.data(connection);
    const std::string where =
        "eval_point_decoding: " + detail::describe(*ObjectView(connection).object());
    if (detail::decoded_ensemble(connection.pre()) == nullptr || !built.eval_points) {
        throw ValidationError(where + ": got no decoders, needs a connection from an " +
                              "ensemble with neurons");
    }
    if (eval_points && connection.function.has_values()) {
        throw ValidationError(where + ": got points and a function that is known at " +
                              "its own only, needs no points");
    }
    const Ensemble ensemble(
        std::static_pointer_cast<detail::EnsembleData>(connection.pre().object()));
    const auto curves =
        tuning_curves(sim, ensemble, eval_points ? *eval_points : *built.eval_points);
    const auto points = static_cast<Eigen::Index>(curves.inputs.extent(0));
    const auto n = static_cast<Eigen::Index>(ensemble.n_neurons);
    const auto& connected =
        static_cast<const detail::ConnectionData&>(*ObjectView(connection).object());
    const Matrix targets =
        target_values(connected, Eigen::Map<const Matrix>(curves.inputs.values.data(),
                                                          points, ensemble.dimensions));
    const std::int64_t rows = built.weights->extent(0);
    need_memory(where, "decoded values", points, rows, 2);
    const Eigen::Map<const Matrix> activities(curves.activities.values.data(), points,
                                              n);
    const Eigen::Map<const Matrix> weights(built.weights->values.data(), rows, n);
    return {curves.inputs, array_of(targets, {targets.rows(), targets.cols()}),
            array_of(activities * weights.transpose(), {points, rows})};
}

SolverResult solve(const Solver& solver, const Array& A, const Array& Y,
                   RandomStream& rng) {
    const std::string where = "solve";
    if (A.rank() != 2 || A.values.empty()) {
        throw ShapeError(where, "activities A of shape " + shape_text(A.shape),
                         "[points, n_neurons], at least one of both");
    }
    if (Y.rank() < 1 || Y.rank() > 2 || Y.values.empty()) {
        throw ShapeError(where, "targets Y of shape " + shape_text(Y.shape),
                         "[points, targets] or [points], at least one of both");
    }
    detail::check_array(A, where + ": activities A");
    detail::check_array(Y, where + ": targets Y");
    check_solver(solver, where);
    const std::int64_t targets = Y.extent(1);
    const Eigen::Map<const Matrix> activities(A.values.data(), A.extent(0),
                                              A.extent(1));
    const Eigen::Map<const Matrix> wanted(Y.values.data(), Y.extent(0), targets);
    const Solution found = solve(solver, activities, wanted, rng.state(), where);
    std::vector<std::int64_t> shape = {A.extent(1)};
    if (Y.rank() == 2) {
        shape.push_back(targets);
    }
    return {array_of(found.X, std::move(shape)),
            {found.rmses.begin(), found.rmses.end()},
            found.iterations};
}

SolverResult solve(const Solver& solver, const Array& A, const Array& Y) {
    RandomStream rng(0);
    return solve(solver, A, Y, rng);
}

}  // namespace nengine
