#pragma once

#include <map>
#include <utility>
#include <vector>

#include "engine/planner/memory/storage.hpp"

namespace nengine::engine {

/// Elements of a constant that one member of a group uses, each `repeat` times.
struct ConstantUse {
    Access access;
    Index repeat = 1;
};

/// Gives constants memory: parameters in the replica's buffer of them or, for merged
/// operators, in packed copies of it; the others as literals of the plan.
class Constants {
public:
    Constants(const Graph& graph, const ParameterLayout& layout, Storage& storage,
              Plan& plan);

    /// One element per neuron of a group: [1, total], or one element with stride 0 if
    /// all agree.
    Operand vector(const std::vector<ConstantUse>& uses);
    /// A constant whose elements lie one after the other, in the order of its view.
    Operand dense(const Access& access);
    /// A matrix per member of a group, stacked; shared if all members use the same one.
    Operand matrices(const std::vector<Access>& uses);
    /// Filter coefficients: [coefficients, total]; column stride 0 if all members
    /// agree.
    Operand coefficients(const std::vector<ConstantUse>& uses);
    /// A constant of the plan's own, for `n` elements.
    Operand scalar(double value, Index n);
    /// The buffer and elements of a single operator's constant.
    std::pair<BufferId, ElementView> locate(const Access& access);

    /// The operand of the gradient that belongs to a parameter's operand; of a
    /// statistic that is no packed copy, of its next value.
    Operand gradient_of(const Operand& parameter);
    bool trainable(const Access& access) const {
        return graph_.trainable(graph_.version_of(access));
    }
    bool is_parameter(const Access& access) const {
        return graph_.is_parameter(graph_.version_of(access));
    }

private:
    std::vector<double> values(const Access& access) const;
    void need_memory(Index n, const Access& access) const;
    ElementView in_parameters(const Access& access) const;
    Operand pack(std::vector<PackPiece> pieces, Index total, bool trained);
    Operand trained_coefficients(const std::vector<ConstantUse>& uses);
    Operand literal(std::vector<double> values, DType dtype);
    DType dtype(const Access& access) const {
        return graph_.dtype(graph_.version_of(access));
    }

    const Graph& graph_;
    const ParameterLayout& layout_;
    Storage& storage_;
    Plan& plan_;
    BufferId parameters_ = no_buffer, gradients_ = no_buffer;
    std::map<BufferId, BufferId> gradient_of_packed_;
};

}  // namespace nengine::engine
