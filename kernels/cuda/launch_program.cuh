#pragma once

#include "kernels/cuda/launch.cuh"
#include "kernels/pointwise/axes.hpp"
#include "kernels/pointwise/program.hpp"

// How programs run on a device: each thread has its lanes of all registers in shared
// memory, four of float32 or two of float64, so that an instruction is fetched and
// looked at once for as many elements. All threads take the same branches.

namespace nengine::kernels {
namespace cuda {

inline constexpr int program_threads = 128;
/// Blocks beyond these stride: constants are laid out once per block.
inline constexpr Index max_program_blocks = 4096;
/// Programs with as few registers have a kernel with more blocks per multiprocessor.
inline constexpr int few_program_registers = 8;
/// Elements of one launch: positions fit 31 bits, those of the last block's others too.
inline constexpr Index elements_per_launch = Index{1} << 30;

template <class Real>
inline constexpr int program_lanes = 16 / static_cast<int>(sizeof(Real));

/// A thread's lanes of one register: one access of 16 bytes.
template <class Real>
struct alignas(16) RegisterLanes {
    Real x[program_lanes<Real>];
};

/// Elements inside of each axis, but the innermost: an element's position divided by
/// these is all that operands need, if their strides are skewed.
struct ProgramPositions {
    int n;
    Divisor<std::uint32_t> inside[max_program_axes];

    explicit ProgramPositions(const ProgramAxes& axes) : n(axes.n) {
        Index elements = 1;
        for (int k = axes.n - 1; k > 0; --k) {
            elements *= axes.extent[k];
            inside[k - 1] = Divisor<std::uint32_t>(elements);
        }
    }
};

/// From here on an element lies at the sum over the axes of its position divided by
/// what lies inside of the axis, times the axis' stride.
template <class Real>
void skew(ProgramOperand<Real>& operand, const ProgramAxes& axes) {
    for (int k = 0; k + 1 < axes.n; ++k) {
        operand.stride[k] -= operand.stride[k + 1] * axes.extent[k + 1];
    }
}

template <class Number>
class ThreadRegisters {
public:
    using Real = Number;
    static constexpr int lanes_per_thread = program_lanes<Real>;
    using Lanes = RegisterLanes<Real>;

    /// @param file  the thread's lanes of register 0
    __device__ ThreadRegisters(Lanes* file, const ProgramPositions& positions)
        : file_(file), positions_(positions) {}

    /// From here on the lanes are elements first, first + apart, ... of n.
    __device__ void move_to(std::uint32_t first, std::uint32_t apart, std::uint32_t n) {
        first_ = first;
        apart_ = apart;
        n_ = n;
    }

    __device__ void fill(int to, Real value) {
        Lanes lanes;
#pragma unroll
        for (int j = 0; j < lanes_per_thread; ++j) {
            lanes.x[j] = value;
        }
        own(to) = lanes;
    }
    __device__ void load(int to, const ProgramOperand<const Real>& from) {
        const Offsets at = offsets(from);
        Lanes lanes{};
#pragma unroll
        for (int j = 0; j < lanes_per_thread; ++j) {
            if (is_valid(j)) {
                lanes.x[j] = from.data[at.lane[j]];
            }
        }
        own(to) = lanes;
    }
    __device__ void place(int) {}
    __device__ void place(int, const ProgramOperand<Real>&) {}
    /// Functions of the library, which are long, are there once and not for each lane.
    template <bool lanes, class Function>
    __device__ void apply(const PointwiseInstruction& in, const Function& function) {
        if constexpr (lanes) {
            const Lanes a = own(in.a), b = own(in.b), c = own(in.c);
            Lanes to;
#pragma unroll
            for (int j = 0; j < lanes_per_thread; ++j) {
                to.x[j] = function(a.x[j], b.x[j], c.x[j]);
            }
            own(in.to) = to;
        } else {
#pragma unroll 1
            for (int j = 0; j < lanes_per_thread; ++j) {
                own(in.to).x[j] =
                    function(own(in.a).x[j], own(in.b).x[j], own(in.c).x[j]);
            }
        }
    }
    __device__ void store(int from, const ProgramOperand<Real>& out) {
        const Offsets at = offsets(out);
        Lanes lanes = own(from);
        if (out.accumulate) {
#pragma unroll
            for (int j = 0; j < lanes_per_thread; ++j) {
                lanes.x[j] += is_valid(j) ? out.data[at.lane[j]] : Real(0);
            }
        }
#pragma unroll
        for (int j = 0; j < lanes_per_thread; ++j) {
            if (is_valid(j)) {
                out.data[at.lane[j]] = lanes.x[j];
            }
        }
    }

private:
    __device__ Lanes& own(int k) {
        return file_[k * program_threads];
    }
    __device__ std::uint32_t element(int j) const {
        return first_ + static_cast<std::uint32_t>(j) * apart_;
    }
    __device__ bool is_valid(int j) const {
        return element(j) < n_;
    }

