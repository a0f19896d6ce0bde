#pragma once

#include "kernels/base/args.hpp"
#include "kernels/base/exec.hpp"
#include "kernels/base/view.hpp"

namespace nengine::kernels {

// A stepped region keeps its signals in fixed rows, so that one recorded step can be
// replayed. These move rows from and to histories by a step counter on the device.

enum class RowMove { load, store };

/// row = (or +=) history(*step + shift, ...), or history(*step + shift, ...) = (or +=)
/// row.
template <class Ref>
struct MoveRowArgs {
    RowMove kind;
    typename Ref::Write history, row;
    Index shift;
    bool accumulate;
    typename Ref::StepCounter step{};

    constexpr auto fields() const {
        using A = MoveRowArgs;
        const auto moved = [this](bool to) {
            return !to          ? FieldAccess::read
                   : accumulate ? FieldAccess::add
                                : FieldAccess::write;
        };
        return std::tuple{
            constant(&A::kind),
            accessed(moved(kind == RowMove::store), &A::history).as_wide_as(&A::row),
            accessed(moved(kind == RowMove::load), &A::row),
            constant(&A::shift),
            constant(&A::accumulate),
            constant(&A::step)};
    }
    template <class Exec>
    void run(const Exec& exec) const {
        move_row(exec, *this);
    }
};
template <class Exec, class Real>
void move_row(const Exec& exec, const MoveRowArgs<Bound<Real>>& args);

/// steps[i] += by for `count` counters
template <class Exec>
void advance(const Exec& exec, Index* steps, Index count, Index by);

/// steps[i] = first + i by for `count` counters
template <class Exec>
void count_from(const Exec& exec, Index* steps, Index count, Index first, Index by);

}  // namespace nengine::kernels
