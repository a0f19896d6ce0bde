#pragma once

#include <rapidcheck.h>

#include <array>
#include <ostream>
#include <string>
#include <vector>

#include "nengine/expression.hpp"

// Random functions of tensors, as lists of small numbers, which shrink.

namespace nengine::test {

/// One operation on tensors that are there before it. Every choice of numbers makes
/// one: what would not fit is brought into shape.
struct ProgramStep {
    int operation = 0;
    std::array<int, 3> operands{};
    std::array<int, 2> choices{};
};
using ProgramSteps = std::vector<ProgramStep>;

std::ostream& operator<<(std::ostream& out, const ProgramStep& step);

rc::Gen<ProgramSteps> any_program_steps();
/// Shapes of up to six axes and few elements.
rc::Gen<Shape> any_shape();

/// What the steps make of some tensors: the last three results.
std::vector<Expression> run_steps(const ProgramSteps& steps,
                                  std::vector<Expression> tensors);

/// The names of all operations that steps can be.
std::vector<std::string> program_operations();

}  // namespace nengine::test
