#pragma once

#include "kernels/cpu/launch.hpp"
#include "kernels/pointwise/axes.hpp"
#include "kernels/pointwise/program.hpp"

// How programs run on the host: each instruction for the elements of a tile, one after
// the other, on registers of as many lanes. Operands that lie densely are registers
// themselves, so that nothing is copied in or out.

namespace nengine::kernels {
namespace {

/// Bytes of a register. Longer ones are faster as long as all that a program uses stay
/// in the first-level cache: with more than `few_registers` only half of each is used.
inline constexpr Index register_bytes = 4096;
inline constexpr int few_registers = 8;

/// Inputs of more bytes than this come from memory.
inline constexpr Index cached_bytes = Index{1} << 22;
/// Bytes of memory that come together.
inline constexpr Index cache_line = 64;

/// Elements of one task: constants are laid out once for each.
inline constexpr Index elements_per_program_task = 16384;

/// A position along the axes.
class Odometer {
public:
    explicit Odometer(const ProgramAxes& axes) : axes_(axes) {}

    void move_to(Index at) {
        for (int k = axes_.n - 1; k > 0; --k) {
            const Index outer = at / axes_.extent[k];
            at_[k] = at - outer * axes_.extent[k];
            at = outer;
        }
        at_[0] = at;
    }
    template <class Real>
    Real* in(const ProgramOperand<Real>& operand) const {
        Real* address = operand.data;
        for (int k = 0; k < axes_.n; ++k) {
            address += at_[k] * operand.stride[k];
        }
        return address;
    }
    /// Elements from here to the end of the innermost axis.
    Index left_in_line() const { return axes_.extent[axes_.n - 1] - at_[axes_.n - 1]; }
    void go_to_next_line() {
        at_[axes_.n - 1] = 0;
        for (int k = axes_.n - 2; k >= 0 && ++at_[k] == axes_.extent[k]; --k) {
            at_[k] = 0;
        }
    }

private:
    const ProgramAxes& axes_;
    Index at_[max_program_axes] = {};
};

/// The registers of a tile of elements.
template <class Number>
class TileRegisters {
public:
    using Real = Number;
    static constexpr Index width = register_bytes / sizeof(Real);

    /// Elements of a tile of a program.
    static Index tile(int n_registers) {
        return n_registers <= few_registers ? width : width / 2;
    }

    /// @param lines_ahead  how many cache lines of the next tile each instruction asks
    ///        for. The stream of one input ends with its tile, before a processor has
    ///        learnt to read ahead.
    TileRegisters(const ProgramAxes& axes, Index lines_ahead)
        : axes_(axes), here_(axes), lines_ahead_(lines_ahead) {}

    /// From here on the elements are [first, first + count).
    void move_to(Index first, Index count) {
        first_ = first;
        count_ = count;
        here_.move_to(first);
        n_ahead_ = 0;
        next_ahead_ = 0;
        ahead_at_ = 0;
    }

    void fill(int to, Real value) {
        for (Index j = 0; j < width; ++j) {
            own_[to][j] = value;
        }
        at_[to] = own_[to];
    }
    void load(int to, const ProgramOperand<const Real>& from) {
        if (is_dense(from)) {
            at_[to] = here_.in(from);
            if (lines_ahead_ > 0) {
                ahead_[n_ahead_++] = at_[to] + count_;
            }
            return;
        }
        for_each_piece(from, [&](const Real* piece, Index stride, Index done, Index n) {
            copy_piece(own_[to] + done, piece, stride, n);
        });
        at_[to] = own_[to];
    }
    /// The next result goes to a register,
    void place(int to) { place_ = own_[to]; }
    /// or to an output at once, if that lies densely here.
    void place(int to, const ProgramOperand<Real>& out) {
        place_ = is_direct(out) ? here_.in(out) : own_[to];
    }
    template <bool lanes, class Function>
    void apply(const PointwiseInstruction& in, const Function& function) {
        Real* const to = place_;
        const Real *a = at_[in.a], *b = at_[in.b], *c = at_[in.c];
        const Index n = count_;
#pragma omp simd if (lanes)
        for (Index j = 0; j < n; ++j) {
            to[j] = function(a[j], b[j], c[j]);
        }
        at_[in.to] = to;
        look_ahead();
    }
    /// Copies to an output what was not written there.
    void store(int from, const ProgramOperand<Real>& out) {
        if (is_direct(out)) {
            return;
        }
        for_each_piece(out, [&](Real* piece, Index stride, Index done, Index n) {
            const Real* value = at_[from] + done;
            for (Index j = 0; j < n; ++j) {
                Real& to = piece[j * stride];
                to = out.accumulate ? to + value[j] : value[j];
            }
        });
    }

private:
    void look_ahead() {
        for (Index k = 0; k < lines_ahead_ && next_ahead_ < n_ahead_; ++k) {
            __builtin_prefetch(ahead_[next_ahead_] + ahead_at_);
            ahead_at_ += cache_line / Index{sizeof(Real)};
            if (ahead_at_ >= count_) {
                ahead_at_ = 0;
                ++next_ahead_;
            }
        }
    }

