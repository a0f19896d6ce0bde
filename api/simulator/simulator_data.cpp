#include <algorithm>
#include <set>

#include "api/numerics/steps.hpp"
#include "api/numerics/text.hpp"
#include "api/simulator/call_tensors.hpp"
#include "api/simulator/data_values.hpp"
#include "api/simulator/simulator_impl.hpp"

namespace nengine {

using namespace detail;

CallData Simulator::Impl::call_data(const Data& x, const CallTargets* wanted,
                                    std::optional<Index> n_steps,
                                    const std::string& call) const {
    CallData result;
    for (const PlacedData& data : inputs_of(x, call)) {
        const auto& node = *built.inputs[static_cast<std::size_t>(data.place)];
        const std::string where = call + ": " + describe(node);
        const auto tensor =
            checked_tensor(*data.values, node.size_out, where, data.scale);
        match_items(result, tensor.batch, where);
        check_values(tensor, options.dtype, wanted != nullptr, where);
        if (tensor.steps > 1 && result.n_steps > 1 && tensor.steps != result.n_steps) {
            throw ShapeError(
                where, "data for " + std::to_string(tensor.steps) + " steps",
                std::to_string(result.n_steps) + " as in the other data, or 1");
        }
        result.n_steps = std::max(result.n_steps, tensor.steps);
        if (!result.feeds.emplace(data.place, tensor).second) {
            throw ValidationError(where + ": got data twice, needs it once");
        }
    }
    if (n_steps) {
        check_steps(*n_steps, 1, simulation->step(), call);
        if (result.n_steps > 1 && result.n_steps != *n_steps) {
            throw ShapeError(call,
                             "data for " + std::to_string(result.n_steps) + " steps",
                             "n_steps = " + std::to_string(*n_steps) + " or 1");
        }
        result.n_steps = *n_steps;
    }
    if (result.n_steps < 1) {
        throw ValidationError(call +
                              ": got neither data nor n_steps, needs one of them");
    }
    if (wanted != nullptr) {
        add_targets(result, wanted->targets, call);
        add_weights(result, *wanted, call);
        add_objective(result);
    }
    if (result.items == 0) {
        result.items = minibatch();
    }
    return result;
}

void Simulator::Impl::warn_of_delay(Index n_steps,
                                    const std::vector<int>& probes) const {
    bool delayed = has_synapses;
    for (const int probe : probes) {
        const auto& synapse = built.probes[static_cast<std::size_t>(probe)]->synapse;
        delayed = delayed || !synapse.is_none();
    }
    if (n_steps == 1 && delayed) {
        warn(
            "running for one step, but the network contains synapses, which delay by "
            "at "
            "least one step; should they be none?");
    }
}

}  // namespace nengine
