#pragma once

#include "tests/golden/described/reading.hpp"

// The values of arguments. Each family of types is in a file of its own.

namespace nengine::test::described {

using Vectors = std::vector<std::vector<double>>;
using Course = std::map<double, PiecewiseValue>;

// clang-format off
template <> Json read<Json>(const Json& from);
template <> Array read<Array>(const Json& from);
template <> SharedArray read<SharedArray>(const Json& from);
template <> Distribution read<Distribution>(const Json& from);
template <> DistributionOrArray read<DistributionOrArray>(const Json& from);
template <> ScatteredHypersphere::Base read<ScatteredHypersphere::Base>(const Json& from);
template <> SphereMethod read<SphereMethod>(const Json& from);
template <> NeuronModel read<NeuronModel>(const Json& from);
template <> BaseNeuron read<BaseNeuron>(const Json& from);
template <> InitialState read<InitialState>(const Json& from);
template <> Synapse read<Synapse>(const Json& from);
template <> Discretization read<Discretization>(const Json& from);
template <> Process read<Process>(const Json& from);
template <> Interpolation read<Interpolation>(const Json& from);
template <> Course read<Course>(const Json& from);
template <> Solver read<Solver>(const Json& from);
template <> BasicSolver read<BasicSolver>(const Json& from);
template <> LeastSquaresSolver read<LeastSquaresSolver>(const Json& from);
template <> Transform read<Transform>(const Json& from);
template <> Padding read<Padding>(const Json& from);
template <> LearningRules read<LearningRules>(const Json& from);
template <> Function read<Function>(const Json& from);
template <> NodeOutput read<NodeOutput>(const Json& from);
template <> EnsembleOptions read<EnsembleOptions>(const Json& from);
template <> ConnectionOptions read<ConnectionOptions>(const Json& from);
template <> ProbeOptions read<ProbeOptions>(const Json& from);
template <> Config read<Config>(const Json& from);
// clang-format on

// The tables, for reading and for what they name.
const Kinds<Distribution>& distributions();
const Kinds<NeuronModel>& neurons();
const Kinds<Synapse>& synapses();
const Kinds<Process>& processes();
const Kinds<PiecewiseValue>& functions_of_time();
const Kinds<Solver>& solvers();
const Kinds<LeastSquaresSolver>& least_squares_solvers();
const Kinds<Transform>& transforms();
const Kinds<LearningRuleType>& learning_rules();
const Kinds<Function>& functions();
const Kinds<NodeOutput>& node_functions();
const Kinds<Config>& configs();

const Parameters<EnsembleOptions>& ensemble_parameters();
const Parameters<ConnectionOptions>& connection_parameters();
const Parameters<ProbeOptions>& probe_parameters();

}  // namespace nengine::test::described
