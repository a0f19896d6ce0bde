#include <cmath>
#include <string>
#include <utility>

#include "api/numerics/distributions.hpp"
#include "api/numerics/named.hpp"
#include "api/numerics/text.hpp"
#include "kernels/base/error.hpp"

// What users give as an array or as a distribution, in the form that the builder needs.

namespace nengine {
namespace {

/// The numbers, all of which have to be finite.
template <class Numbers>
Numbers finite(Numbers numbers, const std::string& what) {
    if (numbers.allFinite()) {
        return numbers;
    }
    for (Eigen::Index row = 0; row < numbers.rows(); ++row) {
        for (Eigen::Index col = 0; col < numbers.cols(); ++col) {
            if (!std::isfinite(numbers(row, col))) {
                const bool vector = Numbers::ColsAtCompileTime == 1;
                throw ValidationError(
                    what + ": got " + number_text(numbers(row, col)) + " at " +
                    (vector ? shape_text({row}) : shape_text({row, col})) +
                    ", needs finite numbers");
            }
        }
    }
    return numbers;
}

}  // namespace

Matrix sample(const Distribution& distribution, std::int64_t n, std::int64_t d,
              RandomState& rng, const std::string& what) {
    return finite(named(what, [&] { return sample(distribution, n, d, rng); }), what);
}

Vector sample(const Distribution& distribution, std::int64_t n, RandomState& rng,
              const std::string& what) {
    return finite(named(what, [&] { return sample(distribution, n, rng); }), what);
}

DistributionOrArray::DistributionOrArray(Array array)
    : array_(std::make_shared<const Array>(std::move(array))) {}

bool DistributionOrArray::operator==(const DistributionOrArray& other) const {
    if (is_array() != other.is_array()) {
        return false;
    }
    return is_array() ? array() == other.array()
                      : distribution() == other.distribution();
}

Matrix values_or_samples(const DistributionOrArray& parameter, std::int64_t n,
                         std::int64_t d, RandomState& rng, const std::string& what) {
    if (!parameter.is_array()) {
        return sample(parameter.distribution(), n, d, rng, what);
    }
    const Array& array = parameter.array();
    if (array.rank() == 0) {
        return finite(Matrix(Matrix::Constant(n, d, array.values[0])), what);
    }
    const bool is_column = array.rank() == 1 && array.shape[0] == n;
    const bool is_matrix =
        array.rank() == 2 && array.shape[0] == n && array.shape[1] == d;
    if (!is_column && !is_matrix) {
        throw ShapeError(what, "shape " + shape_text(array.shape), shape_text({n, d}));
    }
    const Eigen::Map<const Matrix> values(array.values.data(), n, array.extent(1));
    return finite(Matrix(values.replicate(1, is_column ? d : 1)), what);
}

Vector values_or_samples(const DistributionOrArray& parameter, std::int64_t n,
                         RandomState& rng, const std::string& what) {
    if (!parameter.is_array()) {
        return sample(parameter.distribution(), n, rng, what);
    }
    const Array& array = parameter.array();
    if (array.rank() == 0) {
        return finite(Vector(Vector::Constant(n, array.values[0])), what);
    }
    if (array.rank() != 1 || array.shape[0] != n) {
        throw ShapeError(what, "shape " + shape_text(array.shape), shape_text({n}));
    }
    return finite(Vector(Eigen::Map<const Vector>(array.values.data(), n)), what);
}

}  // namespace nengine
