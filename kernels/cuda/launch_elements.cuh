#pragma once

#include "kernels/cuda/launch.cuh"

namespace nengine::kernels {
namespace cuda {

/// Elements of one thread: their reads are under way together.
template <class Fn>
inline constexpr int elements_per_thread = InParts<Fn> ? 4 : 1;

template <class Fn>
inline constexpr Index elements_per_block = elements_per_thread<Fn>* block_threads;

struct IgnoreOperand {
    template <class Operand>
    __host__ __device__ void operator()(Operand&) const {}
};

template <class Fn>
concept OfOperands = InParts<Fn> && requires(Fn fn) {
    fn.each_operand(IgnoreOperand{});
};

template <class Fn>
concept OfLines = OfOperands<Fn> && requires {
    requires Fn::of_lines;
};

/// Functors whose elements are found by their positions, without the remainders.
template <class Fn>
concept OnlyOperands = OfOperands<Fn> && requires {
    requires Fn::only_operands;
};

/// Bytes that one instruction loads or stores at most.
inline constexpr std::size_t widest_access = 16;

/// Reads elements read(k) for k in [0, count), those that are valid(k), then writes
/// them.
template <int count, class Fn, class Read, class IsValid>
__device__ __forceinline__ void run_together(const Fn& fn, const Read& read,
                                             const IsValid& valid) {
    decltype(read(0)) value[count];
#pragma unroll
    for (int k = 0; k < count; ++k) {
        if (valid(k)) {
            value[k] = read(k);
        }
    }
#pragma unroll
    for (int k = 0; k < count; ++k) {
        if (valid(k)) {
            fn.write(value[k]);
        }
    }
}

/// Elements (0, 0, 0, c) for c in [0, n). `packed`: a thread takes neighbours, which
/// lie aligned; else those that are block_threads apart.
template <class Fn, bool packed>
__global__ void __launch_bounds__(block_threads)
    line_kernel(const __grid_constant__ Fn given, Index n) {
    constexpr int count = elements_per_thread<Fn>;
    Fn fn = given;
    if constexpr (packed) {
        fn.each_operand(
            [](auto& operand) { operand.template assume_aligned<widest_access>(); });
    }
    constexpr Index apart = packed ? 1 : block_threads;
    const Index first =
        Index{blockIdx.x} * elements_per_block<Fn> + threadIdx.x * (packed ? count : 1);
    const auto read = [&](int k) {
        return fn.read(Index{0}, Index{0}, Index{0}, first + k * apart);
    };
    if (first + (count - 1) * apart < n) {
        run_together<count>(fn, read, [](int) { return true; });
    } else {
        run_together<count>(fn, read, [&](int k) { return first + k * apart < n; });
    }
}

/// Finds the element at a position of the flattened extents, in words. I is the type of
/// its indices.
template <class Word, class I>
struct Unfold {
    Divisor<Word> batch, rows, cols;

    explicit Unfold(const Extents& e) : batch(e.batch), rows(e.rows), cols(e.cols) {}

    /// code(t, b, r, c)
    template <class Code>
    __device__ __forceinline__ auto operator()(Word at, const Code& code) const {
        const auto [line, c] = cols.divide(at);
        const auto [item, r] = rows.divide(line);
        const auto [t, b] = batch.divide(item);
        return code(static_cast<I>(t), static_cast<I>(b), static_cast<I>(r),
                    static_cast<I>(c));
    }
};

/// The same for skewed operands: quotients of one dividend, which do not wait for each
/// other.
template <class Word>
struct UnfoldSkewed {
    Divisor<Word> line, item, step;  ///< elements of each

    explicit UnfoldSkewed(const Extents& e)
        : line(e.cols), item(e.cols * e.rows), step(e.cols * e.rows * e.batch) {}

