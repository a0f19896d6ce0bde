#include "kernels/neurons/adaptive_lif.hpp"
#include "kernels/neurons/izhikevich.hpp"
#include "kernels/unified/built_in_neurons.hpp"

namespace nengine {

NENGINE_BUILT_IN_NEURON(adaptive_lif, AdaptiveLif, BoundedRange)
NENGINE_BUILT_IN_NEURON(adaptive_lif_rate, AdaptiveLifRate, WholeRange)
NENGINE_BUILT_IN_NEURON(izhikevich, Izhikevich, NoFunctions)

}  // namespace nengine
