#include "nengine/array.hpp"

#include <string>
#include <utility>

#include "kernels/base/error.hpp"

namespace nengine {
namespace {

template <class Rows>
void append_rows(const Rows& rows, Array& array) {
    const auto cols = rows.size() == 0 ? std::size_t{0} : rows.begin()->size();
    for (const auto& row : rows) {
        if (row.size() != cols) {
            throw ShapeError("Array: got a row of " + std::to_string(row.size()) +
                             " numbers after rows of " + std::to_string(cols) +
                             ", needs rows of one length");
        }
        array.values.insert(array.values.end(), row.begin(), row.end());
    }
    array.shape = {static_cast<std::int64_t>(rows.size()),
                   static_cast<std::int64_t>(cols)};
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

Array::Array(std::initializer_list<std::initializer_list<double>> rows) {
    append_rows(rows, *this);
}

Array::Array(const std::vector<std::vector<double>>& rows) {
    append_rows(rows, *this);
}

Array::Array(std::vector<std::int64_t> extents, std::vector<double> numbers)
    : shape(std::move(extents)), values(std::move(numbers)) {
    std::int64_t size = 1;
    for (const auto extent : shape) {
        size *= extent;
    }
    if (size != static_cast<std::int64_t>(values.size())) {
        throw ShapeError("Array: got " + std::to_string(values.size()) +
                         " numbers, needs " + std::to_string(size) + " for its shape");
    }
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
