#pragma once

#include <array>
#include <compare>
#include <cstdint>

namespace nengine::kernels {

/// What an instruction does: reads an operand, holds a constant, or one of
/// kernels/pointwise/operations.hpp.
enum class PointwiseOp : std::uint8_t {
    load,      ///< register `to` = input `a`
    constant,  ///< register `to` = constant `a`
#define NENGINE_POINTWISE_1(name, ...) name,
#define NENGINE_POINTWISE_2(name, ...) name,
#define NENGINE_POINTWISE_3(name, ...) name,
#include "kernels/pointwise/operations.hpp"
};

/// Register `to` = op(registers a, b, c), and output `out` = that, or += that, as the
/// program says.
struct PointwiseInstruction {
    static constexpr std::uint8_t no_output = 255;

    PointwiseOp op = PointwiseOp::load;
    std::uint8_t to = 0, a = 0, b = 0, c = 0;
    std::uint8_t out = no_output;

    auto operator<=>(const PointwiseInstruction&) const = default;
};

/// A straight-line program for one element, on registers. Constants are written once,
/// by the prologue, and stay for all elements. Plain numbers, so that it can be an
/// argument of a kernel.
struct PointwiseProgram {
    static constexpr int max_instructions = 160;
    static constexpr int max_registers = 24;
    static constexpr int max_constants = 24;
    static constexpr int max_inputs = 12;
    static constexpr int max_outputs = 8;

    std::array<PointwiseInstruction, max_instructions> code{};
    std::array<double, max_constants> constants{};
    int size = 0;         ///< instructions
    int prologue = 0;     ///< of them, the first ones: constants
    int n_registers = 0;  ///< registers 0 .. n_registers - 1 are in use
    int n_inputs = 0, n_outputs = 0;

    auto operator<=>(const PointwiseProgram&) const = default;
};

}  // namespace nengine::kernels
