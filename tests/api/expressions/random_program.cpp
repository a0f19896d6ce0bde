#include "tests/api/expressions/random_program.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

#include "tests/reference/pointwise_operations.hpp"

namespace nengine::test {

namespace {

/// Programs stay small enough to be tried by the thousand.
constexpr std::int64_t most_elements = 150;

/// Numbers within (low, high), for functions that are not for all.
Expression within(const Expression& x, double low, double high) {
    return 0.5 * (low + high) + 0.48 * (high - low) * tanh(x);
}

/// Not far from 0, whatever grew it.
Expression tamed(const Expression& x) {
    return tanh(0.7 * x);
}

bool fits(const Shape& a, const Shape& b) {
    for (std::size_t k = 1; k <= std::min(a.size(), b.size()); ++k) {
        const auto m = a[a.size() - k], n = b[b.size() - k];
        if (m != n && m != 1 && n != 1) {
            return false;
        }
    }
    return true;
}

/// `b` itself, if it broadcasts with all of `a`; else one number of it.
Expression fitting(const Expression& b, const std::vector<Expression>& a) {
    const bool repeats = std::ranges::all_of(
        a, [&](const Expression& one) { return fits(one.shape(), b.shape()); });
    return repeats ? b : mean(b);
}

/// What one step has to choose from.
struct Choice {
    const Expression &a, &b, &c;
    int p, q;

