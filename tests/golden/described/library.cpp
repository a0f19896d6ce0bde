#include "tests/golden/described/items.hpp"

// The networks of nengine's `networks.hpp` without memories.

namespace nengine::test::described {

namespace {

// What is called when an array has been made, with its path.
using ArrayCall = std::function<void(Scope&, const std::string& path, EnsembleArray&)>;

struct AddOutput {
    std::string name;
    Function function;
    ConnectionOptions options;

    void operator()(Scope& scope, const std::string& path, EnsembleArray& array) const {
        scope.add(path + '.' + name,
                  ObjectView(array.add_output(name, function, options)));
    }
};

struct AddNeuronInput {
    void operator()(Scope& scope, const std::string& path, EnsembleArray& array) const {
        scope.add(path + ".neuron_input", ObjectView(array.add_neuron_input()));
    }
};

struct AddNeuronOutput {
    void operator()(Scope& scope, const std::string& path, EnsembleArray& array) const {
        scope.add(path + ".neuron_output", ObjectView(array.add_neuron_output()));
    }
};

const Kinds<ArrayCall>& array_calls() {
    const Parameters<ConnectionOptions> synapse = {
        {"synapse", &ConnectionOptions::synapse}};
    static const auto kinds =
        Kinds<ArrayCall>()
            .add("add_output",
                 Parameters<AddOutput>(
                     {{"name", &AddOutput::name}, {"function", &AddOutput::function}})
                     .with(&AddOutput::options, synapse))
            .add<AddNeuronInput>("add_neuron_input")
            .add<AddNeuronOutput>("add_neuron_output");
    return kinds;
}

struct EnsembleArrayItem {
    std::string name;
    std::int64_t n_neurons = 0, n_ensembles = 0;
    EnsembleArrayOptions options;
    Json calls = Json::array();

    void operator()(Scope& scope) const {
        EnsembleArray made(scope.network(), n_neurons, n_ensembles,
                           labelled(options, name));
        scope.add(name + ".input", ObjectView(made.input));
        scope.add(name + ".output", ObjectView(made.output));
        for (std::size_t i = 0; i < made.ensembles.size(); ++i) {
            scope.add(name + ".ensembles." + std::to_string(i), made.ensembles[i]);
        }
        for (const Json& call : calls) {
            array_calls().make(call)(scope, name, made);
        }
    }
};

Parameters<EnsembleArrayItem> ensemble_array_parameters() {
    const auto options =
        Parameters<EnsembleArrayOptions>(
            {{"ens_dimensions", &EnsembleArrayOptions::ens_dimensions},
             {"seed", &EnsembleArrayOptions::seed}})
            .with(&EnsembleArrayOptions::ensembles, ensemble_parameters());
    return Parameters<EnsembleArrayItem>(
               {{"name", &EnsembleArrayItem::name},
                {"n_neurons", &EnsembleArrayItem::n_neurons},
                {"n_ensembles", &EnsembleArrayItem::n_ensembles},
                {"calls", &EnsembleArrayItem::calls}})
        .with(&EnsembleArrayItem::options, options);
}

struct ProductItem {
    std::string name;
    std::int64_t n_neurons = 0, dimensions = 0;
    ProductOptions options;

    void operator()(Scope& scope) const {
        const Product made(scope.network(), n_neurons, dimensions,
                           labelled(options, name));
        scope.add(name + ".input_a", ObjectView(made.input_a));
        scope.add(name + ".input_b", ObjectView(made.input_b));
        scope.add(name + ".output", ObjectView(made.output));
    }
};

Parameters<ProductItem> product_parameters() {
    const Parameters<ProductOptions> options = {
        {"input_magnitude", &ProductOptions::input_magnitude},
        {"seed", &ProductOptions::seed}};
    return Parameters<ProductItem>({{"name", &ProductItem::name},
                                    {"n_neurons", &ProductItem::n_neurons},
                                    {"dimensions", &ProductItem::dimensions}})
        .with(&ProductItem::options, options);
}

struct CircularConvolutionItem {
    std::string name;
    std::int64_t n_neurons = 0, dimensions = 0;
    CircularConvolutionOptions options;

    void operator()(Scope& scope) const {
        const CircularConvolution made(scope.network(), n_neurons, dimensions,
                                       labelled(options, name));
        scope.add(name + ".input_a", ObjectView(made.input_a));
        scope.add(name + ".input_b", ObjectView(made.input_b));
        scope.add(name + ".output", ObjectView(made.output));
    }
};

Parameters<CircularConvolutionItem> circular_convolution_parameters() {
    using Options = CircularConvolutionOptions;
    const Parameters<Options> options = {{"invert_a", &Options::invert_a},
                                         {"invert_b", &Options::invert_b},
                                         {"input_magnitude", &Options::input_magnitude},
                                         {"seed", &Options::seed}};
    return Parameters<CircularConvolutionItem>(
               {{"name", &CircularConvolutionItem::name},
                {"n_neurons", &CircularConvolutionItem::n_neurons},
                {"dimensions", &CircularConvolutionItem::dimensions}})
        .with(&CircularConvolutionItem::options, options);
}

struct BasalGangliaItem {
    std::string name;
    std::int64_t dimensions = 0;
    BasalGangliaOptions options;

