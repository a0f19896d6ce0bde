#pragma once

// The constraints, a line each. A new one is a header with its struct, its line here,
// its cases in tests/keras/make_rules.py and its row in docs/parameters.md; tests go
// through this list.

#include "nengine/constraints/max_norm.hpp"
#include "nengine/constraints/min_max_norm.hpp"
#include "nengine/constraints/non_neg.hpp"
#include "nengine/constraints/unit_norm.hpp"
