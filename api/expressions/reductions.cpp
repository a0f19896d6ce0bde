#include <limits>

#include "api/expressions/axes.hpp"
#include "engine/trace/term.hpp"

namespace nengine {

using engine::Reduction;

namespace {

/// How many numbers of x become one.
double count(const Expression& x, const std::vector<int>& axes) {
    double result = 1;
    for (const int axis : axes) {
        result *= static_cast<double>(x.extent(axis));
    }
    return result;
}

/// A reduction whose axes stay.
Expression kept(Reduction kind, const Expression& x, const std::vector<int>& axes) {
    return Expression(engine::reduced_term(kind, x.term(), axes));
}

/// What was reduced along some axes, without these unless they are wanted.
Expression finished(const Expression& kept, const std::vector<int>& axes,
                    const Along& along) {
    return along.keepdims || axes.empty() ? kept : squeeze(kept, axes);
}

Expression reduced(Reduction kind, const Expression& x, const Along& along,
                   const char* where) {
    const auto axes = axes_of(along.axes, x.rank(), where);
    return finished(kept(kind, x, axes), axes, along);
}

/// The largest number, if it is finite; else 0: an infinity less itself is no number.
Expression finite_largest(const Expression& x, const std::vector<int>& axes) {
    const Expression largest = kept(Reduction::max, x, axes);
    return where(abs(largest) == std::numeric_limits<double>::infinity(), 0.0, largest);
}

Expression place(bool of_largest, const Expression& x, int axis, const char* where) {
    const int at = axis_of(axis, x.rank(), where);
    return squeeze(Expression(engine::place_term(of_largest, x.term(), at)), {at});
}

}  // namespace

Expression sum(const Expression& x, const Along& along) {
    return reduced(Reduction::sum, x, along, "sum");
}
Expression prod(const Expression& x, const Along& along) {
    return reduced(Reduction::product, x, along, "prod");
}
Expression amax(const Expression& x, const Along& along) {
    return reduced(Reduction::max, x, along, "amax");
}
Expression amin(const Expression& x, const Along& along) {
    return reduced(Reduction::min, x, along, "amin");
}

Expression mean(const Expression& x, const Along& along) {
    const auto axes = axes_of(along.axes, x.rank(), "mean");
    return finished(kept(Reduction::sum, x, axes) / count(x, axes), axes, along);
}

Expression norm(const Expression& x, const Along& along) {
    const auto axes = axes_of(along.axes, x.rank(), "norm");
    const Expression squares = kept(Reduction::sum, square(x), axes);
    // At 0 the root has no slope that is a number.
    const Expression is_zero = squares == 0.0;
    return finished(where(is_zero, 0.0, sqrt(where(is_zero, 1.0, squares))), axes,
                    along);
}

Expression variance(const Expression& x, const Along& along) {
    const auto axes = axes_of(along.axes, x.rank(), "variance");
    const double n = count(x, axes);
    const Expression centre = kept(Reduction::sum, x, axes) / n;
    return finished(kept(Reduction::sum, square(x - centre), axes) / n, axes, along);
}

Expression logsumexp(const Expression& x, const Along& along) {
    const auto axes = axes_of(along.axes, x.rank(), "logsumexp");
    const Expression largest = stop_gradient(finite_largest(x, axes));
    return finished(log(kept(Reduction::sum, exp(x - largest), axes)) + largest, axes,
                    along);
}

Expression any(const Expression& x, const Along& along) {
    return amax(x != 0.0, along);
}
Expression all(const Expression& x, const Along& along) {
    return amin(x != 0.0, along);
}
Expression argmax(const Expression& x, int axis) {
    return place(true, x, axis, "argmax");
}
Expression argmin(const Expression& x, int axis) {
    return place(false, x, axis, "argmin");
}

namespace {

Expression moment(bool is_variance, const Expression& x, const Along& along,
                  const char* where) {
    const std::vector<int> axes =
        along.axes.empty() ? std::vector<int>{} : axes_of(along.axes, x.rank(), where);
    return finished(Expression(engine::moment_term(is_variance, x.term(), axes)), axes,
                    along);
}

}  // namespace

Expression batch_mean(const Expression& x, const Along& along) {
    return moment(false, x, along, "batch_mean");
}
Expression batch_variance(const Expression& x, const Along& along) {
    return moment(true, x, along, "batch_variance");
}
Expression is_training() {
    return Expression(engine::is_training_term());
}

Expression cumsum(const Expression& x, int axis) {
    return Expression(
        engine::cumulated_term(x.term(), axis_of(axis, x.rank(), "cumsum")));
}

Expression softmax(const Expression& x, int axis) {
    const int along = axis_of(axis, x.rank(), "softmax");
    return Expression(engine::softmax_term(x.term(), along, false));
}

Expression log_softmax(const Expression& x, int axis) {
    const int along = axis_of(axis, x.rank(), "log_softmax");
    return Expression(engine::softmax_term(x.term(), along, true));
}

}  // namespace nengine
