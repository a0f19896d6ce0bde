#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "kernels/base/dtype.hpp"
#include "kernels/base/export.hpp"

namespace nengine {

/// Numbers over items, steps and components: `[batch, steps, size]`, slowest first;
/// without a minibatch also `[steps, size]`. The values do not change, and copies share
/// them. What simulators give is float32 or float64; what they are given may be int32
/// and uint8, too.
class NENGINE_API Tensor {
    /// What numbers of a type are held as.
    template <class Number>
    using Stored = std::conditional_t<std::is_same_v<Number, float>, float, double>;

public:
    using Shape = std::vector<std::int64_t>;

    /// No numbers, shape [0, 0, 0].
    Tensor() = default;
    Tensor(const Tensor&) = default;
    Tensor& operator=(const Tensor&) = default;
    /// The other tensor has no numbers any more, and no axes.
    Tensor(Tensor&& other) noexcept;
    Tensor& operator=(Tensor&& other) noexcept;
    ~Tensor() = default;
    /// @throws ShapeError  the shape has another number of elements, or is negative
    Tensor(Shape shape, std::vector<float> values);
    Tensor(Shape shape, std::vector<double> values);
    Tensor(Shape shape, std::vector<std::int32_t> values);
    Tensor(Shape shape, std::vector<std::uint8_t> values);
    /// `Tensor({1, 2, 1}, {0.5, 1})`: float64, or float32 if all numbers are `float`.
    Tensor(Shape shape, std::initializer_list<double> values)
        : Tensor(std::move(shape), std::vector<double>(values)) {}
    template <class Number>
    requires(std::integral<Number> || std::same_as<Number, float>)
        Tensor(Shape shape, std::initializer_list<Number> values)
        : Tensor(std::move(shape),
                 std::vector<Stored<Number>>(values.begin(), values.end())) {}
    /// Someone else's numbers, without a copy: they must outlive the tensor and all
    /// copies of it.
    /// @throws ValidationError  no address of numbers
    /// @throws ShapeError       a negative extent
    static Tensor borrow(const float* values, Shape shape);
    static Tensor borrow(const double* values, Shape shape);
    static Tensor borrow(const std::int32_t* values, Shape shape);
    static Tensor borrow(const std::uint8_t* values, Shape shape);

    const Shape& shape() const { return shape_; }
    /// The extent of an axis; negative axes count from the last.
    std::int64_t extent(int axis) const;
    std::size_t rank() const { return shape_.size(); }
    std::int64_t size() const;
    DType dtype() const { return dtype_; }

    /// One number; indices count from 0. For loops over many, `floats` and its like are
    /// faster.
    /// @throws ValidationError  an index that is negative or too large
    /// @throws ShapeError       another number of indices than of axes
    double operator()(std::int64_t i) const;
    double operator()(std::int64_t i, std::int64_t j) const;
    double operator()(std::int64_t i, std::int64_t j, std::int64_t k) const;
    /// By position in row-major order.
    /// @throws ValidationError  a position that is negative or too large
    double operator[](std::int64_t position) const;

    /// @throws ValidationError  if the numbers are of another type
    std::span<const float> floats() const;
    std::span<const double> doubles() const;
    std::span<const std::int32_t> integers() const;
    std::span<const std::uint8_t> bytes() const;
    std::vector<double> to_vector() const;

    /// Entries [first, first + count) of the first axis, sharing the numbers.
    /// @throws ValidationError  if they are out of range
    Tensor items(std::int64_t first, std::int64_t count) const;

    /// The same numbers in another shape.
    /// @throws ShapeError  the shape has another number of elements
    Tensor reshaped(Shape shape) const;

    /// The numbers as they lie in memory.
    const void* raw() const { return data_; }

private:
    Tensor(Shape shape, DType dtype, std::shared_ptr<const void> owner,
           const void* data);
    template <class Number>
    static Tensor owning(Shape shape, DType dtype, std::vector<Number> values);
    template <class Number>
    static Tensor borrowing(Shape shape, DType dtype, const Number* values);
    double at(std::span<const std::int64_t> indices) const;

    Shape shape_ = {0, 0, 0};
    DType dtype_ = DType::float32;
    std::shared_ptr<const void> owner_;
    const void* data_ = nullptr;
};

}  // namespace nengine
