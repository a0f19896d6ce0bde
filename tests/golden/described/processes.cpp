#include <cmath>

#include "tests/golden/described/values.hpp"

// Synapses, and processes, which synapses are too.

namespace nengine::test::described {

namespace {

struct Ramp {
    double operator()(double t) const { return 10 * t; }
};

template <class Base>
Kinds<Base> filters() {
    return Kinds<Base>()
        .template add<Lowpass>("Lowpass", {{"tau", &Lowpass::tau}})
        .template add<Alpha>("Alpha", {{"tau", &Alpha::tau}})
        .template add<Triangle>("Triangle", {{"t", &Triangle::t}})
        .template add<LinearFilter>("LinearFilter",
                                    {{"num", &LinearFilter::num},
                                     {"den", &LinearFilter::den},
                                     {"analog", &LinearFilter::analog},
                                     {"method", &LinearFilter::method}});
}

/// WhiteSignal has no defaults for these two.
struct Signal {
    WhiteSignal signal{.period = 0, .high = 0};
    operator Process() const { return signal; }
};

Parameters<Signal> signal_parameters() {
    const Parameters<WhiteSignal> inner = {{"period", &WhiteSignal::period},
                                           {"high", &WhiteSignal::high},
                                           {"rms", &WhiteSignal::rms},
                                           {"y0", &WhiteSignal::y0},
                                           {"seed", &WhiteSignal::seed}};
    return Parameters<Signal>().with(&Signal::signal, inner);
}

}  // namespace

const Kinds<Synapse>& synapses() {
    static const auto kinds = filters<Synapse>();
    return kinds;
}

const Kinds<PiecewiseValue>& functions_of_time() {
    static const auto kinds = Kinds<PiecewiseValue>().add<Ramp>("ramp");
    return kinds;
}

const Kinds<Process>& processes() {
    static const auto kinds =
        filters<Process>()
            .add<WhiteNoise>("WhiteNoise", {{"dist", &WhiteNoise::dist},
                                            {"scale", &WhiteNoise::scale},
                                            {"seed", &WhiteNoise::seed}})
            .add<FilteredNoise>("FilteredNoise", {{"synapse", &FilteredNoise::synapse},
                                                  {"dist", &FilteredNoise::dist},
                                                  {"scale", &FilteredNoise::scale},
                                                  {"seed", &FilteredNoise::seed}})
            .add<BrownNoise>("BrownNoise",
                             {{"dist", &BrownNoise::dist}, {"seed", &BrownNoise::seed}})
            .add("WhiteSignal", signal_parameters())
            .add<PresentInput>("PresentInput",
                               {{"inputs", &PresentInput::inputs},
                                {"presentation_time", &PresentInput::presentation_time},
                                {"seed", &PresentInput::seed}})
            .add<Piecewise>("Piecewise", {{"data", &Piecewise::data},
                                          {"interpolation", &Piecewise::interpolation},
                                          {"seed", &Piecewise::seed}});
    return kinds;
}

template <>
Synapse read<Synapse>(const Json& from) {
    if (from.is_null()) {
        return None;
    }
    return from.is_number() ? Synapse(from.get<double>()) : synapses().make(from);
}

template <>
Discretization read<Discretization>(const Json& from) {
    using enum Discretization;
    static const std::map<std::string, Discretization> methods = {
        {"zoh", zoh},
        {"bilinear", bilinear},
        {"euler", euler},
        {"backward_diff", backward_diff}};
    return methods.at(from.get<std::string>());
}

template <>
Process read<Process>(const Json& from) {
    return processes().make(from);
}

template <>
Interpolation read<Interpolation>(const Json& from) {
    using enum Interpolation;
    static const std::map<std::string, Interpolation> kinds = {
        {"zero", zero},       {"linear", linear},       {"nearest", nearest},
        {"slinear", slinear}, {"quadratic", quadratic}, {"cubic", cubic}};
    return kinds.at(from.get<std::string>());
}

template <>
Course read<Course>(const Json& from) {
    Course result;
    for (const Json& point : from) {
        const Json& value = point.at(1);
        result.emplace(point.at(0).get<double>(),
                       value.is_object()
                           ? functions_of_time().make(value)
                           : PiecewiseValue(value.get<std::vector<double>>()));
    }
    return result;
}

}  // namespace nengine::test::described