    int axis() const { return a.rank() == 0 ? 0 : p % static_cast<int>(a.rank()); }
    /// Some axes of a, at least one.
    std::vector<int> axes() const {
        std::vector<int> result;
        for (int k = 0; k < static_cast<int>(a.rank()); ++k) {
            if ((p >> k) % 2 == 1) {
                result.push_back(k);
            }
        }
        return result;
    }
    Along along() const { return {axes(), q % 2 == 1}; }
    std::int64_t extent() const { return a.extent(axis()); }
};

using Operation = std::function<Expression(const Choice&)>;

Expression transposed(const Choice& of) {
    std::vector<int> order(of.a.rank());
    std::iota(order.begin(), order.end(), 0);
    for (int i = 0; i < of.p % 7; ++i) {
        std::next_permutation(order.begin(), order.end());
    }
    return order.empty() ? of.a : transpose(of.a, order);
}

Expression product(const Choice& of) {
    if (of.a.rank() == 0 || of.b.rank() == 0) {
        return tamed(matmul(reshape(of.a, {-1, 1}), reshape(of.b, {1, -1})));
    }
    const Expression right =
        of.a.extent(-1) == of.b.extent(of.b.rank() == 1 ? 0 : -2)
            ? of.b
            : broadcast_to(mean(of.b), {of.a.extent(-1), 1 + of.q % 3});
    const bool stacks = of.a.rank() < 3 || right.rank() < 3 ||
                        fits(Shape(of.a.shape().begin(), of.a.shape().end() - 2),
                             Shape(right.shape().begin(), right.shape().end() - 2));
    return tamed(stacks
                     ? matmul(of.a, right)
                     : matmul(of.a, broadcast_to(mean(right), {of.a.extent(-1), 2})));
}

Expression sliced(const Choice& of) {
    if (of.a.rank() == 0) {
        return of.a;
    }
    const std::int64_t n = of.extent(), from = of.q % n;
    switch (of.q % 4) {
        case 0:
            return slice(of.a, from, of.axis());
        case 1:
            return slice(of.a, Slice{.start = from, .step = 1 + of.q % 2}, of.axis());
        case 2:
            return slice(of.a, Slice{.start = from, .step = -1}, of.axis());
        default:
            return slice(of.a, std::vector<std::int64_t>{from, 0, from, n - 1},
                         of.axis());
    }
}

/// a and what is like it but along an axis.
Expression joined(const Choice& of) {
    if (of.a.rank() == 0) {
        return stack({of.a, mean(of.b)});
    }
    const bool alike = of.b.shape() == of.a.shape();
    return concat(
        {of.a, alike ? of.b : -of.a, slice(of.a, Slice{.stop = 1}, of.axis())},
        of.axis());
}

Expression reshaped(const Choice& of) {
    Shape shape = of.a.shape();
    if (of.q % 3 == 0 || shape.size() < 2) {
        return flatten(of.a);
    }
    if (of.q % 3 == 1) {
        std::ranges::reverse(shape);
        return reshape(of.a, shape);
    }
    return reshape(of.a, {shape.front(), -1});
}

/// By numbers that are computed, from both ends.
Expression gathered(const Choice& of) {
    if (of.a.rank() == 0) {
        return of.a;
    }
    const Expression some = of.a.rank() + of.b.rank() > 7 ? mean(of.b) : of.b;
    const auto n = static_cast<double>(of.extent());
    return gather(of.a, floor(0.99 * n * tanh(some)), of.axis());
}

/// a as an image of two channels, or of one.
Expression image(const Choice& of) {
    const std::int64_t n = of.a.size();
    const std::int64_t channels = n % 2 == 0 ? 2 : 1, width = n % 3 == 0 ? 3 : 1;
    return reshape(of.a, {-1, width, channels});
}
Padding padding_of(const Choice& of) {
    return of.p % 2 == 0 ? Padding::same : Padding::valid;
}
PoolOptions pool_of(const Choice& of) {
    return {.pool_size = {1, of.q % 2 == 0 ? 1 : image(of).extent(1)},
            .strides = Extent2D(1 + of.q % 3, 1),
            .padding = padding_of(of)};
}

Expression convolved(const Choice& of) {
    const Expression x = image(of);
    const std::int64_t channels = x.extent(2), groups = of.q % 2 == 0 ? 1 : channels;
    const Shape shape = {1 + of.p % x.extent(0), x.extent(1), channels / groups, 2};
    Array kernel = Array::full(shape);
    for (std::size_t i = 0; i < kernel.values.size(); ++i) {
        kernel.values[i] = 0.4 - 0.3 * static_cast<double>(i % 4);
    }
    return tamed(conv2d(
        x, kernel,
        {.strides = {1, 1 + of.q % 2}, .padding = padding_of(of), .groups = groups}));
}

Expression padded(const Choice& of) {
    std::vector<std::pair<std::int64_t, std::int64_t>> widths(of.a.rank());
    for (std::size_t k = 0; k < widths.size(); ++k) {
        widths[k] = {(of.p >> k) % 2, (of.q >> k) % 2};
    }
    return pad(of.a, widths, 0.25);
}

Expression tiled(const Choice& of) {
    std::vector<std::int64_t> times(of.a.rank(), 1);
    if (!times.empty()) {
        times[static_cast<std::size_t>(of.axis())] = 1 + of.q % 3;
    }
    return tile(of.a, times);
}

Expression widened(const Choice& of) {
    if (of.a.rank() >= 6) {
        return squeeze(mean(of.a, {.axes = {of.axis()}, .keepdims = true}));
    }
    Shape shape = of.a.shape();
    shape.insert(shape.begin(), 2);
    return of.q % 2 == 0
               ? broadcast_to(of.a, shape)
               : expand_dims(of.a, of.p % (static_cast<int>(of.a.rank()) + 1));
}

/// Equal numbers where rounding alone tells them apart, which no plan promises.
Expression on_grid(const Expression& x) {
    return round(1e6 * x + 0.3);
}

/// The operations of the table, on numbers that they are for.
void add_pointwise(std::vector<std::pair<std::string, Operation>>& operations) {
    const auto domain = [](const char* name) {
        return reference::pointwise_references().at(name);
    };
#define NENGINE_POINTWISE_1(name, ...)                                         \
    operations.push_back({#name, [d = domain(#name)](const Choice& of) {       \
                              return tamed(name(within(of.a, d.low, d.high))); \
                          }});
#define NENGINE_POINTWISE_2(name, ...)                                             \
    operations.push_back({#name, [d = domain(#name)](const Choice& of) {           \
                              const Expression b = fitting(of.b, {of.a});          \
                              return tamed(name(within(of.a, d.low, d.high),       \
                                                within(b, d.low, d.high) + 0.01)); \
                          }});
#define NENGINE_POINTWISE_3(name, ...)                                              \
    operations.push_back({#name, [](const Choice& of) {                             \
                              const Expression b = fitting(of.b, {of.a});           \
                              return name(of.a > 0.1, b, fitting(of.c, {of.a, b})); \
                          }});
#include "kernels/pointwise/operations.hpp"
}

