#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/numerics/matrix.hpp"
#include "api/numerics/random_state.hpp"
#include "nengine/distributions.hpp"

namespace nengine {

/// The numbers of a layer's parameter of some shape, in rows: with Keras's fans and
/// deviations where a distribution has any; Orthogonal and Identity are matrices.
/// @throws ValidationError  it is not sensible, or cannot give this shape, or a number
///                          is not finite; `what` names the parameter
/// @throws ShapeError       as sample
Vector sample_parameter(const Distribution& distribution,
                        const std::vector<std::int64_t>& shape, RandomState& rng,
                        const std::string& what);

/// The number of components asked for; none asks for plain numbers.
using Dimensions = std::optional<std::int64_t>;

// What sample() does with those of nengine/initializers.hpp.
Matrix draw_initializer(const VarianceScaling& initializer, std::int64_t n,
                        Dimensions d, RandomState& rng);
Matrix draw_initializer(const Glorot& initializer, std::int64_t n, Dimensions d,
                        RandomState& rng);
Matrix draw_initializer(const He& initializer, std::int64_t n, Dimensions d,
                        RandomState& rng);
Matrix draw_initializer(const RandomNormal& initializer, std::int64_t n, Dimensions d,
                        RandomState& rng);
Matrix draw_initializer(const RandomUniform& initializer, std::int64_t n, Dimensions d,
                        RandomState& rng);
Matrix draw_initializer(const Orthogonal& initializer, std::int64_t n, Dimensions d,
                        RandomState& rng);
Matrix draw_initializer(const Identity& initializer, std::int64_t n, Dimensions d,
                        RandomState& rng);
Matrix draw_initializer(const Constant& initializer, std::int64_t n, Dimensions d,
                        RandomState& rng);
inline Matrix draw_initializer(const Zeros&, std::int64_t n, Dimensions d,
                               RandomState& rng) {
    return draw_initializer(Constant{0.0}, n, d, rng);
}
inline Matrix draw_initializer(const Ones&, std::int64_t n, Dimensions d,
                               RandomState& rng) {
    return draw_initializer(Constant{1.0}, n, d, rng);
}
/// Those that are a scaling by another name.
template <class Named>
requires requires {
    Named::scaling;
}
Matrix draw_initializer(const Named&, std::int64_t n, Dimensions d, RandomState& rng) {
    return draw_initializer(Named::scaling, n, d, rng);
}

}  // namespace nengine
