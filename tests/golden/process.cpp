#include <cmath>

#include "tests/golden/functions.hpp"
#include "tests/golden/golden_test.hpp"

namespace nengine::test {

namespace {

struct Kind {
    std::string name;
    Process process;
    std::int64_t size;
};

Network processes(std::uint32_t seed, const std::vector<Kind>& kinds) {
    Network net({.seed = seed});
    for (const auto& [name, process, size] : kinds) {
        auto node = net.node(process, {.label = name, .size_out = size});
        net.probe(node, {.label = "p_" + name});
    }
    return net;
}

}  // namespace

GOLDEN_NETWORK(process_white_signal) {
    return processes(
        120,
        {{"plain", WhiteSignal{.period = 0.1, .high = 50, .seed = 1}, 1},
         {"two", WhiteSignal{.period = 0.12, .high = 30, .rms = 0.3, .seed = 2}, 2},
         {"aligned", WhiteSignal{.period = 0.1, .high = 40, .y0 = 0.0, .seed = 3}, 2},
         {"odd", WhiteSignal{.period = 0.0995, .high = 100, .y0 = 0.2, .seed = 4}, 1},
         {"full", WhiteSignal{.period = 0.05, .high = 500, .seed = 5}, 1},
         {"long", WhiteSignal{.period = 1.0, .high = 5, .rms = 0.3, .seed = 6}, 1}});
}

GOLDEN_NETWORK(process_white_noise) {
    return processes(
        121,
        {{"plain", WhiteNoise{.seed = 1}, 1},
         {"unscaled", WhiteNoise{.dist = Gaussian{0.5, 0.1}, .scale = false, .seed = 2},
          3},
         {"uniform", WhiteNoise{.dist = Uniform{-1, 1}, .seed = 3}, 2},
         {"sphere", WhiteNoise{.dist = UniformHypersphere{}, .scale = false, .seed = 4},
          3}});
}

GOLDEN_NETWORK(process_filtered_noise) {
    return processes(
        122,
        {{"plain", FilteredNoise{.seed = 1}, 1},
         {"alpha",
          FilteredNoise{.synapse = Alpha{0.01}, .dist = Gaussian{0, 0.2}, .seed = 2},
          2},
         {"unscaled",
          FilteredNoise{.synapse = Lowpass{0.02},
                        .dist = Uniform{-1, 1},
                        .scale = false,
                        .seed = 3},
          2},
         {"brown", BrownNoise{.seed = 4}, 2},
         {"brown_uniform", BrownNoise{.dist = Uniform{-1, 1}, .seed = 5}, 1}});
}

GOLDEN_NETWORK(process_unseeded) {
    Network net = processes(123, {{"noise", WhiteNoise{}, 1},
                                  {"signal", WhiteSignal{.period = 0.1, .high = 50}, 2},
                                  {"fixed", WhiteNoise{.seed = 9}, 1},
                                  {"brown", BrownNoise{}, 1}});
    auto out = net.node(None, {.label = "out", .size_in = 1});
    net.connect(net.nodes().front(), out, {.label = "co", .synapse = 0.01});
    net.probe(out, {.label = "p_out"});
    return net;
}

GOLDEN_NETWORK(process_present_input) {
    Values images = linspace(0.0, 23.0, 24);
    for (double& pixel : images) {
        pixel /= 10.0;
    }
    return processes(124,
                     {{"images", PresentInput{Array({4, 2, 3}, images), 0.02}, 6},
                      {"scalars", PresentInput{Array{{1.0}, {2.0}, {-1.0}}, 0.007}, 1},
                      {"every_step", PresentInput{Array{{0.0}, {1.0}}, 0.001}, 1},
                      {"odd", PresentInput{Array{{0.0}, {1.0}, {2.0}}, 0.0025}, 1}});
}

GOLDEN_NETWORK(process_piecewise) {
    const std::map<double, PiecewiseValue> data = {{0.0, Values{0, 1}},
                                                   {0.02, Values{1, -1}},
                                                   {0.05, Values{-1, 0.5}},
                                                   {0.08, Values{0.3, 0}},
                                                   {0.1, Values{0, 2}}};
    using enum Interpolation;
    std::vector<Kind> kinds;
    for (const auto& [name, kind] :
         std::vector<std::pair<std::string, Interpolation>>{{"zero", zero},
                                                            {"linear", linear},
                                                            {"nearest", nearest},
                                                            {"slinear", slinear},
                                                            {"quadratic", quadratic},
                                                            {"cubic", cubic}}) {
        kinds.push_back({name, Piecewise{data, kind}, 2});
    }
    kinds.push_back({"late", Piecewise{{{0.03, 1.0}, {0.0505, -1.0}}}, 1});
    kinds.push_back({"calls",
                     Piecewise{{{0.0, [](double t) { return std::sin(t); }},
                                {0.04, [](double t) { return std::cos(t); }},
                                {0.06, 0.5}}},
                     1});
    return processes(125, kinds);
}

}  // namespace nengine::test
