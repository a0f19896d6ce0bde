#include "api/numerics/steps.hpp"

#include <cmath>

#include "api/numerics/text.hpp"
#include "kernels/base/error.hpp"

namespace nengine {
namespace {

/// Times are steps times dt, in double.
constexpr std::int64_t most_steps = std::int64_t{1} << 53;

}  // namespace

std::int64_t steps_in(double seconds, double dt, const std::string& call) {
    if (!(seconds >= 0.0) || !std::isfinite(seconds)) {
        throw ValidationError(call + ": got " + number_text(seconds) +
                              " seconds, needs a finite number of at least 0");
    }
    const double steps = std::nearbyint(seconds / dt);
    const auto most = static_cast<double>(most_steps);
    if (!(steps <= most)) {
        throw ValidationError(call + ": got " + number_text(seconds) +
                              " seconds, which are too many steps of " +
                              number_text(dt) + " s, needs at most 2^53 of them, " +
                              number_text(most * dt) + " s");
    }
    return static_cast<std::int64_t>(steps);
}

void check_steps(std::int64_t n_steps, std::int64_t least, std::int64_t done,
                 const std::string& call) {
    if (n_steps < least) {
        throw ValidationError(call + ": n_steps: got " + std::to_string(n_steps) +
                              ", needs at least " + std::to_string(least));
    }
    if (n_steps > most_steps - done) {
        throw ValidationError(call + ": n_steps: got " + std::to_string(n_steps) +
                              (done > 0 ? " after " + std::to_string(done) : "") +
                              ", which are too many, needs at most 2^53 in all");
    }
}

void check_dt(double dt, const std::string& call) {
    if (!(dt > 0.0) || !std::isfinite(dt)) {
        throw ValidationError(call + ": dt: got " + number_text(dt) +
                              ", needs a finite number of seconds above 0");
    }
}

}  // namespace nengine
