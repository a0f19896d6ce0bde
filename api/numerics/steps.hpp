#pragma once

#include <cstdint>
#include <string>

namespace nengine {

/// The steps of some seconds, rounded halves to even, as Python rounds.
/// @throws ValidationError  seconds that are negative or not finite, or more steps than
///                          a double counts exactly (2^53); `call` names whose they are
std::int64_t steps_in(double seconds, double dt, const std::string& call);

/// @param done  steps before the call
/// @throws ValidationError  fewer than `least`, or more in all than a double counts
void check_steps(std::int64_t n_steps, std::int64_t least, std::int64_t done,
                 const std::string& call);

/// A time step.
/// @throws ValidationError  not a finite number above 0
void check_dt(double dt, const std::string& call);

}  // namespace nengine
