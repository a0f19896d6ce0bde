#include "options.hpp"

#include <algorithm>
#include <cstdlib>

namespace cuda_emulator {

bool refuses(std::string_view what) {
    const char* const list = std::getenv("NENGINE_EMULATOR_REFUSES");
    std::string_view rest = list != nullptr ? list : "";
    while (!rest.empty()) {
        const std::size_t comma = std::min(rest.find(','), rest.size());
        if (rest.substr(0, comma) == what) {
            return true;
        }
        rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
    return false;
}

bool counts_work() {
    const char* const clock = std::getenv("NENGINE_EMULATOR_CLOCK");
    return clock != nullptr && std::string_view(clock) == "work";
}

std::size_t total_memory() {
    const char* const mebibytes = std::getenv("NENGINE_EMULATOR_MEMORY");
    return (mebibytes != nullptr ? std::strtoull(mebibytes, nullptr, 10) : 8192ULL)
           << 20;
}

}  // namespace cuda_emulator
