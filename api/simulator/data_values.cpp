#include "api/simulator/data_values.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <unordered_set>

#include "api/numerics/text.hpp"
#include "api/objects/objects.hpp"
#include "engine/ir/model.hpp"
#include "kernels/base/error.hpp"

namespace nengine {
namespace {

/// A number as it is.
struct Unscaled {
    template <class Given>
    Given operator()(Given value) const {
        return value;
    }
};
/// As it is multiplied on the device.
struct Scaled {
    double scale;

    template <class Given>
    double operator()(Given value) const {
        return scale * static_cast<double>(value);
    }
};

/// Whether a number may be used as a `Real`.
template <class Real, bool finite, class Given, class Scale>
bool fits(Given value, const Scale& scale) {
    const bool result = std::isfinite(static_cast<Real>(scale(value)));
    return finite ? result : result || !std::isfinite(static_cast<double>(value));
}

/// Magnitudes that are a finite `Real` are below it. Float32 rounds to infinity from
/// half a place above its largest number on.
template <class Real, class Given>
constexpr Given limit = std::numeric_limits<Given>::infinity();
template <>
constexpr double limit<float, double> = 0x1.ffffffp127;

/// The place of the first number that does not fit; `n` if all do. Vectors look at a
/// piece as a whole, whether all of it is finite; what is not is looked at one by one.
template <class Real, bool finite, class Given, class Scale>
Index first_misfit(const Given* values, Index n, const Scale& scale) {
    using Used = decltype(scale(Given{}));
    constexpr Index piece = 4096;
    for (Index first = 0; first < n; first += piece) {
        const Index last = std::min(first + piece, n);
        Used beyond = 0;
#pragma omp simd reduction(+ : beyond)
        for (Index i = first; i < last; ++i) {
            beyond +=
                std::abs(scale(values[i])) < limit<Real, Used> ? Used{0} : Used{1};
        }
        if (beyond == 0) {
            continue;
        }
        const auto* misfit = std::find_if_not(
            values + first, values + last,
            [&](Given value) { return fits<Real, finite>(value, scale); });
        if (misfit != values + last) {
            return misfit - values;
        }
    }
    return n;
}

std::string needs_single() {
    return ", needs what float32 holds, up to " +
           number_text(static_cast<double>(std::numeric_limits<float>::max())) +
           ", or dtype = DType::float64";
}

std::string place_text(const engine::HostTensor& tensor, Index at) {
    const Index row = at / tensor.size;
    return "item " + std::to_string(row / tensor.steps) + ", step " +
           std::to_string(row % tensor.steps) + ", component " +
           std::to_string(at % tensor.size) + " (each counted from 0)";
}

template <class Real, class Given, class Scale>
void check_numbers(const engine::HostTensor& tensor, bool finite,
                   const std::string& where, const Scale& scale) {
    const auto* values = static_cast<const Given*>(tensor.data);
    const Index n = tensor.batch * tensor.steps * tensor.size;
    const Index at = finite ? first_misfit<Real, true>(values, n, scale)
                            : first_misfit<Real, false>(values, n, scale);
    if (at == n) {
        return;
    }
    const auto value = static_cast<double>(values[at]);
    const std::string times =
        tensor.scale == 1.0 ? "" : " times " + number_text(tensor.scale);
    throw ValidationError(where + ": got " + number_text(value) + times + " for " +
                          place_text(tensor, at) +
                          (std::isfinite(value) && dtype_of<Real> == DType::float32
                               ? needs_single()
                               : ", needs a finite number"));
}

/// Whether the product with any integer of a type is a finite `Real`.
template <class Real, class Given>
bool all_fit(double scale) {
    using Limits = std::numeric_limits<Given>;
    return Limits::is_integer && fits<Real, true>(Limits::max(), Scaled{scale}) &&
           fits<Real, true>(Limits::lowest(), Scaled{scale});
}

/// What label `i` is.
double label_at(const engine::HostTensor& labels, Index i) {
    const double label = with_number(labels.dtype, [&]<class Given>(Given) {
        return static_cast<double>(static_cast<const Given*>(labels.data)[i]);
    });
    return labels.scale * label;
}

/// What users know a signal by. Numbers that objects share have no name: an operator
/// that reads one.
std::string name_of(const engine::Model& model, engine::SignalId id) {
    const engine::Signal& signal = model.signal(id);
    if (!signal.parameter.empty()) {
        return signal.parameter;
    }
    const auto uses = [&](const auto& op) {
        return std::ranges::count(op->slots(), id, &engine::Slot::signal) > 0;
    };
    const auto user = signal.shape.empty()
                          ? std::ranges::find_if(model.operators(), uses)
                          : model.operators().end();
    return user == model.operators().end() ? signal.name : (*user)->label;
}

}  // namespace

void check_single(std::span<const double> values, const Shape& shape,
                  const std::string& where) {
    const auto n = static_cast<Index>(values.size());
    const Index at = first_misfit<float, false>(values.data(), n, Unscaled{});
    if (at < n) {
        throw ValidationError(where + ": got " +
                              number_text(values[static_cast<std::size_t>(at)]) +
                              detail::place_text(shape, at) + needs_single());
    }
}

void check_single(const engine::Model& model) {
    std::unordered_set<const double*> seen;  // equal decoders are one array
    for (const engine::SignalId id : model.signal_ids()) {
        const engine::Signal& signal = model.signal(id);
        const auto n = static_cast<Index>(signal.initial.size());
        if (seen.insert(signal.initial.data()).second &&
            first_misfit<float, false>(signal.initial.data(), n, Unscaled{}) < n) {
            check_single({signal.initial.data(), signal.initial.size()}, signal.shape,
                         "Simulator: '" + name_of(model, id) + "'");
        }
    }
}

void check_values(const engine::HostTensor& tensor, DType dtype, bool finite,
                  const std::string& where) {
    if (!std::isfinite(tensor.scale)) {
        throw ValidationError(where + ": scale: got " + number_text(tensor.scale) +
                              ", needs a finite number");
    }
    with_number(tensor.dtype, [&]<class Given>(Given) {
        with_real(dtype, [&]<class Real>(Real) {
            if (all_fit<Real, Given>(tensor.scale)) {
                return;
            }
            if (tensor.scale != 1.0) {
                check_numbers<Real, Given>(tensor, finite, where, Scaled{tensor.scale});
            } else if constexpr (!std::is_integral_v<Given>) {
                // Of the same or a wider type, only infinite and NaN ones do not fit.
                if (finite || sizeof(Given) > sizeof(Real)) {
                    check_numbers<Real, Given>(tensor, finite, where, Unscaled{});
                }
            }
        });
    });
}

void check_labels(const engine::HostTensor& labels, Index classes,
                  const std::string& where) {
    for (Index i = 0; i < labels.batch * labels.steps; ++i) {
        const double label = label_at(labels, i);
        if (!(label >= 0.0 && label < static_cast<double>(classes)) ||
            label != std::floor(label)) {
            throw ValidationError(where + ": got the label " + number_text(label) +
                                  " for " + place_text(labels, i) +
                                  ", needs whole numbers from 0 to " +
                                  std::to_string(classes - 1));
        }
    }
}

}  // namespace nengine
