// The operations of pointwise programs, a row each. Not a header of its own: whoever
// needs something of all of them defines the macros and includes it.
//
//     NENGINE_POINTWISE_1(name, lanes, value, gradient of a)
//     NENGINE_POINTWISE_2(name, lanes, value, gradient of a, gradient of b)
//     NENGINE_POINTWISE_3(name, lanes, value, gradients of a, b and c)
//
// `value` is an expression of the operands a, b, c (of type Real) and of Math
// (kernels/pointwise/math.hpp). `lanes` says for which types neighbours are computed at
// once: all; single: float32 alone, float64 calls the C library; none: it is called for
// each element. Gradients are expressions of the operands, of the result y and of g =
// dL/dy, made of operations of this table, so that they can be traced, simplified and
// run like any program; `zero` says that there is none: comparisons, steps.
//
// Conditions are numbers: 0 is false, what else there is true, results are 0 and 1.
// NaN is a number that compares as in IEEE 754; what is not said here is as in numpy.

// ----- arithmetic

/// a + b
NENGINE_POINTWISE_2(add, all, a + b, g, g)
/// a - b
NENGINE_POINTWISE_2(subtract, all, a - b, g, -g)
/// a * b
NENGINE_POINTWISE_2(multiply, all, a* b, g* b, g* a)
/// a / b
NENGINE_POINTWISE_2(divide, all, a / b, g / b, -(g* y / b))
/// -a
NENGINE_POINTWISE_1(negative, all, -a, -g)
/// a to the power of b. The gradient of a is 0 where b is 0, that of b where a is not
/// positive.
NENGINE_POINTWISE_2(pow, none, Math::pow(a, b),
                    where(b == 0.0, 0.0, g*(b* pow(a, b - 1.0))),
                    g*(y* log(where(a > 0.0, a, 1.0))))
/// What is left of a after the largest multiple of b that is not beyond it: it has b's
/// sign, as in numpy and Python.
NENGINE_POINTWISE_2(mod, none, Math::mod(a, b), g, -(g* floor(a / b)))
/// The larger one; NaN if one is. Of equals, the gradient is the first one's.
NENGINE_POINTWISE_2(max, all, Math::max(a, b), where(a >= b, g, 0.0),
                    where(a >= b, 0.0, g))
/// The smaller one, likewise.
NENGINE_POINTWISE_2(min, all, Math::min(a, b), where(a <= b, g, 0.0),
                    where(a <= b, 0.0, g))
/// |a|; gradient 0 at 0
NENGINE_POINTWISE_1(abs, all, Math::abs(a), g* sign(a))
/// -1, 0 or 1
NENGINE_POINTWISE_1(sign, all, Math::sign(a), zero)
/// The largest whole number that is not above a.
NENGINE_POINTWISE_1(floor, all, Math::floor(a), zero)
/// The smallest whole number that is not below a.
NENGINE_POINTWISE_1(ceil, all, Math::ceil(a), zero)
/// The nearest whole number; of two as near, the even one.
NENGINE_POINTWISE_1(round, all, Math::round(a), zero)
/// 1 / a
NENGINE_POINTWISE_1(reciprocal, all, Real(1) / a, -(g* y* y))
/// a * a
NENGINE_POINTWISE_1(square, all, a* a, g*(2.0 * a))
/// The square root of a; NaN below 0.
NENGINE_POINTWISE_1(sqrt, all, Math::sqrt(a), g * 0.5 / y)
/// 1 / sqrt(a)
NENGINE_POINTWISE_1(rsqrt, all, Real(1) / Math::sqrt(a), g*(-0.5 * y * y * y))

// ----- functions; angles in radians

