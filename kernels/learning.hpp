#pragma once

#include "kernels/base/exec.hpp"
#include "kernels/base/view.hpp"

namespace nengine {

// Learning rules change a matrix of weights W [m, n] by
//
//     delta_ij = row_i * col_j - decay_i * W_ij
//
// from one step to the next: two vectors, and a third for rules with decay, stand for a
// change of all of W. Blocks below are [members, batch, 1, ...]: the first extent
// counts the matrices of a merged group, each item of the batch has matrices of its
// own.

enum class LearningKind {
    pes,   ///< row = rate * error; col = activities
    bcm,   ///< row = rate * post * (post - theta); col = pre
    oja,   ///< row = rate * post; col = pre; decay = rate * beta * post^2
    voja,  ///< row = rate * gate * scale * post; col = x; decay = rate * gate * post
    rls,   ///< row = -error / (1 + power); col = P r, for power = r' P r
};

/// What the rows of a change are made of, element by element; absent where the rule
/// does not use it. All have the extents of `row`, or stride 0 where they repeat.
template <class Real>
struct LearningRowsArgs {
    LearningKind kind{};
    Real rate = 0;  ///< with everything that is constant: dt, number of neurons, sign
    Real beta = 0;  ///< Oja
    Block<const Real> signal;  ///< error of PES and RLS, filtered post otherwise
    Block<const Real> theta;   ///< BCM
    Block<const Real> scale;   ///< Voja: gain / radius
    Block<const Real> gate;    ///< Voja: the learning signal
    Block<const Real> power;   ///< RLS
    Block<Real> row;
    Block<Real> decay;  ///< Oja and Voja
};

template <class Exec, class Real>
void learning_rows(const Exec& exec, const LearningRowsArgs<Real>& args);

/// A change of weights; `rows` x `cols` of each block are m x n.
template <class Real>
struct WeightChange {
    Block<const Real> row;    ///< column stride 0
    Block<const Real> col;    ///< row stride 0
    Block<const Real> decay;  ///< as row; may be absent
};

/// out = (or +=) row x col - decay * weights. `weights` may be absent without decay,
/// and may be `out` itself.
template <class Exec, class Real>
void change_weights(const Exec& exec, const WeightChange<Real>& change,
                    const Block<const Real>& weights, const Block<Real>& out,
                    bool accumulate);

/// weights += row x col - decay * weights, then y = (or +=) weights x: reads and writes
/// the weights once. x and y are [members, batch, 1, n] and [members, batch, 1, m].
template <class Exec, class Real>
void change_and_multiply(const Exec& exec, const WeightChange<Real>& change,
                         const Block<Real>& weights, const Block<const Real>& x,
                         const Block<Real>& y, bool accumulate);

}  // namespace nengine
