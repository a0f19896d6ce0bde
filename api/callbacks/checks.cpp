#include "api/callbacks/checks.hpp"

#include <cmath>

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

}  // namespace nengine::detail
