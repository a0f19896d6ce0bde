#include "tests/support/model_runs.hpp"

#include <algorithm>
#include <cmath>

namespace nengine::test {

using namespace engine;
namespace {

std::size_t at(Index i) {
    return static_cast<std::size_t>(i);
}

Index samples_of(const ProbePoint& probe, Index steps) {
    Index samples = 0;
    for (Index k = 1; k <= steps; ++k) {
        samples += std::fmod(static_cast<double>(k), probe.period) < 1 ? 1 : 0;
    }
    return probe.keep_history ? samples : std::min<Index>(samples, 1);
}

template <class Real>
void place(const void* values, Index items, Index rows, Index size, Index samples,
           Index first_item, Index first_row, std::vector<double>& into) {
    const auto* from = static_cast<const Real*>(values);
    for (Index item = 0; item < items; ++item) {
        for (Index row = 0; row < rows; ++row) {
            const Index to = ((first_item + item) * samples + first_row + row) * size;
            for (Index i = 0; i < size; ++i) {
                into.at(at(to + i)) = from[(item * rows + row) * size + i];
            }
        }
    }
}

}  // namespace

Recordings run_naive(const Model& model, Index batch, Index steps,
                     const InputData& feeds, bool training, Index minibatch) {
    Recordings result(model.probes.size());
    const Index together = minibatch > 0 ? minibatch : batch;
    for (Index first = 0; first < batch; first += together) {
        std::vector<std::unique_ptr<reference::NaiveInterpreter>> owned;
        std::vector<reference::NaiveInterpreter*> items;
        for (Index i = 0; i < std::min(together, batch - first); ++i) {
            owned.push_back(std::make_unique<reference::NaiveInterpreter>(
                model, reference::Overrides{}, training, i));
            items.push_back(owned.back().get());
            for (const auto& [input, data] : feeds) {
                items.back()->feed(input, data, first + i);
            }
        }
        for (Index step = 0; step < steps; ++step) {
            reference::NaiveInterpreter::step_together(items);
        }
        for (const auto* item : items) {
            for (std::size_t p = 0; p < result.size(); ++p) {
                const auto& samples = item->samples(static_cast<int>(p));
                result[p].insert(result[p].end(), samples.begin(), samples.end());
            }
        }
    }
    return result;
}

Feeds borrow(const InputData& data) {
    Feeds feeds;
    for (const auto& [index, values] : data) {
        feeds[index] = {values.values.data(), DType::float64, values.batch,
                        values.steps, values.size};
    }
    return feeds;
}

Recordings run_simulation(const std::shared_ptr<const Model>& model,
                          const Device& device, const ReplicaOptions& options,
                          Index items, Index steps, const InputData& feeds,
                          Phase phase) {
    Simulation simulation(model, device, options);
    Recordings result;
    std::vector<Index> samples;
    for (const ProbePoint& probe : model->probes) {
        samples.push_back(samples_of(probe, steps));
        const Index size = model->signal(probe.signal).size();
        // What the simulation leaves out stays NaN, and so fails every comparison.
        result.emplace_back(at(items * samples.back() * size), std::nan(""));
    }
    const auto sink = [&](int p, Index first_item, Index n_items, Index first_row,
                          Index rows, const void* values) {
        const auto i = static_cast<std::size_t>(p);
        const Index size = model->signal(model->probes[i].signal).size();
        if (options.dtype == DType::float32) {
            place<float>(values, n_items, rows, size, samples[i], first_item, first_row,
                         result[i]);
        } else {
            place<double>(values, n_items, rows, size, samples[i], first_item,
                          first_row, result[i]);
        }
    };
    simulation.predict(steps, borrow(feeds), {}, sink, {}, phase);
    return result;
}

::testing::AssertionResult near(const Recordings& got, const Recordings& want,
                                double tolerance) {
    if (got.size() != want.size()) {
        return ::testing::AssertionFailure()
               << got.size() << " probes instead of " << want.size();
    }
    for (std::size_t p = 0; p < want.size(); ++p) {
        if (got[p].size() != want[p].size()) {
            return ::testing::AssertionFailure()
                   << "probe " << p << " has " << got[p].size()
                   << " numbers instead of " << want[p].size();
        }
        double largest = 0;
        for (const double value : want[p]) {
            largest = std::max(largest, std::abs(value));
        }
        for (std::size_t i = 0; i < want[p].size(); ++i) {
            // Written so that NaN fails.
            if (!(std::abs(got[p][i] - want[p][i]) <= tolerance * (1 + largest))) {
                return ::testing::AssertionFailure()
                       << "probe " << p << ", number " << i << " of " << want[p].size()
                       << ": got " << got[p][i] << ", want " << want[p][i]
                       << ", largest " << largest;
            }
        }
    }
    return ::testing::AssertionSuccess();
}

bool holds_state(const Model& model, SignalId signal) {
    for (const auto& op : model.operators()) {
        for (const Slot& slot : op->slots()) {
            if (slot.role == Role::state &&
                model.base(slot.signal) == model.base(signal)) {
                return true;
            }
        }
    }
    return false;
}

std::string describe(const ReplicaOptions& options) {
    const PlannerOptions& plan = options.planner;
    const auto text = [](const char* name, bool on) {
        return std::string(on ? "" : "no ") + name + ", ";
    };
    constexpr const char* merges[] = {"unmerged", "greedy", "tree"};
    return text("simplify", plan.simplify) + text("fuse", plan.fuse) +
           text("fold", plan.fold) + merges[static_cast<int>(plan.merge)] + ", " +
           text("layout", plan.layout) + text("reuse_buffers", plan.reuse_buffers) +
           "chunk " + std::to_string(plan.chunk_steps) + ", tile " +
           std::to_string(plan.tile_items) +
           (plan.executor == ExecutorMode::direct ? ", direct" : ", recorded") +
           ", minibatch " + std::to_string(options.minibatch) +
           (options.dtype == DType::float32 ? ", float32" : ", float64");
}

}  // namespace nengine::test
