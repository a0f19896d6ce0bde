#include <cmath>
#include <numeric>

#include "tests/golden/described/values.hpp"

// The twins of the functions in tests/nengo/constructs.py.

namespace nengine::test::described {

namespace {

using Span = std::span<const double>;
using Values = std::vector<double>;

struct Square {
    double operator()(double x) const { return x * x; }
};
struct Sine {
    double operator()(double x) const { return std::sin(3 * x); }
};
struct Reverse {
    Values operator()(Span x) const { return {x.rbegin(), x.rend()}; }
};
struct AbsoluteFirst {
    double operator()(Span x) const { return std::abs(x[0]); }
};
struct SumAndProduct {
    Values operator()(Span x) const {
        return {std::accumulate(x.begin(), x.end(), 0.0),
                std::accumulate(x.begin(), x.end(), 1.0, std::multiplies<>())};
    }
};
struct Constant {
    Values operator()(Span) const { return {0.3, -0.2, 0.1}; }
};

struct Sines {
    int size = 0;
    Values operator()(double t) const {
        Values result;
        for (int i = 0; i < size; ++i) {
            result.push_back(std::sin(20 * t + i));
        }
        return result;
    }
};
struct TanhPlusTime {
    Values operator()(double t, Span x) const {
        Values result;
        for (const double value : x) {
            result.push_back(std::tanh(value) + 0.1 * t);
        }
        return result;
    }
};
struct Nothing {
    void operator()(double) const {}
};

}  // namespace

const Kinds<Function>& functions() {
    static const auto kinds = Kinds<Function>()
                                  .add<Square>("square")
                                  .add<Sine>("sine")
                                  .add<Reverse>("reverse")
                                  .add<AbsoluteFirst>("absolute_first")
                                  .add<SumAndProduct>("sum_and_product")
                                  .add<Constant>("constant");
    return kinds;
}

const Kinds<NodeOutput>& node_functions() {
    static const auto kinds = Kinds<NodeOutput>()
                                  .add<Sines>("sines", {{"size", &Sines::size}})
                                  .add<TanhPlusTime>("tanh_plus_time")
                                  .add<Nothing>("nothing");
    return kinds;
}

template <>
Function read<Function>(const Json& from) {
    return from.is_object() ? functions().make(from) : Function(read<Array>(from));
}

template <>
NodeOutput read<NodeOutput>(const Json& from) {
    if (!from.is_object()) {
        return read<Array>(from);
    }
    return node_functions().has(from.at("type").get<std::string>())
               ? node_functions().make(from)
               : NodeOutput(read<Process>(from));
}

}  // namespace nengine::test::described
