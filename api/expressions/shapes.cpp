#include <algorithm>
#include <numeric>
#include <utility>

#include "api/expressions/axes.hpp"
#include "api/numerics/positions.hpp"
#include "engine/trace/term.hpp"
#include "kernels/base/error.hpp"

namespace nengine {

using engine::Term;

namespace {

/// All of x: each axis of the result goes along one of its own.
Term::Viewed whole(const Expression& x) {
    Term::Viewed view;
    view.first.resize(x.rank());
    for (int k = 0; k < static_cast<int>(x.rank()); ++k) {
        view.axes.push_back({k});
    }
    return view;
}

Expression viewed(const Expression& x, Shape shape, Term::Viewed view) {
    return Expression(engine::viewed_term(x.term(), std::move(shape), std::move(view)));
}

/// Positions at equal distances along an axis.
Expression range(const Expression& x, int axis, std::int64_t from, std::int64_t count,
                 std::int64_t step) {
    const auto at = static_cast<std::size_t>(axis);
    Shape shape = x.shape();
    Term::Viewed view = whole(x);
    shape[at] = count;
    view.first[at] = from;
    view.axes[at].step = step;
    return viewed(x, std::move(shape), std::move(view));
}

/// One position along an axis, which is left out.
Expression position(const Expression& x, int axis, std::int64_t from) {
    const auto at = static_cast<std::size_t>(axis);
    Shape shape = x.shape();
    Term::Viewed view = whole(x);
    shape.erase(shape.begin() + axis);
    view.axes.erase(view.axes.begin() + axis);
    view.first[at] = from;
    return viewed(x, std::move(shape), std::move(view));
}

void need_some(std::int64_t n, const char* where) {
    if (n < 1) {
        throw ValidationError(std::string(where) + ": got " + std::to_string(n) +
                              ", needs at least 1");
    }
}

void need_each_axis(std::size_t given, const Expression& x, const char* where) {
    if (given != x.rank()) {
        throw ShapeError(where, std::to_string(given) + " axes",
                         std::to_string(x.rank()) + ", as x has");
    }
}

/// The parts of x that go on from axis `from`, each so many times, along `axis`.
Expression repeated(const Expression& x, int axis, int from, std::int64_t times) {
    const std::int64_t inner =
        engine::shape_size(Shape(x.shape().begin() + from, x.shape().end()));
    const std::int64_t outer = x.size() / inner;
    Shape shape = x.shape();
    shape[static_cast<std::size_t>(axis)] *= times;
    return reshape(broadcast_to(reshape(x, {outer, 1, inner}), {outer, times, inner}),
                   shape);
}

std::vector<engine::TermPtr> terms_of(const std::vector<Expression>& parts,
                                      const char* where) {
    if (parts.empty()) {
        throw ValidationError(std::string(where) + ": got no parts, needs at least 1");
    }
    std::vector<engine::TermPtr> terms;
    for (const Expression& part : parts) {
        terms.push_back(part.term());
    }
    return terms;
}

}  // namespace

Expression reshape(const Expression& x, Shape shape) {
    const auto open = std::ranges::find(shape, -1);
    if (open != shape.end()) {
        *open = 1;
        const std::int64_t others = engine::shape_size(shape);
        *open = others > 0 ? x.size() / others : 0;
    }
    return Expression(engine::reshaped_term(x.term(), std::move(shape)));
}

Expression flatten(const Expression& x) {
    return reshape(x, {x.size()});
}

Expression transpose(const Expression& x, std::vector<int> axes) {
    if (axes.empty()) {
        axes.resize(x.rank());
        std::iota(axes.rbegin(), axes.rend(), 0);
    }
    need_each_axis(axes.size(), x, "transpose");
    axes_of(axes, x.rank(), "transpose");  // each is there once
    Shape shape;
    Term::Viewed view = whole(x);
    for (std::size_t k = 0; k < axes.size(); ++k) {
        view.axes[k].of = axis_of(axes[k], x.rank(), "transpose");
        shape.push_back(x.extent(view.axes[k].of));
    }
    return viewed(x, std::move(shape), std::move(view));
}

Expression expand_dims(const Expression& x, int axis) {
    const int at = axis_of(axis, x.rank() + 1, "expand_dims");
    Shape shape = x.shape();
    Term::Viewed view = whole(x);
    shape.insert(shape.begin() + at, 1);
    view.axes.insert(view.axes.begin() + at, {-1});
    return viewed(x, std::move(shape), std::move(view));
}

Expression squeeze(const Expression& x, std::vector<int> axes) {
    if (axes.empty()) {
        for (int k = 0; k < static_cast<int>(x.rank()); ++k) {
            if (x.extent(k) == 1) {
                axes.push_back(k);
            }
        }
        if (axes.empty()) {
            return x;
        }
    }
    const auto left_out = axes_of(axes, x.rank(), "squeeze");
    Shape shape;
    for (int k = 0; k < static_cast<int>(x.rank()); ++k) {
        if (!std::ranges::binary_search(left_out, k)) {
            shape.push_back(x.extent(k));
        } else if (x.extent(k) != 1) {
            throw ShapeError("squeeze", "shape " + engine::to_string(x.shape()),
                             "an extent of 1 along axis " + std::to_string(k));
        }
    }
    return reshape(x, std::move(shape));
}

Expression broadcast_to(const Expression& x, const Shape& shape) {
    return Expression(engine::broadcast_term(x.term(), shape));
}

Expression concat(const std::vector<Expression>& parts, int axis) {
    auto terms = terms_of(parts, "concat");
    const int at = axis_of(axis, parts.front().rank(), "concat");
    return Expression(engine::concatenated_term(std::move(terms), at));
}

Expression stack(const std::vector<Expression>& parts, int axis) {
    std::vector<Expression> expanded;
    for (const Expression& part : parts) {
        expanded.push_back(expand_dims(part, axis));
    }
    return concat(expanded, axis);
}

Expression slice(const Expression& x, const Key& key, int axis) {
    const int at = axis_of(axis, x.rank(), "slice");
    const auto wanted = detail::positions(key, x.extent(at), "slice");
    if (std::holds_alternative<std::int64_t>(key.value())) {
        return position(x, at, wanted.first);
    }
    if (!wanted.is_list) {
        return range(x, at, wanted.first, wanted.count, wanted.step);
    }
    return gather(x, Array(std::vector<double>(wanted.list.begin(), wanted.list.end())),
                  at);
}

Expression first(const Expression& x, std::int64_t n, int axis) {
    need_some(n, "first");
    return slice(x, Slice{.stop = n}, axis);
}
Expression last(const Expression& x, std::int64_t n, int axis) {
    need_some(n, "last");
    return slice(x, Slice{.start = -n}, axis);
}
Expression reverse(const Expression& x, int axis) {
    return slice(x, Slice{.step = -1}, axis);
}

Expression pad(const Expression& x,
               const std::vector<std::pair<std::int64_t, std::int64_t>>& widths,
               double value) {
    need_each_axis(widths.size(), x, "pad");
    Expression result = x;
    for (std::size_t k = 0; k < widths.size(); ++k) {
        const auto [before, after] = widths[k];
        if (before < 0 || after < 0) {
            throw ValidationError("pad: got widths of " + std::to_string(before) +
                                  " and " + std::to_string(after) +
                                  ", needs none below 0");
        }
        std::vector<Expression> parts;
        const auto add = [&](std::int64_t width) {
            if (width > 0) {
                Shape shape = result.shape();
                shape[k] = width;
                parts.push_back(broadcast_to(value, shape));
            }
        };
        add(before);
        parts.push_back(result);
        add(after);
        result = concat(parts, static_cast<int>(k));
    }
    return result;
}

Expression tile(const Expression& x, const std::vector<std::int64_t>& repetitions) {
    need_each_axis(repetitions.size(), x, "tile");
    Expression result = x;
    for (std::size_t k = 0; k < repetitions.size(); ++k) {
        need_some(repetitions[k], "tile");
        // What begins with the axis, as a whole.
        result =
            repeated(result, static_cast<int>(k), static_cast<int>(k), repetitions[k]);
    }
    return result;
}

Expression repeat(const Expression& x, std::int64_t repetitions, int axis) {
    need_some(repetitions, "repeat");
    const int at = axis_of(axis, x.rank(), "repeat");
    return repeated(x, at, at + 1, repetitions);
}

Expression gather(const Expression& x, const Expression& index, int axis) {
    const int at = axis_of(axis, x.rank(), "gather");
    return Expression(engine::gathered_term(x.term(), index.term(), at));
}

Expression one_hot(const Expression& x, std::int64_t n) {
    need_some(n, "one_hot");
    std::vector<double> places(static_cast<std::size_t>(n));
    std::iota(places.begin(), places.end(), 0.0);
    return expand_dims(x, -1) == Expression(Array({n}, std::move(places)));
}

}  // namespace nengine
