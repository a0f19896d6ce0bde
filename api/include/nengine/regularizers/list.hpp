#pragma once

// The regularizers, a line each. A new one is a header with its struct, its line here,
// its cases in tests/keras/make_rules.py and its row in docs/parameters.md; tests go
// through this list.

#include "nengine/regularizers/l1.hpp"
#include "nengine/regularizers/l1_l2.hpp"
#include "nengine/regularizers/l2.hpp"
#include "nengine/regularizers/orthogonal_regularizer.hpp"
