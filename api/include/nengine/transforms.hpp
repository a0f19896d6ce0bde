#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "kernels/base/export.hpp"
#include "nengine/array.hpp"
#include "nengine/distributions.hpp"
#include "nengine/images.hpp"
#include "nengine/none.hpp"

namespace nengine {

/// The shape of values with channels: [height, width, channels], or [channels, height,
/// width] with the channels first; as many spatial axes as there are.
struct NENGINE_API ChannelShape {
    std::vector<std::int64_t> shape;
    bool channels_last = true;

    static ChannelShape from_space_and_channels(std::vector<std::int64_t> space,
                                                std::int64_t channels,
                                                bool channels_last = true);
    std::vector<std::int64_t> spatial_shape() const;
    std::int64_t n_channels() const;
    std::int64_t dimensions() const;  ///< how many spatial axes
    std::int64_t size() const;        ///< how many values
    bool operator==(const ChannelShape&) const = default;
};

/// Some values of a matrix, the others being zero; values of one place are added.
struct NENGINE_API SparseMatrix {
    std::array<std::int64_t, 2> shape;                 ///< {rows, columns}
    std::vector<std::array<std::int64_t, 2>> indices;  ///< {row, column} of each value
    std::vector<double> data;

    /// All of the matrix, [rows, columns].
    Array to_dense() const;
};

/// A sparse matrix: values in the places `indices`, in any order; values of one place
/// are added. `init` is one number for all places, one for each, or a distribution,
/// which is sampled once for each. The values are a parameter `weights` [places].
///
///     Sparse{.shape = {4, 3}, .indices = {{0, 1}, {3, 2}}, .init = {0.5, 2.0}}
struct NENGINE_API Sparse {
    std::array<std::int64_t, 2> shape;  ///< {size_out, size_in}
    std::vector<std::array<std::int64_t, 2>> indices;
    DistributionOrArray init = 1.0;

    /// Compressed rows: row r has the values and columns `offsets[r]` to
    /// `offsets[r + 1]`.
    /// @throws ValidationError  offsets that do not fit
    static Sparse from_csr(std::array<std::int64_t, 2> shape,
                           const std::vector<std::int64_t>& offsets,
                           const std::vector<std::int64_t>& columns,
                           std::vector<double> values);
};

/// Cross-correlation with `n_filters` kernels along one, two or three spatial axes:
///
///     y[p, f] = sum over q, c of kernel[q, c, f] * x[p * strides + q - padding, c]
///
/// `input_shape` has the channels last, or first if `channels_last` is false; the
/// output is shaped likewise. With `groups` the channels are cut into as many blocks,
/// each with its own filters. The parameter `weights` is the kernel, [kernel_size...,
/// input channels / groups, n_filters]; `init` is that, or a distribution, of which
/// [input channels / groups, n_filters] samples are drawn for each kernel position.
///
///     Convolution{.n_filters = 8, .input_shape = {28, 28, 1}, .strides = {2, 2}}
struct NENGINE_API Convolution {
    std::int64_t n_filters;
    std::vector<std::int64_t> input_shape;
    std::vector<std::int64_t> kernel_size = {3, 3};
    std::vector<std::int64_t> strides = {1, 1};
    Padding padding = Padding::valid;
    bool channels_last = true;
    DistributionOrArray init = Uniform{.low = -1, .high = 1};
    std::int64_t groups = 1;

    /// valid: ceil((input - kernel + 1) / stride) positions; same: ceil(input /
    /// stride).
    /// @throws ValidationError  sizes that do not fit together
    ChannelShape output_shape() const;
    std::vector<std::int64_t> kernel_shape() const;
    std::int64_t size_in() const;
    std::int64_t size_out() const;
};

/// The transpose of a convolution, which enlarges: every value of the input adds its
/// multiple of the kernel to the output, at positions `strides` apart.
///
/// Without `output_shape` there are 1 + (input - 1) * stride positions, and kernel - 1
/// more with valid padding. A given one must have `n_filters` channels, and a
/// convolution with the same kernel, strides and padding must lead from it to
/// `input_shape`. The parameter `weights` is the kernel, [kernel_size..., input
/// channels, n_filters].
struct NENGINE_API ConvolutionTranspose {
    std::int64_t n_filters;
    std::vector<std::int64_t> input_shape;
    std::vector<std::int64_t> output_shape = {};  ///< empty: the smallest
    std::vector<std::int64_t> kernel_size = {3, 3};
    std::vector<std::int64_t> strides = {1, 1};
    Padding padding = Padding::valid;
    bool channels_last = true;
    DistributionOrArray init = Uniform{.low = -1, .high = 1};

    /// @throws ValidationError  sizes that do not fit together
    ChannelShape resolved_output_shape() const;
    std::vector<std::int64_t> kernel_shape() const;
    std::int64_t size_in() const;
    std::int64_t size_out() const;
};

/// What the value on a connection is multiplied by: nothing, a number, a vector
/// (component by component), a matrix [size_out, size_mid], a distribution of such a
/// matrix, a sparse matrix or a convolution. The last two are for connections that are
/// not decoded: from neurons, nodes and ensembles in direct mode.
class NENGINE_API Transform {
public:
    using Value = std::variant<NoneType, Distribution, Array, Sparse, Convolution,
                               ConvolutionTranspose>;

    Transform(NoneType = None);
    Transform(double scalar) : Transform(Array(scalar)) {}
    Transform(Array array);
    Transform(std::initializer_list<Array::Number> vector) : Transform(Array(vector)) {}
    Transform(std::initializer_list<std::initializer_list<double>> rows)
        : Transform(Array(rows)) {}
    template <class Numbers>
    requires(NumberRange<Numbers> || NumberTable<Numbers>)
        Transform(const Numbers& numbers)
        : Transform(Array(numbers)) {}
    Transform(Sparse sparse);
    Transform(Convolution convolution);
    Transform(ConvolutionTranspose convolution);
    template <AnyDistribution D>
    Transform(D&& distribution) : value_(hold(std::forward<D>(distribution))) {}

    // Copied, not moved: there is always a value.
    Transform(const Transform&) = default;
    Transform& operator=(const Transform&) = default;

    bool is_none() const { return std::holds_alternative<NoneType>(*value_); }
    /// A full matrix, given or drawn.
    bool is_matrix() const;
    /// Sparse, or a convolution.
    bool is_structured() const { return value_->index() > 2; }
    const Value& value() const { return *value_; }

private:
    static std::shared_ptr<const Value> hold(Distribution distribution);

    std::shared_ptr<const Value> value_;  ///< shared by copies, which cannot change it
};

}  // namespace nengine
