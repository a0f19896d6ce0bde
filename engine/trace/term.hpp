#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/ir/shared_values.hpp"
#include "engine/ir/signal.hpp"
#include "engine/program/pointwise_graph.hpp"
#include "kernels/conv.hpp"
#include "kernels/pool.hpp"
#include "kernels/reduce.hpp"

// Expressions as they are traced: what a function of tensors computes of its arguments,
// for one item in one step.

namespace nengine::engine {

struct Term;
using TermPtr = std::shared_ptr<const Term>;

/// A tensor as an operation on others. Never changes; expressions share it.
struct Term {
    /// What is given from outside: an argument, a parameter, a state. Two are the same
    /// if they are one object.
    struct Input {
        std::string name;
    };
    struct Constant {
        SharedValues values;  ///< row-major
    };
    /// Element by element, broadcast by numpy's rules.
    struct Pointwise {
        PointwiseOp op;
    };
    /// Over some axes, of which it keeps an extent of 1.
    struct Reduced {
        Reduction kind;
        std::vector<int> axes;
    };
    /// The place of the largest or smallest number along an axis, which keeps an extent
    /// of 1.
    struct Place {
        bool of_largest;
        int axis;
    };
    /// Matrix by matrix: [..., m, k] times [..., k, n].
    struct Product {};
    /// The same elements in the same order.
    struct Reshaped {};
    /// Elements at equal distances, from the one at `first` (an index for each axis of
    /// the operand) on. An axis of the result goes along one of the operand's in steps;
    /// or along none of them, -1, with an extent of 1.
    struct Viewed {
        struct Axis {
            int of;
            Index step = 1;
        };
        std::vector<Index> first;
        std::vector<Axis> axes;
    };
    /// Repeated by numpy's rules.
    struct Broadcast {};
    /// One after the other along an axis.
    struct Concatenated {
        int axis;
    };

    /// Elements along an axis that the second operand names.
    struct Gathered {
        int axis;
    };
    /// Running sums along an axis.
    struct Cumulated {
        int axis;
    };
    /// exp, divided by its sum along an axis; or the logarithm of that.
    struct Softmax {
        int axis;
        bool logarithm;
    };

    /// A kernel [height, width, channels / groups, filters] moved over an image
    /// [height, width, channels].
    struct Convolved {
        Conv2DShape shape;
    };
    /// The largest number, or the mean, of windows of an image.
    struct Pooled {
        bool of_largest;
        Pool2DShape shape;
    };

    /// The mean over the items of a minibatch and over some axes, of which it keeps an
    /// extent of 1; or the mean square of the distances to it. The same for all items.
    struct Moment {
        bool is_variance;
    };
    /// 1 in plans of the phase of training, else 0.
    struct IsTraining {};

    using Kind =
        std::variant<Input, Constant, Pointwise, Reduced, Place, Product, Reshaped,
                     Viewed, Broadcast, Concatenated, Gathered, Cumulated, Softmax,
                     Convolved, Pooled, Moment, IsTraining>;

    Term(Kind what, Shape its_shape, std::vector<TermPtr> its_operands = {})
        : kind(std::move(what)),
          shape(std::move(its_shape)),
          operands(std::move(its_operands)) {}
    Term(const Term&) = delete;
    Term& operator=(const Term&) = delete;
    /// Operands that nobody else has are destroyed one after the other: a loop that was
    /// traced may be too long for the stack.
    ~Term();

    Kind kind;
    Shape shape;
    std::vector<TermPtr> operands;
};

/// The number that a term is, if it is one constant.
std::optional<double> number_of(const Term& term);

// How terms are made. What does not fit is a ShapeError that names the operation; axes
// are in range.

/// More axes than an item of a tensor may have, or one of nothing, are a ShapeError
/// that names `where`.
void check_shape(const Shape& shape, const std::string& where);

TermPtr input_term(std::string name, Shape shape);
TermPtr constant_term(Shape shape, std::vector<double> values);
/// A known result is computed at once.
TermPtr pointwise_term(PointwiseOp op, std::vector<TermPtr> operands);
TermPtr reduced_term(Reduction kind, TermPtr x, std::vector<int> axes);
TermPtr place_term(bool of_largest, TermPtr x, int axis);
TermPtr product_term(TermPtr a, TermPtr b);
TermPtr reshaped_term(TermPtr x, Shape shape);
TermPtr viewed_term(TermPtr x, Shape shape, Term::Viewed view);
TermPtr broadcast_term(TermPtr x, Shape shape);
/// Equal shapes but along `axis`; at least one operand.
TermPtr concatenated_term(std::vector<TermPtr> operands, int axis);

TermPtr gathered_term(TermPtr x, TermPtr index, int axis);
TermPtr cumulated_term(TermPtr x, int axis);
TermPtr softmax_term(TermPtr x, int axis, bool logarithm);
/// `shape` fits both operands.
TermPtr convolved_term(TermPtr image, TermPtr kernel, const Conv2DShape& shape);
TermPtr pooled_term(bool of_largest, TermPtr image, const Pool2DShape& shape);

TermPtr moment_term(bool is_variance, TermPtr x, const std::vector<int>& axes);
TermPtr is_training_term();

/// What a term depends on that only a network's functions have, because it is no
/// function of one item: "batch_mean", "batch_variance" or "is_training"; else null.
const char* more_than_an_item(const TermPtr& term);

/// The shape that several broadcast to by numpy's rules.
/// @throws ShapeError  they do not, naming `where`
Shape broadcast_shape(const std::vector<Shape>& shapes, const std::string& where);

}  // namespace nengine::engine
