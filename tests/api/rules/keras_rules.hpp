#pragma once

#include <map>
#include <string>
#include <vector>

#include "nengine/nengine.hpp"

// What Keras does with single parameters: tests/keras/data/rules.json.

namespace nengine::test {

struct KerasRegularizer {
    std::string name;
    Regularizer regularizer;
    Array parameter;
    double value;
    std::vector<double> gradient;
};

struct KerasConstraint {
    std::string name;
    Constraint constraint;
    Array parameter;
    std::vector<double> value;
};

/// Dense(3), tanh, Dense(2), trained on 10 items in minibatches of 4 for three epochs
/// without shuffling, and validated on the first 5.
struct KerasModel {
    std::string described;
    AnyOptimizer optimizer;
    Clipping clip;
    Dense first, second;
    bool trainable;  ///< the first layer
    std::vector<double> x, y;
    std::vector<std::vector<double>> start, end;  ///< kernel, bias, kernel, bias
    std::vector<double> loss, val_loss;           ///< by epoch
    double regularization;                        ///< at the end
};

const std::vector<KerasRegularizer>& keras_regularizers();
const std::vector<KerasConstraint>& keras_constraints();
const std::vector<KerasModel>& keras_models();

}  // namespace nengine::test
