#include "api/callbacks/checks.hpp"

#include <cmath>

#include "api/callbacks/remembered.hpp"
#include "api/numerics/text.hpp"
#include "nengine/error.hpp"

namespace nengine::detail {

void refuse_option(const std::string& option, const std::string& got,
                   const std::string& needed) {
    throw ValidationError("fit: callbacks: " + option + ": got " + got + ", needs " +
                          needed);
}

void need_at_least(int value, int least, const std::string& option) {
    if (value < least) {
        refuse_option(option, std::to_string(value),
                      "at least " + std::to_string(least));
    }
}

void need_finite(double value, const std::string& option) {
    if (!std::isfinite(value)) {
        refuse_option(option, number_text(value), "a finite number");
    }
}

double remembered(const Remembered& state, const std::string& name) {
    const auto found = state.find(name);
    if (found == state.end() || found->second.size() != 1) {
        throw ValidationError(
            "fit: callbacks: BackupAndRestore: got a checkpoint without '" + name +
            "' of a callback, needs one of the same callbacks in the same order");
    }
    return found->second.front();
}

}  // namespace nengine::detail
