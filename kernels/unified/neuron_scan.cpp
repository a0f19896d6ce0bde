#include "kernels/neuron_scan.hpp"

#include NENGINE_LAUNCH_HEADER
#include "kernels/neuron_registry.hpp"

// Which kernel a neuron type means on this target.

namespace nengine::kernels {

namespace {

/// Calls `run` with the kernels of a type for this target and the target.
template <class Real, class Run>
void with_kernels(const ThisExec& exec, NeuronType type, const Run& run) {
#if NENGINE_TARGET_CPU_AVX512
    const auto& wide = of_real<Real>(registered_neuron(type).avx512);
    if (wide.scan != nullptr) {
        return run(wide, exec);
    }
    // A user compiles for one kind of processor, whichever the host is.
    const CpuExec& base = exec;
#else
    const ThisExec& base = exec;
#endif
    run(of_real<Real>(registered_kernels(base, type)), base);
}

}  // namespace

template <class Exec, class Real>
void neuron_scan(const Exec& exec, const NeuronScanArgs<Bound<Real>>& args) {
    with_kernels<Real>(exec, args.type, [&](const auto& kernels, const auto& on) {
        kernels.scan(on, args);
    });
}

template <class Exec, class Real>
void neuron_rate(const Exec& exec, const NeuronRateArgs<Bound<Real>>& args) {
    with_kernels<Real>(
        exec, neuron_info(args.type).rate_type,
        [&](const auto& kernels, const auto& on) { kernels.rate(on, args); });
}

template <class Exec, class Real>
void neuron_rate_backward(const Exec& exec,
                          const NeuronRateBackwardArgs<Bound<Real>>& args) {
    with_kernels<Real>(
        exec, neuron_info(args.type).rate_type,
        [&](const auto& kernels, const auto& on) { kernels.rate_backward(on, args); });
}

template void neuron_scan(const ThisExec&, const NeuronScanArgs<Bound<float>>&);
template void neuron_scan(const ThisExec&, const NeuronScanArgs<Bound<double>>&);
template void neuron_rate(const ThisExec&, const NeuronRateArgs<Bound<float>>&);
template void neuron_rate(const ThisExec&, const NeuronRateArgs<Bound<double>>&);
template void neuron_rate_backward(const ThisExec&,
                                   const NeuronRateBackwardArgs<Bound<float>>&);
template void neuron_rate_backward(const ThisExec&,
                                   const NeuronRateBackwardArgs<Bound<double>>&);

}  // namespace nengine::kernels
