#pragma once

#include <cstdint>
#include <optional>

#include "nengine/nengine.hpp"

// What random networks are made of: a kind of everything by its number.

namespace nengine::test {

/// `scale` times numbers of both signs, [rows, columns].
Array random_matrix(std::int64_t rows, std::int64_t columns, double scale, int number);

NeuronModel random_neurons(int number);
/// Types that every network takes: with neurons, and built at once.
NeuronModel random_quick_neurons(int number);

/// Never None.
Synapse random_synapse(int number);

struct RandomProcess {
    Process process;
    bool drawn_for_each_item;  ///< random, and without a seed
};
/// A signal of some size, without an input.
RandomProcess random_process(int number, std::int64_t size);
/// One that takes an input of the size that it gives.
RandomProcess random_filter(int number);

/// Rules for what decodes activities; with `voja`, some that move encoders too.
LearningRules random_decoder_rules(int number, bool voja);
/// Rules for weights between neurons: of any of them, or of all.
LearningRules random_weight_rules(int number, bool whole);
LearningRules random_encoder_rules(int number);

}  // namespace nengine::test
