#pragma once

#include <array>

#include "kernels/base/index.hpp"
#include "kernels/base/macros.hpp"

// A file of this folder says what an optimizer is: the options that users write, a
// plain struct, and its formula, a specialisation of OptimizerFormula:
//
//     static constexpr const char* name;
//     static constexpr OptimizerTraits traits;
//     visit_options(options, visit)         visit(name, member, range) for each of its
//                                           own
//     with_step<Real>(options, rate, use)   use(step) with what the options ask for and
//                                           this learning rate
//
// Options that all have are learning_rate, weight_decay, use_ema and ema_momentum. A
// step is a small struct of constants, made once from numbers in double, that says
//
//     static constexpr std::array starts;   its running averages, before any update
//     struct Shared;                        what all parameters share, 0 before any
//                                           update; or NothingShared
//     begin(t, shared)                      makes it that of update t = 1, 2, ...
//     step(shared, g, p, averages)          the update of a parameter p with gradient g
//                                           and its running averages
//
// and, if it calls functions of the C library for a parameter, `one_by_one = true`. One
// that looks at all of a parameter says `of_shapes = true` and is called by a kernel of
// its own in the last one's place (kernels/unified/adafactor.hpp).
// Memory and the decay of weights are its caller's affair, and `shared` is on the
// device (kernels/unified/optimizer.cpp).

namespace nengine::kernels {

/// What those that train have to know of a formula.
struct OptimizerTraits {
    bool squares_gradients = true;  ///< they must not overflow when they are squared
    bool bounds_steps = true;  ///< to about the learning rate, whatever the gradients
    bool divides_by_rate = false;  ///< by the learning rate, which must not be 0
};

/// What an option may be.
enum class OptionRange {
    not_negative,  ///< and finite
    not_positive,  ///< and finite
    share,         ///< from 0 to 1
    divisor,       ///< finite and above 0 in the type of parameters
    flag           ///< true or false
};

template <class Options>
struct OptimizerFormula;

/// A parameter among all: so many matrices [rows, cols], one after the other, from an
/// element on; or a vector, of one row.
struct ParameterShape {
    Index first = 0, matrices = 1, rows = 1, cols = 0;
    bool is_vector = false;

    constexpr Index size() const { return matrices * rows * cols; }
    constexpr Index lines() const { return matrices * rows; }
    /// How many numbers a row and a column of each matrix, or the vector, have.
    constexpr Index factors() const {
        return is_vector ? cols : matrices * (rows + cols);
    }
};

/// Of formulas that do not depend on the number of updates.
struct NothingShared {};

/// So many running averages that are 0 at first.
template <int n>
inline constexpr std::array<double, n> zeros{};

/// The updates so far, without those that were skipped; zeros before the first.
template <class Shared>
struct UpdateProgress {
    Index updates;
    Shared shared;
};

}  // namespace nengine::kernels
