#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/operators/conv_inc.hpp"
#include "engine/operators/copy.hpp"
#include "engine/operators/dot_inc.hpp"
#include "engine/operators/elementwise_inc.hpp"
#include "engine/operators/host_function.hpp"
#include "engine/operators/max_pool_inc.hpp"
#include "engine/operators/moving_average.hpp"
#include "engine/operators/pool_inc.hpp"
#include "engine/operators/random_spikes.hpp"
#include "engine/operators/reset.hpp"
#include "engine/operators/sim_filter.hpp"
#include "engine/operators/sim_learning.hpp"
#include "engine/operators/sim_neurons.hpp"
#include "engine/operators/sim_process.hpp"
#include "engine/operators/sim_random.hpp"
#include "engine/operators/sparse_dot_inc.hpp"
#include "engine/operators/time_update.hpp"
#include "engine/operators/weight_inc.hpp"
#include "tests/reference/naive_broadcast.hpp"
#include "tests/reference/naive_convolution.hpp"
#include "tests/reference/naive_memory.hpp"
#include "tests/reference/naive_random.hpp"
#include "tests/reference/naive_tensors.hpp"

namespace nengine::reference {

using namespace engine;

using Values = std::vector<double>;

inline std::size_t at(Index i) {
    return static_cast<std::size_t>(i);
}

/// One operator at one moment: shorthands for its slots.
class Execution {
public:
    Execution(const Model& model, const Operator& op, const NaiveMemory& memory,
              NaiveProcesses& processes, Index step, bool training)
        : model_(model),
          op_(op),
          memory_(memory),
          processes_(processes),
          step_(step),
          training_(training) {}

    std::vector<NaiveWrite> run();

private:
    Values read(int slot) const { return memory_.read(op_.signal(slot)); }
    const Shape& shape(int slot) const { return model_.signal(op_.signal(slot)).shape; }
    Index size(int slot) const { return shape_size(shape(slot)); }
    double time() const { return static_cast<double>(step_) * model_.dt(); }

    Values read_as(int slot, const Shape& to) const {
        const Values values = read(slot);
        Values result;
        for (const Index i : broadcast_map(op_, shape(slot), to)) {
            result.push_back(values[at(i)]);
        }
        return result;
    }
    /// Element `i` of an operand that has one value for all, or one each.
    static double pick(const Values& values, std::size_t i) {
        return values.size() == 1 ? values.front() : values.at(i);
    }

    void write(int slot, Values values) {
        if (static_cast<Index>(values.size()) != size(slot)) {
            misfit(op_, "got " + std::to_string(values.size()) + " results, needs " +
                            to_string(shape(slot)));
        }
        writes_.push_back(
            {op_.slots()[at(slot)].role, op_.signal(slot), std::move(values)});
    }

    void run(const TimeUpdate&) { write(TimeUpdate::time, {time()}); }
    void run(const Reset& op) {
        write(Reset::dst,
              Values(at(size(Reset::dst)), training_ ? op.in_training() : op.value()));
    }
    void run(const Copy& op);
    void run(const ElementwiseInc&);
    void run(const DotInc&);
    void run(const SparseDotInc& op);
    void run(const ConvInc& op);
    void run(const PoolInc& op) {
        write(PoolInc::y, naive_average_pool(op.shape(), read(PoolInc::x)));
    }
    void run(const MaxPoolInc& op) {
        write(MaxPoolInc::y, naive_max_pool(op.shape(), read(MaxPoolInc::x)));
    }
    void run(const Pointwise& op);
    void run(const MatMul&);
    void run(const ArgReduce& op) {
        write(ArgReduce::y,
              naive_arg_reduce(op.of(), reduced(ArgReduce::x, ArgReduce::y)));
    }
    void run(const Gather& op) {
        write(Gather::y, naive_gather(read(Gather::x), shape(Gather::x),
                                      read(Gather::index), op.axis()));
    }
    void run(const CumulativeSum& op) {
        write(CumulativeSum::y,
              naive_cumulative_sum(read(CumulativeSum::x), shape(CumulativeSum::x),
                                   op.axis(), op.options()));
    }
    void run(const Softmax& op) {
        write(Softmax::y, naive_softmax(read(Softmax::x), shape(Softmax::x), op.axis(),
                                        op.logarithm()));
    }
    std::vector<Values> reduced(int x, int y) const;
    void run(const Reduce& op) {
        write(Reduce::y, naive_reduce(op.kind(), reduced(Reduce::x, Reduce::y)));
    }
    void run(const SimNeurons& op);
    void run(const SimFilter& op);
    void run(const HostFunction& op);
    void run(const SimLearning& op);
    void run(const WeightInc& op);
    void run(const SimProcess& op);
    void run(const StochasticSpikes&);
    void run(const PoissonSpikes& op);
    void run(const SimRandom& op);
    void run(const MovingAverage&) {}  // nobody sees it but the next minibatch
    NaiveCoordinates coordinates(const Operator& op) const;

    template <class Op>
    bool try_run() {
        const auto* op = dynamic_cast<const Op*>(&op_);
        if (op != nullptr) {
            run(*op);
        }
        return op != nullptr;
    }

    const Model& model_;
    const Operator& op_;
    const NaiveMemory& memory_;
    NaiveProcesses& processes_;
    Index step_;
    bool training_;
    std::vector<NaiveWrite> writes_;
};

}  // namespace nengine::reference
