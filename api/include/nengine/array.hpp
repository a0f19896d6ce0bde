#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <ranges>
#include <type_traits>
#include <vector>

#include "kernels/base/export.hpp"

namespace nengine {

/// A container of numbers: `std::vector<float>`, `std::array<double, 3>`.
template <class R>
concept NumberRange = std::ranges::forward_range<const R> &&
    std::is_arithmetic_v<std::ranges::range_value_t<const R>>;
/// A container of rows: `std::vector<std::vector<double>>`.
template <class R>
concept NumberTable = std::ranges::forward_range<const R> &&
    NumberRange<std::ranges::range_value_t<const R>>;

/// Numbers with a shape, slowest axis first: what users hand over as constants.
///
///     Array a = 2.0;                       // a scalar, shape []
///     Array b = {1.0, -1.0};               // a vector, shape [2]
///     Array c = {{1.0, 0.0}, {0.0, 1.0}};  // a matrix, shape [2, 2]
///     Array d = std::vector{0.5, 0.25};    // a vector, from a container
struct NENGINE_API Array {
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
    template <NumberRange Vector>
    Array(const Vector& vector)
        : Array(std::vector<double>(std::ranges::begin(vector),
                                    std::ranges::end(vector))) {}
    /// @throws ShapeError  if the rows differ in length
    template <NumberTable Rows>
    Array(const Rows& rows) : shape{0, 0} {
        for (const auto& row : rows) {
            append_row({std::ranges::begin(row), std::ranges::end(row)});
        }
    }
    /// @throws ShapeError  if the product of `extents` is not the number of values, or
    ///                     an extent is negative
    Array(std::vector<std::int64_t> extents, std::vector<double> numbers);

    /// The same number everywhere: `Array::full({50, 1}, -2.5)`.
    /// @throws ShapeError   a negative extent
    /// @throws MemoryError  more numbers than there is memory for
    static Array full(std::vector<std::int64_t> extents, double value = 0.0);
    /// A square matrix with `value` on its diagonal, else zeros.
    /// @throws ShapeError   a negative size
    /// @throws MemoryError  as `full`
    static Array identity(std::int64_t size, double value = 1.0);

    /// The number of axes: 0 for a scalar, 1 for a vector, 2 for a matrix.
    std::size_t rank() const { return shape.size(); }
    /// The extent of an axis; 1 where there is none.
    std::int64_t extent(std::size_t axis) const {
        return axis < shape.size() ? shape[axis] : 1;
    }

    /// One number of a vector, a matrix, or an array of three axes; indices count from
    /// 0.
    /// @throws ValidationError  an index that is negative or too large
    /// @throws ShapeError       another number of indices than of axes, or fewer values
    ///                          than the shape has
    double& operator()(std::int64_t i) { return values[at(i)]; }
    double& operator()(std::int64_t i, std::int64_t j) { return values[at(i, j)]; }
    double& operator()(std::int64_t i, std::int64_t j, std::int64_t k) {
        return values[at(i, j, k)];
    }
    double operator()(std::int64_t i) const { return values[at(i)]; }
    double operator()(std::int64_t i, std::int64_t j) const { return values[at(i, j)]; }
    double operator()(std::int64_t i, std::int64_t j, std::int64_t k) const {
        return values[at(i, j, k)];
    }

    bool operator==(const Array&) const = default;

private:
    void append_row(const std::vector<double>& row);
    [[noreturn]] void refuse(std::initializer_list<std::int64_t> indices) const;
    bool is_within(std::int64_t index, std::size_t axis) const {
        // Negative indices are large ones here.
        return static_cast<std::uint64_t>(index) <
               static_cast<std::uint64_t>(shape[axis]);
    }
    std::size_t at(std::int64_t i) const {
        const auto position = static_cast<std::size_t>(i);
        if (rank() != 1 || !is_within(i, 0) || position >= values.size()) {
            refuse({i});
        }
        return position;
    }
    std::size_t at(std::int64_t i, std::int64_t j) const {
        if (rank() != 2 || !is_within(i, 0) || !is_within(j, 1)) {
            refuse({i, j});
        }
        const auto position = static_cast<std::size_t>(i * shape[1] + j);
        if (position >= values.size()) {
            refuse({i, j});
        }
        return position;
    }
    std::size_t at(std::int64_t i, std::int64_t j, std::int64_t k) const {
        if (rank() != 3 || !is_within(i, 0) || !is_within(j, 1) || !is_within(k, 2)) {
            refuse({i, j, k});
        }
        const auto position =
            static_cast<std::size_t>((i * shape[1] + j) * shape[2] + k);
        if (position >= values.size()) {
            refuse({i, j, k});
        }
        return position;
    }
};

/// An array or none, which copies share and cannot change: for numbers that many
/// objects are made with.
class NENGINE_API SharedArray {
public:
    SharedArray() = default;
    SharedArray(Array array);
    SharedArray(std::initializer_list<std::initializer_list<double>> rows)
        : SharedArray(Array(rows)) {}
    template <NumberTable Rows>
    SharedArray(const Rows& rows) : SharedArray(Array(rows)) {}

    explicit operator bool() const { return array_ != nullptr; }
    const Array& operator*() const { return *array_; }
    const Array* operator->() const { return array_.get(); }
    bool operator==(const SharedArray& other) const;

private:
    std::shared_ptr<const Array> array_;
};

}  // namespace nengine
