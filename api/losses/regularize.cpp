#include "nengine/losses/regularize.hpp"

#include <cmath>

#include "api/expressions/axes.hpp"
#include "kernels/base/error.hpp"

namespace nengine {

namespace {

/// sum(|x|^order)^(1 / order), whose gradient is 0 where it is 0.
Expression root_of_powers(const Expression& x, double order, const Along& along) {
    // A power's slope at 0 may be infinite.
    const Expression size = abs(x), none = size == 0.0;
    const Expression powers = where(none, 0.0, pow(where(none, 1.0, size), order));
    const Expression total = sum(powers, along), no_total = total == 0.0;
    return where(no_total, 0.0, pow(where(no_total, 1.0, total), 1.0 / order));
}

}  // namespace

Expression Regularize::operator()(const Expression& target,
                                  const Expression& output) const {
    static_cast<void>(target);
    if (!(order > 0.0)) {
        throw ValidationError("regularize: got order " + std::to_string(order) +
                              ", needs one above 0");
    }
    const Expression samples = axis ? output : reshape(output, {output.extent(0), -1});
    const int along_axis =
        axis ? axis_of(*axis, output.rank() - 1, "regularize") + 1 : 1;
    const Along along{.axes = {along_axis}};
    if (order == 2.0) {
        return norm(samples, along);
    }
    if (std::isinf(order)) {
        return amax(abs(samples), along);
    }
    return order == 1.0 ? sum(abs(samples), along)
                        : root_of_powers(samples, order, along);
}

}  // namespace nengine
