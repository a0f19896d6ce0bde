#include "kernels/neuron_scan.hpp"

#include NENGINE_LAUNCH_HEADER
#include "kernels/neuron_registry.hpp"

// Which kernel a neuron type means on this target.

namespace nengine {

template <NeuronType type, class Exec, class Real>
NeuronKernels<Exec, Real> built_in_kernels();

#define NENGINE_DECLARE_NEURON(TYPE)                       \
    template <>                                            \
    NeuronKernels<ThisExec, float>                         \
    built_in_kernels<NeuronType::TYPE, ThisExec, float>(); \
    template <>                                            \
    NeuronKernels<ThisExec, double>                        \
    built_in_kernels<NeuronType::TYPE, ThisExec, double>();
// clang-format off: one per line
#define NENGINE_EACH_NEURON(F)  \
    F(lif)                      \
    F(lif_rate)                 \
    F(soft_lif_rate)            \
    F(rectified_linear)         \
    F(spiking_rectified_linear) \
    F(sigmoid)                  \
    F(tanh)                     \
    F(adaptive_lif)             \
    F(adaptive_lif_rate)        \
    F(izhikevich)               \
    F(leaky_relu)               \
    F(spiking_leaky_relu)       \
    F(regular_spiking)
// clang-format on
NENGINE_EACH_NEURON(NENGINE_DECLARE_NEURON)

namespace {

template <class Real>
NeuronKernels<ThisExec, Real> built_in(NeuronType type) {
    switch (type) {
#define NENGINE_NEURON_CASE(TYPE) \
    case NeuronType::TYPE:        \
        return built_in_kernels<NeuronType::TYPE, ThisExec, Real>();
        NENGINE_EACH_NEURON(NENGINE_NEURON_CASE)
    }
    return {};
}

bool is_built_in(NeuronType type) {
    return static_cast<int>(type) < n_built_in_neurons;
}

/// A user compiles for one kind of processor, whichever the host is.
#if NENGINE_TARGET_CUDA
using UserExec = CudaExec;
#else
using UserExec = CpuExec;
#endif

template <class Real>
const NeuronKernels<UserExec, Real>& registered(const UserExec& exec, NeuronType type) {
    return of_real<Real>(registered_kernels(exec, type));
}

}  // namespace

template <class Exec, class Real>
void neuron_scan(const Exec& exec, const NeuronScanArgs<Real>& args) {
    if (is_built_in(args.type)) {
        built_in<Real>(args.type).scan(exec, args);
    } else {
        registered<Real>(exec, args.type).scan(exec, args);
    }
}

template <class Exec, class Real>
void neuron_rate(const Exec& exec, const NeuronRateArgs<Real>& args) {
    const NeuronType type = neuron_info(args.type).rate_type;
    if (is_built_in(type)) {
        built_in<Real>(type).rate(exec, args);
    } else {
        registered<Real>(exec, type).rate(exec, args);
    }
}

template <class Exec, class Real>
void neuron_rate_backward(const Exec& exec, const NeuronRateBackwardArgs<Real>& args) {
    const NeuronType type = neuron_info(args.type).rate_type;
    if (is_built_in(type)) {
        built_in<Real>(type).rate_backward(exec, args);
    } else {
        registered<Real>(exec, type).rate_backward(exec, args);
    }
}

template void neuron_scan(const ThisExec&, const NeuronScanArgs<float>&);
template void neuron_scan(const ThisExec&, const NeuronScanArgs<double>&);
template void neuron_rate(const ThisExec&, const NeuronRateArgs<float>&);
template void neuron_rate(const ThisExec&, const NeuronRateArgs<double>&);
template void neuron_rate_backward(const ThisExec&,
                                   const NeuronRateBackwardArgs<float>&);
template void neuron_rate_backward(const ThisExec&,
                                   const NeuronRateBackwardArgs<double>&);

}  // namespace nengine