/// e to the power of a
NENGINE_POINTWISE_1(exp, single, Math::exp(a), g* y)
/// exp(a) - 1, with all digits near 0
NENGINE_POINTWISE_1(expm1, single, Math::expm1(a), g*(y + 1.0))
/// The natural logarithm: NaN below 0, -infinity at 0.
NENGINE_POINTWISE_1(log, single, Math::log(a), g / a)
/// log(1 + a), with all digits near 0
NENGINE_POINTWISE_1(log1p, single, Math::log1p(a), g / (1.0 + a))
NENGINE_POINTWISE_1(sin, none, Math::sin(a), g* cos(a))
NENGINE_POINTWISE_1(cos, none, Math::cos(a), -(g* sin(a)))
NENGINE_POINTWISE_1(tan, none, Math::tan(a), g*(1.0 + y * y))
/// In [-pi / 2, pi / 2]; NaN beyond [-1, 1].
NENGINE_POINTWISE_1(asin, none, Math::asin(a), g* rsqrt(1.0 - a * a))
/// In [0, pi]; NaN beyond [-1, 1].
NENGINE_POINTWISE_1(acos, none, Math::acos(a), -(g* rsqrt(1.0 - a * a)))
/// In [-pi / 2, pi / 2].
NENGINE_POINTWISE_1(atan, none, Math::atan(a), g / (1.0 + a * a))
/// The angle of the point (b, a), in [-pi, pi].
NENGINE_POINTWISE_2(atan2, none, std::atan2(a, b), g*(b / (a * a + b * b)),
                    -(g*(a / (a * a + b * b))))
NENGINE_POINTWISE_1(sinh, none, Math::sinh(a), g* cosh(a))
NENGINE_POINTWISE_1(cosh, none, Math::cosh(a), g* sinh(a))
NENGINE_POINTWISE_1(tanh, single, Math::tanh(a), g*(1.0 - y * y))
/// The error function, 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to a.
NENGINE_POINTWISE_1(erf, single, Math::erf(a), g*(1.1283791670955126 * exp(-(a * a))))
/// 1 / (1 + exp(-a))
NENGINE_POINTWISE_1(sigmoid, single, Math::sigmoid(a), g*(y*(1.0 - y)))
/// log(1 + exp(a))
NENGINE_POINTWISE_1(softplus, single, Math::softplus(a), g* sigmoid(a))
/// max(a, 0), with gradient 0 at 0
NENGINE_POINTWISE_1(relu, all, a < Real(0) ? Real(0) : a, where(a > 0.0, g, 0.0))

// ----- truth

/// a < b
NENGINE_POINTWISE_2(less, all, Math::truth(a < b), zero, zero)
/// a <= b
NENGINE_POINTWISE_2(less_equal, all, Math::truth(a <= b), zero, zero)
/// a == b
NENGINE_POINTWISE_2(equal, all, Math::truth(a == b), zero, zero)
/// a != b
NENGINE_POINTWISE_2(not_equal, all, Math::truth(a != b), zero, zero)
/// Both are true.
NENGINE_POINTWISE_2(logical_and, all,
                    Math::truth(a != Real(0)) * Math::truth(b != Real(0)), zero, zero)
/// One is true, or both.
NENGINE_POINTWISE_2(logical_or, all,
                    Math::max(Math::truth(a != Real(0)), Math::truth(b != Real(0))),
                    zero, zero)
/// It is not true.
NENGINE_POINTWISE_1(logical_not, all, Math::truth(a == Real(0)), zero)
/// It is no number.
NENGINE_POINTWISE_1(isnan, all, Math::truth(a != a), zero)
/// b where a is true, else c
NENGINE_POINTWISE_3(where, all, a != Real(0) ? b : c, zero, where(a, g, 0.0),
                    where(a, 0.0, g))

// ----- gradient

/// a
NENGINE_POINTWISE_1(identity, all, a, g)
/// a, whose gradient is not asked for
NENGINE_POINTWISE_1(stop_gradient, all, a, zero)

#undef NENGINE_POINTWISE_1
#undef NENGINE_POINTWISE_2
#undef NENGINE_POINTWISE_3
