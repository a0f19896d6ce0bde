#include "kernels/pointwise.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <numeric>
#include <tuple>

#include "kernels/pointwise/axes.hpp"
#include "tests/reference/pointwise_operations.hpp"
#include "tests/support/on_each_device.hpp"

namespace nengine::test {

using namespace kernels;
namespace {

using Op = PointwiseOp;

const std::pair<const char*, Op> operations[] = {
#define NENGINE_POINTWISE_1(name, ...) {#name, Op::name},
#define NENGINE_POINTWISE_2(name, ...) {#name, Op::name},
#define NENGINE_POINTWISE_3(name, ...) {#name, Op::name},
#include "kernels/pointwise/operations.hpp"
};

/// Writes programs down.
class Written {
public:
    Written& constant(int to, double value) {
        program.constants[n_constants_] = value;
        add({Op::constant, narrow(to), static_cast<std::uint8_t>(n_constants_++)});
        program.prologue = program.size;
        return *this;
    }
    Written& load(int to, int input) {
        program.n_inputs = std::max(program.n_inputs, input + 1);
        return add({Op::load, narrow(to), narrow(input)});
    }
    Written& compute(Op op, int to, int a, int b = 0, int c = 0, int out = -1) {
        program.n_outputs = std::max(program.n_outputs, out + 1);
        return add({op, narrow(to), narrow(a), narrow(b), narrow(c), narrow(out)});
    }

    PointwiseProgram program;

private:
    static std::uint8_t narrow(int number) { return static_cast<std::uint8_t>(number); }
    Written& add(const PointwiseInstruction& instruction) {
        program.code[static_cast<std::size_t>(program.size++)] = instruction;
        program.n_registers = std::max(program.n_registers, instruction.to + 1);
        return *this;
    }
    std::size_t n_constants_ = 0;
};

/// y = op(a, b, c)
PointwiseProgram single(Op op) {
    return Written()
        .load(0, 0)
        .load(1, 1)
        .load(2, 2)
        .compute(op, 3, 0, 1, 2, 0)
        .program;
}

template <class Real>
View<Real> line(Real* data, Index n) {
    View<Real> view{.data = data};
    view.item.back() = {n, 1};
    return view;
}

/// How far a result may be from the reference's: units in the last place of the larger
/// of it and what the function's condition makes of an argument's rounding.
template <class Real>
double tolerance(double expected) {
    return 6 * static_cast<double>(std::numeric_limits<Real>::epsilon()) *
           std::max(std::abs(expected), 1e-3);
}

class Pointwise : public OnEachDevice {
protected:
    /// Runs a program on lines of equal length; as many lines as it has outputs.
    template <class Real>
    std::vector<std::vector<Real>> run(const PointwiseProgram& program,
                                       const std::vector<std::vector<Real>>& inputs) {
        const auto n = static_cast<Index>(inputs.front().size());
        PointwiseArgs<Bound<Real>> args{};
        args.program = program;
        std::vector<Buffer> memory;
        for (std::size_t k = 0; k < inputs.size(); ++k) {
            memory.push_back(upload(inputs[k]));
            args.inputs[k] = line<const Real>(memory.back().template as<Real>(), n);
        }
        for (int k = 0; k < program.n_outputs; ++k) {
            memory.push_back(
                upload(std::vector<Real>(inputs.front().size(), Real(-7))));
            args.outputs[static_cast<std::size_t>(k)] =
                line(memory.back().template as<Real>(), n);
        }
        device().run([&](const auto& exec) { pointwise(exec, args); });
        std::vector<std::vector<Real>> results;
        for (std::size_t k = inputs.size(); k < memory.size(); ++k) {
            results.push_back(download<Real>(memory[k]));
        }
        return results;
    }

