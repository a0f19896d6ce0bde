#include "api/simulator/data_values.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_set>

#include "api/numerics/text.hpp"
#include "api/objects/objects.hpp"
#include "engine/ir/model.hpp"
#include "kernels/base/error.hpp"

namespace nengine {
namespace {

/// Whether a number may be used as a `Real`.
template <class Real, bool finite, class Given>
bool fits(Given value) {
    const bool result = std::isfinite(static_cast<Real>(value));
    return finite ? result : result || !std::isfinite(value);
}

/// Magnitudes that are a finite `Real` are below it. Float32 rounds to infinity from
/// half a place above its largest number on.
template <class Real, class Given>
constexpr Given limit = std::numeric_limits<Given>::infinity();
template <>
constexpr double limit<float, double> = 0x1.ffffffp127;

/// The place of the first number that does not fit; `n` if all do. Vectors look at a
/// piece as a whole, whether all of it is finite; what is not is looked at one by one.
template <class Real, bool finite, class Given>
Index first_misfit(const Given* values, Index n) {
    constexpr Index piece = 4096;
    for (Index first = 0; first < n; first += piece) {
        const Index last = std::min(first + piece, n);
        Given beyond = 0;
#pragma omp simd reduction(+ : beyond)
        for (Index i = first; i < last; ++i) {
            beyond += std::abs(values[i]) < limit<Real, Given> ? Given{0} : Given{1};
        }
        if (beyond == 0) {
            continue;
        }
        const auto* misfit =
            std::find_if_not(values + first, values + last, fits<Real, finite, Given>);
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

template <class Real, class Given>
void check_numbers(const engine::HostTensor& tensor, bool finite,
                   const std::string& where) {
    const auto* values = static_cast<const Given*>(tensor.data);
    const Index n = tensor.batch * tensor.steps * tensor.size;
    const Index at = finite ? first_misfit<Real, true>(values, n)
                            : first_misfit<Real, false>(values, n);
    if (at == n) {
        return;
    }
    const bool too_large = std::isfinite(values[at]);
    throw ValidationError(where + ": got " +
                          number_text(static_cast<double>(values[at])) + " for " +
                          place_text(tensor, at) +
                          (too_large ? needs_single() : ", needs a finite number"));
}

template <class Given>
void check_label_numbers(const engine::HostTensor& labels, Index classes,
                         const std::string& where) {
    const auto* values = static_cast<const Given*>(labels.data);
    for (Index i = 0; i < labels.batch * labels.steps; ++i) {
        const auto label = static_cast<double>(values[i]);
        if (!(label >= 0.0 && label < static_cast<double>(classes)) ||
            label != std::floor(label)) {
            throw ValidationError(where + ": got the label " + number_text(label) +
                                  " for " + place_text(labels, i) +
                                  ", needs whole numbers from 0 to " +
                                  std::to_string(classes - 1));
        }
    }
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
    const Index at = first_misfit<float, false>(values.data(), n);
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
            first_misfit<float, false>(signal.initial.data(), n) < n) {
            check_single({signal.initial.data(), signal.initial.size()}, signal.shape,
                         "Simulator: '" + name_of(model, id) + "'");
        }
    }
}

void check_values(const engine::HostTensor& tensor, DType dtype, bool finite,
                  const std::string& where) {
    const bool narrows = tensor.dtype == DType::float64 && dtype == DType::float32;
    if (narrows) {
        check_numbers<float, double>(tensor, finite, where);
    } else if (finite) {
        tensor.dtype == DType::float32
            ? check_numbers<float, float>(tensor, finite, where)
            : check_numbers<double, double>(tensor, finite, where);
    }
}

void check_labels(const engine::HostTensor& labels, Index classes,
                  const std::string& where) {
    labels.dtype == DType::float32
        ? check_label_numbers<float>(labels, classes, where)
        : check_label_numbers<double>(labels, classes, where);
}

}  // namespace nengine
