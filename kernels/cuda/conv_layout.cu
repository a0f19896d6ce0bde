#include "kernels/cuda/conv_layout.hpp"
#include "kernels/cuda/launch.cuh"
#include "kernels/unified/operands.hpp"

namespace nengine::cuda {
namespace {

constexpr int tile = 32, tile_rows = 8;

/// Through shared memory, so that both sides are read and written along their rows.
__global__ void __launch_bounds__(tile* tile_rows)
    transpose_kernel(Index rows, Index cols, const float* __restrict__ from,
                     float* __restrict__ to, bool accumulate) {
    __shared__ float shared[tile][tile + 1];
    const auto [tile_row, tile_col] = divide(blockIdx.x, ceil_div(cols, tile));
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

/// Launched over (image, row, column, channel) of the padded images.
struct Pad {
    Conv2DShape s;
    Index height, width;
    const float* __restrict__ x;
    float* __restrict__ to;

    __device__ Pending<float> read(Index image, Index i, Index j, Index c) const {
        const Index h = i - s.pad_top, w = j - s.pad_left;
        const bool inside = h >= 0 && h < s.in_h && w >= 0 && w < s.in_w;
        return {to + ((image * height + i) * width + j) * s.in_c + c,
                inside ? x[((image * s.in_h + h) * s.in_w + w) * s.in_c + c] : 0.0F};
    }
    __device__ void write(const Pending<float>& out) const { *out.to = out.value; }
};

/// Launched over (image, row, column, channel) of x.
struct Crop {
    Conv2DShape s;
    Index height, width;
    const float* __restrict__ from;
    float* __restrict__ dL_dx;
    bool accumulate;

    __device__ Pending<float> read(Index image, Index h, Index w, Index c) const {
        const Index i = h + s.pad_top, j = w + s.pad_left;
        const float value = i < height && j < width
                                ? from[((image * height + i) * width + j) * s.in_c + c]
                                : 0.0F;
        float& to = dL_dx[((image * s.in_h + h) * s.in_w + w) * s.in_c + c];
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
    const unsigned blocks = checked_grid(ceil_div(rows, tile) * ceil_div(cols, tile));
    launch(exec, blocks, dim3(tile, tile_rows), transpose_kernel, rows, cols, from, to,
           accumulate);
}

void pad(const CudaExec& exec, const Conv2DShape& s, Index height, Index width,
         const float* x, float* to) {
    launch_elements(exec, {s.images, height, width, s.in_c},
                    Pad{s, height, width, x, to});
}

void crop(const CudaExec& exec, const Conv2DShape& s, Index height, Index width,
          const float* from, float* dL_dx, bool accumulate) {
    launch_elements(exec, {s.images, s.in_h, s.in_w, s.in_c},
                    Crop{s, height, width, from, dL_dx, accumulate});
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

}  // namespace nengine::cuda
