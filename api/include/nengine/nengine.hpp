#pragma once

// Everything: networks, simulators and the values that describe them.

#include "nengine/array.hpp"
#include "nengine/connection.hpp"
#include "nengine/distributions.hpp"
#include "nengine/ensemble.hpp"
#include "nengine/error.hpp"
#include "nengine/functions.hpp"
#include "nengine/layer.hpp"
#include "nengine/losses.hpp"
#include "nengine/network.hpp"
#include "nengine/neurons.hpp"
#include "nengine/node.hpp"
#include "nengine/none.hpp"
#include "nengine/optimizers.hpp"
#include "nengine/probe.hpp"
#include "nengine/simulator.hpp"
#include "nengine/solvers.hpp"
#include "nengine/synapses.hpp"
#include "nengine/tensor.hpp"
#include "nengine/view.hpp"
