#pragma once

#include "kernels/base/args.hpp"
#include "kernels/base/exec.hpp"
#include "kernels/base/view.hpp"

namespace nengine::kernels {

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
template <class Ref>
struct LearningRowsArgs {
    LearningKind kind{};
    typename Ref::Number rate{};  ///< with all that is constant: dt, size, sign
    typename Ref::Number beta{};  ///< Oja
    typename Ref::Read signal{};  ///< error of PES and RLS, filtered post otherwise
    typename Ref::Read theta{};   ///< BCM
    typename Ref::Read scale{};   ///< Voja: gain / radius
    typename Ref::Read gate{};    ///< Voja: the learning signal
    typename Ref::Read power{};   ///< RLS
    typename Ref::Write row{};
    typename Ref::Write decay{};  ///< Oja and Voja

    constexpr auto fields() const {
        using A = LearningRowsArgs;
        const auto reads_like_row = [](auto member) {
            return reads(member).as_wide_as(&A::row);
        };
        return std::tuple{constant(&A::kind),        constant(&A::rate),
                          constant(&A::beta),        reads_like_row(&A::signal),
                          reads_like_row(&A::theta), reads_like_row(&A::scale),
                          reads_like_row(&A::gate),  reads_like_row(&A::power),
                          writes(&A::row),           writes(&A::decay)};
    }
    template <class Exec>
    void run(const Exec& exec) const {
        learning_rows(exec, *this);
    }
};
template <class Exec, class Real>
void learning_rows(const Exec& exec, const LearningRowsArgs<Bound<Real>>& args);

// Below, `rows` x `cols` of each block are m x n: row has column stride 0, and so has
// decay, which may be absent; col has row stride 0.

/// out = (or +=) row x col - decay * weights. `weights` may be absent without decay,
/// and may be `out` itself.
template <class Ref>
struct ChangeWeightsArgs {
    typename Ref::Read row, col, decay, weights;
    typename Ref::Write out;
    bool accumulate;

    constexpr auto fields() const {
        using A = ChangeWeightsArgs;
        const auto reads_like_out = [](auto member) {
            return reads(member).as_wide_as(&A::out).by_member();
        };
        return std::tuple{reads_like_out(&A::row),
                          reads_like_out(&A::col),
                          reads_like_out(&A::decay),
                          reads_like_out(&A::weights),
                          writes(&A::out, accumulate).by_member(),
                          constant(&A::accumulate)};
    }
    template <class Exec>
    void run(const Exec& exec) const {
        change_weights(exec, *this);
    }
};
template <class Exec, class Real>
void change_weights(const Exec& exec, const ChangeWeightsArgs<Bound<Real>>& args);

/// weights += row x col - decay * weights, then y = (or +=) weights x: reads and writes
/// the weights once. x and y are [members, batch, 1, n] and [members, batch, 1, m].
template <class Ref>
struct ChangeAndMultiplyArgs {
    typename Ref::Read row, col, decay;
    typename Ref::Write weights;
    typename Ref::Read x;
    typename Ref::Write y;
    bool accumulate;

    constexpr auto fields() const {
        using A = ChangeAndMultiplyArgs;
        const auto like_weights = [](auto field) {
            return field.as_wide_as(&A::weights).by_member();
        };
        return std::tuple{
            like_weights(reads(&A::row)),   like_weights(reads(&A::col)),
            like_weights(reads(&A::decay)), updates(&A::weights).by_member(),
            like_weights(reads(&A::x)),     like_weights(writes(&A::y, accumulate)),
            constant(&A::accumulate)};
    }
    template <class Exec>
    void run(const Exec& exec) const {
        change_and_multiply(exec, *this);
    }
};
template <class Exec, class Real>
void change_and_multiply(const Exec& exec,
                         const ChangeAndMultiplyArgs<Bound<Real>>& args);

}  // namespace nengine::kernels
