#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace nengine {
inline namespace api {

/// The type of real numbers.
enum class DType { float32, float64 };

/// Numbers over items, steps and components: `[batch, steps, size]`, slowest first;
/// without a minibatch also `[steps, size]`. The values do not change, and copies share
/// them.
class Tensor {
public:
    using Shape = std::vector<std::int64_t>;

    /// No numbers, shape [0, 0, 0].
    Tensor() = default;
    /// @throws ShapeError  the shape has another number of elements, or is negative
    Tensor(Shape shape, std::vector<float> values);
    Tensor(Shape shape, std::vector<double> values);
    /// Someone else's numbers, without a copy: they must outlive the tensor and all
    /// copies of it.
    static Tensor borrow(const float* values, Shape shape);
    static Tensor borrow(const double* values, Shape shape);

    const Shape& shape() const { return shape_; }
    /// The extent of an axis; negative axes count from the last.
    std::int64_t extent(int axis) const;
    std::size_t rank() const { return shape_.size(); }
    std::int64_t size() const;
    DType dtype() const { return dtype_; }

    double operator()(std::int64_t i, std::int64_t j) const;
    double operator()(std::int64_t i, std::int64_t j, std::int64_t k) const;
    /// By position in row-major order.
    double operator[](std::int64_t position) const;

    /// @throws ValidationError  if the numbers are of the other type
    std::span<const float> floats() const;
    std::span<const double> doubles() const;
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

    Shape shape_ = {0, 0, 0};
    DType dtype_ = DType::float32;
    std::shared_ptr<const void> owner_;
    const void* data_ = nullptr;
};

}  // namespace api
}  // namespace nengine
