#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <vector>

namespace nengine {

/// Numbers with a shape, slowest axis first: what users hand over as constants.
///
///     Array a = 2.0;                       // a scalar, shape []
///     Array b = {1.0, -1.0};               // a vector, shape [2]
///     Array c = {{1.0, 0.0}, {0.0, 1.0}};  // a matrix, shape [2, 2]
struct Array {
    /// Stands in for a number in the list of a vector. It makes `{{1.0}, {-1.0}}` two
    /// rows of one number each, where a list of plain numbers would be ambiguous.
    struct Number {
        double value;
        Number(double number) : value(number) {}  // NOLINT: conversion is the purpose
    };

    std::vector<std::int64_t> shape = {0};
    std::vector<double> values;

    /// No numbers, shape [0].
    Array() = default;
    Array(double scalar) : shape(), values{scalar} {}
    Array(std::vector<double> vector);
    Array(std::initializer_list<Number> vector);
    /// @throws ShapeError  if the rows differ in length
    Array(std::initializer_list<std::initializer_list<double>> rows);
    /// @throws ShapeError  if the rows differ in length
    Array(const std::vector<std::vector<double>>& rows);
    /// @throws ShapeError  if the product of `extents` is not the number of values
    Array(std::vector<std::int64_t> extents, std::vector<double> numbers);

    /// The number of axes: 0 for a scalar, 1 for a vector, 2 for a matrix.
    std::size_t rank() const { return shape.size(); }
    /// The extent of an axis; 1 where there is none.
    std::int64_t extent(std::size_t axis) const {
        return axis < shape.size() ? shape[axis] : 1;
    }

    bool operator==(const Array&) const = default;
};

/// An array or none, which copies share and cannot change: for numbers that many
/// objects are made with.
class SharedArray {
public:
    SharedArray() = default;
    SharedArray(Array array);
    SharedArray(std::initializer_list<std::initializer_list<double>> rows)
        : SharedArray(Array(rows)) {}

    explicit operator bool() const { return array_ != nullptr; }
    const Array& operator*() const { return *array_; }
    const Array* operator->() const { return array_.get(); }
    bool operator==(const SharedArray& other) const;

private:
    std::shared_ptr<const Array> array_;
};

}  // namespace nengine
