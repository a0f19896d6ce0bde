#include "api/numerics/packed_product.hpp"

#include <omp.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// Goto and van de Geijn's scheme: both factors are copied into panels of 24 columns for
// 128 terms of the sums at a time, so that everything the innermost loop reads is
// contiguous and stays in the first two caches. That loop computes a tile of 8 x 24
// sums in registers.

namespace nengine {
namespace {

using Eigen::Index;

constexpr Index panel = 24;     ///< columns of a panel
constexpr Index tile_rows = 8;  ///< a panel as the left factor is three tiles high
constexpr Index block_terms = 128;
constexpr Index block_panels = 8;  ///< panels of one task: some 200 KiB
constexpr Index line = 64;         ///< bytes of a cache line

Index ceil_div(Index a, Index b) {
    return (a + b - 1) / b;
}

/// sums[8][24] = sum over p of a[p][0..8) b[p][0..24), rows of a and b are 24 apart.
using TileKernel = void (*)(Index terms, const double* a, const double* b,
                            double* sums);

#if defined(__x86_64__)

// Attributes, because clang has no pragma that chooses a processor for what follows.
#define NENGINE_AVX512 __attribute__((target("avx512f")))
#define NENGINE_AVX2 __attribute__((target("avx2,fma")))

NENGINE_AVX512
void tile_avx512(Index terms, const double* a, const double* b, double* sums) {
    __m512d sum[tile_rows][3];
    for (auto& row : sum) {
        row[0] = row[1] = row[2] = _mm512_setzero_pd();
    }
    for (Index p = 0; p < terms; ++p, a += panel, b += panel) {
        const __m512d b0 = _mm512_load_pd(b);
        const __m512d b1 = _mm512_load_pd(b + 8);
        const __m512d b2 = _mm512_load_pd(b + 16);
#pragma GCC unroll 8
        for (Index r = 0; r < tile_rows; ++r) {
            const __m512d factor = _mm512_set1_pd(a[r]);
            sum[r][0] = _mm512_fmadd_pd(factor, b0, sum[r][0]);
            sum[r][1] = _mm512_fmadd_pd(factor, b1, sum[r][1]);
            sum[r][2] = _mm512_fmadd_pd(factor, b2, sum[r][2]);
        }
    }
    for (Index r = 0; r < tile_rows; ++r) {
        for (Index v = 0; v < 3; ++v) {
            _mm512_store_pd(sums + r * panel + 8 * v, sum[r][v]);
        }
    }
}

/// A quarter of the tile: 4 x 12 sums fill 12 of the 16 registers.
NENGINE_AVX2
inline void quarter_avx2(Index terms, const double* a, const double* b, double* sums) {
    __m256d sum[4][3];
    for (auto& row : sum) {
        row[0] = row[1] = row[2] = _mm256_setzero_pd();
    }
    for (Index p = 0; p < terms; ++p, a += panel, b += panel) {
        const __m256d b0 = _mm256_load_pd(b);
        const __m256d b1 = _mm256_load_pd(b + 4);
        const __m256d b2 = _mm256_load_pd(b + 8);
#pragma GCC unroll 4
        for (Index r = 0; r < 4; ++r) {
            const __m256d factor = _mm256_set1_pd(a[r]);
            sum[r][0] = _mm256_fmadd_pd(factor, b0, sum[r][0]);
            sum[r][1] = _mm256_fmadd_pd(factor, b1, sum[r][1]);
            sum[r][2] = _mm256_fmadd_pd(factor, b2, sum[r][2]);
        }
    }
    for (Index r = 0; r < 4; ++r) {
        for (Index v = 0; v < 3; ++v) {
            _mm256_store_pd(sums + r * panel + 4 * v, sum[r][v]);
        }
    }
}

NENGINE_AVX2
void tile_avx2(Index terms, const double* a, const double* b, double* sums) {
    for (Index row = 0; row < tile_rows; row += 4) {
        for (Index col = 0; col < panel; col += 12) {
            quarter_avx2(terms, a + row, b + col, sums + row * panel + col);
        }
    }
}

#endif

void tile_plain(Index terms, const double* a, const double* b, double* sums) {
    std::fill_n(sums, tile_rows * panel, 0.0);
    for (Index p = 0; p < terms; ++p, a += panel, b += panel) {
        for (Index r = 0; r < tile_rows; ++r) {
#pragma omp simd
            for (Index j = 0; j < panel; ++j) {
                sums[r * panel + j] += a[r] * b[j];
            }
        }
    }
}

TileKernel best_tile() {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f")) {
        return tile_avx512;
    }
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        return tile_avx2;
    }
#endif
    return tile_plain;
}

