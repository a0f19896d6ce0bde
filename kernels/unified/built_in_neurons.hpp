#pragma once

#include "kernels/unified/neuron_kernels.hpp"

namespace nengine {

/// The kernels of a built-in type for the target that a file is compiled for; defined
/// in the file of the type's family.
template <NeuronType type, class Exec, class Real>
NeuronKernels<Exec, Real> built_in_kernels();

}  // namespace nengine

/// Defines the kernels of NeuronType::TYPE for this file's target.
#define NENGINE_BUILT_IN_NEURON(TYPE, FUNCTOR, RANGE)          \
    template <>                                                \
    NeuronKernels<ThisExec, float>                             \
    built_in_kernels<NeuronType::TYPE, ThisExec, float>() {    \
        return kernels_of<FUNCTOR, RANGE, ThisExec, float>();  \
    }                                                          \
    template <>                                                \
    NeuronKernels<ThisExec, double>                            \
    built_in_kernels<NeuronType::TYPE, ThisExec, double>() {   \
        return kernels_of<FUNCTOR, RANGE, ThisExec, double>(); \
    }
