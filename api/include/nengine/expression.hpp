#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kernels/base/export.hpp"
#include "kernels/base/shape.hpp"
#include "nengine/array.hpp"
#include "nengine/images.hpp"
#include "nengine/view.hpp"

// Symbolic tensors, and what can be computed of them. Names are numpy's, or Keras's
// where numpy has none. Operands broadcast by numpy's rules.

namespace nengine {

namespace engine {
struct Term;
}  // namespace engine

class Expression;

// Element by element: a function for each row of operations.hpp, where their formulas
// and gradients are.
#define NENGINE_POINTWISE_1(name, ...) NENGINE_API Expression name(const Expression& a);
#define NENGINE_POINTWISE_2(name, ...) \
    NENGINE_API Expression name(const Expression& a, const Expression& b);
#define NENGINE_POINTWISE_3(name, ...)                                    \
    NENGINE_API Expression name(const Expression& a, const Expression& b, \
                                const Expression& c);
#include "kernels/pointwise/operations.hpp"

/// A tensor that a network computes in each step, for each item of a minibatch: of at
/// most six axes, without one for items or steps. A handle, made while a function is
/// traced. It has a shape, but no numbers yet: what depends on them is where().
///
///     net.tensor_node([](Expression t, Expression x) { return sin(t) * x; },
///                     {.shape_in = {2}});
class NENGINE_API Expression {
public:
    Expression(double constant);
    Expression(const Array& constant);
    explicit Expression(std::shared_ptr<const engine::Term> term);
    Expression(const Expression&) = default;
    Expression(Expression&&) noexcept = default;
    Expression& operator=(const Expression&) = default;
    Expression& operator=(Expression&&) noexcept = default;
    ~Expression();

    const Shape& shape() const;
    /// The extent of an axis; negative axes count from the last.
    /// @throws ValidationError  there is no such axis
    std::int64_t extent(int axis) const;
    std::size_t rank() const;
    std::int64_t size() const;

    /// Along the first axis: one position (which leaves the axis out), a slice, a list
    /// or a mask.
    /// @throws ValidationError  a position out of range, or none
    Expression operator[](const Key& key) const;
    /// It has no value yet. Use where(condition, yes, no).
    explicit operator bool() const = delete;

    Expression& operator+=(const Expression& other);
    Expression& operator-=(const Expression& other);
    Expression& operator*=(const Expression& other);
    Expression& operator/=(const Expression& other);

    // Element by element. Comparisons give 1 where they hold, else 0, and have no
    // gradient.
    friend Expression operator+(const Expression& a, const Expression& b) {
        return add(a, b);
    }
    friend Expression operator-(const Expression& a, const Expression& b) {
        return subtract(a, b);
    }
    friend Expression operator*(const Expression& a, const Expression& b) {
        return multiply(a, b);
    }
    friend Expression operator/(const Expression& a, const Expression& b) {
        return divide(a, b);
    }
    friend Expression operator<(const Expression& a, const Expression& b) {
        return less(a, b);
    }
    friend Expression operator<=(const Expression& a, const Expression& b) {
        return less_equal(a, b);
    }
    friend Expression operator>(const Expression& a, const Expression& b) {
        return less(b, a);
    }
    friend Expression operator>=(const Expression& a, const Expression& b) {
        return less_equal(b, a);
    }
    friend Expression operator==(const Expression& a, const Expression& b) {
        return equal(a, b);
    }
    friend Expression operator!=(const Expression& a, const Expression& b) {
        return not_equal(a, b);
    }
    friend Expression operator&&(const Expression& a, const Expression& b) {
        return logical_and(a, b);
    }
    friend Expression operator||(const Expression& a, const Expression& b) {
        return logical_or(a, b);
    }
    friend Expression operator-(const Expression& a) { return negative(a); }
    friend Expression operator!(const Expression& a) { return logical_not(a); }

