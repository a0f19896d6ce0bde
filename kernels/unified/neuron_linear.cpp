#include "kernels/neurons/leaky_relu.hpp"
#include "kernels/neurons/rectified_linear.hpp"
#include "kernels/neurons/regular_spiking.hpp"
#include "kernels/unified/built_in_neurons.hpp"

namespace nengine {

NENGINE_BUILT_IN_NEURON(rectified_linear, RectifiedLinear, NoFunctions)
NENGINE_BUILT_IN_NEURON(spiking_rectified_linear, SpikingRectifiedLinear, NoFunctions)
NENGINE_BUILT_IN_NEURON(leaky_relu, LeakyRelu, NoFunctions)
NENGINE_BUILT_IN_NEURON(spiking_leaky_relu, SpikingLeakyRelu, NoFunctions)
NENGINE_BUILT_IN_NEURON(regular_spiking, RegularSpiking, NoFunctions)

}  // namespace nengine
