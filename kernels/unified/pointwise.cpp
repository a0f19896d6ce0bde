#include "kernels/pointwise.hpp"

#include <algorithm>

#include NENGINE_LAUNCH_HEADER
#include NENGINE_LAUNCH_PROGRAM
#include "kernels/pointwise/axes.hpp"
#include "kernels/pointwise/math.hpp"

namespace nengine::kernels {
namespace {

/// For which types neighbours are computed at once.
enum class Lanes { all, single, none };

template <Lanes lanes, class Real>
constexpr bool has_lanes() {
    return lanes == Lanes::all || (lanes == Lanes::single && sizeof(Real) == 4);
}

/// Runs a program's instructions on the registers of a launch.
template <class Number>
struct Interpreter {
    using Real = Number;
    using Input = ProgramOperand<const Real>;
    using Output = ProgramOperand<Real>;

    PointwiseProgram program;
    Input input[PointwiseProgram::max_inputs];
    Output output[PointwiseProgram::max_outputs];

    NENGINE_HD int size() const { return program.size; }
    NENGINE_HD int prologue() const { return program.prologue; }
    int n_registers() const { return program.n_registers; }
    int n_inputs() const { return program.n_inputs; }
    /// Instructions that compute something; at least one does.
    Index computations() const {
        const auto* begin = program.code.data();
        return std::count_if(begin, begin + program.size, [](const auto& in) {
            return in.op > PointwiseOp::constant;
        });
    }

    template <class Visit>
    void each_operand(const Visit& visit) {
        for (int k = 0; k < program.n_inputs; ++k) {
            visit(input[k]);
        }
        for (int k = 0; k < program.n_outputs; ++k) {
            visit(output[k]);
        }
    }

    /// An instruction of the prologue: a constant.
    template <class Registers>
    NENGINE_HD void begin(int i, Registers& registers) const {
        const PointwiseInstruction in = program.code[static_cast<std::size_t>(i)];
        registers.fill(in.to, static_cast<Real>(program.constants[in.a]));
    }
    /// An instruction for each element.
    template <class Registers>
    NENGINE_HD void run(int i, Registers& registers) const {
        const PointwiseInstruction in = program.code[static_cast<std::size_t>(i)];
        if (in.op == PointwiseOp::load) {
            registers.load(in.to, input[in.a]);
            return;
        }
        const bool is_output = in.out != PointwiseInstruction::no_output;
        if (is_output) {
            registers.place(in.to, output[in.out]);
        } else {
            registers.place(in.to);
        }
        compute(in, registers);
        if (is_output) {
            registers.store(in.to, output[in.out]);
        }
    }

private:
    template <class Registers>
    NENGINE_HD void compute(const PointwiseInstruction& in,
                            Registers& registers) const {
        using Math = PointwiseMath<Real>;
        using enum Lanes;
        switch (in.op) {
            case PointwiseOp::load:
            case PointwiseOp::constant:
                return;
#define NENGINE_POINTWISE_1(name, lanes, value, ...)               \
    case PointwiseOp::name:                                        \
        return registers.template apply<has_lanes<lanes, Real>()>( \
            in, [](Real a, Real, Real) { return value; });
#define NENGINE_POINTWISE_2(name, lanes, value, ...)               \
    case PointwiseOp::name:                                        \
        return registers.template apply<has_lanes<lanes, Real>()>( \
            in, [](Real a, Real b, Real) { return value; });
#define NENGINE_POINTWISE_3(name, lanes, value, ...)               \
    case PointwiseOp::name:                                        \
        return registers.template apply<has_lanes<lanes, Real>()>( \
            in, [](Real a, Real b, Real c) { return value; });
#include "kernels/pointwise/operations.hpp"
        }
    }
};

}  // namespace

template <class Exec, class Real>
void pointwise(const Exec& exec, const PointwiseArgs<Bound<Real>>& args) {
    Interpreter<Real> program{args.program, {}, {}};
    for (std::size_t k = 0; k < static_cast<std::size_t>(args.program.n_inputs); ++k) {
        program.input[k] = operand_of(args.inputs[k]);
    }
    for (std::size_t k = 0; k < static_cast<std::size_t>(args.program.n_outputs); ++k) {
        program.output[k] = operand_of(args.outputs[k]);
        program.output[k].accumulate = args.accumulate[k];
    }
    ProgramAxes axes = axes_of(args.outputs[0]);
    join_axes(axes, [&](const auto& visit) { program.each_operand(visit); });
    launch_program(exec, axes, program);
}

template void pointwise(const ThisExec&, const PointwiseArgs<Bound<float>>&);
template void pointwise(const ThisExec&, const PointwiseArgs<Bound<double>>&);

}  // namespace nengine::kernels
