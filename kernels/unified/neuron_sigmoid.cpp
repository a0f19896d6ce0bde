#include "kernels/neurons/sigmoid.hpp"
#include "kernels/neurons/tanh.hpp"
#include "kernels/unified/built_in_neurons.hpp"

namespace nengine {

NENGINE_BUILT_IN_NEURON(sigmoid, Sigmoid, WholeRange)
NENGINE_BUILT_IN_NEURON(tanh, Tanh, WholeRange)

}  // namespace nengine
