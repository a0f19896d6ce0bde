#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "kernels/base/export.hpp"
#include "kernels/neuron_scan.hpp"

// Neuron types of users' own: what they are and the kernels that they bring. A type is
// registered before main, by the macro of kernels/unified/register_neuron.hpp, and
// never goes away.

namespace nengine {

/// How one type runs on one target; without a rate curve the last two are null.
template <class Exec, class Real>
struct NeuronKernels {
    void (*scan)(const Exec&, const NeuronScanArgs<Real>&) = nullptr;
    void (*rate)(const Exec&, const NeuronRateArgs<Real>&) = nullptr;
    void (*rate_backward)(const Exec&, const NeuronRateBackwardArgs<Real>&) = nullptr;
};

template <class Exec>
struct TargetKernels {
    NeuronKernels<Exec, float> single;
    NeuronKernels<Exec, double> precise;
};

/// What the builder calls, on the host in double; parameters in NeuronInfo's order.
struct NeuronCurveFunctions {
    /// Steady response to a constant current.
    double (*rate)(const double* params, double current) = nullptr;
    /// Null: found numerically from `rate`, as Nengo does.
    void (*gain_bias)(const double* params, double max_rate, double intercept,
                      double& gain, double& bias) = nullptr;
    void (*max_rate_intercept)(const double* params, double gain, double bias,
                               double& max_rate, double& intercept) = nullptr;
};

/// A type without kernels for a target cannot run there.
struct RegisteredNeuron {
    NeuronInfo info;
    std::array<double, max_neuron_params> defaults;
    NeuronCurveFunctions curve;
    TargetKernels<CpuExec> cpu;
    TargetKernels<CudaExec> cuda;
};

/// Adds a type, or adds kernels to a type of that name that has none for this target
/// yet: a user compiles one registration for the host and another for CUDA.
/// `info.rate_type` is set to the type itself.
/// @throws ValidationError  a built-in type has that name, the two registrations
///                          differ, or the type has kernels for the target already
NENGINE_API NeuronType register_neuron(const RegisteredNeuron& neuron);

/// The built-in or registered type of a name; none if there is none.
std::optional<NeuronType> find_neuron(std::string_view name);
/// Only for types that are not built in.
/// @throws ValidationError  no such type
const RegisteredNeuron& registered_neuron(NeuronType type);
/// Names of all types that users have registered.
std::vector<std::string_view> registered_neuron_names();

/// The kernels of a registered type for a target.
/// @throws BuildError  it has none: names the type and how to compile it
const TargetKernels<CpuExec>& registered_kernels(const CpuExec&, NeuronType type);
const TargetKernels<CudaExec>& registered_kernels(const CudaExec&, NeuronType type);

template <class Real, class Exec>
const NeuronKernels<Exec, Real>& of_real(const TargetKernels<Exec>& kernels) {
    if constexpr (sizeof(Real) == sizeof(float)) {
        return kernels.single;
    } else {
        return kernels.precise;
    }
}

}  // namespace nengine