    template <class Real>
    void compare_every_operation() {
        constexpr Index n = 2500;  // more than a tile, and not a multiple of lanes
        for (const auto& [name, op] : operations) {
            SCOPED_TRACE(name);
            const auto& exact = reference::pointwise_references().at(name);
            std::vector<std::vector<Real>> inputs;
            for (unsigned k = 0; k < 3; ++k) {
                inputs.push_back(uniform<Real>(n, exact.low, exact.high, k));
            }
            inputs[1][3] = inputs[0][3];  // equal ones,
            inputs[0][5] = 0;             // and one that is false
            const std::vector<Real> result = run(single(op), inputs).front();
            for (std::size_t i = 0; i < result.size(); ++i) {
                const reference::PointwiseReference::Operands x{
                    inputs[0][i], inputs[1][i], inputs[2][i]};
                const double expected = exact.value(x);
                if (std::isfinite(expected)) {
                    const double condition = std::string(name) == "pow" ? 4 : 1;
                    ASSERT_NEAR(result[i], expected,
                                condition * tolerance<Real>(expected))
                        << x[0] << ", " << x[1] << ", " << x[2];
                }
            }
        }
    }
};

TEST_P(Pointwise, EveryOperationIsItsReferenceInFloat32) {
    compare_every_operation<float>();
}
TEST_P(Pointwise, EveryOperationIsItsReferenceInFloat64) {
    compare_every_operation<double>();
}

TEST(PointwiseOperations, HaveAReferenceEach) {
    EXPECT_EQ(reference::pointwise_references().size(), std::size(operations));
}

/// Functions of float32 over all that float32 has: at most `units` in the last place
/// from the C library's in double, and what that says of infinities, NaN and zeros.
TEST_P(Pointwise, FunctionsOfFloat32AreRightOverTheirWholeRange) {
    struct Function {
        Op op;
        double (*reference)(double);
        double units;
    };
    const Function functions[] = {
        {Op::exp, [](double x) { return std::exp(x); }, 2.5},
        {Op::expm1, [](double x) { return std::expm1(x); }, 3.5},
        {Op::log, [](double x) { return std::log(x); }, 2.5},
        {Op::log1p, [](double x) { return std::log1p(x); }, 2.5},
        {Op::tanh, [](double x) { return std::tanh(x); }, 4.5},
        {Op::erf, [](double x) { return std::erf(x); }, 3},
        {Op::sigmoid, [](double x) { return 1 / (1 + std::exp(-x)); }, 4},
        {Op::softplus,
         [](double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); },
         4}};
    constexpr float infinity = std::numeric_limits<float>::infinity();
    std::vector<float> x{0, -0.0F, infinity, -infinity, std::nanf("")};
    for (int exponent = -125; exponent < 128; ++exponent) {
        for (int i = 0; i < 40; ++i) {
            const float size = std::ldexp(1 + static_cast<float>(i) / 40, exponent);
            x.insert(x.end(), {size, -size});
        }
    }
    for (int i = 0; i < 20000; ++i) {
        x.push_back(-110 + 0.011F * static_cast<float>(i));
        x.push_back(-1 + 2e-4F * static_cast<float>(i));
    }
    constexpr double smallest = std::numeric_limits<float>::min();
    for (const auto& [op, reference, units] : functions) {
        const auto y = run<float>(single(op), {x, x, x}).front();
        double worst = 0;
        float worst_at = 0;
        for (std::size_t i = 0; i < x.size(); ++i) {
            const double exact = reference(x[i]);
            SCOPED_TRACE(testing::Message()
                         << "operation " << int(op) << " of " << x[i]);
            if (std::isnan(exact)) {
                ASSERT_TRUE(std::isnan(y[i]));
            } else if (std::abs(exact) > std::numeric_limits<float>::max()) {
                ASSERT_EQ(y[i], exact > 0 ? infinity : -infinity);
            } else if (std::abs(exact) < 4 * smallest) {
                ASSERT_NEAR(y[i], exact, 4 * smallest);
            } else {
                const int exponent = std::ilogb(static_cast<float>(exact));
                const double error =
                    std::abs(y[i] - exact) / std::ldexp(1.0, exponent - 23);
                if (error > worst) {
                    worst = error;
                    worst_at = x[i];
                }
            }
        }
        EXPECT_LE(worst, units) << "operation " << int(op) << " at " << worst_at;
    }
}

TEST_P(Pointwise, ComparesAndPropagatesNanAsIeee754Has) {
    const float nan = std::nanf("");
    const std::vector<float> a{nan, 1, nan, 2, 2}, b{1, nan, nan, 2, 3},
        c{5, 6, 7, 8, 9};
    const auto of = [&](Op op) { return run<float>(single(op), {a, b, c}).front(); };
    for (const Op op : {Op::max, Op::min}) {
        const auto y = of(op);
        EXPECT_TRUE(std::isnan(y[0]) && std::isnan(y[1]) && std::isnan(y[2]));
    }
    EXPECT_TRUE(std::isnan(of(Op::relu)[0]));
    EXPECT_TRUE(std::isnan(of(Op::sign)[0]));
    EXPECT_EQ(of(Op::equal), (std::vector<float>{0, 0, 0, 1, 0}));
    EXPECT_EQ(of(Op::not_equal), (std::vector<float>{1, 1, 1, 0, 1}));
    EXPECT_EQ(of(Op::less), (std::vector<float>{0, 0, 0, 0, 1}));
    EXPECT_EQ(of(Op::isnan), (std::vector<float>{1, 0, 1, 0, 0}));
    EXPECT_EQ(of(Op::where)[0], 1);  // NaN is not 0
}

/// Each element is computed alone: the same bits whatever lies beside it.
TEST_P(Pointwise, AResultDoesNotDependOnItsPlace) {
    const auto x = uniform<float>(1100, -3, 3, 1);
    for (const Op op : {Op::exp, Op::log, Op::tanh, Op::erf, Op::softplus, Op::sin}) {
        const auto all = run<float>(single(op), {x, x, x}).front();
        for (const std::size_t i : {0UL, 5UL, 17UL, 1023UL, 1024UL, 1099UL}) {
            const std::vector<float> one{x[i]};
            const float alone = run<float>(single(op), {one, one, one}).front().front();
            EXPECT_TRUE(alone == all[i] || (std::isnan(alone) && std::isnan(all[i])));
        }
    }
}

// ----- operands

/// An operand of [steps, batch, six axes] in a buffer of its own, by chance broadcast,
/// reversed, permuted or with gaps.
struct Lying {
    std::array<Index, max_program_axes> stride{};
    Index first = 0, size = 1;
};

Lying lay(const std::array<Index, max_program_axes>& extent, bool broadcasts,
          std::mt19937& draw) {
    const auto chance = [&](int of) {
        return std::uniform_int_distribution<int>(0, of - 1)(draw) == 0;
    };
    std::array<std::size_t, max_program_axes> order{};
    std::iota(order.rbegin(), order.rend(), 0UL);
    if (chance(3)) {
        std::shuffle(order.begin(), order.end(), draw);
    }
    Lying lying;
    for (const std::size_t axis : order) {
        if (broadcasts && chance(4)) {
            continue;
        }
        const Index gap = chance(6) ? 1 : 0;
        const Index stride = lying.size;
        lying.size *= extent[axis] + gap;
        lying.stride[axis] = stride;
        if (chance(8)) {
            lying.first += stride * (extent[axis] - 1);
            lying.stride[axis] = -stride;
        }
    }
    return lying;
}

template <class Real>
View<Real> view_of(Real* data, const Lying& lying,
                   const std::array<Index, max_program_axes>& extent) {
    View<Real> view{.data = data + lying.first,
                    .steps = {extent[0], lying.stride[0]},
                    .batch = {extent[1], lying.stride[1]}};
    for (std::size_t k = 0; k < max_item_axes; ++k) {
        view.item[k] = {extent[2 + k], lying.stride[2 + k]};
    }
    return view;
}

/// Element `i` of the flattened extents.
std::size_t place(const Lying& lying, const std::array<Index, max_program_axes>& extent,
                  Index i) {
    Index at = lying.first;
    for (std::size_t k = max_program_axes; k-- > 0;) {
        at += i % extent[k] * lying.stride[k];
        i /= extent[k];
    }
    return static_cast<std::size_t>(at);
}

/// y0 = or += a b + 2, y1 = or += a b, on operands that lie anyhow.
TEST_P(Pointwise, FindsOperandsOfUpToEightAxes) {
    const PointwiseProgram program = Written()
                                         .constant(2, 2)
                                         .load(0, 0)
                                         .load(1, 1)
                                         .compute(Op::multiply, 1, 0, 1, 0, 1)
                                         .compute(Op::add, 0, 1, 2, 0, 0)
                                         .program;
    std::mt19937 draw(7);
    for (int round = 0; round < 200; ++round) {
        SCOPED_TRACE(round);
        std::array<Index, max_program_axes> extent{};
        Index n = 1;
        for (Index& e : extent) {
            const Index most = n > 4000 ? 1 : round % 10 == 0 ? 40 : 4;
            n *= e = std::uniform_int_distribution<Index>(1, most)(draw);
        }
        const Lying at[] = {lay(extent, true, draw), lay(extent, true, draw),
                            lay(extent, false, draw), lay(extent, false, draw)};
        std::vector<float> values[4];
        std::vector<Buffer> memory;
        for (unsigned k = 0; k < 4; ++k) {
            values[k] = uniform<float>(at[k].size, -2, 2, k);
            memory.push_back(upload(values[k]));
        }
        PointwiseArgs<Bound<float>> args{};
        args.program = program;
        args.inputs[0] = view_of<const float>(memory[0].as<float>(), at[0], extent);
        args.inputs[1] = view_of<const float>(memory[1].as<float>(), at[1], extent);
        args.outputs[0] = view_of(memory[2].as<float>(), at[2], extent);
        args.outputs[1] = view_of(memory[3].as<float>(), at[3], extent);
        args.accumulate = {round % 2 == 0, round % 3 == 0};
        device().run([&](const auto& exec) { pointwise(exec, args); });
        for (Index i = 0; i < n; ++i) {
            const float product =
                values[0][place(at[0], extent, i)] * values[1][place(at[1], extent, i)];
            float& sum = values[2][place(at[2], extent, i)];
            sum = args.accumulate[0] ? sum + (product + 2) : product + 2;
            float& other = values[3][place(at[3], extent, i)];
            other = args.accumulate[1] ? other + product : product;
        }
        // What no element is stays as it was.
        ASSERT_EQ(download<float>(memory[2]), values[2]);
        ASSERT_EQ(download<float>(memory[3]), values[3]);
    }
}

TEST_P(Pointwise, UsesAllRegistersConstantsAndInstructions) {
    // Every register holds something until the end: the sum of all.
    Written written;
    constexpr int most = PointwiseProgram::max_registers - 2;
    for (int r = 0; r < most; ++r) {
        written.constant(r, r + 1);
    }
    written.load(most, 0);
    while (written.program.size < PointwiseProgram::max_instructions - 1) {
        const int r = written.program.size % most;
        written.compute(Op::add, most + 1, r, most)
            .compute(Op::identity, most, most + 1);
    }
    written.compute(Op::identity, most, most, 0, 0, 0);
    const PointwiseProgram& program = written.program;
    const auto x = uniform<float>(3000, 0, 1, 1);
    const auto y = run<float>(program, {x}).front();
    float added = 0;
    for (const auto& in : program.code) {
        added += in.op == Op::add ? static_cast<float>(in.a + 1) : 0;
    }
    for (std::size_t i = 0; i < x.size(); ++i) {
        ASSERT_NEAR(y[i], x[i] + added, 1e-3);
    }
}

TEST_P(Pointwise, DoesNothingForNoElements) {
    PointwiseArgs<Bound<float>> args{};
    args.program = single(Op::add);
    const Buffer buffer = upload(std::vector<float>{1, 2});
    for (auto& input : args.inputs) {
        input = line<const float>(buffer.as<float>(), 0);
    }
    args.outputs[0] = line(buffer.as<float>(), 0);
    device().run([&](const auto& exec) { pointwise(exec, args); });
    EXPECT_EQ(download<float>(buffer), (std::vector<float>{1, 2}));
}

INSTANTIATE_TEST_SUITE_P(Devices, Pointwise, ::testing::ValuesIn(device_names()),
                         device_label);

}  // namespace
}  // namespace nengine::test