const std::vector<std::pair<std::string, Operation>>& operations() {
    static const auto known = [] {
        std::vector<std::pair<std::string, Operation>> list = {
            {"sum", [](const Choice& of) { return tamed(sum(of.a, of.along())); }},
            {"mean", [](const Choice& of) { return mean(of.a, of.along()); }},
            {"prod", [](const Choice& of) { return tamed(prod(of.a, of.along())); }},
            {"amax", [](const Choice& of) { return amax(of.a, of.along()); }},
            {"amin", [](const Choice& of) { return amin(of.a, of.along()); }},
            {"norm", [](const Choice& of) { return tamed(norm(of.a, of.along())); }},
            {"variance", [](const Choice& of) { return variance(of.a, of.along()); }},
            {"logsumexp",
             [](const Choice& of) { return tamed(logsumexp(of.a, of.along())); }},
            {"any", [](const Choice& of) { return any(of.a > 0.3, of.along()); }},
            {"all", [](const Choice& of) { return all(of.a > -0.3, of.along()); }},
            {"argmax",
             [](const Choice& of) {
                 return of.a.rank() == 0 ? of.a
                                         : 0.1 * argmax(on_grid(of.a), of.axis());
             }},
            {"argmin",
             [](const Choice& of) {
                 return of.a.rank() == 0 ? of.a
                                         : 0.1 * argmin(on_grid(of.a), of.axis());
             }},
            {"softmax",
             [](const Choice& of) {
                 return of.a.rank() == 0 ? of.a : softmax(of.a, of.axis());
             }},
            {"log_softmax",
             [](const Choice& of) {
                 return of.a.rank() == 0 ? of.a : tamed(log_softmax(of.a, of.axis()));
             }},
            {"one_hot",
             [](const Choice& of) {
                 return of.a.rank() >= 6 ? of.a : one_hot(round(2.0 * of.a), 2);
             }},
            {"clip", [](const Choice& of) { return clip(of.a, -0.4, 0.5); }},
            {"outer",
             [](const Choice& of) {
                 return outer(of.a, slice(flatten(of.b), Slice{.stop = 3}));
             }},
            {"gather", gathered},
            {"cumsum",
             [](const Choice& of) {
                 return of.a.rank() == 0 ? of.a : tamed(cumsum(of.a, of.axis()));
             }},
            {"conv2d", convolved},
            {"max_pool2d",
             [](const Choice& of) { return max_pool2d(image(of), pool_of(of)); }},
            {"average_pool2d",
             [](const Choice& of) { return average_pool2d(image(of), pool_of(of)); }},
            {"matmul", product},
            {"transpose", transposed},
            {"slice", sliced},
            {"concat", joined},
            {"reshape", reshaped},
            {"pad", padded},
            {"tile", tiled},
            {"broadcast_to", widened},
            {"repeat",
             [](const Choice& of) {
                 return of.a.rank() == 0 ? of.a : repeat(of.a, 2, of.axis());
             }},
        };
        add_pointwise(list);
        return list;
    }();
    return known;
}

/// As it is, or as many elements as are still small.
Expression small_enough(const Expression& x) {
    if (x.size() <= most_elements) {
        return x;
    }
    const Expression vector = flatten(x);
    return slice(vector, Slice{.stop = most_elements / 4});
}

}  // namespace

std::vector<std::string> program_operations() {
    std::vector<std::string> names;
    for (const auto& [name, operation] : operations()) {
        names.push_back(name);
    }
    return names;
}

std::vector<Expression> run_steps(const ProgramSteps& steps,
                                  std::vector<Expression> tensors) {
    for (const ProgramStep& step : steps) {
        const auto pick = [&](std::size_t k) -> const Expression& {
            // Counted from the last, so that results are used.
            const auto back =
                static_cast<std::size_t>(step.operands[k]) % tensors.size();
            return tensors[tensors.size() - 1 - back];
        };
        const Choice choice{pick(0), pick(1), pick(2), step.choices[0],
                            step.choices[1]};
        const auto& list = operations();
        const auto& operation =
            list[static_cast<std::size_t>(step.operation) % list.size()].second;
        tensors.push_back(small_enough(operation(choice)));
    }
    const auto n = static_cast<std::ptrdiff_t>(std::min<std::size_t>(3, steps.size()));
    return {tensors.end() - n, tensors.end()};
}

rc::Gen<ProgramSteps> any_program_steps() {
    using rc::gen::inRange;
    const int n = static_cast<int>(operations().size());
    const auto numbers = rc::gen::container<std::vector<int>>(5, inRange(0, 64));
    const auto step = rc::gen::map(
        rc::gen::pair(inRange(0, n), numbers),
        [](const std::pair<int, std::vector<int>>& drawn) {
            const auto& x = drawn.second;
            return ProgramStep{drawn.first, {x[0] % 7, x[1], x[2]}, {x[3], x[4]}};
        });
    return rc::gen::nonEmpty(
        rc::gen::scale(0.5, rc::gen::container<ProgramSteps>(step)));
}

rc::Gen<Shape> any_shape() {
    const auto extents = rc::gen::container<Shape>(rc::gen::inRange<Index>(1, 4));
    return rc::gen::map(extents, [](Shape shape) {
        shape.resize(std::min<std::size_t>(shape.size(), 6));
        while (std::accumulate(shape.begin(), shape.end(), Index{1},
                               std::multiplies<>{}) > 48) {
            shape.pop_back();
        }
        return shape;
    });
}

std::ostream& operator<<(std::ostream& out, const ProgramStep& step) {
    const auto& list = operations();
    return out << list[static_cast<std::size_t>(step.operation) % list.size()].first
               << '(' << step.operands[0] << ", " << step.operands[1] << ", "
               << step.operands[2] << "; " << step.choices[0] << ", " << step.choices[1]
               << ')';
}

}  // namespace nengine::test
