#include "nengine/tensor.hpp"

#include <array>
#include <utility>

#include "api/numerics/text.hpp"
#include "kernels/base/host_memory.hpp"
#include "nengine/error.hpp"

namespace nengine {

namespace {

std::int64_t elements(const Tensor::Shape& shape) {
    for (const auto extent : shape) {
        if (extent < 0) {
            throw ShapeError("Tensor", "shape " + shape_text(shape),
                             "no negative extents");
        }
    }
    std::int64_t count = 0;
    if (!kernels::multiply_extents(shape, count)) {
        throw ShapeError("Tensor", "shape " + shape_text(shape),
                         "fewer elements than 2^63");
    }
    return count;
}

void need_elements(const Tensor::Shape& shape, std::size_t count) {
    if (elements(shape) != static_cast<std::int64_t>(count)) {
        throw ShapeError("Tensor", std::to_string(count) + " values",
                         "as many as the shape " + shape_text(shape) + " has");
    }
}

void need_address(const void* values, const Tensor::Shape& shape) {
    if (elements(shape) > 0 && values == nullptr) {
        throw ValidationError(
            "Tensor::borrow: got no address, needs that of numbers "
            "of shape " +
            shape_text(shape));
    }
}

}  // namespace

Tensor::Tensor(Shape shape, DType dtype, std::shared_ptr<const void> owner,
               const void* data)
    : shape_(std::move(shape)), dtype_(dtype), owner_(std::move(owner)), data_(data) {}

template <class Number>
Tensor Tensor::owning(Shape shape, DType dtype, std::vector<Number> values) {
    need_elements(shape, values.size());
    const auto held = std::make_shared<const std::vector<Number>>(std::move(values));
    return {std::move(shape), dtype, held, held->data()};
}

Tensor::Tensor(Shape shape, std::vector<float> values)
    : Tensor(owning(std::move(shape), DType::float32, std::move(values))) {}
Tensor::Tensor(Shape shape, std::vector<double> values)
    : Tensor(owning(std::move(shape), DType::float64, std::move(values))) {}
Tensor::Tensor(Shape shape, std::vector<std::int32_t> values)
    : Tensor(owning(std::move(shape), DType::int32, std::move(values))) {}
Tensor::Tensor(Shape shape, std::vector<std::uint8_t> values)
    : Tensor(owning(std::move(shape), DType::uint8, std::move(values))) {}

Tensor::Tensor(Tensor&& other) noexcept
    : shape_(std::move(other.shape_)),
      dtype_(other.dtype_),
      owner_(std::move(other.owner_)),
      data_(std::exchange(other.data_, nullptr)) {}

Tensor& Tensor::operator=(Tensor&& other) noexcept {
    Tensor taken(std::move(other));
    shape_.swap(taken.shape_);
    std::swap(dtype_, taken.dtype_);
    owner_.swap(taken.owner_);
    std::swap(data_, taken.data_);
    return *this;
}

template <class Number>
Tensor Tensor::borrowing(Shape shape, DType dtype, const Number* values) {
    need_address(values, shape);
    return {std::move(shape), dtype, nullptr, values};
}

Tensor Tensor::borrow(const float* values, Shape shape) {
    return borrowing(std::move(shape), DType::float32, values);
}
Tensor Tensor::borrow(const double* values, Shape shape) {
    return borrowing(std::move(shape), DType::float64, values);
}
Tensor Tensor::borrow(const std::int32_t* values, Shape shape) {
    return borrowing(std::move(shape), DType::int32, values);
}
Tensor Tensor::borrow(const std::uint8_t* values, Shape shape) {
    return borrowing(std::move(shape), DType::uint8, values);
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
    if (data_ == nullptr) {
        return 0;  // moved from: no axes either
    }
    std::uint64_t count = 1;  // which no Index holds: one of the others is 0 then
    for (const auto extent : shape_) {
        count *= static_cast<std::uint64_t>(extent);
    }
    return static_cast<std::int64_t>(count);
}

namespace {

bool is_within(std::int64_t index, std::int64_t extent) {
    // Negative indices are large ones here.
    return static_cast<std::uint64_t>(index) < static_cast<std::uint64_t>(extent);
}

[[noreturn]] void refuse_index(const std::string& name, std::int64_t index,
                               std::int64_t extent, const Tensor::Shape& shape) {
    throw ValidationError("Tensor: got " + name + ' ' + std::to_string(index) +
                          ", needs " +
                          (extent > 0 ? "one from 0 to " + std::to_string(extent - 1)
                                      : std::string("a tensor with elements")) +
                          " (shape " + shape_text(shape) + ')');
}

void need_rank(std::size_t indices, const Tensor::Shape& shape) {
    if (indices != shape.size()) {
        throw ShapeError(
            "Tensor", std::to_string(indices) + (indices == 1 ? " index" : " indices"),
            std::to_string(shape.size()) + " (shape " + shape_text(shape) + ')');
    }
}

/// Row-major: of an element, from the position that the axes before `axis` give.
std::int64_t within_axis(std::int64_t position, std::size_t axis, std::int64_t index,
                         const Tensor::Shape& shape) {
    if (!is_within(index, shape[axis])) {
        refuse_index("index of axis " + std::to_string(axis) + ':', index, shape[axis],
                     shape);
    }
    return position * shape[axis] + index;
}

double number_at(const void* data, DType dtype, std::int64_t position) {
    return with_number(dtype, [&]<class Number>(Number) {
        return static_cast<double>(static_cast<const Number*>(data)[position]);
    });
}

}  // namespace

double Tensor::operator[](std::int64_t position) const {
    if (!is_within(position, size())) {
        refuse_index("position", position, size(), shape_);
    }
    return number_at(data_, dtype_, position);
}

double Tensor::at(std::span<const std::int64_t> indices) const {
    need_rank(indices.size(), shape_);
    std::int64_t position = 0;
    for (std::size_t axis = 0; axis < indices.size(); ++axis) {
        position = within_axis(position, axis, indices[axis], shape_);
    }
    return number_at(data_, dtype_, position);
}

double Tensor::operator()(std::int64_t i) const {
    need_rank(1, shape_);
    return number_at(data_, dtype_, within_axis(0, 0, i, shape_));
}

double Tensor::operator()(std::int64_t i, std::int64_t j) const {
    need_rank(2, shape_);
    const std::int64_t row = within_axis(0, 0, i, shape_);
    return number_at(data_, dtype_, within_axis(row, 1, j, shape_));
}

double Tensor::operator()(std::int64_t i, std::int64_t j, std::int64_t k) const {
    need_rank(3, shape_);
    std::int64_t position = within_axis(0, 0, i, shape_);
    position = within_axis(position, 1, j, shape_);
    return number_at(data_, dtype_, within_axis(position, 2, k, shape_));
}

namespace {

/// @throws ValidationError  the tensor's are of another type
template <class Number>
std::span<const Number> numbers_of(const Tensor& tensor, DType dtype) {
    if (tensor.dtype() != dtype) {
        throw ValidationError("Tensor: got " + std::string(dtype_name(tensor.dtype())) +
                              " numbers, needs " + std::string(dtype_name(dtype)));
    }
    return {static_cast<const Number*>(tensor.raw()),
            static_cast<std::size_t>(tensor.size())};
}

}  // namespace

std::span<const float> Tensor::floats() const {
    return numbers_of<float>(*this, DType::float32);
}
std::span<const double> Tensor::doubles() const {
    return numbers_of<double>(*this, DType::float64);
}
std::span<const std::int32_t> Tensor::integers() const {
    return numbers_of<std::int32_t>(*this, DType::int32);
}
std::span<const std::uint8_t> Tensor::bytes() const {
    return numbers_of<std::uint8_t>(*this, DType::uint8);
}

std::vector<double> Tensor::to_vector() const {
    kernels::need_host_memory(static_cast<std::size_t>(size()) * sizeof(double), [&] {
        return kernels::MemoryUse{"Tensor::to_vector", "shape " + shape_text(shape_),
                                  "the number of items, or read floats()"};
    });
    return with_number(dtype_, [&]<class Number>(Number) {
        const auto* from = static_cast<const Number*>(data_);
        return std::vector<double>(from, from + size());
    });
}

Tensor Tensor::items(std::int64_t first, std::int64_t count) const {
    if (first < 0 || count < 0 || shape_.empty() || first > shape_[0] ||
        count > shape_[0] - first) {
        throw ValidationError("Tensor: got " + std::to_string(count) + " items from " +
                              std::to_string(first) + " on, needs some of shape " +
                              shape_text(shape_));
    }
    Tensor part = *this;
    const std::int64_t per_item = shape_[0] == 0 ? 0 : size() / shape_[0];
    part.shape_[0] = count;
    part.data_ = static_cast<const std::byte*>(data_) +
                 static_cast<std::size_t>(first * per_item) * itemsize(dtype_);
    return part;
}

Tensor Tensor::reshaped(Shape shape) const {
    need_elements(shape, static_cast<std::size_t>(size()));
    Tensor other = *this;
    other.shape_ = std::move(shape);
    return other;
}

}  // namespace nengine
