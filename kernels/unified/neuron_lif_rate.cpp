#include "kernels/neurons/lif_rate.hpp"
#include "kernels/neurons/soft_lif_rate.hpp"
#include "kernels/unified/built_in_neurons.hpp"

namespace nengine {

NENGINE_BUILT_IN_NEURON(lif_rate, LifRate, WholeRange)
NENGINE_BUILT_IN_NEURON(soft_lif_rate, SoftLifRate, WholeRange)

}  // namespace nengine
