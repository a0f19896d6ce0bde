#pragma once

#include <bit>
#include <cstdint>
#include <type_traits>

#include "kernels/base/macros.hpp"
#include "kernels/base/view.hpp"

namespace nengine::kernels {

template <class Word>
struct Parts {
    Word quotient, remainder;
};
using Quotient = Parts<Index>;

/// A divisor that is made once, on the host, for many divisions: they cost a product, a
/// shift and, for the remainder, another product. Dividends n and divisors d have one
/// bit less than Word (std::uint32_t or std::uint64_t, of w bits). With s =
/// floor(log2(d)),
///
///     m = min(floor(2^(w + s) / d), 2^w - 1)
///     floor(n / d) = floor((n + 1) m / 2^(w + s))
///
/// m d falls short of 2^(w + s) by some r in (0, d]: the right side is below (n + 1) /
/// d, and so not too large. It is not too small either as long as floor(n / d) r <= m,
/// and that is at most n < 2^(w - 1) <= m.
template <class Word>
class Divisor {
public:
    Divisor() = default;
    /// @param by  in [1, 2^(w - 1))
    explicit Divisor(Index by)
        : minus_by_(Word{0} - static_cast<Word>(by)),
          shift_(static_cast<int>(std::bit_width(static_cast<Word>(by))) - 1) {
        const Wide ratio = (Wide{1} << (bits + shift_)) / static_cast<Word>(by);
        multiplier_ = static_cast<Word>(ratio >> bits == 0 ? ratio : ~Word{0});
    }

    NENGINE_HD Parts<Word> divide(Word n) const {
        const Wide product = static_cast<Wide>(n + 1) * multiplier_;
        const Word quotient = static_cast<Word>(product >> bits) >> shift_;
        return {quotient, n + quotient * minus_by_};
    }

private:
    static constexpr int bits = 8 * sizeof(Word);
    __extension__ using Wide128 = unsigned __int128;
    using Wide = std::conditional_t<bits == 32, std::uint64_t, Wide128>;

    Word multiplier_ = ~Word{0}, minus_by_ = ~Word{0};
    int shift_ = 0;
};

/// A divisor of indices, which are mostly small: 32 bits where they suffice.
class IndexDivisor {
public:
    IndexDivisor() = default;
    /// @param extent  an empty one counts as 1: nothing lies in it
    explicit IndexDivisor(Index extent) {
        const Index by = extent > 0 ? extent : 1;
        wide_ = Divisor<std::uint64_t>(by);
        if (by <= max_narrow) {
            narrow_ = Divisor<std::uint32_t>(by);
            last_narrow_ = max_narrow;
        }
    }

    /// @param n  at least 0
    NENGINE_HD Quotient divide(Index n) const {
        if (n <= last_narrow_) {
            const auto [q, r] = narrow_.divide(static_cast<std::uint32_t>(n));
            return {static_cast<Index>(q), static_cast<Index>(r)};
        }
        const auto [q, r] = wide_.divide(static_cast<std::uint64_t>(n));
        return {static_cast<Index>(q), static_cast<Index>(r)};
    }

private:
    static constexpr Index max_narrow = (Index{1} << 31) - 1;

    Divisor<std::uint32_t> narrow_;
    Divisor<std::uint64_t> wide_;
    Index last_narrow_ = -1;  ///< largest dividend that narrow_ divides
};

/// Divides as `/` and `%` do.
class PlainDivisor {
public:
    /// @param by  at least 1, or never used
    explicit PlainDivisor(Index by) : by_(by) {}

    NENGINE_HD Quotient divide(Index n) const {
        const Index quotient = n / by_;
        return {quotient, n - quotient * by_};
    }

private:
    Index by_;
};

/// A divisor for dividends that are the same for all columns of a row. Compilers of the
/// host move a plain division out of the loop over columns, but nothing that branches;
/// on CUDA every thread divides.
#if defined(__CUDACC__)
using RowDivisor = IndexDivisor;
#else
using RowDivisor = PlainDivisor;
#endif

}  // namespace nengine::kernels
