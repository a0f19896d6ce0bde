// The kernels of the theta neuron for CUDA, where there is a compiler for it.

#include "samples/theta_neuron.hpp"

NENGINE_REGISTER_NEURON(Theta);
