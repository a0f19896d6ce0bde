#include "tests/reference/naive_tensors.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <string>

#include "tests/reference/pointwise_operations.hpp"

namespace nengine::reference {
namespace {

using Values = std::vector<double>;

std::size_t at(Index i) {
    return static_cast<std::size_t>(i);
}

/// A node's value for element `i`, by way of its operands'.
double node_value(const PointwiseGraph& graph, Index n,
                  const std::vector<Values>& inputs, std::size_t i) {
    const auto& [operation, operands] = graph.nodes()[at(n)];
    if (operation == PointwiseOp::load) {
        return inputs[at(operands[0])][i];
    }
    if (const auto constant = graph.constant_of(static_cast<int>(n))) {
        return *constant;
    }
    const auto& known = pointwise_references().at(std::string(name_of(operation)));
    PointwiseReference::Operands values{};
    for (int k = 0; k < known.n_operands; ++k) {
        values[at(k)] = node_value(graph, operands[at(k)], inputs, i);
    }
    return known.value(values);
}

/// A shape as [before, n, after] of an axis.
struct Lines {
    Lines(const Shape& shape, int axis)
        : before(product(shape.begin(), shape.begin() + axis)),
          n(at(shape[at(axis)])),
          after(product(shape.begin() + axis + 1, shape.end())) {}

    std::size_t before, n, after;

private:
    template <class Iterator>
    static std::size_t product(Iterator first, Iterator last) {
        return at(std::accumulate(first, last, Index{1}, std::multiplies<>()));
    }
};

}  // namespace

Values naive_pointwise(const PointwiseGraph& function,
                       const std::vector<Values>& inputs, std::size_t n) {
    Values y(n);
    for (std::size_t i = 0; i < n; ++i) {
        y[i] = node_value(function, function.outputs().front(), inputs, i);
    }
    return y;
}

Values naive_reduce(Reduce::Kind kind, const std::vector<Values>& groups) {
    Values y;
    for (const Values& group : groups) {
        double result = kind == Reduce::Kind::product ? 1.0 : 0.0;
        for (const double value : group) {
            switch (kind) {
                case Reduce::Kind::sum:
                    result += value;
                    break;
                case Reduce::Kind::product:
                    result *= value;
                    break;
                case Reduce::Kind::max:
                    result = *std::ranges::max_element(group);
                    break;
                case Reduce::Kind::min:
                    result = *std::ranges::min_element(group);
                    break;
            }
        }
        y.push_back(result);
    }
    return y;
}

Values naive_arg_reduce(ArgReduce::Of of, const std::vector<Values>& groups) {
    Values y;
    for (const Values& group : groups) {
        const auto found = of == ArgReduce::Of::largest
                               ? std::ranges::max_element(group)
                               : std::ranges::min_element(group);
        y.push_back(static_cast<double>(found - group.begin()));
    }
    return y;
}

Values naive_mat_mul(const Values& a, const Values& b, const Shape& to, std::size_t k) {
    const std::size_t m = at(to[to.size() - 2]), n = at(to.back());
    Values y(at(shape_size(to)), 0.0);
    for (std::size_t g = 0; g < y.size() / (m * n); ++g) {
        for (std::size_t i = 0; i < m; ++i) {
            for (std::size_t j = 0; j < n; ++j) {
                for (std::size_t l = 0; l < k; ++l) {
                    y[(g * m + i) * n + j] +=
                        a[(g * m + i) * k + l] * b[(g * k + l) * n + j];
                }
            }
        }
    }
    return y;
}

Values naive_gather(const Values& x, const Shape& shape, const Values& index,
                    int axis) {
    const Lines lines(shape, axis);
    const auto n = static_cast<double>(lines.n);
    Values y;
    for (std::size_t b = 0; b < lines.before; ++b) {
        for (const double number : index) {
            double k = std::nearbyint(number);
            k += k < 0 ? n : 0;
            const bool exists = k >= 0 && k < n;
            for (std::size_t a = 0; a < lines.after; ++a) {
                y.push_back(
                    exists
                        ? x[(b * lines.n + static_cast<std::size_t>(k)) * lines.after +
                            a]
                        : std::numeric_limits<double>::quiet_NaN());
            }
        }
    }
    return y;
}

Values naive_cumulative_sum(const Values& x, const Shape& shape, int axis,
                            CumulativeSum::Options options) {
    const Lines lines(shape, axis);
    Values y(x.size(), 0.0);
    for (std::size_t i = 0; i < x.size(); ++i) {
        for (std::size_t j = 0; j < x.size(); ++j) {
            const std::size_t k = i / lines.after % lines.n,
                              l = j / lines.after % lines.n;
            const bool one_line = i - k * lines.after == j - l * lines.after;
            const bool counts =
                l == k ? !options.exclusive : (l < k) != options.reverse;
            y[i] += one_line && counts ? x[j] : 0.0;
        }
    }
    return y;
}

double naive_softmax(const Values& line, std::size_t k, bool logarithm) {
    const double largest = *std::max_element(line.begin(), line.end());
    double sum = 0;
    for (const double x : line) {
        sum += std::exp(x - largest);
    }
    return logarithm ? line[k] - largest - std::log(sum)
                     : std::exp(line[k] - largest) / sum;
}

Values naive_softmax(const Values& x, const Shape& shape, int axis, bool logarithm) {
    const Lines lines(shape, axis);
    Values y;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const std::size_t k = i / lines.after % lines.n;
        Values line;
        for (std::size_t j = 0; j < lines.n; ++j) {
            line.push_back(x[i - (k - j) * lines.after]);
        }
        y.push_back(naive_softmax(line, k, logarithm));
    }
    return y;
}

}  // namespace nengine::reference
