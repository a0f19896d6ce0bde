#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <string>

namespace nengine::reference {

/// What an operation of pointwise programs is, written once more and in double: the
/// value by the C library, the derivatives as a textbook has them.
struct PointwiseReference {
    using Operands = std::array<double, 3>;

    int n_operands;
    double (*value)(const Operands& x);
    /// Where arguments are drawn from for comparisons of values and of gradients.
    double low = -2, high = 2;
    /// There is no derivative at all.
    bool is_step = false;
};

inline double reference_mod(double a, double b) {
    if (std::isinf(b) && std::isfinite(a)) {
        return a == 0 || (a < 0) == (b < 0) ? a : b;
    }
    const double rest = a - b * std::floor(a / b);
    return rest == 0 ? std::copysign(0.0, b) : rest;
}

inline double root(double a) {
    return a < 0    ? std::numeric_limits<double>::quiet_NaN()
           : a == 0 ? a
                    : std::pow(a, 0.5);
}

inline double largest(double a, double b) {
    return std::isnan(a) || std::isnan(b) ? a + b : std::fmax(a, b);
}

inline const std::map<std::string, PointwiseReference>& pointwise_references() {
    using X = const PointwiseReference::Operands&;
    static const std::map<std::string, PointwiseReference> all{
        {"add", {2, [](X x) { return x[0] + x[1]; }}},
        {"subtract", {2, [](X x) { return x[0] - x[1]; }}},
        {"multiply", {2, [](X x) { return x[0] * x[1]; }}},
        {"divide", {2, [](X x) { return x[0] / x[1]; }}},
        {"negative", {1, [](X x) { return -x[0]; }}},
        {"pow", {2, [](X x) { return std::pow(x[0], x[1]); }, 0.2, 2.5}},
        {"mod", {2, [](X x) { return reference_mod(x[0], x[1]); }}},
        {"max", {2, [](X x) { return largest(x[0], x[1]); }}},
        {"min", {2, [](X x) { return -largest(-x[0], -x[1]); }}},
        {"abs", {1, [](X x) { return std::fabs(x[0]); }}},
        {"sign",
         {1,
          [](X x) {
              return x[0] == 0 || std::isnan(x[0]) ? x[0] : std::copysign(1.0, x[0]);
          },
          -2, 2, true}},
        {"floor", {1, [](X x) { return std::floor(x[0]); }, -5, 5, true}},
        {"ceil", {1, [](X x) { return -std::floor(-x[0]); }, -5, 5, true}},
        {"round", {1, [](X x) { return std::nearbyint(x[0]); }, -5, 5, true}},
        {"reciprocal", {1, [](X x) { return 1 / x[0]; }}},
        {"square", {1, [](X x) { return std::pow(x[0], 2); }}},
        {"sqrt", {1, [](X x) { return root(x[0]); }, 0.1, 9}},
        {"rsqrt", {1, [](X x) { return 1 / root(x[0]); }, 0.1, 9}},
        {"exp", {1, [](X x) { return std::exp(x[0]); }, -20, 20}},
        {"expm1", {1, [](X x) { return std::expm1(x[0]); }, -5, 5}},
        {"log", {1, [](X x) { return std::log(x[0]); }, 0.01, 40}},
        {"log1p", {1, [](X x) { return std::log1p(x[0]); }, -0.95, 5}},
        {"sin", {1, [](X x) { return std::sin(x[0]); }, -9, 9}},
        {"cos", {1, [](X x) { return std::cos(x[0]); }, -9, 9}},
        {"tan", {1, [](X x) { return std::sin(x[0]) / std::cos(x[0]); }, -1.3, 1.3}},
        {"asin", {1, [](X x) { return std::asin(x[0]); }, -0.95, 0.95}},
        {"acos", {1, [](X x) { return std::acos(x[0]); }, -0.95, 0.95}},
        {"atan", {1, [](X x) { return std::atan(x[0]); }, -9, 9}},
        {"atan2", {2, [](X x) { return std::atan2(x[0], x[1]); }}},
        {"sinh", {1, [](X x) { return (std::expm1(x[0]) - std::expm1(-x[0])) / 2; }}},
        {"cosh", {1, [](X x) { return (std::exp(x[0]) + std::exp(-x[0])) / 2; }}},
        {"tanh", {1, [](X x) { return std::tanh(x[0]); }, -5, 5}},
        {"erf", {1, [](X x) { return std::erf(x[0]); }, -5, 5}},
        {"sigmoid", {1, [](X x) { return 1 / (1 + std::exp(-x[0])); }, -9, 9}},
        {"softplus",
         {1,
          [](X x) {
              return x[0] > 30 ? x[0] + std::exp(-x[0]) : std::log1p(std::exp(x[0]));
          },
          -9, 9}},
        {"relu", {1, [](X x) { return largest(x[0], 0); }}},
        {"less", {2, [](X x) { return double(x[0] < x[1]); }, -2, 2, true}},
        {"less_equal", {2, [](X x) { return double(x[0] <= x[1]); }, -2, 2, true}},
        {"equal", {2, [](X x) { return double(x[0] == x[1]); }, -2, 2, true}},
        {"not_equal", {2, [](X x) { return double(x[0] != x[1]); }, -2, 2, true}},
        {"logical_and",
         {2, [](X x) { return double(x[0] != 0 && x[1] != 0); }, -2, 2, true}},
        {"logical_or",
         {2, [](X x) { return double(x[0] != 0 || x[1] != 0); }, -2, 2, true}},
        {"logical_not", {1, [](X x) { return double(x[0] == 0); }, -2, 2, true}},
        {"isnan", {1, [](X x) { return double(std::isnan(x[0])); }, -2, 2, true}},
        {"where", {3, [](X x) { return x[0] != 0 ? x[1] : x[2]; }}},
        {"identity", {1, [](X x) { return x[0]; }}},
        {"stop_gradient", {1, [](X x) { return x[0]; }, -2, 2, true}},
    };
    return all;
}

}  // namespace nengine::reference
