#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "engine/operators/sim_neurons.hpp"
#include "tests/conformance/operator_conformance.hpp"

// Every operator, on every device, with every switch of the planner: the plan computes
// what the naive interpreter computes.

namespace nengine::test {

using namespace engine;
namespace {

TEST_P(OperatorConformance, PlannedIsNaive) {
    for (const Index batch : {1, 5}) {
        const Recordings want =
            run_naive(*case_.model, batch, n_steps, case_.data(batch, n_steps));

        const Recordings got = run(in_float64(batch), batch, n_steps);

        EXPECT_TRUE(near(got, want, 1e-10)) << "batch " << batch;
    }
}

TEST_P(OperatorConformance, NoSwitchOfThePlannerChangesTheResult) {
    for (const auto& [batch, tile] : {std::pair<Index, Index>{1, 0}, {5, 0}, {5, 2}}) {
        const Recordings want =
            run_naive(*case_.model, batch, n_steps, case_.data(batch, n_steps));
        for (const Switch& one : switches()) {
            for (const bool fold : {true, false}) {
                for (const Index chunk : {0, 1, 3, 64}) {
                    ReplicaOptions options = in_float64(batch);
                    one.turn(options.planner);
                    options.planner.fold = fold;
                    options.planner.chunk_steps = chunk;
                    options.planner.tile_items = tile;

                    const Recordings got = run(options, batch, n_steps);

                    ASSERT_TRUE(near(got, want, 1e-10))
                        << one.name << ": " << describe(options);
                }
            }
        }
    }
}

TEST_P(OperatorConformance, LastPartialMinibatchIsRun) {
    const Index items = 7;
    const Recordings want =
        run_naive(*case_.model, items, n_steps, case_.data(items, n_steps), false, 5);
    if (case_.held.empty()) {
        GTEST_SKIP() << "no input says how many items there are";
    }

    EXPECT_TRUE(near(run(in_float64(5), items, n_steps), want, 1e-10));
}

/// Sums over time and compares those: a spike may fall into the neighbouring step.
Recordings summed(const Recordings& recordings, const CaseModel& model, Index items) {
    Recordings sums;
    for (std::size_t p = 0; p < recordings.size(); ++p) {
        const auto size = static_cast<std::size_t>(
            model.model->signal(model.model->probes[p].signal).size());
        const std::size_t per_item =
            recordings[p].size() / static_cast<std::size_t>(items);
        std::vector<double> sum(static_cast<std::size_t>(items) * size, 0.0);
        for (std::size_t i = 0; i < recordings[p].size(); ++i) {
            sum[i / per_item * size + i % size] += recordings[p][i];
        }
        sums.push_back(std::move(sum));
    }
    return sums;
}

TEST_P(OperatorConformance, Float32IsNearFloat64) {
    ReplicaOptions options = in_float64(5);
    const Recordings want = run(options, 5, n_steps);
    options.dtype = DType::float32;

    const Recordings got = run(options, 5, n_steps);

    if (!operator_case().spiking) {
        EXPECT_TRUE(near(got, want, 1e-4));
        return;
    }
    const Recordings sums = summed(got, case_, 5), wanted = summed(want, case_, 5);
    for (std::size_t p = 0; p < want.size(); ++p) {
        double largest = 1;
        for (const double value : want[p]) {
            largest = std::max(largest, std::abs(value));
        }
        for (std::size_t i = 0; i < sums[p].size(); ++i) {
            EXPECT_NEAR(sums[p][i], wanted[p][i], 1.01 * largest) << "probe " << p;
        }
    }
}

/// All samples of calls of run(), one after the other.
class Collector {
public:
    explicit Collector(const Model& model)
        : model_(model), rows_(model.probes.size()) {}

    void run(Simulation& simulation, Index steps, const InputData& data) {
        for (auto& of_probe : rows_) {
            of_probe.emplace_back();
        }
        simulation.run(
            steps, borrow(data),
            [&](int probe, Index first_item, Index items, Index first_row, Index rows,
                const void* values) {
                const auto p = static_cast<std::size_t>(probe);
                const Index size = model_.signal(model_.probes[p].signal).size();
                const auto* from = static_cast<const double*>(values);
                auto& call = rows_[p].back();
                call.resize(std::max(call.size(),
                                     static_cast<std::size_t>(first_item + items)));
                for (Index item = 0; item < items; ++item) {
                    auto& into = call[static_cast<std::size_t>(first_item + item)];
                    into.resize(static_cast<std::size_t>(first_row * size));
                    into.insert(into.end(), from + item * rows * size,
                                from + (item + 1) * rows * size);
                }
            });
    }

