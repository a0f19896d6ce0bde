#include "kernels/gemm.hpp"

// Threads are ours: Eigen's own would spin against them.
#define EIGEN_DONT_PARALLELIZE
#include <Eigen/Core>
#include <algorithm>
#include <type_traits>
#include <vector>

#include "kernels/base/region_error.hpp"
#include "kernels/cpu/small_product.hpp"
#include "kernels/cpu/thread_limit.hpp"
#if NENGINE_WITH_DNNL
#include "kernels/cpu/onednn.hpp"
#endif

namespace nengine::kernels {
namespace {

/// Below this cost (some 20 us), waking a second thread costs more than it saves.
constexpr Index worth_threads = Index{1} << 20;
/// What moving a number costs, in multiplications: all that matters when a matrix meets
/// a vector.
constexpr Index move = 4;
/// From this many on in one call of gemm(), oneDNN is asked. Its first product takes
/// 20 ms, in which it compiles itself; small networks start faster without it.
constexpr Index worth_library = Index{1} << 18;
/// What the call of a small product costs, in multiplications.
constexpr Index call = 512;
/// From this cost on, one product keeps all threads busy by itself.
constexpr Index worth_all_threads = Index{1} << 22;

template <class Real>
Index multiplications(const GemmArgs<Real>& args) {
    return args.m * args.n * args.k;
}

/// Of one product, in multiplications.
template <class Real>
Index cost(const GemmArgs<Real>& args) {
    const Index m = args.m, n = args.n, k = args.k;
    return m * n * k + move * (m * k + k * n + m * n) + call;
}

/// The operands of member `g`; the count stays, as a measure of the whole call's work.
template <class Real>
GemmArgs<Real> member(GemmArgs<Real> args, Index g) {
    args.a += g * args.a_stride;
    args.b += g * args.b_stride;
    args.c += g * args.c_stride;
    return args;
}

/// C = beta * C, which is all that is left when k is 0.
template <class Real>
void scale(const GemmArgs<Real>& args) {
    for (Index i = 0; i < args.m; ++i) {
        Real* row = args.c + i * args.ldc;
        for (Index j = 0; j < args.n; ++j) {
            row[j] = args.beta == 0 ? Real{0} : args.beta * row[j];
        }
    }
}

/// One product by Eigen on this thread.
template <class Real>
void eigen_product(const GemmArgs<Real>& args) {
    using Matrix = Eigen::Matrix<Real, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    using Stride = Eigen::OuterStride<>;
    using Operand = Eigen::Map<const Matrix, Eigen::Unaligned, Stride>;
    const auto& [ta, tb, m, n, k, a, lda, b, ldb, c, ldc, alpha, beta, count, as, bs,
                 cs] = args;
    const Operand left(a, ta ? k : m, ta ? m : k, Stride(lda));
    const Operand right(b, tb ? n : k, tb ? k : n, Stride(ldb));
    Eigen::Map<Matrix, Eigen::Unaligned, Stride> out(c, m, n, Stride(ldc));
    if (beta == 0) {
        out.setZero();
    } else if (beta != 1) {
        out *= beta;
    }
    if (ta && tb) {
        out.noalias() += alpha * left.transpose() * right.transpose();
    } else if (ta) {
        out.noalias() += alpha * left.transpose() * right;
    } else if (tb) {
        out.noalias() += alpha * left * right.transpose();
    } else {
        out.noalias() += alpha * left * right;
    }
}

// Products take memory for the blocks that they copy: what they throw must not leave a
// region.

/// One product by `single`, with the larger side of C cut into a part per thread.
template <class Real, class Single>
void in_parts(int threads, const GemmArgs<Real>& args, Single&& single) {
    if (threads < 2 || cost(args) < worth_threads) {
        single(args);
        return;
    }
    const bool by_rows = args.m >= args.n;
    const Index extent = by_rows ? args.m : args.n;
    // Whole cache lines, and whole register tiles of the product kernel.
    const Index part = ((extent + threads - 1) / threads + 15) / 16 * 16;
    RegionError error;
#pragma omp parallel for num_threads(threads) schedule(static, 1)
    for (Index first = 0; first < extent; first += part) {
        GemmArgs<Real> some = args;
        (by_rows ? some.m : some.n) = std::min(part, extent - first);
        if (by_rows) {
            some.a += first * (args.transpose_a ? 1 : args.lda);
            some.c += first * args.ldc;
        } else {
            some.b += first * (args.transpose_b ? args.ldb : 1);
            some.c += first;
        }
        error.guard([&] { single(some); });
    }
    error.rethrow();
}

/// One product of a call, not empty, with up to `threads` threads.
template <class Real>
void product(int threads, const GemmArgs<Real>& args) {
    if (args.k == 0 || args.alpha == 0) {
        scale(args);
        return;
    }
    if (small::fits(args)) {
        in_parts(threads, args, small::product<Real>);
        return;
    }
#if NENGINE_WITH_DNNL
    if constexpr (std::is_same_v<Real, float>) {
        const Index work = multiplications(args);
        if (work * args.count >= worth_library &&
            onednn::sgemm(cost(args) < worth_threads ? 1 : threads, args)) {
            return;
        }
    }
#endif
    in_parts(threads, args, eigen_product<Real>);
}

/// Whether oneDNN has done all products of a call: of small matrices it makes code for
/// their size. Less than eight rows, columns or terms would leave its registers empty.
template <class Real>
bool library_products([[maybe_unused]] int threads,
                      [[maybe_unused]] const GemmArgs<Real>& args) {
#if NENGINE_WITH_DNNL
    if constexpr (std::is_same_v<Real, float>) {
        constexpr Index least = 8;
        return std::min({args.m, args.n, args.k}) >= least &&
               multiplications(args) * args.count >= worth_library &&
               onednn::products(threads, args);
    }
#endif
    return false;
}

}  // namespace

template <class Real>
void gemm(const CpuExec& exec, const GemmArgs<Real>& args) {
    if (args.m == 0 || args.n == 0 || args.count == 0) {
        return;
    }
    const Index each = cost(args);
    if (args.count == 1 || each >= worth_all_threads) {
        for (Index g = 0; g < args.count; ++g) {
            product(exec.threads, member(args, g));
        }
        return;
    }
    const bool parallel = exec.threads > 1 && each * args.count >= worth_threads;
    if (library_products(parallel ? exec.threads : 1, args)) {
        return;
    }
    RegionError error;
#pragma omp parallel for num_threads(exec.threads) schedule(static) if (parallel)
    for (Index g = 0; g < args.count; ++g) {
        error.guard([&] { product(1, member(args, g)); });
    }
    error.rethrow();
}

template <class Real>
void gemm_grouped(const CpuExec& exec, std::span<const GemmArgs<Real>> products) {
    std::vector<GemmArgs<Real>> shared;  // one thread each
    Index work = 0;
    for (const auto& args : products) {
        const Index each = cost(args) * args.count;
        if (each >= worth_all_threads) {
            gemm(exec, args);
        } else {
            shared.push_back(args);
            work += each;
        }
    }
    const auto count = static_cast<Index>(shared.size());
    const bool parallel = exec.threads > 1 && work >= worth_threads;
    RegionError error;
#pragma omp parallel for num_threads(exec.threads) schedule(dynamic) if (parallel)
    for (Index g = 0; g < count; ++g) {
        error.guard([&] { gemm(CpuExec{1}, shared[static_cast<std::size_t>(g)]); });
    }
    error.rethrow();
}

template void gemm(const CpuExec&, const GemmArgs<float>&);
template void gemm(const CpuExec&, const GemmArgs<double>&);
template void gemm_grouped(const CpuExec&, std::span<const GemmArgs<float>>);
template void gemm_grouped(const CpuExec&, std::span<const GemmArgs<double>>);

}  // namespace nengine::kernels
