#include <algorithm>
#include <bit>

#include "engine/program/pointwise_graph.hpp"

// From a graph to a program: the order is the nodes', and a register is free again
// after the last instruction that reads it.

namespace nengine::engine {
namespace {

using kernels::PointwiseInstruction;
using kernels::PointwiseProgram;
using Node = PointwiseGraph::Node;

constexpr int nowhere = -1;

class Assembler {
public:
    /// @param loads_again  an input is read again by each instruction that needs it,
    /// and
    ///        takes no register in between
    Assembler(const PointwiseGraph& graph, int n_inputs, bool loads_again)
        : graph_(graph),
          loads_again_(loads_again),
          used_(graph.used_nodes()),
          uses_left_(graph.nodes().size(), 0),
          register_of_(graph.nodes().size(), nowhere) {
        program_.n_inputs = n_inputs;
        program_.n_outputs = static_cast<int>(graph.outputs().size());
        for (int r = PointwiseProgram::max_registers; r-- > 0;) {
            free_.push_back(r);
        }
        for_each_used([&](std::size_t, const Node& node) {
            for (int k = 0; k < operand_count(node.op); ++k) {
                ++uses_left_[operand(node, k)];
            }
        });
        for (const int output : graph.outputs()) {
            ++uses_left_[static_cast<std::size_t>(output)];
        }
    }

    std::optional<PointwiseProgram> run() {
        fits_ = program_.n_inputs <= PointwiseProgram::max_inputs &&
                program_.n_outputs <= PointwiseProgram::max_outputs;
        for_each_used([&](std::size_t n, const Node& node) {
            if (node.op == PointwiseOp::constant) {
                add_constant(n, std::bit_cast<double>(node.operands[0]));
            }
        });
        program_.prologue = program_.size;
        for_each_used([&](std::size_t n, const Node& node) {
            if (node.op != PointwiseOp::constant && node.op != PointwiseOp::load) {
                compute(n, node);
            }
        });
        for (std::size_t k = 0; k < graph_.outputs().size(); ++k) {
            write_output(k);
        }
        return fits_ ? std::optional(program_) : std::nullopt;
    }

private:
    static std::size_t operand(const Node& node, int k) {
        return static_cast<std::size_t>(node.operands[static_cast<std::size_t>(k)]);
    }
    void for_each_used(const auto& visit) {
        for (std::size_t n = 0; n < graph_.nodes().size() && fits_; ++n) {
            if (used_[n]) {
                visit(n, graph_.nodes()[n]);
            }
        }
    }
    void add(const PointwiseInstruction& instruction) {
        fits_ = fits_ && program_.size < PointwiseProgram::max_instructions;
        if (fits_) {
            program_.code[static_cast<std::size_t>(program_.size++)] = instruction;
            program_.n_registers = std::max(program_.n_registers, instruction.to + 1);
        }
    }
    int take_register() {
        fits_ = fits_ && !free_.empty();
        if (!fits_) {
            return 0;
        }
        const int taken = free_.back();
        free_.pop_back();
        return taken;
    }
    void add_constant(std::size_t n, double value) {
        fits_ = fits_ && n_constants_ < PointwiseProgram::max_constants;
        if (!fits_) {
            return;
        }
        const int to = register_of_[n] = take_register();
        program_.constants[static_cast<std::size_t>(n_constants_)] = value;
        add({PointwiseOp::constant, narrow(to), narrow(n_constants_++)});
    }
    /// The register that holds a node's value, which is read there.
    std::uint8_t read(std::size_t n) {
        if (register_of_[n] == nowhere) {  // an input
            register_of_[n] = take_register();
            add({PointwiseOp::load, narrow(register_of_[n]),
                 narrow(static_cast<int>(graph_.nodes()[n].operands[0]))});
        }
        return narrow(register_of_[n]);
    }
    /// After reading: the register is free if nobody reads it again.
    void release(std::size_t n) {
        const bool is_input = graph_.nodes()[n].op == PointwiseOp::load;
        const bool is_constant = graph_.nodes()[n].op == PointwiseOp::constant;
        const bool last = --uses_left_[n] == 0 || (is_input && loads_again_);
        if (last && !is_constant && register_of_[n] != nowhere) {
            free_.push_back(register_of_[n]);
            register_of_[n] = nowhere;
        }
    }
    void compute(std::size_t n, const Node& node) {
        PointwiseInstruction instruction{.op = node.op};
        std::uint8_t* const at[] = {&instruction.a, &instruction.b, &instruction.c};
        for (int k = 0; k < operand_count(node.op); ++k) {
            *at[k] = read(operand(node, k));
        }
        for (int k = 0; k < operand_count(node.op); ++k) {
            release(operand(node, k));
        }
        register_of_[n] = take_register();
        instruction.to = narrow(register_of_[n]);
        const auto output = std::ranges::find(graph_.outputs(), static_cast<int>(n));
        if (output != graph_.outputs().end()) {
            instruction.out =
                narrow(static_cast<int>(output - graph_.outputs().begin()));
        }
        add(instruction);
        if (output != graph_.outputs().end()) {
            release(n);
        }
    }
    /// What is no instruction's result, or another output as well, is copied.
    void write_output(std::size_t k) {
        const auto n = static_cast<std::size_t>(graph_.outputs()[k]);
        const auto first = std::ranges::find(graph_.outputs(), graph_.outputs()[k]);
        const bool is_first =
            first - graph_.outputs().begin() == static_cast<std::ptrdiff_t>(k);
        if (operand_count(graph_.nodes()[n].op) > 0 && is_first) {
            return;
        }
        const std::uint8_t from = read(n);
        release(n);
        const int to = take_register();
        add({.op = PointwiseOp::identity,
             .to = narrow(to),
             .a = from,
             .out = narrow(static_cast<int>(k))});
        free_.push_back(to);
    }
    static std::uint8_t narrow(int number) { return static_cast<std::uint8_t>(number); }

    const PointwiseGraph& graph_;
    bool loads_again_;
    std::vector<bool> used_;
    std::vector<int> uses_left_;
    std::vector<int> register_of_;
    std::vector<int> free_;  ///< the last one is taken next
    PointwiseProgram program_;
    int n_constants_ = 0;
    bool fits_ = true;
};

}  // namespace

std::optional<PointwiseProgram> assemble(const PointwiseGraph& graph, int n_inputs) {
    auto program = Assembler(graph, n_inputs, false).run();
    return program ? program : Assembler(graph, n_inputs, true).run();
}

}  // namespace nengine::engine
