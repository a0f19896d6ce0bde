#pragma once

namespace nengine {

// Keras's initializers of parameters, with its names, formulas and defaults, but not
// its random numbers; also distributions like others. The fans of a parameter [..., in,
// out] of a layer or node are `in` and `out` times the extents before; of a vector its
// size. Where they are drawn as vectors [n, d], the fans are d and n.

/// The fan that divides a variance: inputs, outputs or the mean of both.
enum class FanMode { fan_in, fan_out, fan_avg };
/// `normal` is truncated at two deviations.
enum class ScalingDistribution { uniform, normal, untruncated_normal };

/// Weights [outputs, inputs] of variance `scale / fan`: uniform in
/// +-sqrt(3 * scale / fan), normal, or normal truncated at two deviations. (As weights
/// of a Nengo object, the deviation is that before it is truncated.) The defaults are
/// NengoDL's; Keras's are FanMode::fan_in and ScalingDistribution::normal.
struct VarianceScaling {
    double scale = 1.0;
    FanMode mode = FanMode::fan_avg;
    ScalingDistribution distribution = ScalingDistribution::uniform;
    bool operator==(const VarianceScaling&) const = default;
};

/// Uniform in +-sqrt(6 / (fan_in + fan_out)).
struct GlorotUniform {
    static constexpr VarianceScaling scaling{1.0, FanMode::fan_avg,
                                             ScalingDistribution::uniform};
    bool operator==(const GlorotUniform&) const = default;
};
/// Normal of variance 2 / (fan_in + fan_out), truncated.
struct GlorotNormal {
    static constexpr VarianceScaling scaling{1.0, FanMode::fan_avg,
                                             ScalingDistribution::normal};
    bool operator==(const GlorotNormal&) const = default;
};
/// Uniform in +-sqrt(6 / fan_in).
struct HeUniform {
    static constexpr VarianceScaling scaling{2.0, FanMode::fan_in,
                                             ScalingDistribution::uniform};
    bool operator==(const HeUniform&) const = default;
};
/// Normal of variance 2 / fan_in, truncated.
struct HeNormal {
    static constexpr VarianceScaling scaling{2.0, FanMode::fan_in,
                                             ScalingDistribution::normal};
    bool operator==(const HeNormal&) const = default;
};
/// Uniform in +-sqrt(3 / fan_in).
struct LecunUniform {
    static constexpr VarianceScaling scaling{1.0, FanMode::fan_in,
                                             ScalingDistribution::uniform};
    bool operator==(const LecunUniform&) const = default;
};
/// Normal of variance 1 / fan_in, truncated.
struct LecunNormal {
    static constexpr VarianceScaling scaling{1.0, FanMode::fan_in,
                                             ScalingDistribution::normal};
    bool operator==(const LecunNormal&) const = default;
};

/// Normal with a mean and a standard deviation above 0. (Truncated at two deviations it
/// is TruncatedNormal{.stddev = 0.05}, whose default deviation is NengoDL's.)
struct RandomNormal {
    double mean = 0.0;
    double stddev = 0.05;
    bool operator==(const RandomNormal&) const = default;
};

/// Uniform in [minval, maxval).
struct RandomUniform {
    double minval = -0.05;
    double maxval = 0.05;
    bool operator==(const RandomUniform&) const = default;
};

/// `gain` times a random matrix whose rows or columns, whichever are fewer, are
/// orthogonal and of norm 1; of more axes than two all but the last are its rows.
struct Orthogonal {
    double gain = 1.0;
    bool operator==(const Orthogonal&) const = default;
};

/// `gain` where row and column of a matrix are the same, else 0.
struct Identity {
    double gain = 1.0;
    bool operator==(const Identity&) const = default;
};

/// The same number everywhere.
struct Constant {
    double value = 0.0;
    bool operator==(const Constant&) const = default;
};
struct Zeros {
    bool operator==(const Zeros&) const = default;
};
struct Ones {
    bool operator==(const Ones&) const = default;
};

}  // namespace nengine
