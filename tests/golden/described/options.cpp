#include "tests/golden/described/values.hpp"

// The options of objects, and configs, which hold defaults of them.

namespace nengine::test::described {

namespace {

template <class Options>
Options with_arguments(const Parameters<Options>& parameters, const Json& from) {
    Options result;
    parameters.set(result, from);
    return result;
}

struct ThresholdingEnsembles {
    double threshold = 0.0;
    double intercept_width = 0.15;
    double radius = 1.0;
    operator Config() const {
        return presets::thresholding_ensembles(threshold, intercept_width, radius);
    }
};

}  // namespace

const Parameters<EnsembleOptions>& ensemble_parameters() {
    static const Parameters<EnsembleOptions> parameters = {
        {"seed", &EnsembleOptions::seed},
        {"radius", &EnsembleOptions::radius},
        {"encoders", &EnsembleOptions::encoders},
        {"max_rates", &EnsembleOptions::max_rates},
        {"intercepts", &EnsembleOptions::intercepts},
        {"gain", &EnsembleOptions::gain},
        {"bias", &EnsembleOptions::bias},
        {"eval_points", &EnsembleOptions::eval_points},
        {"n_eval_points", &EnsembleOptions::n_eval_points},
        {"neuron_type", &EnsembleOptions::neuron_type},
        {"normalize_encoders", &EnsembleOptions::normalize_encoders},
        {"noise", &EnsembleOptions::noise}};
    return parameters;
}

const Parameters<ConnectionOptions>& connection_parameters() {
    static const Parameters<ConnectionOptions> parameters = {
        {"seed", &ConnectionOptions::seed},
        {"function", &ConnectionOptions::function},
        {"transform", &ConnectionOptions::transform},
        {"synapse", &ConnectionOptions::synapse},
        {"solver", &ConnectionOptions::solver},
        {"eval_points", &ConnectionOptions::eval_points},
        {"scale_eval_points", &ConnectionOptions::scale_eval_points},
        {"learning_rule_type", &ConnectionOptions::learning_rule}};
    return parameters;
}

const Parameters<ProbeOptions>& probe_parameters() {
    static const Parameters<ProbeOptions> parameters = {
        {"seed", &ProbeOptions::seed},
        {"attr", &ProbeOptions::attr},
        {"synapse", &ProbeOptions::synapse},
        {"sample_every", &ProbeOptions::sample_every},
        {"solver", &ProbeOptions::solver}};
    return parameters;
}

const Kinds<Config>& configs() {
    static const auto kinds =
        Kinds<Config>()
            .add<Config>("Config", {{"Ensemble", &Config::ensemble},
                                    {"Connection", &Config::connection},
                                    {"Probe", &Config::probe}})
            .add<ThresholdingEnsembles>(
                "ThresholdingEnsembles",
                {{"threshold", &ThresholdingEnsembles::threshold},
                 {"intercept_width", &ThresholdingEnsembles::intercept_width},
                 {"radius", &ThresholdingEnsembles::radius}});
    return kinds;
}

template <>
Json read<Json>(const Json& from) {
    return from;
}

template <>
EnsembleOptions read<EnsembleOptions>(const Json& from) {
    return with_arguments(ensemble_parameters(), from);
}

template <>
ConnectionOptions read<ConnectionOptions>(const Json& from) {
    return with_arguments(connection_parameters(), from);
}

template <>
ProbeOptions read<ProbeOptions>(const Json& from) {
    return with_arguments(probe_parameters(), from);
}

template <>
Config read<Config>(const Json& from) {
    return configs().make(from);
}

}  // namespace nengine::test::described
