#include "nengine/array.hpp"

#include <string>
#include <utility>

#include "api/numerics/text.hpp"
#include "kernels/base/error.hpp"
#include "kernels/base/host_memory.hpp"

namespace nengine {
namespace {

/// How many numbers an array of this shape has.
std::int64_t count(const std::vector<std::int64_t>& shape) {
    for (const auto extent : shape) {
        if (extent < 0) {
            throw ShapeError("Array", "an extent of " + std::to_string(extent),
                             "at least 0");
        }
    }
    std::int64_t size = 0;
    if (!kernels::multiply_extents(shape, size)) {
        throw ShapeError("Array", "shape " + shape_text(shape),
                         "fewer elements than 2^63");
    }
    return size;
}

std::string indices_text(std::initializer_list<std::int64_t> indices) {
    return std::to_string(indices.size()) +
           (indices.size() == 1 ? " index" : " indices");
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
        throw ShapeError("Array",
                         "a row of " + std::to_string(size) +
                             " numbers after rows of " + std::to_string(shape[1]),
                         "rows of one length");
    }
    values.insert(values.end(), row.begin(), row.end());
    ++shape[0];
    shape[1] = size;
}

Array::Array(std::vector<std::int64_t> extents, std::vector<double> numbers)
    : shape(std::move(extents)), values(std::move(numbers)) {
    const std::int64_t size = count(shape);
    if (size != static_cast<std::int64_t>(values.size())) {
        throw ShapeError("Array", std::to_string(values.size()) + " numbers",
                         std::to_string(size) + " for its shape");
    }
}

Array Array::full(std::vector<std::int64_t> extents, double value) {
    const auto size = static_cast<std::size_t>(count(extents));
    kernels::need_host_memory(kernels::array_bytes(extents, sizeof(double)), [&] {
        return kernels::MemoryUse{"Array", "numbers of shape " + shape_text(extents),
                                  "its extents"};
    });
    return Array(std::move(extents), std::vector<double>(size, value));
}

Array Array::identity(std::int64_t size, double value) {
    Array result = full({size, size});
    for (std::int64_t i = 0; i < size; ++i) {
        result(i, i) = value;
    }
    return result;
}

void Array::refuse(std::initializer_list<std::int64_t> indices) const {
    const std::string of_shape = " (shape " + shape_text(shape) + ')';
    if (indices.size() != rank()) {
        throw ShapeError("Array", indices_text(indices),
                         std::to_string(rank()) + of_shape);
    }
    for (std::size_t axis = 0; axis < rank(); ++axis) {
        const std::int64_t index = indices.begin()[axis];
        if (!is_within(index, axis)) {
            throw ValidationError(
                "Array: got index of axis " + std::to_string(axis) + ": " +
                std::to_string(index) + ", needs " +
                (shape[axis] > 0 ? "one from 0 to " + std::to_string(shape[axis] - 1)
                                 : std::string("an array with elements")) +
                of_shape);
        }
    }
    throw ShapeError("Array", std::to_string(values.size()) + " numbers",
                     "as many as its shape has" + of_shape);
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
