#include "tests/reference/naive_tensors.hpp"

#include <algorithm>
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

}  // namespace nengine::reference
