#pragma once

// What the tests made of pages include.

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "nengine/nengine.hpp"

// A page names things to show how they are made.
#pragma GCC diagnostic ignored "-Wunused-variable"
#pragma GCC diagnostic ignored "-Wunused-but-set-variable"
#pragma GCC diagnostic ignored "-Wunused-value"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wunused-result"
#pragma GCC diagnostic ignored "-Wshadow"

namespace nengine::test {

/// What a test has put into the network must simulate.
inline void simulate(const Network& net) {
    Simulator sim(net,
                  {.progress_bar = false, .on_warning = [](const std::string&) {}});
    sim.run_steps(3);
    EXPECT_EQ(sim.n_steps(), 3);
}

}  // namespace nengine::test

using namespace nengine;
using nengine::test::simulate;