/// Memory that a thread keeps from product to product.
double* scratch(Index count) {
    struct Free {
        void operator()(double* memory) const { std::free(memory); }
    };
    thread_local std::unique_ptr<double, Free> memory;
    thread_local Index size = 0;
    if (count > size) {
        const auto bytes = static_cast<std::size_t>(ceil_div(count * 8, line) * line);
        memory.reset(static_cast<double*>(std::aligned_alloc(line, bytes)));
        size = memory ? count : 0;
        if (!memory) {
            throw std::bad_alloc();
        }
    }
    return memory.get();
}

/// Columns [first, first + 24) of terms [from, from + terms), what is beyond the last
/// column as zeros.
void pack(const Strided& source, Index from, Index terms, Index first, Index columns,
          double* to) {
    const Index count = std::min(panel, columns - first);
    const double* start = source.data + from * source.row + first * source.col;
    if (source.col == 1) {
        for (Index p = 0; p < terms; ++p) {
            std::copy_n(start + p * source.row, count, to + p * panel);
        }
    } else {
        for (Index i = 0; i < count; ++i) {
            for (Index p = 0; p < terms; ++p) {
                to[p * panel + i] = start[p * source.row + i * source.col];
            }
        }
    }
    for (Index p = 0; p < (count < panel ? terms : 0); ++p) {
        std::fill(to + p * panel + count, to + (p + 1) * panel, 0.0);
    }
}

class Multiplication {
public:
    explicit Multiplication(const PackedProduct& product)
        : product_(product),
          left_panels_(ceil_div(product.m, panel)),
          right_panels_(ceil_div(product.n, panel)),
          left_(scratch((left_panels_ + (product.symmetric ? 0 : right_panels_)) *
                        panel_size)),
          right_(product.symmetric ? left_ : left_ + left_panels_ * panel_size) {}

    void run() {
        const Index rows = ceil_div(left_panels_, block_panels);
        const Index cols = ceil_div(right_panels_, block_panels);
        const Index packed =
            product_.symmetric ? left_panels_ : left_panels_ + right_panels_;
        constexpr double worth_threads = 1 << 24;
        const double work = static_cast<double>(product_.m) *
                            static_cast<double>(product_.n) *
                            static_cast<double>(product_.k);
        const bool parallel = work > worth_threads && omp_in_parallel() == 0;
        const int threads = parallel ? omp_get_max_threads() : 1;
#pragma omp parallel num_threads(threads) if (parallel)
        for (Index from = 0; from < product_.k; from += block_terms) {
            const Index terms = std::min(block_terms, product_.k - from);
#pragma omp for schedule(static)
            for (Index i = 0; i < packed; ++i) {
                pack_one(i, from, terms);
            }
#pragma omp for schedule(dynamic)
            for (Index task = 0; task < rows * cols; ++task) {
                block(task / cols, task % cols, terms);
            }
        }
    }

private:
    static constexpr Index panel_size = block_terms * panel;

    void pack_one(Index i, Index from, Index terms) {
        if (i < left_panels_) {
            pack(product_.a, from, terms, i * panel, product_.m,
                 left_ + i * panel_size);
        } else {
            const Index j = i - left_panels_;
            pack(product_.b, from, terms, j * panel, product_.n,
                 right_ + j * panel_size);
        }
    }

    void block(Index row, Index col, Index terms) {
        const Index last_i = std::min((row + 1) * block_panels, left_panels_);
        const Index last_j = std::min((col + 1) * block_panels, right_panels_);
        for (Index i = row * block_panels; i < last_i; ++i) {
            for (Index j = col * block_panels; j < last_j; ++j) {
                panels(i, j, terms);
            }
        }
    }

    void panels(Index i, Index j, Index terms) {
        alignas(line) double sums[tile_rows * panel];
        const Index first_col = j * panel;
        for (Index r = 0; r < panel; r += tile_rows) {
            const Index first_row = i * panel + r;
            const Index rows = std::min(tile_rows, product_.m - first_row);
            const bool above = product_.symmetric && first_row + rows <= first_col;
            if (rows <= 0 || above) {
                continue;
            }
            tile_(terms, left_ + i * panel_size + r, right_ + j * panel_size, sums);
            for (Index row = 0; row < rows; ++row) {
                Index cols = std::min(panel, product_.n - first_col);
                if (product_.symmetric) {
                    cols = std::min(cols, first_row + row + 1 - first_col);
                }
                double* to =
                    product_.c + (first_row + row) * product_.c_row + first_col;
                const double* from = sums + row * panel;
#pragma omp simd
                for (Index col = 0; col < cols; ++col) {
                    to[col] += product_.alpha * from[col];
                }
            }
        }
    }

    const PackedProduct& product_;
    Index left_panels_, right_panels_;
    double* left_;
    double* right_;
    TileKernel tile_ = best_tile();
};

}  // namespace

void multiply(const PackedProduct& product) {
    if (product.m > 0 && product.n > 0 && product.k > 0) {
        Multiplication(product).run();
    }
}

}  // namespace nengine
