#include "tests/golden/described/values.hpp"

namespace nengine::test::described {

namespace {

void append(const Json& from, std::size_t axis, Array& to) {
    if (!from.is_array()) {
        to.values.push_back(from.get<double>());
        return;
    }
    if (axis == to.shape.size()) {
        to.shape.push_back(static_cast<std::int64_t>(from.size()));
    }
    for (const Json& part : from) {
        append(part, axis + 1, to);
    }
}

}  // namespace

const Kinds<Distribution>& distributions() {
    static const auto kinds =
        Kinds<Distribution>()
            .add<Uniform>("Uniform", {{"low", &Uniform::low},
                                      {"high", &Uniform::high},
                                      {"integer", &Uniform::integer}})
            .add<Gaussian>("Gaussian",
                           {{"mean", &Gaussian::mean}, {"std", &Gaussian::std}})
            .add<Exponential>("Exponential", {{"scale", &Exponential::scale},
                                              {"shift", &Exponential::shift},
                                              {"high", &Exponential::high}})
            .add<Choice>("Choice",
                         {{"options", &Choice::options}, {"weights", &Choice::weights}})
            .add<Samples>("Samples", {{"samples", &Samples::samples}})
            .add<PDF>("PDF", {{"x", &PDF::x}, {"p", &PDF::p}})
            .add<UniformHypersphere>(
                "UniformHypersphere",
                {{"surface", &UniformHypersphere::surface},
                 {"min_magnitude", &UniformHypersphere::min_magnitude}})
            .add<QuasirandomSequence>("QuasirandomSequence")
            .add<ScatteredHypersphere>(
                "ScatteredHypersphere",
                {{"surface", &ScatteredHypersphere::surface},
                 {"min_magnitude", &ScatteredHypersphere::min_magnitude},
                 {"base", &ScatteredHypersphere::base},
                 {"method", &ScatteredHypersphere::method}})
            .add<SqrtBeta>("SqrtBeta", {{"n", &SqrtBeta::n}, {"m", &SqrtBeta::m}})
            .add<SubvectorLength>("SubvectorLength",
                                  {{"dimensions", &SubvectorLength::dimensions},
                                   {"subdimensions", &SubvectorLength::subdimensions}})
            .add<CosineSimilarity>("CosineSimilarity",
                                   {{"dimensions", &CosineSimilarity::dimensions}});
    return kinds;
}

template <>
Array read<Array>(const Json& from) {
    Array result;
    result.shape.clear();
    append(from, 0, result);
    return Array(result.shape, result.values);
}

template <>
SharedArray read<SharedArray>(const Json& from) {
    return read<Array>(from);
}

template <>
Distribution read<Distribution>(const Json& from) {
    return distributions().make(from);
}

template <>
DistributionOrArray read<DistributionOrArray>(const Json& from) {
    if (from.is_object()) {
        return read<Distribution>(from);
    }
    return read<Array>(from);
}

template <>
ScatteredHypersphere::Base read<ScatteredHypersphere::Base>(const Json& from) {
    const Distribution distribution = read<Distribution>(from);
    if (const auto* uniform = std::get_if<Uniform>(&distribution)) {
        return *uniform;
    }
    return std::get<QuasirandomSequence>(distribution);
}

template <>
SphereMethod read<SphereMethod>(const Json& from) {
    static const std::map<std::string, SphereMethod> methods = {
        {"sct-approx", SphereMethod::sct_approx},
        {"sct", SphereMethod::sct},
        {"tfww", SphereMethod::tfww}};
    return methods.at(from.get<std::string>());
}

}  // namespace nengine::test::described