    void operator()(Scope& scope) const {
        const BasalGanglia made(scope.network(), dimensions, labelled(options, name));
        scope.add(name + ".input", ObjectView(made.input));
        scope.add(name + ".output", ObjectView(made.output));
    }
};

Parameters<BasalGangliaItem> basal_ganglia_parameters() {
    using Options = BasalGangliaOptions;
    const Parameters<Options> options = {
        {"n_neurons_per_ensemble", &Options::n_neurons_per_ensemble},
        {"output_weight", &Options::output_weight},
        {"input_bias", &Options::input_bias},
        {"ampa_config", &Options::ampa_config},
        {"gaba_config", &Options::gaba_config},
        {"seed", &Options::seed}};
    return Parameters<BasalGangliaItem>({{"name", &BasalGangliaItem::name},
                                         {"dimensions", &BasalGangliaItem::dimensions}})
        .with(&BasalGangliaItem::options, options);
}

struct ThalamusItem {
    std::string name;
    std::int64_t dimensions = 0;
    ThalamusOptions options;

    void operator()(Scope& scope) const {
        const Thalamus made(scope.network(), dimensions, labelled(options, name));
        scope.add(name + ".input", ObjectView(made.input));
        scope.add(name + ".output", ObjectView(made.output));
    }
};

Parameters<ThalamusItem> thalamus_parameters() {
    using Options = ThalamusOptions;
    const Parameters<Options> options = {
        {"n_neurons_per_ensemble", &Options::n_neurons_per_ensemble},
        {"mutual_inhib", &Options::mutual_inhib},
        {"threshold", &Options::threshold},
        {"seed", &Options::seed}};
    return Parameters<ThalamusItem>({{"name", &ThalamusItem::name},
                                     {"dimensions", &ThalamusItem::dimensions}})
        .with(&ThalamusItem::options, options);
}

/// What is given to the ensemble of an Integrator or Oscillator.
template <class Options>
Parameters<Options> recurrent_parameters() {
    const Parameters<EnsembleOptions> ensemble = {
        {"radius", &EnsembleOptions::radius},
        {"neuron_type", &EnsembleOptions::neuron_type}};
    return Parameters<Options>(
               {{"recurrent_tau", &Options::recurrent_tau}, {"seed", &Options::seed}})
        .with(&Options::ensemble, ensemble);
}

struct IntegratorItem {
    std::string name;
    std::int64_t n_neurons = 0, dimensions = 0;
    IntegratorOptions options;

    void operator()(Scope& scope) const {
        const Integrator made(scope.network(), n_neurons, dimensions,
                              labelled(options, name));
        scope.add(name + ".input", ObjectView(made.input));
        scope.add(name + ".ensemble", made.ensemble);
    }
};

struct OscillatorItem {
    std::string name;
    std::int64_t n_neurons = 0;
    double frequency = 0.0;
    OscillatorOptions options;

    void operator()(Scope& scope) const {
        const Oscillator made(scope.network(), n_neurons, frequency,
                              labelled(options, name));
        scope.add(name + ".input", ObjectView(made.input));
        scope.add(name + ".ensemble", made.ensemble);
    }
};

}  // namespace

void add_library(Kinds<Item>& items) {
    items.add("EnsembleArray", ensemble_array_parameters())
        .add("Product", product_parameters())
        .add("CircularConvolution", circular_convolution_parameters())
        .add("BasalGanglia", basal_ganglia_parameters())
        .add("Thalamus", thalamus_parameters())
        .add("Integrator",
             Parameters<IntegratorItem>({{"name", &IntegratorItem::name},
                                         {"n_neurons", &IntegratorItem::n_neurons},
                                         {"dimensions", &IntegratorItem::dimensions}})
                 .with(&IntegratorItem::options,
                       recurrent_parameters<IntegratorOptions>()))
        .add("Oscillator",
             Parameters<OscillatorItem>({{"name", &OscillatorItem::name},
                                         {"n_neurons", &OscillatorItem::n_neurons},
                                         {"frequency", &OscillatorItem::frequency}})
                 .with(&OscillatorItem::options,
                       recurrent_parameters<OscillatorOptions>()));
}

const Names& names_of_array_calls() {
    return array_calls().names();
}

}  // namespace nengine::test::described
