#pragma once

#include <tuple>
#include <utility>

#include "kernels/cpu/launch_lines.hpp"

// Elements of lines from totals along them, as launch_contract.hpp describes them; a
// part of launch.hpp.

namespace nengine::kernels {
namespace {

/// Lanes become one, half of them at a time.
template <class Combine, Index width, class Real>
NENGINE_HD Real combined_lanes(Real* part) {
    if constexpr (width == 1) {
        return part[0];
    } else {
        constexpr Index half = width / 2;
#pragma omp simd
        for (Index k = 0; k < half; ++k) {
            part[k] = Combine::of(part[k], part[k + half]);
        }
        return combined_lanes<Combine, half>(part);
    }
}

/// A total of at least `width` columns, in so many lanes. The last block overlaps the
/// one before it, and leaves out what that has counted.
template <class Combine, Index width, bool lanes, class Real, class Term>
NENGINE_HD Real total_in_lanes(Index cols, const Term& term) {
    alignas(64) Real part[width];
    for (Real& one : part) {
        one = static_cast<Real>(Combine::start);
    }
    Index j = 0;
    for (; j + width <= cols; j += width) {
#pragma omp simd if (lanes)
        for (Index k = 0; k < width; ++k) {
            part[k] = Combine::of(part[k], term(j + k));
        }
    }
    if (j < cols) {
        const Index first = cols - width;
#pragma omp simd if (lanes)
        for (Index k = 0; k < width; ++k) {
            const Real next = term(first + k);
            part[k] = first + k < j ? part[k] : Combine::of(part[k], next);
        }
    }
    return combined_lanes<Combine, width>(part);
}

template <class Combine, bool lanes, class Real, class Term>
NENGINE_HD Real line_total(Index cols, const Term& term) {
    if (cols >= 16) {
        return total_in_lanes<Combine, 16, lanes, Real>(cols, term);
    }
    if (cols >= 8) {
        return total_in_lanes<Combine, 8, lanes, Real>(cols, term);
    }
    if (cols >= 4) {
        return total_in_lanes<Combine, 4, lanes, Real>(cols, term);
    }
    Real total = static_cast<Real>(Combine::start);
    for (Index c = 0; c < cols; ++c) {
        total = Combine::of(total, term(c));
    }
    return total;
}

/// Neighbouring lines: all of them have a total before any has the next one, so that
/// none waits for its own.
template <class Map>
class NormalisedLines {
public:
    static constexpr Index at_most = 16;

    NormalisedLines(const Map& map, Index cols) : map_(map), cols_(cols) {}

    void run(Index first, Index count) const {
        Totals totals[at_most];
        [&]<int... k>(std::integer_sequence<int, k...>) {
            (find<k>(totals, first, count), ...);
        }
        (std::make_integer_sequence<int, n_totals>{});
        for (Index i = 0; i < count; ++i) {
            const auto line = map_.begin(first + i);
            const auto shared = map_.finish(totals[i].of);
#pragma omp simd if (lanes)
            for (Index c = 0; c < cols_; ++c) {
                map_.write(line, c, shared);
            }
        }
    }

private:
    using Real = typename Map::Real;
    using Combines = typename Map::Combines;
    static constexpr int n_totals = int{std::tuple_size_v<Combines>};
    static constexpr bool lanes = takes_lanes<Map>();
    struct Totals {
        Real of[n_totals];
    };

    template <int k>
    void find(Totals* totals, Index first, Index count) const {
        using Combine = std::tuple_element_t<k, Combines>;
        for (Index i = 0; i < count; ++i) {
            const auto line = map_.begin(first + i);
            const Totals before = totals[i];
            totals[i].of[k] =
                line_total<Combine, lanes, Real>(cols_, [&](Index c) NENGINE_INLINE {
                    return map_.template term<k>(line, c, before.of);
                });
        }
    }

    const Map& map_;
    Index cols_;
};

template <class Map>
void launch_normalised(const CpuExec& exec, Index lines, Index cols, const Map& given) {
    for_each_lines(exec, lines, cols, [&](Index first, Index last) {
        constexpr Index at_most = NormalisedLines<Map>::at_most;
        const Map map = given;
        const NormalisedLines<Map> neighbours(map, cols);
        for (Index i = first; i < last; i += at_most) {
            neighbours.run(i, smaller(at_most, last - i));
        }
    });
}

}  // namespace
}  // namespace nengine::kernels
