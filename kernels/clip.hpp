#pragma once

#include "kernels/base/index.hpp"

namespace nengine::kernels {

/// The longest piece of an array that is cut into segments, which are cut into pieces.
inline constexpr Index piece_size = 2048;

/// Numbers that are cut into segments: tables on the device.
template <class Real>
struct ClipArgs {
    Real* values = nullptr;
    Index n_pieces = 0, n_segments = 0;
    /// Where pieces begin and end, n_pieces + 1 numbers; none is longer than
    /// piece_size.
    const Index* pieces = nullptr;
    /// The first piece of each segment and behind the last, n_segments + 1 numbers.
    const Index* segments = nullptr;
    Index most_pieces = 0;              ///< of a segment
    const Index* segment_of = nullptr;  ///< by piece
    double* sums = nullptr;             ///< scratch, n_pieces
    double* factors = nullptr;          ///< scratch, n_segments
};

/// Each segment's numbers, times limit / max(norm, limit); NaN where the norm is not
/// finite. Norms are summed in double.
template <class Exec, class Real>
void clip_by_norm(const Exec& exec, const ClipArgs<Real>& args, double limit);

/// Of n numbers: what is beyond [-limit, limit] becomes its nearer end.
template <class Exec, class Real>
void clip_by_value(const Exec& exec, Real* values, Index n, Real limit);

}  // namespace nengine::kernels
