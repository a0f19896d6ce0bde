#include "kernels/neuron_registry.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <string_view>

#include "kernels/base/cpu_features.hpp"
#include "kernels/base/error.hpp"

namespace nengine::kernels {
namespace {

TEST(NeuronRegistry, FindsEachBuiltInTypeByItsName) {
    std::set<std::string_view> names;
    for (const NeuronType type : built_in_neurons()) {
        const std::string_view name = neuron_info(type).name;
        EXPECT_EQ(find_neuron(name), type) << name;
        EXPECT_EQ(neuron_type(name), type) << name;
        EXPECT_TRUE(is_built_in(type)) << name;
        names.insert(name);
    }
    EXPECT_EQ(names.size(), built_in_neurons().size());
    EXPECT_EQ(find_neuron("NoSuchType"), std::nullopt);
    EXPECT_THROW(neuron_type("NoSuchType"), ValidationError);
}

TEST(NeuronRegistry, BuiltInTypesHaveKernelsForThisProcessor) {
    for (const NeuronType type : built_in_neurons()) {
        const RegisteredNeuron& neuron = registered_neuron(type);
        EXPECT_NE(neuron.cpu.single.scan, nullptr) << neuron.info.name;
        EXPECT_NE(neuron.cpu.precise.scan, nullptr) << neuron.info.name;
        EXPECT_EQ(neuron.avx512.single.scan != nullptr, has_avx512());
        EXPECT_EQ(neuron.avx512.precise.scan != nullptr, has_avx512());
    }
}

void expect_first_params(const NeuronInfo& of, const NeuronInfo& type) {
    EXPECT_LE(of.n_params, type.n_params) << type.name;
    for (std::size_t k = 0; k < static_cast<std::size_t>(of.n_params); ++k) {
        EXPECT_EQ(type.params[k], of.params[k]) << type.name;
    }
}

TEST(NeuronRegistry, ParametersBeginWithThoseOfTheRateType) {
    for (const NeuronType type : built_in_neurons()) {
        const NeuronInfo& info = neuron_info(type);
        const NeuronInfo& rate = neuron_info(info.rate_type);
        expect_first_params(rate, info);
        EXPECT_EQ(rate.rate_type, info.rate_type) << info.name;
        EXPECT_EQ(info.has_rate, rate.has_rate) << info.name;
        if (info.smooth_rate_type) {
            const NeuronInfo& smooth = neuron_info(*info.smooth_rate_type);
            expect_first_params(rate, smooth);
            EXPECT_EQ(smooth.n_params, rate.n_params + 1) << info.name;
        }
    }
    EXPECT_EQ(neuron_info(neuron_type("LIF")).smooth_rate_type,
              neuron_type("SoftLIFRate"));
}

TEST(NeuronRegistry, RefusesATypeWithTheNameOfABuiltInOne) {
    RegisteredNeuron neuron{};
    neuron.info.name = "LIF";

    EXPECT_THROW(register_neuron(neuron), ValidationError);
}

TEST(NeuronRegistry, RefusesARateTypeThatIsNotThere) {
    RegisteredNeuron neuron{};
    neuron.info.name = "OfNoRate";
    neuron.rate_name = "NoSuchType";

    EXPECT_THROW(register_neuron(neuron), ValidationError);
    EXPECT_EQ(find_neuron("OfNoRate"), std::nullopt);
}

}  // namespace
}  // namespace nengine::kernels
