#include "engine/trace/term.hpp"

#include <algorithm>
#include <iterator>
#include <unordered_set>
#include <utility>

#include "kernels/base/error.hpp"
#include "kernels/base/view.hpp"

namespace nengine::engine {
namespace {

TermPtr make(Term::Kind kind, Shape shape, std::vector<TermPtr> operands,
             const std::string& where) {
    check_shape(shape, where);
    return std::make_shared<Term>(std::move(kind), std::move(shape),
                                  std::move(operands));
}

std::string shapes_text(const std::vector<Shape>& shapes) {
    std::string text = shapes.size() == 1 ? "shape " : "shapes ";
    for (std::size_t k = 0; k < shapes.size(); ++k) {
        const bool is_last = k + 1 == shapes.size();
        text += (k == 0 ? "" : is_last ? " and " : ", ") + to_string(shapes[k]);
    }
    return text;
}

std::vector<Shape> shapes_of(const std::vector<TermPtr>& operands) {
    std::vector<Shape> shapes;
    for (const TermPtr& operand : operands) {
        shapes.push_back(operand->shape);
    }
    return shapes;
}

/// The operation's value, if all operands are known numbers.
std::optional<double> known_result(PointwiseOp op,
                                   const std::vector<TermPtr>& operands) {
    PointwiseGraph graph;
    std::vector<PointwiseValue> values;
    for (const TermPtr& operand : operands) {
        const auto number = number_of(*operand);
        if (!number) {
            return std::nullopt;
        }
        values.emplace_back(*number);
    }
    return graph.constant_of(graph.apply(op, values).node_in(graph));
}

}  // namespace

Term::~Term() {
    std::vector<TermPtr> left = std::move(operands);
    while (!left.empty()) {
        const TermPtr last = std::move(left.back());
        left.pop_back();
        if (last.use_count() == 1) {
            auto& below = const_cast<Term&>(*last).operands;  // NOLINT: nobody else's
            std::move(below.begin(), below.end(), std::back_inserter(left));
            below.clear();
        }
    }
}

std::optional<double> number_of(const Term& term) {
    const auto* constant = std::get_if<Term::Constant>(&term.kind);
    if (constant == nullptr || constant->values.size() != 1) {
        return std::nullopt;
    }
    return constant->values[0];
}

void check_shape(const Shape& shape, const std::string& where) {
    if (shape.size() > static_cast<std::size_t>(max_item_axes)) {
        throw ShapeError(where, "shape " + to_string(shape),
                         "at most " + std::to_string(max_item_axes) + " axes");
    }
    if (std::ranges::any_of(shape, [](Index extent) { return extent < 1; })) {
        throw ShapeError(where, "shape " + to_string(shape), "extents of at least 1");
    }
}

Shape broadcast_shape(const std::vector<Shape>& shapes, const std::string& where) {
    Shape result;
    for (const Shape& shape : shapes) {
        result.insert(result.begin(),
                      std::max(shape.size(), result.size()) - result.size(), 1);
        const auto offset = static_cast<std::ptrdiff_t>(result.size() - shape.size());
        for (std::size_t k = 0; k < shape.size(); ++k) {
            Index& extent = *(result.begin() + offset + static_cast<std::ptrdiff_t>(k));
            if (shape[k] != extent && shape[k] != 1 && extent != 1) {
                throw ShapeError(where, shapes_text(shapes),
                                 "shapes that are equal, counted from the last axis, "
                                 "or 1");
            }
            extent = extent == 1 ? shape[k] : extent;
        }
    }
    return result;
}

TermPtr input_term(std::string name, Shape shape) {
    std::string where = name;
    return make(Term::Input{std::move(name)}, std::move(shape), {}, where);
}

TermPtr constant_term(Shape shape, std::vector<double> values) {
    if (shape_size(shape) != static_cast<Index>(values.size())) {
        throw ShapeError("constant", std::to_string(values.size()) + " numbers",
                         "as many as the shape " + to_string(shape) + " has");
    }
    return make(Term::Constant{std::move(values)}, std::move(shape), {}, "constant");
}

TermPtr pointwise_term(PointwiseOp op, std::vector<TermPtr> operands) {
    const std::string where(name_of(op));
    Shape shape = broadcast_shape(shapes_of(operands), where);
    if (const auto known = known_result(op, operands)) {
        return constant_term(std::move(shape), {*known});
    }
    return make(Term::Pointwise{op}, std::move(shape), std::move(operands), where);
}

TermPtr reduced_term(Reduction kind, TermPtr x, std::vector<int> axes) {
    Shape shape = x->shape;
    for (const int axis : axes) {
        shape[static_cast<std::size_t>(axis)] = 1;
    }
    if (shape == x->shape) {
        return x;
    }
    return make(Term::Reduced{kind, std::move(axes)}, std::move(shape), {std::move(x)},
                "reduce");
}

TermPtr place_term(bool of_largest, TermPtr x, int axis) {
    Shape shape = x->shape;
    shape[static_cast<std::size_t>(axis)] = 1;
    return make(Term::Place{of_largest, axis}, std::move(shape), {std::move(x)},
                of_largest ? "argmax" : "argmin");
}

TermPtr product_term(TermPtr a, TermPtr b) {
    const auto stack = [](const TermPtr& of) {
        return Shape(of->shape.begin(), of->shape.end() - 2);
    };
    const auto need = [&](bool fits) {
        if (!fits) {
            throw ShapeError("matmul", shapes_text({a->shape, b->shape}),
                             "(..., m, k) and (..., k, n)");
        }
    };
    need(a->shape.size() >= 2 && b->shape.size() >= 2);
    const auto rows = a->shape.end() - 2, cols = b->shape.end() - 1;
    need(a->shape.back() == *(b->shape.end() - 2));
    Shape shape = broadcast_shape({stack(a), stack(b)}, "matmul");
    shape.push_back(*rows);
    shape.push_back(*cols);
    return make(Term::Product{}, std::move(shape), {std::move(a), std::move(b)},
                "matmul");
}

TermPtr reshaped_term(TermPtr x, Shape shape) {
    if (shape_size(shape) != shape_size(x->shape)) {
        throw ShapeError("reshape", "shape " + to_string(x->shape),
                         "as many elements as " + to_string(shape) + " has");
    }
    if (shape == x->shape) {
        return x;
    }
    // One reshape of what was reshaped, and a constant of the other shape.
    if (std::holds_alternative<Term::Reshaped>(x->kind)) {
        return reshaped_term(x->operands.front(), std::move(shape));
    }
    if (const auto* constant = std::get_if<Term::Constant>(&x->kind)) {
        return make(*constant, std::move(shape), {}, "reshape");
    }
    return make(Term::Reshaped{}, std::move(shape), {std::move(x)}, "reshape");
}

TermPtr viewed_term(TermPtr x, Shape shape, Term::Viewed view) {
    return make(std::move(view), std::move(shape), {std::move(x)}, "slice");
}

TermPtr broadcast_term(TermPtr x, Shape shape) {
    if (shape == x->shape) {
        return x;
    }
    if (broadcast_shape({x->shape, shape}, "broadcast_to") != shape) {
        throw ShapeError("broadcast_to", "shape " + to_string(x->shape),
                         "one that repeats along " + to_string(shape));
    }
    return make(Term::Broadcast{}, std::move(shape), {std::move(x)}, "broadcast_to");
}

TermPtr concatenated_term(std::vector<TermPtr> operands, int axis) {
    const auto at = static_cast<std::size_t>(axis);
    Shape shape = operands.front()->shape;
    Index extent = 0;
    for (const TermPtr& operand : operands) {
        Shape others = operand->shape;
        if (others.size() == shape.size() && at < shape.size()) {
            extent += others[at];
            others[at] = shape[at];
        }
        if (others != shape) {
            throw ShapeError(
                "concat", shapes_text(shapes_of(operands)),
                "shapes that are equal but along axis " + std::to_string(axis));
        }
    }
    shape[at] = extent;
    if (operands.size() == 1) {
        return operands.front();
    }
    return make(Term::Concatenated{axis}, std::move(shape), std::move(operands),
                "concat");
}

TermPtr gathered_term(TermPtr x, TermPtr index, int axis) {
    Shape shape = x->shape;
    const auto at = shape.erase(shape.begin() + axis);
    shape.insert(at, index->shape.begin(), index->shape.end());
    return make(Term::Gathered{axis}, std::move(shape),
                {std::move(x), std::move(index)}, "gather");
}

TermPtr cumulated_term(TermPtr x, int axis) {
    Shape shape = x->shape;
    return make(Term::Cumulated{axis}, std::move(shape), {std::move(x)}, "cumsum");
}

TermPtr softmax_term(TermPtr x, int axis, bool logarithm) {
    Shape shape = x->shape;
    return make(Term::Softmax{axis, logarithm}, std::move(shape), {std::move(x)},
                "softmax");
}

TermPtr convolved_term(TermPtr image, TermPtr kernel, const Conv2DShape& shape) {
    return make(Term::Convolved{shape}, {shape.out_h, shape.out_w, shape.out_c},
                {std::move(image), std::move(kernel)}, "conv2d");
}

TermPtr pooled_term(bool of_largest, TermPtr image, const Pool2DShape& shape) {
    return make(Term::Pooled{of_largest, shape},
                {shape.out_h, shape.out_w, shape.channels}, {std::move(image)},
                of_largest ? "max_pool2d" : "average_pool2d");
}

TermPtr moment_term(bool is_variance, TermPtr x, const std::vector<int>& axes) {
    Shape shape = x->shape;
    for (const int axis : axes) {
        shape[static_cast<std::size_t>(axis)] = 1;
    }
    return make(Term::Moment{is_variance}, std::move(shape), {std::move(x)},
                is_variance ? "batch_variance" : "batch_mean");
}

TermPtr is_training_term() {
    return make(Term::IsTraining{}, {}, {}, "is_training");
}

const char* more_than_an_item(const TermPtr& term) {
    std::unordered_set<const Term*> seen;
    std::vector<const Term*> open = {term.get()};
    while (!open.empty()) {
        const Term& last = *open.back();
        open.pop_back();
        if (const auto* moment = std::get_if<Term::Moment>(&last.kind)) {
            return moment->is_variance ? "batch_variance" : "batch_mean";
        }
        if (std::holds_alternative<Term::IsTraining>(last.kind)) {
            return "is_training";
        }
        for (const TermPtr& operand : last.operands) {
            if (seen.insert(operand.get()).second) {
                open.push_back(operand.get());
            }
        }
    }
    return nullptr;
}

}  // namespace nengine::engine
