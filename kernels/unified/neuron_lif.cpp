#include "kernels/neurons/lif.hpp"
#include "kernels/unified/built_in_neurons.hpp"

namespace nengine {

NENGINE_BUILT_IN_NEURON(lif, Lif, BoundedRange)

}  // namespace nengine