    template <class T>
    bool is_dense(const ProgramOperand<T>& operand) const {
        const Index last = first_ + count_;
        return last <= operand.run || (first_ % operand.run + count_ <= operand.run);
    }

    bool is_direct(const ProgramOperand<Real>& out) const {
        return !out.accumulate && is_dense(out);
    }

    /// visit(address, stride, how many came before, how many) for parts of lines.
    template <class T, class Visit>
    void for_each_piece(const ProgramOperand<T>& operand, const Visit& visit) const {
        Odometer at = here_;
        const Index stride = operand.stride[axes_.n - 1];
        for (Index done = 0, n = 0; done < count_; done += n) {
            n = smaller(at.left_in_line(), count_ - done);
            visit(at.in(operand), stride, done, n);
            at.go_to_next_line();
        }
    }
    /// Strides that the compiler knows make vectors.
    static void copy_piece(Real* to, const Real* from, Index stride, Index n) {
        if (stride == 1) {
            for (Index j = 0; j < n; ++j) {
                to[j] = from[j];
            }
        } else if (stride == 0) {
            for (Index j = 0; j < n; ++j) {
                to[j] = *from;
            }
        } else {
            for (Index j = 0; j < n; ++j) {
                to[j] = from[j * stride];
            }
        }
    }

    const ProgramAxes& axes_;
    Odometer here_;
    Index first_ = 0, count_ = 0;
    /// Where the next tile of each input begins, and how far that was asked for.
    const Real* ahead_[PointwiseProgram::max_instructions];
    int n_ahead_ = 0, next_ahead_ = 0;
    Index ahead_at_ = 0;
    const Index lines_ahead_;
    Real* place_ = nullptr;
    const Real* at_[PointwiseProgram::max_registers] = {};
    alignas(64) Real own_[PointwiseProgram::max_registers][width];
};

template <class Program>
void launch_program(const CpuExec& exec, const ProgramAxes& axes,
                    const Program& program) {
    using Registers = TileRegisters<typename Program::Real>;
    const Index n = axes.size();
    const Index tile = Registers::tile(program.n_registers());
    constexpr Index element = sizeof(typename Program::Real);
    const Index row = program.n_inputs() * element;
    const Index lines_ahead = n * row > cached_bytes ? ceil_div(tile * row / cache_line,
                                                                program.computations())
                                                     : 0;
    const Index tasks = ceil_div(n, elements_per_program_task);
    for_each_task(exec, tasks, n * program.size(), [&](Index task) {
        Registers registers(axes, lines_ahead);
        Index at = task * elements_per_program_task;
        const Index last = smaller(at + elements_per_program_task, n);
        for (int i = 0; i < program.prologue(); ++i) {
            program.begin(i, registers);
        }
        for (; at < last; at += tile) {
            registers.move_to(at, smaller(tile, last - at));
            for (int i = program.prologue(); i < program.size(); ++i) {
                program.run(i, registers);
            }
        }
    });
}

}  // namespace
}  // namespace nengine::kernels
