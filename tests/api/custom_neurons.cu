#include "tests/api/custom_neurons.hpp"

NENGINE_REGISTER_NEURON(Theta);
NENGINE_REGISTER_NEURON(UsersLif);
NENGINE_REGISTER_NEURON(Halved);
