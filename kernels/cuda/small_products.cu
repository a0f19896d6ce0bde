#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/small_products.hpp"

namespace nengine::kernels::cuda {
namespace {

constexpr int tile = 32;                // rows and columns of C that one block computes
constexpr int threads_y = 8;            // of tile x threads_y threads
constexpr int rows = tile / threads_y;  // of C that one thread computes
/// What fits into the 4 KiB that every driver passes to a kernel.
constexpr int max_products = 24;

/// One product as the kernel sees it: element (i, p) of op(A) is a[i * a_row + p *
/// a_col], and so for B.
template <class Real>
struct Product {
    const Real *a, *b;
    Real* c;
    Index m, n, k;
    Index a_row, a_col, b_row, b_col, ldc;
    Index a_stride, b_stride, c_stride;
    unsigned first_tile;
    Divisor<std::uint32_t> tiles, tile_cols;  ///< of a member of the batch
    Real alpha, beta;
};

template <class Real>
struct Products {
    Product<Real> list[max_products];
    int count = 0;
    Index tiles = 0;  ///< blocks of the launch
};
static_assert(sizeof(Products<double>) <= 4000);

/// A tile of op(X) into shared memory: at(i, j) for i in [0, tile), j in [0, tile), 0
/// beyond the matrix. Neighbouring threads read neighbouring numbers if one stride
/// is 1.
template <class Real>
__device__ __forceinline__ void load_tile(Real (&to)[tile][tile + 1], const Real* from,
                                          Index row_stride, Index col_stride,
                                          Index n_rows, Index n_cols) {
    const bool along_rows = row_stride == 1 && col_stride != 1;
#pragma unroll
    for (int step = 0; step < rows; ++step) {
        const int slow = static_cast<int>(threadIdx.y) + step * threads_y;
        const int fast = static_cast<int>(threadIdx.x);
        const int i = along_rows ? fast : slow, j = along_rows ? slow : fast;
        to[i][j] =
            i < n_rows && j < n_cols ? from[i * row_stride + j * col_stride] : Real(0);
    }
}

/// sum += the tile of op(A) op(B) at (row, col)
template <class Real>
__device__ __forceinline__ void multiply(const Product<Real>& p, const Real* a,
                                         const Real* b, Index row, Index col,
                                         Real (&sum)[rows]) {
    __shared__ Real tile_a[tile][tile + 1], tile_b[tile][tile + 1];
    for (Index k = 0; k < p.k; k += tile) {
        load_tile(tile_a, a + row * p.a_row + k * p.a_col, p.a_row, p.a_col, p.m - row,
                  p.k - k);
        load_tile(tile_b, b + k * p.b_row + col * p.b_col, p.b_row, p.b_col, p.k - k,
                  p.n - col);
        __syncthreads();
#pragma unroll 8
        for (int j = 0; j < tile; ++j) {
#pragma unroll
            for (int s = 0; s < rows; ++s) {
                sum[s] = fma(tile_a[threadIdx.y + s * threads_y][j],
                             tile_b[j][threadIdx.x], sum[s]);
            }
        }
        __syncthreads();
    }
}

template <class Real>
__global__ void __launch_bounds__(tile* threads_y)
    products_kernel(const __grid_constant__ Products<Real> products) {
    const unsigned at = blockIdx.x;
    int index = 0;
    while (index + 1 < products.count && products.list[index + 1].first_tile <= at) {
        ++index;
    }
    const Product<Real>& p = products.list[index];
    const auto [member, own] = p.tiles.divide(at - p.first_tile);
    const auto [tile_row, tile_col] = p.tile_cols.divide(own);
    const Index row = Index{tile_row} * tile, col = Index{tile_col} * tile;
    Real sum[rows] = {};
    multiply(p, p.a + member * p.a_stride, p.b + member * p.b_stride, row, col, sum);
    Real* const c = p.c + member * p.c_stride;
    const Index j = col + threadIdx.x;
#pragma unroll
    for (int s = 0; s < rows; ++s) {
        const Index i = row + threadIdx.y + s * threads_y;
        if (i < p.m && j < p.n) {
            Real& to = c[i * p.ldc + j];
            const Real product = p.alpha * sum[s];
            to = p.beta == Real(0) ? product : p.beta * to + product;
        }
    }
}

template <class Real>
Product<Real> describe(const GemmArgs<Real>& args, Index tiles, Index tile_cols,
                       Index first_tile) {
    Product<Real> p{};
    p.a = args.a;
    p.b = args.b;
    p.c = args.c;
    p.m = args.m;
    p.n = args.n;
    p.k = args.alpha == Real(0) ? 0 : args.k;
    p.a_row = args.transpose_a ? 1 : args.lda;
    p.a_col = args.transpose_a ? args.lda : 1;
    p.b_row = args.transpose_b ? 1 : args.ldb;
    p.b_col = args.transpose_b ? args.ldb : 1;
    p.ldc = args.ldc;
    p.a_stride = args.a_stride;
    p.b_stride = args.b_stride;
    p.c_stride = args.c_stride;
    p.first_tile = static_cast<unsigned>(first_tile);
    p.tiles = Divisor<std::uint32_t>(tiles);
    p.tile_cols = Divisor<std::uint32_t>(tile_cols);
    p.alpha = args.alpha;
    p.beta = args.beta;
    return p;
}

template <class Real>
void multiply_all(const CudaExec& exec, const Products<Real>& products) {
    if (products.tiles == 0) {
        return;
    }
    cuda::launch(exec, checked_grid(products.tiles), dim3(tile, threads_y),
                 products_kernel<Real>, products);
}

}  // namespace

template <class Real>
void small_products(const CudaExec& exec, std::span<const GemmArgs<Real>> list) {
    Products<Real> products{};
    for (const auto& args : list) {
        if (args.m == 0 || args.n == 0 || args.count == 0) {
            continue;
        }
        if (products.count == max_products) {
            multiply_all(exec, products);
            products = {};
        }
        const Index tile_cols = ceil_div(args.n, tile);
        const Index tiles = ceil_div(args.m, tile) * tile_cols;
        products.list[products.count++] =
            describe(args, tiles, tile_cols, products.tiles);
        products.tiles += args.count * tiles;
    }
    multiply_all(exec, products);
}

template void small_products(const CudaExec&, std::span<const GemmArgs<float>>);
template void small_products(const CudaExec&, std::span<const GemmArgs<double>>);

}  // namespace nengine::kernels::cuda
