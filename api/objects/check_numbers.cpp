#include <algorithm>
#include <cmath>

#include "api/numerics/linear_filter_math.hpp"
#include "api/numerics/named.hpp"
#include "api/numerics/text.hpp"
#include "api/objects/objects.hpp"
#include "kernels/base/host_memory.hpp"

// What numbers of users' have to be, whatever object they are of.

namespace nengine {
namespace detail {

namespace {

/// No machine has addresses for more numbers; sums of sizes stay far from overflow.
constexpr std::int64_t most_elements = std::int64_t{1} << 47;

}  // namespace

void need_size(std::int64_t value, std::int64_t least, const std::string& what) {
    if (value < least) {
        throw ValidationError(what + ": got " + std::to_string(value) +
                              ", needs at least " + std::to_string(least));
    }
    if (value > most_elements) {
        throw ValidationError(what + ": got " + std::to_string(value) +
                              ", which no machine has memory for, needs at most 2^47");
    }
}

void need_matrices(const std::string& where, const char* what, std::int64_t rows,
                   std::int64_t cols, int copies, const char* lower) {
    const auto bytes = kernels::array_bytes({copies, rows, cols}, sizeof(double));
    kernels::need_host_memory(bytes, [&] {
        return kernels::MemoryUse{
            where, std::string(what) + " of shape " + shape_text({rows, cols}), lower};
    });
}

std::int64_t product(const std::vector<std::int64_t>& shape) {
    std::int64_t size = 0;
    if (!kernels::multiply_extents(shape, size) || size > most_elements) {
        throw ShapeError(
            "", "shape " + shape_text(shape) + ", which no machine has memory for",
            "at most 2^47 elements");
    }
    return size;
}

void need_not_negative(double value, const std::string& what) {
    if (!(value >= 0.0) || !std::isfinite(value)) {
        throw ValidationError(what + ": got " + number_text(value) +
                              ", needs a finite number of at least 0");
    }
}

void check_spike_gradient(const SpikeGradient& gradient, const std::string& what) {
    if (const auto* rate = std::get_if<RateGradient>(&gradient)) {
        need_not_negative(rate->lif_smoothing,
                          what + ": spike_gradient: lif_smoothing");
    }
}

void check_whole(const Array& array, const std::string& what) {
    std::int64_t size = 0;
    if (!kernels::multiply_extents(array.shape, size) ||
        size != static_cast<std::int64_t>(array.values.size())) {
        throw ShapeError(what, std::to_string(array.values.size()) + " numbers",
                         "as many as the shape " + shape_text(array.shape) + " has");
    }
}

std::string place_text(const std::vector<std::int64_t>& shape, std::int64_t at) {
    std::vector<std::int64_t> place(shape.size());
    for (std::size_t axis = shape.size(); axis-- > 0;) {
        place[axis] = at % shape[axis];
        at /= shape[axis];
    }
    return place.empty() ? "" : " at " + shape_text(place);
}

void check_array(const Array& array, const std::string& what) {
    check_whole(array, what);
    const auto wrong = std::ranges::find_if_not(
        array.values, [](double value) { return std::isfinite(value); });
    if (wrong != array.values.end()) {
        throw ValidationError(what + ": got " + number_text(*wrong) +
                              place_text(array.shape, wrong - array.values.begin()) +
                              ", needs finite numbers");
    }
}

void check_array(const DistributionOrArray& numbers, const std::string& where,
                 const char* name) {
    if (numbers.is_array()) {
        check_array(numbers.array(), where + ": " + name);
    }
}

void check_synapse(const Synapse& synapse, const std::string& where) {
    if (const auto* lowpass = std::get_if<Lowpass>(&synapse.value())) {
        need_not_negative(lowpass->tau, where + ": tau of the synapse");
    } else if (const auto* alpha = std::get_if<Alpha>(&synapse.value())) {
        need_not_negative(alpha->tau, where + ": tau of the synapse");
    } else if (const auto* triangle = std::get_if<Triangle>(&synapse.value())) {
        need_not_negative(triangle->t, where + ": t of the synapse");
    } else if (const auto* filter = std::get_if<LinearFilter>(&synapse.value())) {
        named(where + ": synapse", [&] { state_space(filter->num, filter->den); });
    }
}

}  // namespace detail
}  // namespace nengine
