#include "tests/support/random_parts.hpp"

#include <cmath>
#include <vector>

namespace nengine::test {

namespace {

template <class T>
const T& choose(const std::vector<T>& all, int number) {
    return all[static_cast<std::size_t>(number) % all.size()];
}

/// Of order ten: no kernel filters that.
LinearFilter high_order() {
    LinearFilter filter = combine(Alpha{0.002}, Alpha{0.003});
    for (const double tau : {0.002, 0.004, 0.001}) {
        filter = combine(filter, Alpha{tau});
    }
    return filter;
}

/// Drifts, and pulls its input along.
CustomProcess walk(std::int64_t size_in, std::optional<std::uint32_t> seed) {
    return {.size_in = size_in,
            .make_step =
                [](ProcessSizes sizes, RandomStream rng) {
                    return [sizes, rng,
                            at = std::vector<double>(static_cast<std::size_t>(
                                sizes.size_out))](double t, std::span<const double> x,
                                                  std::span<double> out) mutable {
                        for (std::size_t i = 0; i < out.size(); ++i) {
                            at[i] += 0.1 * rng.normal() + 10 * sizes.dt * t;
                            out[i] = at[i] + (x.empty() ? 0.0 : 0.5 * x[i]);
                        }
                    };
                },
            .seed = seed};
}

Piecewise piecewise(int number, std::int64_t size) {
    constexpr Interpolation ways[] = {Interpolation::zero,      Interpolation::linear,
                                      Interpolation::nearest,   Interpolation::slinear,
                                      Interpolation::quadratic, Interpolation::cubic};
    Piecewise result{.data = {}, .interpolation = ways[number % 6]};
    for (const int at : {2, 5, 6, 9, 17}) {
        const Array values = random_matrix(1, size, 1.0, number + at);
        result.data.emplace(0.001 * at, PiecewiseValue(values.values));
    }
    if (result.interpolation == Interpolation::zero) {
        const auto n = static_cast<std::size_t>(size);
        result.data.insert_or_assign(
            0.009, [n](double t) { return std::vector<double>(n, std::sin(300 * t)); });
    }
    return result;
}

}  // namespace

Array random_matrix(std::int64_t rows, std::int64_t columns, double scale, int number) {
    Array result({rows, columns},
                 std::vector<double>(static_cast<std::size_t>(rows * columns)));
    for (std::size_t i = 0; i < result.values.size(); ++i) {
        result.values[i] = scale * std::cos(static_cast<double>(i) * 1.7 + number);
    }
    return result;
}

NeuronModel random_quick_neurons(int number) {
    static const std::vector<NeuronModel> types = {
        LIF{},
        LIFRate{},
        RectifiedLinear{},
        SpikingRectifiedLinear{},
        Sigmoid{},
        AdaptiveLIF{},
        RegularSpiking{},
        Tanh{},
        AdaptiveLIFRate{.tau_n = 0.02},
        SoftLIFRate{},
        LeakyReLU{},
        SpikingLeakyReLU{},
        RegularSpiking{.base_type = Tanh{}, .amplitude = 0.5},
        RegularSpiking{AdaptiveLIFRate{.tau_n = 0.02}},
        AdaptiveLIF{.tau_n = 0.01, .inc_n = 0.1},
        LIF{.min_voltage = -1.0, .initial_state = {{"voltage", Uniform{-1, 1}}}},
        StochasticSpiking{},
        StochasticSpiking{.base_type = Tanh{}, .amplitude = 0.5},
        StochasticSpiking{AdaptiveLIFRate{.tau_n = 0.02}},
        StochasticSpiking{RectifiedLinear{}},
        StochasticSpiking{LIF{}},
        PoissonSpiking{},
        PoissonSpiking{SoftLIFRate{}},
        PoissonSpiking{.base_type = Sigmoid{}, .amplitude = 0.5},
        PoissonSpiking{LeakyReLU{}}};
    return choose(types, number);
}

NeuronModel random_neurons(int number) {
    switch (number % 16) {
        case 6:
            return Direct{};
        case 9:
            return Izhikevich{};
        default:
            return random_quick_neurons(number);
    }
}

Synapse random_synapse(int number) {
    static const std::vector<Synapse> synapses = {
        0.005,
        Lowpass{0.0},
        Alpha{0.01},
        Lowpass{0.02},
        Triangle{0.004},
        Triangle{0.0},
        LinearFilter{.num = {1.0}, .den = {1e-7, 3e-5, 8e-3, 1.0}},
        LinearFilter{
            .num = {0.02, 1.0}, .den = {0.01, 1.0}, .method = Discretization::bilinear},
        LinearFilter{
            .num = {1.0}, .den = {4e-5, 0.01, 1.0}, .method = Discretization::euler},
        LinearFilter{.num = {0.3, 0.1}, .den = {1.0, -0.8, 0.3}, .analog = false},
        LinearFilter{.num = {0.5}, .den = {1.0}},
        high_order()};
    return choose(synapses, number);
}

RandomProcess random_process(int number, std::int64_t size) {
    const bool seeded = number / 10 % 2 == 0;
    const std::optional<std::uint32_t> seed =
        seeded ? std::optional(static_cast<std::uint32_t>(number % 3)) : std::nullopt;
    const auto drawn = [&](Process process) {
        return RandomProcess{std::move(process), !seeded};
    };
    switch (number % 10) {
        case 0:
            return drawn(WhiteNoise{.dist = Gaussian{0.1, 0.02}, .seed = seed});
        case 1:
            return drawn(
                WhiteNoise{.dist = Uniform{-0.6, 0.5}, .scale = false, .seed = seed});
        case 2:
            return drawn(FilteredNoise{
                .synapse = 0.003, .dist = Gaussian{0, 0.05}, .seed = seed});
        case 3:
            return drawn(FilteredNoise{.synapse = Triangle{0.003},
                                       .dist = Exponential{0.5},
                                       .scale = false,
                                       .seed = seed});
        case 4:
            return drawn(BrownNoise{.dist = Gaussian{0, 3.0}, .seed = seed});
        case 5:
            return drawn(WhiteSignal{.period = 0.05, .high = 200, .seed = seed});
        case 6:
            return drawn(
                WhiteSignal{.period = 0.013, .high = 300, .y0 = 0.0, .seed = seed});
        case 7:
            return drawn(walk(0, seed));
        case 8:
            return {PresentInput{random_matrix(3, size, 1.0, number), 0.0025}, false};
        default:
            return {piecewise(number / 10, size), false};
    }
}

RandomProcess random_filter(int number) {
    if (number % 3 == 0) {
        const bool seeded = number % 2 == 0;
        return {walk(1, seeded ? std::optional(5U) : std::nullopt), !seeded};
    }
    return {random_synapse(number), false};
}

LearningRules random_decoder_rules(int number, bool voja) {
    static const std::vector<LearningRules> plain = {
        PES{1e-2},
        PES{.learning_rate = 1e-2, .pre_synapse = Alpha{0.004}},
        PES{.learning_rate = 3e-3, .pre_synapse = 0.0},
        RLS{1e-2},
        RLS{.learning_rate = 1e-2, .pre_synapse = 0.01},
        LearningRules{PES{1e-2}, PES{.learning_rate = 3e-3, .pre_synapse = 0.02}},
        LearningRules{PES{1e-2}, RLS{1e-2}}};
    static const std::vector<LearningRules> with_voja = {
        LearningRules{Voja{0.3}, PES{1e-2}},
        LearningRules{{"pes", PES{1e-2}}, {"voja", Voja{.post_synapse = Alpha{0.01}}}}};
    return voja && number % 3 == 0 ? choose(with_voja, number / 3)
                                   : choose(plain, number);
}

LearningRules random_weight_rules(int number, bool whole) {
    static const std::vector<LearningRules> of_whole = {
        BCM{.learning_rate = 1e-8, .theta_synapse = 0.01},
        BCM{1e-8, Alpha{0.01}, Synapse(None), Triangle{0.005}},
        Oja{1e-5},
        Oja{.learning_rate = 1e-5, .post_synapse = 0.01, .beta = 3.0},
        LearningRules{Oja{1e-5}, BCM{.learning_rate = 1e-8, .theta_synapse = 0.02},
                      PES{1e-2}},
        LearningRules{Oja{1e-5}, Oja{.learning_rate = 1e-6, .pre_synapse = 0.02}}};
    static const std::vector<LearningRules> of_any = {
        PES{1e-2}, PES{.learning_rate = 1e-2, .pre_synapse = Triangle{0.003}},
        LearningRules{PES{1e-2}, PES{1e-3}}};
    return whole && number % 4 != 0 ? choose(of_whole, number)
                                    : choose(of_any, number / 4);
}

LearningRules random_encoder_rules(int number) {
    static const std::vector<LearningRules> rules = {
        Voja{0.3}, Voja{.learning_rate = 0.3, .post_synapse = Alpha{0.005}},
        Voja{.learning_rate = 0.1, .post_synapse = None},
        LearningRules{Voja{0.2}, Voja{.learning_rate = 0.1, .post_synapse = 0.02}}};
    return choose(rules, number);
}

}  // namespace nengine::test