    /// What it stands for in the library.
    const std::shared_ptr<const engine::Term>& term() const { return term_; }

private:
    std::shared_ptr<const engine::Term> term_;
};

/// `low` where x is below it, `high` where it is above.
NENGINE_API Expression clip(const Expression& x, const Expression& low,
                            const Expression& high);

// ----- reductions

/// Which axes a reduction goes along.
struct Along {
    std::vector<int> axes = {};  ///< negative ones count from the last; empty: all
    bool keepdims = false;       ///< the axes stay, with an extent of 1
};
// @throws ValidationError  an axis that is not there, or twice
NENGINE_API Expression sum(const Expression& x, const Along& along = {});
NENGINE_API Expression mean(const Expression& x, const Along& along = {});
NENGINE_API Expression prod(const Expression& x, const Along& along = {});
/// Of the largest number, those that are equal share the gradient.
NENGINE_API Expression amax(const Expression& x, const Along& along = {});
NENGINE_API Expression amin(const Expression& x, const Along& along = {});
/// The square root of the sum of squares; gradient 0 where that is 0.
NENGINE_API Expression norm(const Expression& x, const Along& along = {});
/// The mean square of the distances to the mean.
NENGINE_API Expression variance(const Expression& x, const Along& along = {});
/// log(sum(exp(x))), without overflow.
NENGINE_API Expression logsumexp(const Expression& x, const Along& along = {});
/// Whether one number is not 0: 1 or 0.
NENGINE_API Expression any(const Expression& x, const Along& along = {});
/// Whether no number is 0: 1 or 0.
NENGINE_API Expression all(const Expression& x, const Along& along = {});
/// The place of the largest number along an axis, which is left out; the first of
/// equals.
NENGINE_API Expression argmax(const Expression& x, int axis = -1);
NENGINE_API Expression argmin(const Expression& x, int axis = -1);
/// Running sums along an axis, the first of which is the first number.
NENGINE_API Expression cumsum(const Expression& x, int axis = 0);
/// exp(x) / sum(exp(x)) along an axis.
NENGINE_API Expression softmax(const Expression& x, int axis = -1);
/// log(softmax(x)), with all digits.
NENGINE_API Expression log_softmax(const Expression& x, int axis = -1);

// ----- over the items of a minibatch

/// The mean of x over the items of the minibatch in this step, and over the axes of an
/// item that are named: none unless some are. The same for all items; items that pad a
/// call's last minibatch do not count.
///
///     batch_mean(x)[c] = (x_1[c] + ... + x_n[c]) / n       of n items
///
/// Functions of nodes and layers alone have it: a loss or a metric is one item's.
/// @throws ValidationError  an axis that is not there, or twice; and, as the simulator
///     is made, in a loss, a metric, a regularizer or a constraint, which it names
NENGINE_API Expression batch_mean(const Expression& x, const Along& along = {});
/// The mean square of the distances to batch_mean, over the same (divided by their
/// number, not by one less).
/// @throws ValidationError  as batch_mean
NENGINE_API Expression batch_variance(const Expression& x, const Along& along = {});
/// 1 where the network is as training sees it, in fit and in calls of Phase::training;
/// else 0. where(is_training(), a, b) computes only one of the two.
/// @throws ValidationError  as batch_mean, as the simulator is made
NENGINE_API Expression is_training();

// ----- products

/// numpy's: of matrices, the last two axes, the others broadcast; a vector is a row as
/// `a` and a column as `b`, and that axis is left out of the result.
/// @throws ShapeError  inner extents that differ, a scalar
NENGINE_API Expression matmul(const Expression& a, const Expression& b);
/// The sum of products along the last axis of a and the last but one of b, or its only
/// one.
NENGINE_API Expression dot(const Expression& a, const Expression& b);
/// a[i] b[j] of all elements of the two.
NENGINE_API Expression outer(const Expression& a, const Expression& b);

// ----- images, [height, width, channels]

struct ConvOptions {
    Extent2D strides = 1;
    Padding padding = Padding::valid;
    std::int64_t groups = 1;
};
/// The cross-correlation of an image with kernels [height, width, channels / groups,
/// filters]; [height, width, filters]. A kernel that is trained must be a parameter
/// itself, not computed of one.
/// @throws ShapeError, ValidationError  no image or kernel, what does not fit
NENGINE_API Expression conv2d(const Expression& image, const Expression& kernel,
                              const ConvOptions& options = {});

struct PoolOptions {
    Extent2D pool_size = 2;
    std::optional<Extent2D> strides = std::nullopt;  ///< the pool size
    Padding padding = Padding::valid;
};
/// The largest number of each window, cells outside the image left out. The first of
/// equal ones, row by row, gets the gradient.
NENGINE_API Expression max_pool2d(const Expression& image,
                                  const PoolOptions& options = {});
/// The mean of each window; cells outside the image do not count.
NENGINE_API Expression average_pool2d(const Expression& image,
                                      const PoolOptions& options = {});

// ----- shapes

/// The same elements in another shape, of which one extent may be -1: what is left.
/// @throws ShapeError  another number of elements
NENGINE_API Expression reshape(const Expression& x, Shape shape);
/// As a vector.
NENGINE_API Expression flatten(const Expression& x);
/// The axes in another order; without one, in reverse.
/// @throws ValidationError  not each axis once
NENGINE_API Expression transpose(const Expression& x, std::vector<int> axes = {});
/// A new axis of extent 1 at this place of the result.
NENGINE_API Expression expand_dims(const Expression& x, int axis);
/// Without axes of extent 1: those named, or all.
NENGINE_API Expression squeeze(const Expression& x, std::vector<int> axes = {});
/// Repeated along axes of extent 1 and new first ones.
NENGINE_API Expression broadcast_to(const Expression& x, const Shape& shape);
/// One after the other along an axis. At least one.
NENGINE_API Expression concat(const std::vector<Expression>& parts, int axis = 0);
/// Along a new axis.
NENGINE_API Expression stack(const std::vector<Expression>& parts, int axis = 0);
/// Some positions along an axis, as x[key] along the first; a single position leaves
/// the axis out.
NENGINE_API Expression slice(const Expression& x, const Key& key, int axis = 0);
/// The first n positions along an axis, and the last n.
NENGINE_API Expression first(const Expression& x, std::int64_t n, int axis = 0);
NENGINE_API Expression last(const Expression& x, std::int64_t n, int axis = 0);
/// Backwards along an axis.
NENGINE_API Expression reverse(const Expression& x, int axis = 0);
/// `value` before and after along each axis: widths[k] = {before, after}.
NENGINE_API Expression
pad(const Expression& x,
    const std::vector<std::pair<std::int64_t, std::int64_t>>& widths,
    double value = 0.0);
/// The whole, so many times along each axis.
NENGINE_API Expression tile(const Expression& x,
                            const std::vector<std::int64_t>& repetitions);
/// Each position so many times along an axis.
NENGINE_API Expression repeat(const Expression& x, std::int64_t repetitions,
                              int axis = 0);
/// Elements along an axis, by numbers that are computed: numpy's take(x, index, axis).
/// Each is rounded to the nearest whole number and counts from the end if it is below
/// 0. The result has index's axes in the place of this one. Where there is no such
/// element, it is NaN. The index has no gradient.
NENGINE_API Expression gather(const Expression& x, const Expression& index,
                              int axis = 0);
/// A new last axis of n: 1 at the place that x says, else 0; no place, all 0.
NENGINE_API Expression one_hot(const Expression& x, std::int64_t n);

// ----- looking

/// Writes a line of `text`, a space and x's numbers for each step: to standard output,
/// or SimulatorOptions::on_print. If all items have the same numbers, as of the time,
/// they are shown once, else with the items as a first axis; three at each end of an
/// axis of more than six. Lines of a step are in the order in which they are asked for;
/// nothing needs to be done with the result, which is x.
/// @throws ValidationError  outside of a function of a node
NENGINE_API Expression print(const std::string& text, const Expression& x);
/// Stops the simulation before the first step in which a number of the condition is 0
/// or NaN: SimulationError with the node, the message, step, item and x's numbers, or
/// those that the condition is not true for, if it has x's shape. The result is x.
/// @throws ValidationError  outside of a function of a node
NENGINE_API Expression check(const Expression& x, const Expression& condition,
                             const std::string& message);

}  // namespace nengine
