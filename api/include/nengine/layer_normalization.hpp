#pragma once

#include <vector>

#include "nengine/distributions.hpp"
#include "nengine/tensor_node.hpp"

namespace nengine {

/// (x - mean) / sqrt(variance + epsilon) * gamma + beta, with the mean and the variance
/// over some axes of one item in one step: Keras's LayerNormalization. Parameters:
/// `gamma` and `beta`, with the extents of these axes.
struct LayerNormalization {
    static constexpr const char* kind_name = "layer_normalization";

    std::vector<int> axis = {-1};
    double epsilon = 0.001;
    bool center = true;  ///< adds beta
    bool scale = true;   ///< multiplies by gamma
    DistributionOrArray beta_initializer = 0.0;
    DistributionOrArray gamma_initializer = 1.0;
    Regularizer beta_regularizer = None;
    Regularizer gamma_regularizer = None;
    Constraint beta_constraint = None;
    Constraint gamma_constraint = None;

    void build(NodeBuild& node) {
        const Expression x = node.x();
        Shape own;
        repeated.assign(x.rank(), 1);
        for (const int k : axis) {
            own.push_back(x.extent(k));
            const int from_first = k < 0 ? k + static_cast<int>(x.rank()) : k;
            repeated[static_cast<std::size_t>(from_first)] = own.back();
        }
        if (scale) {
            gamma = node.parameter({.name = "gamma",
                                    .shape = own,
                                    .initializer = gamma_initializer,
                                    .regularizer = gamma_regularizer,
                                    .constraint = gamma_constraint});
        }
        if (center) {
            beta = node.parameter({.name = "beta",
                                   .shape = own,
                                   .initializer = beta_initializer,
                                   .regularizer = beta_regularizer,
                                   .constraint = beta_constraint});
        }
    }
    Expression operator()(Expression x) const {
        const Along along{axis, true};
        const Expression normal =
            (x - mean(x, along)) * rsqrt(variance(x, along) + epsilon);
        const Expression scaled = scale ? normal * reshape(gamma, repeated) : normal;
        return center ? scaled + reshape(beta, repeated) : scaled;
    }

    // Made by `build`.
    Shape repeated = {};  ///< the parameters' in x's axes
    Expression gamma = 1.0, beta = 0.0;
};

}  // namespace nengine
