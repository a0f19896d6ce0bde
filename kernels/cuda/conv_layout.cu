#include "kernels/base/operands.hpp"
#include "kernels/cuda/conv_layout.hpp"
#include "kernels/cuda/launch.cuh"

namespace nengine::kernels::cuda {
namespace {

constexpr int tile = 32, tile_rows = 8;

/// Through shared memory, so that both sides are read and written along their rows.
__global__ void __launch_bounds__(tile* tile_rows)
    transpose_kernel(Index rows, Index cols,
                     const __grid_constant__ IndexDivisor tile_cols,
                     const float* __restrict__ from, float* __restrict__ to,
                     bool accumulate) {
    __shared__ float shared[tile][tile + 1];
    const auto [tile_row, tile_col] = tile_cols.divide(blockIdx.x);
    const Index row = tile_row * tile, col = tile_col * tile;
    for (unsigned y = threadIdx.y; y < tile; y += tile_rows) {
        const Index i = row + y, j = col + threadIdx.x;
        if (i < rows && j < cols) {
            shared[y][threadIdx.x] = from[i * cols + j];
        }
    }
    __syncthreads();
    for (unsigned y = threadIdx.y; y < tile; y += tile_rows) {
        const Index i = row + threadIdx.x, j = col + y;
        if (i < rows && j < cols) {
            const float value = shared[threadIdx.x][y];
            float& out = to[j * rows + i];
            out = accumulate ? out + value : value;
        }
    }
}

/// Launched over (plane, row, column, channel) of the padded images, whose planes are
/// image * depth + layer.
struct Pad {
    ConvShape s, padded;
    IndexDivisor depth;  ///< of the padded images
    const float* __restrict__ x;
    float* __restrict__ to;

    __device__ Pending<float> read(Index plane, Index i, Index j, Index c) const {
        const auto [image, layer] = depth.divide(plane);
        const Index d = layer - s.pad_front, h = i - s.pad_top, w = j - s.pad_left;
        const bool inside =
            d >= 0 && d < s.in_d && h >= 0 && h < s.in_h && w >= 0 && w < s.in_w;
        const Index from = ((image * s.in_d + d) * s.in_h + h) * s.in_w + w;
        return {to + ((plane * padded.in_h + i) * padded.in_w + j) * s.in_c + c,
                inside ? x[from * s.in_c + c] : 0.0F};
    }
    __device__ void write(const Pending<float>& out) const { *out.to = out.value; }
};

/// Launched over (plane, row, column, channel) of x.
struct Crop {
    ConvShape s, padded;
    IndexDivisor depth;
    const float* __restrict__ from;
    float* __restrict__ dL_dx;
    bool accumulate;

    __device__ Pending<float> read(Index plane, Index h, Index w, Index c) const {
        const auto [image, layer] = depth.divide(plane);
        const Index d = layer + s.pad_front, i = h + s.pad_top, j = w + s.pad_left;
        const bool inside = d < padded.in_d && i < padded.in_h && j < padded.in_w;
        const Index at =
            ((image * padded.in_d + d) * padded.in_h + i) * padded.in_w + j;
        const float value = inside ? from[at * s.in_c + c] : 0.0F;
        float& to = dL_dx[((plane * s.in_h + h) * s.in_w + w) * s.in_c + c];
        return {&to, accumulate ? to + value : value};
    }
    __device__ void write(const Pending<float>& out) const { *out.to = out.value; }
};

template <class Real>
struct AddBias {
    Index channels;
    const Real* __restrict__ bias;
    Real* __restrict__ y;

    __device__ Pending<Real> read(Index, Index, Index row, Index c) const {
        return Pending<Real>::template of<true>(y[row * channels + c], bias[c]);
    }
    __device__ void write(const Pending<Real>& out) const { *out.to = out.value; }
};

template <class Number>
struct SumBias {
    using Real = Number;
    static constexpr int n_registers = 1, n_sums = 1;

    Index channels;
    const Real* __restrict__ dL_dy;
    Real* __restrict__ dL_dbias;
    bool accumulate;

    __device__ void load_constants(Real*, Index) const {}
    __device__ Real read(Index row, Index c) const { return dL_dy[row * channels + c]; }
    __device__ void add(Real* r, Real x, Index, Index) const { r[0] += x; }
    __device__ void term(Real* r, Index row, Index c) const {
        add(r, read(row, c), row, c);
    }
    __device__ void finish(Index c, const double (&total)[n_sums]) const {
        const Real sum = static_cast<Real>(total[0]);
        dL_dbias[c] = accumulate ? dL_dbias[c] + sum : sum;
    }
};

}  // namespace

void transpose(const CudaExec& exec, Index rows, Index cols, const float* from,
               float* to, bool accumulate) {
    if (rows == 0 || cols == 0) {
        return;
    }
    const Index tile_cols = ceil_div(cols, tile);
    const unsigned blocks = checked_grid(ceil_div(rows, tile) * tile_cols);
    launch(exec, blocks, dim3(tile, tile_rows), transpose_kernel, rows, cols,
           IndexDivisor(tile_cols), from, to, accumulate);
}

void pad(const CudaExec& exec, const ConvShape& s, const ConvShape& padded,
         const float* x, float* to) {
    launch_elements(exec, {s.images * padded.in_d, padded.in_h, padded.in_w, s.in_c},
                    Pad{s, padded, IndexDivisor(padded.in_d), x, to});
}

void crop(const CudaExec& exec, const ConvShape& s, const ConvShape& padded,
          const float* from, float* dL_dx, bool accumulate) {
    launch_elements(exec, {s.images * s.in_d, s.in_h, s.in_w, s.in_c},
                    Crop{s, padded, IndexDivisor(s.in_d), from, dL_dx, accumulate});
}

template <class Real>
void add_bias(const CudaExec& exec, Index rows, Index channels, const Real* bias,
              Real* y) {
    launch_elements(exec, {1, 1, rows, channels}, AddBias<Real>{channels, bias, y});
}

template <class Real>
void sum_bias(const CudaExec& exec, Index rows, Index channels, const Real* dL_dy,
              Real* dL_dbias, bool accumulate) {
    launch_columns(exec, rows, channels,
                   SumBias<Real>{channels, dL_dy, dL_dbias, accumulate});
}

template void add_bias(const CudaExec&, Index, Index, const float*, float*);
template void add_bias(const CudaExec&, Index, Index, const double*, double*);
template void sum_bias(const CudaExec&, Index, Index, const float*, float*, bool);
template void sum_bias(const CudaExec&, Index, Index, const double*, double*, bool);

}  // namespace nengine::kernels::cuda
