#include "nengine/array.hpp"

#include <string>
#include <utility>

#include "kernels/base/error.hpp"

namespace nengine {
namespace {

/// How many numbers an array of this shape has.
std::int64_t count(const std::vector<std::int64_t>& shape) {
    std::int64_t size = 1;
    for (const auto extent : shape) {
        if (extent < 0) {
            throw ShapeError("Array: got an extent of " + std::to_string(extent) +
                             ", needs at least 0");
        }
        size *= extent;
    }
    return size;
}

}  // namespace

Array::Array(std::vector<double> vector)
    : shape{static_cast<std::int64_t>(vector.size())}, values(std::move(vector)) {}

Array::Array(std::initializer_list<Number> vector)
    : shape{static_cast<std::int64_t>(vector.size())} {
    values.reserve(vector.size());
    for (const auto& number : vector) {
        values.push_back(number.value);
    }
}

Array::Array(std::initializer_list<std::initializer_list<double>> rows) : shape{0, 0} {
    for (const auto& row : rows) {
        append_row(row);
    }
}

void Array::append_row(const std::vector<double>& row) {
    const auto size = static_cast<std::int64_t>(row.size());
    if (shape[0] > 0 && size != shape[1]) {
        throw ShapeError("Array: got a row of " + std::to_string(size) +
                         " numbers after rows of " + std::to_string(shape[1]) +
                         ", needs rows of one length");
    }
    values.insert(values.end(), row.begin(), row.end());
    ++shape[0];
    shape[1] = size;
}

Array::Array(std::vector<std::int64_t> extents, std::vector<double> numbers)
    : shape(std::move(extents)), values(std::move(numbers)) {
    const std::int64_t size = count(shape);
    if (size != static_cast<std::int64_t>(values.size())) {
        throw ShapeError("Array: got " + std::to_string(values.size()) +
                         " numbers, needs " + std::to_string(size) + " for its shape");
    }
}

Array Array::full(std::vector<std::int64_t> extents, double value) {
    const auto size = static_cast<std::size_t>(count(extents));
    return Array(std::move(extents), std::vector<double>(size, value));
}

Array Array::identity(std::int64_t size, double value) {
    Array result = full({size, size});
    for (std::int64_t i = 0; i < size; ++i) {
        result(i, i) = value;
    }
    return result;
}

SharedArray::SharedArray(Array array)
    : array_(std::make_shared<const Array>(std::move(array))) {}

bool SharedArray::operator==(const SharedArray& other) const {
    if (array_ == nullptr || other.array_ == nullptr) {
        return array_ == other.array_;
    }
    return array_ == other.array_ || *array_ == *other.array_;
}

}  // namespace nengine
