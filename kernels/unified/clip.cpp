#include "kernels/clip.hpp"

#include <cmath>

#include NENGINE_LAUNCH_HEADER

namespace nengine::kernels {
namespace {

/// The sum of squares of each piece.
template <class Number>
struct SquaresOfPieces {
    using Real = double;

    const Number* values;
    const Index* pieces;
    double* sums;

    struct Line {
        Index first, count, piece;
    };
    NENGINE_HD Line begin(Index i) const {
        return {pieces[i], pieces[i + 1] - pieces[i], i};
    }
    NENGINE_HD double term(const Line& line, Index c) const {
        const auto x =
            c < line.count ? static_cast<double>(values[line.first + c]) : 0.0;
        return x * x;
    }
    NENGINE_HD void finish(const Line& line, double total) const {
        sums[line.piece] = total;
    }
};

/// What each segment is multiplied by, of the sums of its pieces.
struct FactorsOfSegments {
    using Real = double;

    const double* sums;
    const Index* segments;
    double limit;
    double* factors;

    struct Line {
        Index first, count, segment;
    };
    NENGINE_HD Line begin(Index i) const {
        return {segments[i], segments[i + 1] - segments[i], i};
    }
    NENGINE_HD double term(const Line& line, Index c) const {
        return c < line.count ? sums[line.first + c] : 0.0;
    }
    NENGINE_HD void finish(const Line& line, double total) const {
        const double norm = std::sqrt(total);
        const double larger = norm > limit ? norm : limit;
        factors[line.segment] = limit / larger + (total - total);
    }
};

/// Sums nothing: a line's factor is looked up once.
template <class Number>
struct ScalePieces {
    using Real = Number;

    Real* values;
    const Index *pieces, *segment_of;
    const double* factors;

    struct Line {
        Real* values;
        Index count;
        Real factor;
    };
    NENGINE_HD Line begin(Index i) const {
        return {values + pieces[i], pieces[i + 1] - pieces[i],
                static_cast<Real>(factors[segment_of[i]])};
    }
    NENGINE_HD Real term(const Line& line, Index c) const {
        if (c < line.count) {
            line.values[c] *= line.factor;
        }
        return Real(0);
    }
    NENGINE_HD void finish(const Line&, double) const {}
};

template <class Real>
struct ClipValue {
    Real* values;
    Real limit;

    NENGINE_HD void operator()(Index i) const {
        const Real x = values[i];
        values[i] = x > limit ? limit : x < -limit ? -limit : x;
    }
};

}  // namespace

template <class Exec, class Real>
void clip_by_norm(const Exec& exec, const ClipArgs<Real>& args, double limit) {
    launch_lines(exec, args.n_pieces, piece_size,
                 SquaresOfPieces<Real>{args.values, args.pieces, args.sums});
    launch_lines(exec, args.n_segments, args.most_pieces,
                 FactorsOfSegments{args.sums, args.segments, limit, args.factors});
    launch_lines(
        exec, args.n_pieces, piece_size,
        ScalePieces<Real>{args.values, args.pieces, args.segment_of, args.factors});
}

template <class Exec, class Real>
void clip_by_value(const Exec& exec, Real* values, Index n, Real limit) {
    launch_each(exec, n, ClipValue<Real>{values, limit});
}

#define NENGINE_INSTANTIATE(Real)                                               \
    template void clip_by_norm(const ThisExec&, const ClipArgs<Real>&, double); \
    template void clip_by_value(const ThisExec&, Real*, Index, Real);

NENGINE_INSTANTIATE(float)
NENGINE_INSTANTIATE(double)

}  // namespace nengine::kernels
