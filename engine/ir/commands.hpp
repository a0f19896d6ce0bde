#pragma once

#include <array>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "engine/ir/host_call.hpp"
#include "engine/ir/operand.hpp"
#include "kernels/conv.hpp"
#include "kernels/filter_scan.hpp"
#include "kernels/learning.hpp"
#include "kernels/neuron_scan.hpp"
#include "kernels/pool.hpp"
#include "kernels/random.hpp"

// What an executor sees: kernels and plain arguments.

namespace nengine {

struct FillCommand {
    Operand dst;
    double value;
};
struct CopyCommand {
    Operand src, dst;
    bool accumulate;
};
struct MultiplyCommand {
    Operand a, x, y;
    bool accumulate;
};
/// dst = (or +=) sum of a * b over what dst lacks; b may be absent.
struct SumProductCommand {
    Operand a, b, dst;
    bool accumulate;
};
struct IndexedSumCommand {
    Operand src, dst;
    TableId offsets, sources;
    bool accumulate;
};

/// y = (or +=) A x for a sparse matrix in compressed rows (kernels/sparse_product.hpp).
struct SparseProductCommand {
    Operand x, y, values;
    TableId offsets, columns;
    TableId order = no_table;  ///< absent: the values are in the order of the places
    bool accumulate;
};
struct SparseGradientCommand {
    Operand x, dL_dy, dL_dvalues;
    TableId rows, columns;
};

/// Products with A [m, n] (operand rows x cols), x [n], y [m], for each step, item and
/// group member.
struct GemmCommand {
    enum class Kind {
        forward,     ///< y (+)= A x
        backward_x,  ///< x (+)= A^T y
        backward_a,  ///< A (+)= sum over steps and items of y x^T
    };
    Kind kind;
    Operand a, x, y;
    bool accumulate;
};

enum class LinearMap { forward, backward_data, backward_filter };

struct ConvCommand {
    LinearMap kind;
    ConvShape shape;
    Operand x, w, bias, y;  ///< gradients take the place of what they belong to
    bool accumulate;
    bool transposed = false;  ///< backward_filter: y is the operator's input
};
struct PoolCommand {
    LinearMap kind;
    Pool2DShape shape;
    Operand x, y;
    bool accumulate;
};

/// What scan, rate curve and gradient of neurons share.
struct NeuronOperands {
    NeuronType type{};
    double max_ratio = 0;
    Operand input, gain, bias;
    std::array<Operand, max_neuron_params> params;
};
struct NeuronCommand : NeuronOperands {
    std::array<Operand, max_neuron_states> states;
    Operand output;  ///< absent if only the filter wants it
    /// A first-order filter on the output; absent if there is none.
    Operand filter_coefficients, filter_state, filtered;
};
struct NeuronRateCommand : NeuronOperands {
    Operand output;
};
struct NeuronRateBackwardCommand : NeuronOperands {
    Operand dL_doutput, dL_dinput, dL_dbias, dL_dgain;
    bool accumulate;
};

struct StochasticSpikesCommand {
    Operand rates, uniform, amplitude, output;
};

struct PoissonSpikesCommand {
    bool stepped;      ///< the step counter says which row it is
    TableId elements;  ///< kernels/random_spikes.hpp
    Operand rates, amplitude, output;
};

struct FilterCommand {
    FilterForm form;
    Index order;
    Operand
        coefficients;  ///< rows: coefficients, cols: elements (col_stride 0: shared)
    Operand input, state, output;
};
struct FilterBackwardCommand {
    FilterForm form;
    Index order;
    Operand coefficients;
    Operand dL_doutput, adjoint, dL_dinput;
    bool accumulate;
};

struct TimeCommand {
    Operand time;
};
struct HostCommand {
    int op;  ///< index into Model::operators
    HostFunctionCall function;
    Operand x, output;
};
/// What the rows of a change of weights are made of (kernels/learning.hpp); members of
/// a group as rows.
struct LearningRowsCommand {
    LearningKind kind;
    double rate, beta;
    Operand signal, theta, scale, gate, power, row, decay;
};
/// out = (or +=) row x col - decay * weights, a matrix per member.
struct ChangeWeightsCommand {
    Operand row, col, decay, weights, out;
    bool accumulate;
};
/// weights += row x col - decay * weights; y = (or +=) weights x.
struct ChangeAndMultiplyCommand {
    Operand row, col, decay, weights, x, y;
    bool accumulate;
};
/// Processes, side by side: each writes as many elements as it has, one after the
/// other.
struct ProcessCommand {
    struct Member {
        int op;  ///< index into Model::operators: whose state it is
        HostProcess process;
        Index size;
    };
    std::vector<Member> members;
    Operand x, output;
};
/// Random numbers for the elements that a table of pairs names (kernels/random.hpp).
struct RandomCommand {
    RandomKind kind;
    double scale, shift;
    bool per_item;
    TableId pairs;
    Index n_pairs;
    Operand output;
};
/// Moves one row between a history and a fixed row, at the step counter.
struct RowCommand {
    enum class Kind { load, store };
    Kind kind;
    Operand history, row;
    Index shift;
    bool accumulate;
};

using CommandArgs =
    std::variant<FillCommand, CopyCommand, MultiplyCommand, SumProductCommand,
                 IndexedSumCommand, SparseProductCommand, SparseGradientCommand,
                 GemmCommand, ConvCommand, PoolCommand, NeuronCommand,
                 NeuronRateCommand, NeuronRateBackwardCommand, StochasticSpikesCommand,
                 PoissonSpikesCommand, FilterCommand, FilterBackwardCommand,
                 TimeCommand, HostCommand, LearningRowsCommand, ChangeWeightsCommand,
                 ChangeAndMultiplyCommand, ProcessCommand, RandomCommand, RowCommand>;

struct Command {
    CommandArgs args;
    std::string label;  ///< "SimNeurons lif_1": the first operator's type and label
    int members = 1;    ///< operators that became this command
    double bytes = 0;   ///< per step and item; counted in elements
    double flops = 0;   ///< per step and item
};

}  // namespace nengine
