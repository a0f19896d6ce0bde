#include "tests/golden/described/values.hpp"

// What connections carry a value through: functions, transforms, learning rules.

namespace nengine::test::described {

const Kinds<Transform>& transforms() {
    static const auto kinds =
        Kinds<Transform>()
            .add<Sparse>("Sparse", {{"shape", &Sparse::shape},
                                    {"indices", &Sparse::indices},
                                    {"init", &Sparse::init}})
            .add<Convolution>("Convolution",
                              {{"n_filters", &Convolution::n_filters},
                               {"input_shape", &Convolution::input_shape},
                               {"kernel_size", &Convolution::kernel_size},
                               {"strides", &Convolution::strides},
                               {"padding", &Convolution::padding},
                               {"channels_last", &Convolution::channels_last},
                               {"init", &Convolution::init},
                               {"groups", &Convolution::groups}})
            .add<ConvolutionTranspose>(
                "ConvolutionTranspose",
                {{"n_filters", &ConvolutionTranspose::n_filters},
                 {"input_shape", &ConvolutionTranspose::input_shape},
                 {"output_shape", &ConvolutionTranspose::output_shape},
                 {"kernel_size", &ConvolutionTranspose::kernel_size},
                 {"strides", &ConvolutionTranspose::strides},
                 {"padding", &ConvolutionTranspose::padding},
                 {"channels_last", &ConvolutionTranspose::channels_last},
                 {"init", &ConvolutionTranspose::init}});
    return kinds;
}

const Kinds<LearningRuleType>& learning_rules() {
    static const auto kinds =
        Kinds<LearningRuleType>()
            .add<PES>("PES", {{"learning_rate", &PES::learning_rate},
                              {"pre_synapse", &PES::pre_synapse}})
            .add<RLS>("RLS", {{"learning_rate", &RLS::learning_rate},
                              {"pre_synapse", &RLS::pre_synapse}})
            .add<BCM>("BCM", {{"learning_rate", &BCM::learning_rate},
                              {"pre_synapse", &BCM::pre_synapse},
                              {"post_synapse", &BCM::post_synapse},
                              {"theta_synapse", &BCM::theta_synapse}})
            .add<Oja>("Oja", {{"learning_rate", &Oja::learning_rate},
                              {"pre_synapse", &Oja::pre_synapse},
                              {"post_synapse", &Oja::post_synapse},
                              {"beta", &Oja::beta}})
            .add<Voja>("Voja", {{"learning_rate", &Voja::learning_rate},
                                {"post_synapse", &Voja::post_synapse}});
    return kinds;
}

template <>
Transform read<Transform>(const Json& from) {
    if (!from.is_object()) {
        return read<Array>(from);
    }
    return distributions().has(from.at("type").get<std::string>())
               ? Transform(read<Distribution>(from))
               : transforms().make(from);
}

template <>
Padding read<Padding>(const Json& from) {
    return from == "same" ? Padding::same : Padding::valid;
}

template <>
LearningRules read<LearningRules>(const Json& from) {
    const auto& kinds = learning_rules();
    if (from.is_array()) {  // of two
        return {kinds.make(from.at(0)), kinds.make(from.at(1))};
    }
    if (from.contains("type")) {
        return kinds.make(from);
    }
    return {LearningRules::Named{"p", kinds.make(from.at("p"))},
            LearningRules::Named{"q", kinds.make(from.at("q"))}};
}

}  // namespace nengine::test::described
