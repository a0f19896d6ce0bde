#include <string>

#include "kernels/base/error.hpp"
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

/// Images as planes (image * depth + layer) of rows, whose elements are columns and
/// channels alike. 32 bits number planes, and the elements of one.
struct Planes {
    unsigned depth, rows, row, size;

    explicit Planes(const ConvShape& s)
        : depth(static_cast<unsigned>(s.in_d)),
          rows(static_cast<unsigned>(s.in_h)),
          row(static_cast<unsigned>(s.in_w * s.in_c)),
          size(rows * row) {}

    __device__ bool holds(unsigned d, unsigned h, unsigned j) const {
        return d < depth && h < rows && j < row;
    }
    __device__ std::uint64_t at(unsigned image, unsigned d, unsigned h,
                                unsigned j) const {
        const std::uint64_t plane = image * depth + d;
        return plane * size + (h * row + j);
    }
};

/// Where an image begins in its padded one.
struct Corner {
    unsigned layer, row, column;

    explicit Corner(const ConvShape& s)
        : layer(static_cast<unsigned>(s.pad_front)),
          row(static_cast<unsigned>(s.pad_top)),
          column(static_cast<unsigned>(s.pad_left * s.in_c)) {}
};

/// Launched over (image, layer, row, element of the row) of the padded images.
struct Pad {
    Planes image, padded;
    Corner corner;
    const float* __restrict__ x;
    float* __restrict__ to;

    __device__ Pending<float> read(Index n, Index layer, Index row,
                                   Index element) const {
        const auto d = static_cast<unsigned>(layer), h = static_cast<unsigned>(row),
                   j = static_cast<unsigned>(element);
        // Before the corner these are huge.
        const unsigned from_d = d - corner.layer, from_h = h - corner.row,
                       from_j = j - corner.column;
        return {to + padded.at(n, d, h, j), image.holds(from_d, from_h, from_j)
                                                ? x[image.at(n, from_d, from_h, from_j)]
                                                : 0.0F};
    }
    __device__ void write(const Pending<float>& out) const { *out.to = out.value; }
};

/// Launched over (image, layer, row, element of the row) of x.
struct Crop {
    Planes image, padded;
    Corner corner;
    const float* __restrict__ from;
    float* __restrict__ dL_dx;
    bool accumulate;

    __device__ Pending<float> read(Index n, Index layer, Index row,
                                   Index element) const {
        const auto d = static_cast<unsigned>(layer), h = static_cast<unsigned>(row),
                   j = static_cast<unsigned>(element);
        const unsigned at_d = d + corner.layer, at_h = h + corner.row,
                       at_j = j + corner.column;
        const float value = padded.holds(at_d, at_h, at_j)
                                ? from[padded.at(n, at_d, at_h, at_j)]
                                : 0.0F;
        float& to = dL_dx[image.at(n, d, h, j)];
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

/// @throws ShapeError  31 bits do not count the planes, or the elements of one
void need_narrow(const ConvShape& s) {
    constexpr Index most = (Index{1} << 31) - 1;
    const Index planes = s.images * s.in_d, size = s.in_h * s.in_w * s.in_c;
    if (planes > most || size > most) {
        throw ShapeError(
            "convolution",
            std::to_string(planes) + " planes of " + std::to_string(size) + " elements",
            "at most " + std::to_string(most) + " of each");
    }
}

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
    need_narrow(padded);
    launch_elements(exec, {s.images, padded.in_d, padded.in_h, padded.in_w * s.in_c},
                    Pad{Planes(s), Planes(padded), Corner(s), x, to});
}

void crop(const CudaExec& exec, const ConvShape& s, const ConvShape& padded,
          const float* from, float* dL_dx, bool accumulate) {
    need_narrow(s);
    need_narrow(padded);
    launch_elements(
        exec, {s.images, s.in_d, s.in_h, s.in_w * s.in_c},
        Crop{Planes(s), Planes(padded), Corner(s), from, dL_dx, accumulate});
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