    struct Offsets {
        Index lane[lanes_per_thread];
    };
    /// Where the lanes' numbers lie.
    template <class T>
    __device__ Offsets offsets(const ProgramOperand<T>& operand) const {
        const int last = positions_.n - 1;
        Offsets at;
#pragma unroll
        for (int j = 0; j < lanes_per_thread; ++j) {
            at.lane[j] = Index{element(j)} * operand.stride[last];
        }
#pragma unroll 1
        for (int k = 0; k < last; ++k) {
            const Divisor<std::uint32_t> inside = positions_.inside[k];
            const Index stride = operand.stride[k];
#pragma unroll
            for (int j = 0; j < lanes_per_thread; ++j) {
                at.lane[j] += Index{inside.divide(element(j)).quotient} * stride;
            }
        }
        return at;
    }

    Lanes* file_;
    const ProgramPositions& positions_;
    std::uint32_t first_ = 0, apart_ = 0, n_ = 1;
};

template <class Program, int n_registers>
__global__ void __launch_bounds__(program_threads)
    program_kernel(const __grid_constant__ Program program,
                   const __grid_constant__ ProgramPositions positions,
                   std::uint32_t n) {
    using Registers = ThreadRegisters<typename Program::Real>;
    __shared__ typename Registers::Lanes file[n_registers * program_threads];
    Registers registers(file + threadIdx.x, positions);
    for (int i = 0; i < program.prologue(); ++i) {
        program.begin(i, registers);
    }
    constexpr std::uint32_t of_block = Registers::lanes_per_thread * program_threads;
    for (std::uint32_t first = blockIdx.x * of_block; first < n;
         first += gridDim.x * of_block) {
        registers.move_to(first + threadIdx.x, program_threads, n);
        for (int i = program.prologue(); i < program.size(); ++i) {
            program.run(i, registers);
        }
    }
}

template <class Program>
void launch_some(const CudaExec& exec, const ProgramAxes& axes, Program program) {
    // What a kernel's parameters may take on every device.
    static_assert(sizeof(Program) + sizeof(ProgramPositions) + 8 <= 4096);
    using Real = typename Program::Real;
    const Index n = axes.size();
    const Index of_block = program_lanes<Real> * program_threads;
    const auto blocks =
        static_cast<unsigned>(std::min(ceil_div(n, of_block), max_program_blocks));
    program.each_operand([&](auto& operand) { skew(operand, axes); });
    const auto kernel = program.n_registers() <= few_program_registers
                            ? program_kernel<Program, few_program_registers>
                            : program_kernel<Program, PointwiseProgram::max_registers>;
    launch(exec, blocks, program_threads, kernel, program, ProgramPositions(axes),
           static_cast<std::uint32_t>(n));
}

}  // namespace cuda

template <class Program>
void launch_program(const CudaExec& exec, const ProgramAxes& axes,
                    const Program& program) {
    const Index n = axes.size();
    if (n == 0) {
        return;
    }
    if (n <= cuda::elements_per_launch) {
        return cuda::launch_some(exec, axes, program);
    }
    // In two halves along the first axis that has any.
    int axis = 0;
    while (axes.extent[axis] == 1) {
        ++axis;
    }
    ProgramAxes half = axes;
    half.extent[axis] = axes.extent[axis] / 2;
    launch_program(exec, half, program);
    Program rest = program;
    rest.each_operand([&](auto& operand) {
        operand.data += half.extent[axis] * operand.stride[axis];
    });
    half.extent[axis] = axes.extent[axis] - half.extent[axis];
    launch_program(exec, half, rest);
}

}  // namespace nengine::kernels
