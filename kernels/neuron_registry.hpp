#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "kernels/base/export.hpp"
#include "kernels/neuron_scan.hpp"

// All neuron types: what they are and the kernels that they bring. The built-in ones
// are those of kernels/neurons/, in the tables that the build makes of that folder, one
// per target; users' own are registered before main, by the macro of
// nengine/custom_neuron.hpp. A type never goes away.

namespace nengine::kernels {

/// How one type runs on one target; without a rate curve the last two are null.
template <class Exec, class Real>
struct NeuronKernels {
    void (*scan)(const Exec&, const NeuronScanArgs<Bound<Real>>&) = nullptr;
    void (*rate)(const Exec&, const NeuronRateArgs<Bound<Real>>&) = nullptr;
    void (*rate_backward)(const Exec&,
                          const NeuronRateBackwardArgs<Bound<Real>>&) = nullptr;
};

template <class Exec>
struct TargetKernels {
    NeuronKernels<Exec, float> single;
    NeuronKernels<Exec, double> precise;
};

/// What the builder calls, on the host in double; parameters in NeuronInfo's order.
struct NeuronCurveFunctions {
    /// Currents to steady responses, in place, one by one.
    void (*rates)(const double* params, double* currents, Index n) = nullptr;
    /// Null: found numerically from `rates`, as Nengo does.
    void (*gain_bias)(const double* params, double max_rate, double intercept,
                      double& gain, double& bias) = nullptr;
    void (*max_rate_intercept)(const double* params, double gain, double bias,
                               double& max_rate, double& intercept) = nullptr;
};

/// A type without kernels for a target cannot run there.
struct RegisteredNeuron {
    NeuronInfo info;
    std::array<double, max_neuron_params> defaults;
    /// Names of the types that `info` has the places of; null: the type itself, none.
    const char *rate_name, *smooth_rate_name;
    NeuronCurveFunctions curve;
    TargetKernels<CpuExec> cpu;
    TargetKernels<CpuAvx512Exec> avx512;  ///< of built-in types alone
    TargetKernels<CudaExec> cuda;

    TargetKernels<CpuExec>& kernels(const CpuExec&) { return cpu; }
    TargetKernels<CpuAvx512Exec>& kernels(const CpuAvx512Exec&) { return avx512; }
    TargetKernels<CudaExec>& kernels(const CudaExec&) { return cuda; }
};

/// The built-in types as a target's unified sources have them, in the order of their
/// files' names, which is the same for all targets.
struct BuiltInTable {
    const RegisteredNeuron* types;
    int count;
};
BuiltInTable built_in_table(const CpuExec&);
BuiltInTable built_in_table(const CpuAvx512Exec&);
BuiltInTable built_in_table(const CudaExec&);

/// Adds a type, or adds kernels to a type of that name that has none for this target
/// yet: a user compiles one registration for the host and another for CUDA.
/// @throws ValidationError  a built-in type has that name, the two registrations
///                          differ, the type has kernels for the target already, or a
///                          rate type is not registered
NENGINE_API NeuronType register_neuron(const RegisteredNeuron& neuron);

/// The built-in or registered type of a name; none if there is none.
std::optional<NeuronType> find_neuron(std::string_view name);
/// @throws ValidationError  no such type
const RegisteredNeuron& registered_neuron(NeuronType type);
/// Names of all types that users have registered.
std::vector<std::string_view> registered_neuron_names();
bool is_built_in(NeuronType type);

/// The kernels of a type for a target.
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

}  // namespace nengine::kernels