    /// `[batch, samples, size]`, per probe.
    Recordings recordings(Index batch) const {
        Recordings result;
        for (std::size_t p = 0; p < rows_.size(); ++p) {
            std::vector<double> all;
            for (Index item = 0; item < batch; ++item) {
                const auto i = static_cast<std::size_t>(item);
                std::vector<double> of_item;
                for (const auto& call : rows_[p]) {
                    if (i >= call.size()) {
                        continue;
                    }
                    if (!model_.probes[p].keep_history && !call[i].empty()) {
                        of_item.clear();
                    }
                    of_item.insert(of_item.end(), call[i].begin(), call[i].end());
                }
                all.insert(all.end(), of_item.begin(), of_item.end());
            }
            result.push_back(std::move(all));
        }
        return result;
    }

private:
    const Model& model_;
    std::vector<std::vector<std::vector<std::vector<double>>>>
        rows_;  // [probe][call][item]
};

/// Steps [first, first + count) of the data.
InputData cut(const InputData& data, Index first, Index count) {
    InputData part;
    for (const auto& [input, whole] : data) {
        if (whole.steps == 1) {
            part[input] = whole;
            continue;
        }
        reference::Data& piece = part[input];
        piece = {whole.batch, count, whole.size, {}};
        for (Index item = 0; item < whole.batch; ++item) {
            for (Index step = first; step < first + count; ++step) {
                const auto row = whole.row(item, step);
                piece.values.insert(piece.values.end(), row.begin(), row.end());
            }
        }
    }
    return part;
}

TEST_P(OperatorConformance, RunsInPiecesCarryTheStateOn) {
    constexpr Index batch = 5;
    const InputData data = case_.data(batch, n_steps);
    const Recordings want = run_naive(*case_.model, batch, n_steps, data);
    ReplicaOptions options = in_float64(batch);
    options.planner.chunk_steps = 3;
    Simulation simulation(case_.model, device(), options);
    Collector collector(*case_.model);

    Index done = 0;
    for (const Index steps : {1, 5, 2, 3}) {
        collector.run(simulation, steps, cut(data, done, steps));
        done += steps;
    }

    EXPECT_EQ(simulation.step(), n_steps);
    EXPECT_TRUE(near(collector.recordings(batch), want, 1e-10));
    simulation.reset(true);
    Collector again(*case_.model);
    again.run(simulation, n_steps, data);
    EXPECT_TRUE(near(again.recordings(batch), want, 1e-10)) << "after reset";
}

INSTANTIATE_TEST_SUITE_P(Cases, OperatorConformance, ::testing::ValuesIn(all_pairs()),
                         pair_label);

TEST(OperatorConformanceSuite, CoversEveryOperatorAndNeuronType) {
    std::set<std::string> types;
    std::set<NeuronType> neurons;
    for (const OperatorCase& one : operator_cases()) {
        const CaseModel made(one);
        bool present = false;
        for (const auto& op : made.model->operators()) {
            present = present || op->type() == one.operator_type;
            if (const auto* found = dynamic_cast<const SimNeurons*>(op.get())) {
                neurons.insert(found->neuron_type());
            }
        }
        EXPECT_TRUE(present) << one.name;
        EXPECT_NO_THROW(made.model->validate()) << one.name;
        types.insert(one.operator_type);
    }
    EXPECT_EQ(types, (std::set<std::string>{
                         "TimeUpdate",       "Reset",         "Copy",
                         "ElementwiseInc",   "DotInc",        "ConvInc",
                         "PoolInc",          "SimNeurons",    "SimFilter",
                         "HostFunction",     "SimPES",        "SimBCM",
                         "SimOja",           "SimVoja",       "SimRLS",
                         "WeightInc",        "SimProcess",    "SparseDotInc",
                         "StochasticSpikes", "PoissonSpikes", "SimRandom",
                         "MaxPoolInc",       "Pointwise",     "Reduce",
                         "MatMul",           "ArgReduce",     "Gather",
                         "CumulativeSum",    "Softmax",       "Moments",
                         "MovingAverage"}));
    EXPECT_EQ(neurons.size(), built_in_neurons().size());
}

}  // namespace
}  // namespace nengine::test