    template <class Code>
    __device__ __forceinline__ auto operator()(Word at, const Code& code) const {
        return code(step.divide(at).quotient, item.divide(at).quotient,
                    line.divide(at).quotient, at);
    }
};

template <class Fn, class Word, class I>
using UnfoldOf =
    std::conditional_t<OnlyOperands<Fn>, UnfoldSkewed<Word>, Unfold<Word, I>>;

/// Any extents. A thread takes elements that are block_threads apart.
template <class Fn, class Word, class I>
__global__ void __launch_bounds__(block_threads)
    elements_kernel(const __grid_constant__ Fn fn,
                    const __grid_constant__ UnfoldOf<Fn, Word, I> unfold, Word n) {
    constexpr int count = elements_per_thread<Fn>;
    const Word first =
        Word{blockIdx.x} * static_cast<Word>(elements_per_block<Fn>) + threadIdx.x;
    const auto at = [&](int k) { return first + static_cast<Word>(k * block_threads); };
    if constexpr (InParts<Fn>) {
        const auto read = [&](int k) {
            return unfold(at(k), [&](auto t, auto b, auto r, auto c) {
                return fn.read(t, b, r, c);
            });
        };
        if (at(count - 1) < n) {
            run_together<count>(fn, read, [](int) { return true; });
        } else {
            run_together<count>(fn, read, [&](int k) { return at(k) < n; });
        }
    } else if (first < n) {
        unfold(first, [&](I t, I b, I r, I c) { fn(t, b, r, c); });
    }
}

/// Whether each operand of fn finds is_such(operand).
template <class Fn, class IsSuch>
bool all_operands(Fn fn, const IsSuch& is_such) {
    bool all = true;
    fn.each_operand([&](const auto& operand) { all = all && is_such(operand); });
    return all;
}

template <class Fn>
void launch_line(const CudaExec& exec, unsigned blocks, Index n, const Fn& fn) {
    const bool aligned = all_operands(
        fn, [](const auto& operand) { return operand.is_aligned(widest_access); });
    launch(exec, blocks, block_threads,
           aligned ? line_kernel<Fn, true> : line_kernel<Fn, false>, fn, n);
}

template <class Word, class I, class Fn>
void launch_unfolded(const CudaExec& exec, unsigned blocks, Index n, const Extents& e,
                     Fn fn) {
    if constexpr (OnlyOperands<Fn>) {
        fn.each_operand([&](auto& operand) { operand.skew(e); });
    }
    launch(exec, blocks, block_threads, elements_kernel<Fn, Word, I>, fn,
           UnfoldOf<Fn, Word, I>(e), static_cast<Word>(n));
}

/// Whether positions up to `n`, and those of the last block's other threads, fit 31
/// bits, and so do the operands' elements if the indices are narrow as well.
template <class Fn>
bool is_narrow(const Fn& fn, const Extents& e, Index n) {
    bool narrow = n + elements_per_block<Fn> <= Index{1} << 31;
    if constexpr (OfOperands<Fn>) {
        narrow = narrow && all_operands(fn, [&](const auto& operand) {
                     return operand.is_narrow(e);
                 });
    }
    return narrow;
}

}  // namespace cuda

template <class Fn>
void launch_elements(const CudaExec& exec, const Extents& e, const Fn& fn) {
    const Index lines = e.steps * e.batch * e.rows, n = lines * e.cols;
    if (n <= 0) {
        return;
    }
    const unsigned blocks =
        cuda::checked_grid(cuda::ceil_div(n, cuda::elements_per_block<Fn>));
    if constexpr (cuda::OfLines<Fn>) {
        if (lines == 1) {
            return cuda::launch_line(exec, blocks, n, fn);
        }
    }
    using Narrow = std::conditional_t<cuda::OfOperands<Fn>, std::int32_t, Index>;
    if (cuda::is_narrow(fn, e, n)) {
        cuda::launch_unfolded<std::uint32_t, Narrow>(exec, blocks, n, e, fn);
    } else {
        cuda::launch_unfolded<std::uint64_t, Index>(exec, blocks, n, e, fn);
    }
}

}  // namespace nengine::kernels
