#pragma once

#include <string>
#include <vector>

#include "nengine/array.hpp"

// What TensorFlow's losses and metrics gave: tests/keras/losses.json.

namespace nengine::test {

/// A loss of one item, or a metric that is a mean, of which there is the mean alone.
struct KerasLoss {
    std::string name;
    Array target, output;  ///< [samples, size]
    std::vector<double> values;
    double mean;
    std::vector<double> gradient;  ///< of the mean, by the output
    double tolerance;              ///< relative
};

/// A metric with a last step, of several items.
struct KerasSums {
    std::string name;
    std::vector<Array> targets, outputs;
    double result;
    double tolerance;
};

const std::vector<KerasLoss>& keras_losses();
const std::vector<KerasSums>& keras_sums();

}  // namespace nengine::test
