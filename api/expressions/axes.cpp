#include "api/expressions/axes.hpp"

#include <algorithm>
#include <numeric>

#include "kernels/base/error.hpp"

namespace nengine {

int axis_of(int axis, std::size_t rank, const std::string& where) {
    const int n = static_cast<int>(rank);
    if (axis < -n || axis >= n) {
        throw ValidationError(where + ": got axis " + std::to_string(axis) +
                              ", needs one of " + std::to_string(n) + " axes");
    }
    return axis < 0 ? axis + n : axis;
}

std::vector<int> axes_of(const std::vector<int>& axes, std::size_t rank,
                         const std::string& where) {
    std::vector<int> result(axes.empty() ? rank : axes.size());
    if (axes.empty()) {
        std::iota(result.begin(), result.end(), 0);
        return result;
    }
    std::ranges::transform(axes, result.begin(),
                           [&](int axis) { return axis_of(axis, rank, where); });
    std::ranges::sort(result);
    const auto twice = std::ranges::adjacent_find(result);
    if (twice != result.end()) {
        throw ValidationError(where + ": got axis " + std::to_string(*twice) +
                              " twice, needs each once");
    }
    return result;
}

}  // namespace nengine
