#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "kernels/base/view.hpp"

// The order in which Nengo runs the operators of a step. nengine plans its steps by
// itself; it needs Nengo's order because unseeded processes draw their seeds in it.

namespace nengine {

/// The operators that Nengo's builder makes.
enum class NengoOperator : std::uint8_t {
    time_update,
    reset,
    copy,
    elementwise_inc,
    dot_inc,
    sparse_dot_inc,
    conv_inc,
    conv_transpose_inc,
    sim_py_func,
    sim_neurons,
    sim_process,
    sim_probe,
    sim_pes,
    sim_rls,
    sim_bcm,
    sim_oja,
    sim_voja,
};

/// Nengo's name of the operator: "SimPyFunc".
std::string_view name_of(NengoOperator op);

/// Operators in order of creation and the signals that they touch. Nothing is computed
/// from it but an order, so signals have no values and no sizes: a view is known by the
/// elements between its first and its last, as far as Nengo looks at overlaps.
class OperatorList {
public:
    using Signal = std::int32_t;
    static constexpr Signal none = -1;

    /// What an operator does to signals, in the operator's own order of arguments.
    struct Uses {
        std::vector<Signal> sets = {}, incs = {}, reads = {}, updates = {};
    };
    struct Operator {
        NengoOperator type;
        Uses uses;
    };
    struct Extent {
        Signal base;
        Index low, high;  ///< elements [low, high) of the base
    };

    Signal add_signal();
    /// Elements [low, high) of `whole`: another signal on each call, even for equal
    /// elements.
    Signal add_view(Signal whole, Index low, Index high);
    /// @return  the operator's place in the list
    int add(NengoOperator type, Uses uses);

    const std::vector<Operator>& operators() const { return operators_; }
    const std::vector<Extent>& signals() const { return signals_; }

private:
    std::vector<Operator> operators_;
    std::vector<Extent> signals_;
};

/// Places of the operators in order of execution. Within one step a signal is set, then
/// incremented, then read, then updated; what overlaps it in memory counts as the same.
/// Among operators that may run at the same time the order is that of a queue: first
/// those that wait for nothing, as listed, then whatever became ready first.
/// @throws BuildError  operators that wait for each other: a loop without a synapse
std::vector<int> execution_order(const OperatorList& list);

}  // namespace nengine
