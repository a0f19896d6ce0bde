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

/// Of two inputs: Product, CircularConvolution.
template <class Made, class Options>
struct BinaryItem {
    std::string name;
    std::int64_t n_neurons = 0, dimensions = 0;
    Options options;

    void operator()(Scope& scope) const {
        const Made made(scope.network(), n_neurons, dimensions,
                        labelled(options, name));
        scope.add(name + ".input_a", ObjectView(made.input_a));
        scope.add(name + ".input_b", ObjectView(made.input_b));
        scope.add(name + ".output", ObjectView(made.output));
    }
};

template <class Made, class Options>
Parameters<BinaryItem<Made, Options>> binary_parameters(
    const Parameters<Options>& options) {
    using Item = BinaryItem<Made, Options>;
    return Parameters<Item>({{"name", &Item::name},
                             {"n_neurons", &Item::n_neurons},
                             {"dimensions", &Item::dimensions}})
        .with(&Item::options, options);
}

auto product_parameters() {
    return binary_parameters<Product, ProductOptions>(
        {{"input_magnitude", &ProductOptions::input_magnitude},
         {"seed", &ProductOptions::seed}});
}

auto circular_convolution_parameters() {
    using Options = CircularConvolutionOptions;
    return binary_parameters<CircularConvolution, Options>(
        {{"invert_a", &Options::invert_a},
         {"invert_b", &Options::invert_b},
         {"input_magnitude", &Options::input_magnitude},
         {"seed", &Options::seed}});
}

/// Of one input of so many dimensions: BasalGanglia, Thalamus.
template <class Made, class Options>
struct UnaryItem {
    std::string name;
    std::int64_t dimensions = 0;
    Options options;

    void operator()(Scope& scope) const {
        const Made made(scope.network(), dimensions, labelled(options, name));
        scope.add(name + ".input", ObjectView(made.input));
        scope.add(name + ".output", ObjectView(made.output));
    }
};

template <class Made, class Options>
Parameters<UnaryItem<Made, Options>> unary_parameters(
    const Parameters<Options>& options) {
    using Item = UnaryItem<Made, Options>;
    return Parameters<Item>({{"name", &Item::name}, {"dimensions", &Item::dimensions}})
        .with(&Item::options, options);
}

auto basal_ganglia_parameters() {
    using Options = BasalGangliaOptions;
    return unary_parameters<BasalGanglia, Options>(
        {{"n_neurons_per_ensemble", &Options::n_neurons_per_ensemble},
         {"output_weight", &Options::output_weight},
         {"input_bias", &Options::input_bias},
         {"ampa_config", &Options::ampa_config},
         {"gaba_config", &Options::gaba_config},
         {"seed", &Options::seed}});
}

auto thalamus_parameters() {
    using Options = ThalamusOptions;
    return unary_parameters<Thalamus, Options>(
        {{"n_neurons_per_ensemble", &Options::n_neurons_per_ensemble},
         {"mutual_inhib", &Options::mutual_inhib},
         {"threshold", &Options::threshold},
         {"seed", &Options::seed}});
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

/// `Argument` follows the number of neurons: dimensions, or a frequency.
template <class Made, class Options, class Argument>
struct RecurrentItem {
    std::string name;
    std::int64_t n_neurons = 0;
    Argument argument{};
    Options options;

    void operator()(Scope& scope) const {
        const Made made(scope.network(), n_neurons, argument, labelled(options, name));
        scope.add(name + ".input", ObjectView(made.input));
        scope.add(name + ".ensemble", made.ensemble);
    }
};

template <class Made, class Options, class Argument>
Parameters<RecurrentItem<Made, Options, Argument>> recurrent_item_parameters(
    const char* argument) {
    using Item = RecurrentItem<Made, Options, Argument>;
    return Parameters<Item>({{"name", &Item::name},
                             {"n_neurons", &Item::n_neurons},
                             {argument, &Item::argument}})
        .with(&Item::options, recurrent_parameters<Options>());
}

}  // namespace

void add_library(Kinds<Item>& items) {
    items.add("EnsembleArray", ensemble_array_parameters())
        .add("Product", product_parameters())
        .add("CircularConvolution", circular_convolution_parameters())
        .add("BasalGanglia", basal_ganglia_parameters())
        .add("Thalamus", thalamus_parameters())
        .add("Integrator",
             recurrent_item_parameters<Integrator, IntegratorOptions, std::int64_t>(
                 "dimensions"))
        .add("Oscillator",
             recurrent_item_parameters<Oscillator, OscillatorOptions, double>(
                 "frequency"));
}

const Names& names_of_array_calls() {
    return array_calls().names();
}

}  // namespace nengine::test::described
