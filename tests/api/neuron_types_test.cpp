#include <gtest/gtest.h>

#include <vector>

#include "api/objects/neuron_parts.hpp"
#include "kernels/neuron_registry.hpp"

namespace nengine::test {
namespace {

TEST(NeuronTypes, HaveTheDefaultsOfTheirFunctors) {
    const std::vector<NeuronModel> models{LIF{},
                                          LIFRate{},
                                          SoftLIFRate{},
                                          RectifiedLinear{},
                                          Sigmoid{},
                                          Tanh{},
                                          AdaptiveLIF{},
                                          AdaptiveLIFRate{},
                                          Izhikevich{},
                                          LeakyReLU{},
                                          SpikingLeakyReLU{},
                                          SpikingRectifiedLinear{},
                                          AdaptiveExponential{}};
    for (const NeuronModel& model : models) {
        const TunedNeuron neuron = tuned_neuron(model);
        const kernels::RegisteredNeuron& known =
            kernels::registered_neuron(neuron.type);
        const auto first = known.defaults.begin();
        EXPECT_EQ(neuron.params,
                  std::vector<double>(first, first + known.info.n_params))
            << known.info.name;
    }
    // RegularSpiking is its base type and the spikes made of it.
    EXPECT_EQ(models.size() + 1, kernels::built_in_neurons().size());
}

}  // namespace
}  // namespace nengine::test
