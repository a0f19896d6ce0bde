#include "nengine/tensor.hpp"

#include "api/builder/numerics/text.hpp"
#include "nengine/error.hpp"

namespace nengine {
inline namespace api {

namespace {

std::int64_t elements(const Tensor::Shape& shape) {
    std::int64_t count = 1;
    for (const auto extent : shape) {
        if (extent < 0) {
            throw ShapeError("Tensor: got shape " + shape_text(shape) +
                             ", needs no negative extents");
        }
        count *= extent;
    }
    return count;
}

void need_elements(const Tensor::Shape& shape, std::size_t count) {
    if (elements(shape) != static_cast<std::int64_t>(count)) {
        throw ShapeError("Tensor: got " + std::to_string(count) +
                         " values, needs as many as the shape " + shape_text(shape) +
                         " has");
    }
}

}  // namespace

Tensor::Tensor(Shape shape, DType dtype, std::shared_ptr<const void> owner,
               const void* data)
    : shape_(std::move(shape)), dtype_(dtype), owner_(std::move(owner)), data_(data) {}

Tensor::Tensor(Shape shape, std::vector<float> values)
    : shape_(std::move(shape)), dtype_(DType::float32) {
    need_elements(shape_, values.size());
    const auto held = std::make_shared<const std::vector<float>>(std::move(values));
    data_ = held->data();
    owner_ = held;
}

Tensor::Tensor(Shape shape, std::vector<double> values)
    : shape_(std::move(shape)), dtype_(DType::float64) {
    need_elements(shape_, values.size());
    const auto held = std::make_shared<const std::vector<double>>(std::move(values));
    data_ = held->data();
    owner_ = held;
}

Tensor Tensor::borrow(const float* values, Shape shape) {
    elements(shape);
    return {std::move(shape), DType::float32, nullptr, values};
}

Tensor Tensor::borrow(const double* values, Shape shape) {
    elements(shape);
    return {std::move(shape), DType::float64, nullptr, values};
}

std::int64_t Tensor::extent(int axis) const {
    const auto position = axis < 0 ? axis + static_cast<int>(rank()) : axis;
    if (position < 0 || position >= static_cast<int>(rank())) {
        throw ValidationError("Tensor: got axis " + std::to_string(axis) +
                              ", needs one of its " + std::to_string(rank()));
    }
    return shape_[static_cast<std::size_t>(position)];
}

std::int64_t Tensor::size() const {
    return elements(shape_);
}

double Tensor::operator[](std::int64_t position) const {
    return dtype_ == DType::float32 ? static_cast<const float*>(data_)[position]
                                    : static_cast<const double*>(data_)[position];
}

double Tensor::operator()(std::int64_t i, std::int64_t j) const {
    return (*this)[i * extent(1) + j];
}

double Tensor::operator()(std::int64_t i, std::int64_t j, std::int64_t k) const {
    return (*this)[(i * extent(1) + j) * extent(2) + k];
}

std::span<const float> Tensor::floats() const {
    if (dtype_ != DType::float32) {
        throw ValidationError("Tensor: got float64 numbers, needs float32");
    }
    return {static_cast<const float*>(data_), static_cast<std::size_t>(size())};
}

std::span<const double> Tensor::doubles() const {
    if (dtype_ != DType::float64) {
        throw ValidationError("Tensor: got float32 numbers, needs float64");
    }
    return {static_cast<const double*>(data_), static_cast<std::size_t>(size())};
}

std::vector<double> Tensor::to_vector() const {
    std::vector<double> values(static_cast<std::size_t>(size()));
    for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = (*this)[static_cast<std::int64_t>(i)];
    }
    return values;
}

Tensor Tensor::items(std::int64_t first, std::int64_t count) const {
    if (first < 0 || count < 0 || shape_.empty() || first + count > shape_[0]) {
        throw ValidationError("Tensor: got items " + std::to_string(first) + " to " +
                              std::to_string(first + count) + ", needs some of shape " +
                              shape_text(shape_));
    }
    Tensor part = *this;
    const std::int64_t per_item = shape_[0] == 0 ? 0 : size() / shape_[0];
    const std::size_t width = dtype_ == DType::float32 ? sizeof(float) : sizeof(double);
    part.shape_[0] = count;
    part.data_ = static_cast<const std::byte*>(data_) +
                 static_cast<std::size_t>(first * per_item) * width;
    return part;
}

Tensor Tensor::reshaped(Shape shape) const {
    need_elements(shape, static_cast<std::size_t>(size()));
    Tensor other = *this;
    other.shape_ = std::move(shape);
    return other;
}

}  // namespace api
}  // namespace nengine
