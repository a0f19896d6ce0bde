#include "api/numerics/tensor_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <string_view>
#include <utility>

#include "api/numerics/text.hpp"
#include "kernels/base/error.hpp"

namespace nengine {
namespace {

/// As few digits as it takes, laid out as printf's %g does for the digits that every
/// number of the type has, or more if there are more.
template <class Real>
std::string element_text(Real value) {
    if (std::isnan(value)) {
        return "nan";
    }
    std::array<char, 32> buffer{};
    char* const begin = buffer.data();
    char* const end = begin + buffer.size();
    const auto shortest =
        std::to_chars(begin, end, value, std::chars_format::scientific);
    const std::string_view number(begin, shortest.ptr);
    const auto digits =
        std::ranges::count_if(number.substr(0, number.find('e')),
                              [](char c) { return c >= '0' && c <= '9'; });
    const int precision =
        std::max(std::numeric_limits<Real>::digits10, static_cast<int>(digits));
    const auto text =
        std::to_chars(begin, end, value, std::chars_format::general, precision);
    return {begin, text.ptr};
}

/// Writes axis after axis.
class TensorText {
public:
    TensorText(const std::vector<std::int64_t>& shape, std::span<const double> values,
               DType dtype)
        : shape_(shape), values_(values), dtype_(dtype) {}

    std::string text() {
        write(0, 0, static_cast<std::int64_t>(values_.size()));
        return std::move(text_);
    }

private:
    /// The `size` values from `first` on, which the axes from `axis` on hold.
    void write(std::size_t axis, std::int64_t first, std::int64_t size) {
        if (axis == shape_.size()) {
            write(values_[static_cast<std::size_t>(first)]);
            return;
        }
        constexpr std::int64_t at_ends = 3;
        const std::int64_t count = shape_[axis];
        const bool all = count <= 2 * at_ends;
        text_ += '[';
        for (std::int64_t i = 0; i < count; ++i) {
            if (i > 0) {
                begin_next(axis);
            }
            if (!all && i == at_ends) {
                text_ += "...";
                i = count - at_ends;
                begin_next(axis);
            }
            write(axis + 1, first + i * (size / count), size / count);
        }
        text_ += ']';
    }

    void write(double value) {
        text_ += dtype_ == DType::float32 ? element_text(static_cast<float>(value))
                                          : element_text(value);
    }

    void begin_next(std::size_t axis) {
        const std::size_t inside = shape_.size() - 1 - axis;
        text_ += inside == 0 ? " " : std::string(inside, '\n');
        text_ += inside == 0 ? "" : std::string(axis + 1, ' ');
    }

    const std::vector<std::int64_t>& shape_;
    std::span<const double> values_;
    DType dtype_;
    std::string text_;
};

}  // namespace

std::string tensor_text(const std::vector<std::int64_t>& shape,
                        std::span<const double> values, DType dtype) {
    need_real(dtype, "tensor_text");
    const std::int64_t wanted = std::accumulate(shape.begin(), shape.end(),
                                                std::int64_t{1}, std::multiplies<>());
    if (std::ssize(values) != wanted) {
        throw ValidationError("tensor_text: got " + std::to_string(values.size()) +
                              " values, needs " + std::to_string(wanted) +
                              " of shape " + shape_text(shape));
    }
    return TensorText(shape, values, dtype).text();
}

}  // namespace nengine
