#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kernels/base/export.hpp"
#include "nengine/network.hpp"
#include "nengine/seed.hpp"

// Networks that are often needed, made inside another network. Each holds handles: the
// network that it made and the parts of it that others connect to. Parts that it was
// not asked for are empty handles. So are all parts of one that nothing has been
// assigned to; its calls are a ValidationError.
//
//     Network net({.seed = 1});
//     EnsembleArray array(net, 50, 16, {.label = "x"});
//     net.connect(input, array.input);

namespace nengine {

struct EnsembleArrayOptions {
    std::int64_t ens_dimensions = 1;  ///< of each ensemble
    std::string label = {};
    std::optional<Seed> seed = std::nullopt;
    /// Of every ensemble; arrays with one value per neuron hold for each ensemble.
    EnsembleOptions ensembles = {};
};

/// Many ensembles side by side that together represent one long vector: ensemble i has
/// the components [i * ens_dimensions, (i + 1) * ens_dimensions).
class NENGINE_API EnsembleArray {
public:
    /// Nothing until one is assigned.
    EnsembleArray() = default;
    /// @param n_neurons  of each ensemble
    /// @throws ValidationError  n_neurons, n_ensembles or ens_dimensions below 1
    EnsembleArray(Network parent, std::int64_t n_neurons, std::int64_t n_ensembles,
                  EnsembleArrayOptions options = {});
    /// Whether it was made.
    explicit operator bool() const { return static_cast<bool>(input); }

    /// A node labelled `name` that collects `function` of each ensemble. Connections
    /// have no synapse unless one is given.
    /// @throws ValidationError  a name that is in use
    Node add_output(const std::string& name, const Function& function,
                    ConnectionOptions options = {});
    /// The same with a function of its own for each ensemble.
    /// @throws ValidationError  not as many functions as ensembles
    Node add_output(const std::string& name, const std::vector<Function>& functions,
                    ConnectionOptions options = {});
    /// A node of n_neurons * n_ensembles components that feeds all neurons; made once.
    /// @throws ValidationError  the ensembles have no neurons
    Node add_neuron_input();
    /// A node that collects the output of all neurons; made once.
    /// @throws ValidationError  the ensembles have no neurons
    Node add_neuron_output();
    /// "input", "output", "neuron_input", "neuron_output", or what was added.
    /// @throws ValidationError  there is none of this name
    Node operator[](const std::string& name) const;

private:
    Node node_for_neurons(const std::string& name);

public:
    Network network;
    std::int64_t n_neurons_per_ensemble = 0, n_ensembles = 0;
    std::int64_t dimensions_per_ensemble = 0;

private:
    std::map<std::string, Node> nodes_;

public:
    Node input;
    std::vector<Ensemble> ensembles;
    Node output;
};

struct ProductOptions {
    /// The largest absolute value of the inputs' components.
    double input_magnitude = 1.0;
    std::string label = "Product";
    std::optional<Seed> seed = std::nullopt;
};

/// The element-wise product of two vectors, by squares:
/// `a b = ((a + b)^2 - (a - b)^2) / 4`.
class NENGINE_API Product {
public:
    /// Nothing until one is assigned.
    Product() = default;
    /// @param n_neurons  for each product of two numbers, half of them in each ensemble
    Product(Network parent, std::int64_t n_neurons, std::int64_t dimensions,
            ProductOptions options = {});
    /// Whether it was made.
    explicit operator bool() const { return static_cast<bool>(input_a); }

    Network network;
    Node input_a, input_b, output;
    EnsembleArray sq1, sq2;  ///< squares of the sum and the difference over sqrt(2)
};

struct CircularConvolutionOptions {
    bool invert_a = false;  ///< convolve with the involution of a: its correlation
    bool invert_b = false;
    /// The largest absolute value of the inputs' components.
    double input_magnitude = 1.0;
    std::string label = "Circular convolution";
    std::optional<Seed> seed = std::nullopt;
};

/// The circular convolution `c[i] = sum_j a[j] b[(i - j) mod d]` of two vectors: their
/// Fourier transforms, 4 (d / 2 + 1) products, and the inverse transform.
class NENGINE_API CircularConvolution {
public:
    /// Nothing until one is assigned.
    CircularConvolution() = default;
    /// @param n_neurons  for each product
    CircularConvolution(Network parent, std::int64_t n_neurons, std::int64_t dimensions,
                        CircularConvolutionOptions options = {});
    /// Whether it was made.
    explicit operator bool() const { return static_cast<bool>(input_a); }

    Network network;
    Node input_a, input_b, output;
    Product product;
};

struct BasalGangliaOptions {
    std::int64_t n_neurons_per_ensemble = 100;
    double output_weight = -3.0;
    double input_bias = 0.0;  ///< added to every input
    /// Defaults of the excitatory connections; unset: a synapse of 2 ms.
    std::optional<Config> ampa_config = std::nullopt;
    /// Defaults of the inhibitory connections; unset: a synapse of 8 ms.
    std::optional<Config> gaba_config = std::nullopt;
    std::string label = "Basal Ganglia";
    std::optional<Seed> seed = std::nullopt;
};

/// Selects the largest of its inputs, utilities of actions: its output is about 0
/// there, and below 0 elsewhere (Gurney, Prescott and Redgrave, 2001).
class NENGINE_API BasalGanglia {
public:
    /// Nothing until one is assigned.
    BasalGanglia() = default;
    /// @param dimensions  the number of actions
    BasalGanglia(Network parent, std::int64_t dimensions,
                 BasalGangliaOptions options = {});
    /// Whether it was made.
    explicit operator bool() const { return static_cast<bool>(input); }

    Network network;
    EnsembleArray strD1, strD2, stn, gpi, gpe;
    Node input, output;
    Node bias_input;  ///< empty without an input_bias

private:
    BasalGanglia(const ConfigScope& nuclei, Network own, std::int64_t dimensions,
                 const BasalGangliaOptions& options);
    void add_inputs(std::int64_t dimensions, double input_bias);
    void connect_nuclei(std::int64_t dimensions, const BasalGangliaOptions& options);
};

struct ThalamusOptions {
    std::int64_t n_neurons_per_ensemble = 50;
    double mutual_inhib = 1.0;  ///< how strongly actions inhibit each other
    double threshold = 0.0;     ///< below it an action's ensemble is silent
    std::string label = "Thalamus";
    std::optional<Seed> seed = std::nullopt;
};

/// Turns the output of `BasalGanglia` into about 1 for the selected action and 0 for
/// the others.
class NENGINE_API Thalamus {
public:
    /// Nothing until one is assigned.
    Thalamus() = default;
    Thalamus(Network parent, std::int64_t dimensions, ThalamusOptions options = {});
    /// Whether it was made.
    explicit operator bool() const { return static_cast<bool>(input); }

    Network network;
    EnsembleArray actions;
    Node bias, input, output;
};

struct AssociativeMemoryOptions {
    /// [items, size]: what the memory answers; unset: the input vectors.
    std::optional<Array> output_vectors = std::nullopt;
    std::int64_t n_neurons = 50;  ///< for each item
    /// The similarity from which on an item answers, one for all or one each.
    Array threshold = 0.3;
    /// What input vectors are multiplied by, one for all or one each.
    Array input_scales = 1.0;
    bool inhibitable = false;  ///< makes the node `inhibit`
    std::string label = {};
    std::optional<Seed> seed = std::nullopt;
};

/// Compares its input with vectors that it knows and answers with those that belong to
/// the similar ones.
class NENGINE_API AssociativeMemory {
public:
    /// Nothing until one is assigned.
    AssociativeMemory() = default;
    /// @param input_vectors  [items, size]
    /// @throws ValidationError  no items, or numbers of items that differ
    AssociativeMemory(Network parent, const Array& input_vectors,
                      AssociativeMemoryOptions options = {});
    /// Whether it was made.
    explicit operator bool() const { return static_cast<bool>(elem_input); }

    /// Another input with vectors [items, size] of its own.
    /// @throws ValidationError  a name that is in use, not as many vectors as items
    Node add_input_mapping(const std::string& name, const Array& input_vectors,
                           const Array& input_scales = 1.0);
    /// Another output with vectors [items, size] of its own.
    Node add_output_mapping(const std::string& name, const Array& output_vectors);
    /// Answers with this vector if no item is active.
    /// @param min_activation_value  the activity of an item that suppresses it
    void add_default_output_vector(const std::vector<double>& output_vector,
                                   const std::string& output_name = "output",
                                   std::int64_t n_neurons = 50,
                                   double min_activation_value = 0.5);
    /// Lets items inhibit each other, so that one wins.
    void add_wta_network(double inhibit_scale = 1.5, Synapse inhibit_synapse = 0.005);
    /// Makes outputs 1 or 0 times their vectors.
    void add_threshold_to_outputs(std::int64_t n_neurons = 50,
                                  double inhibit_scale = 10.0);
    /// "input", "output", or a mapping that was added.
    /// @throws ValidationError  there is none of this name
    Node operator[](const std::string& name) const;

    Network network;
    std::int64_t n_items = 0;
    Node bias_node;
    Node elem_input;  ///< the similarities, [items]
    Node utilities;   ///< the items' activities, [items]
    std::vector<Ensemble> am_ensembles;
    Node inhibit;  ///< silences the memory, size 1; empty unless it is `inhibitable`
    /// The activities as 1 or 0; empty until `add_threshold_to_outputs`.
    Node thresholded_utilities;

private:
    /// A connection from the items' activities.
    struct FromItems {
        Connection connection;
        ObjectView post;
        ConnectionOptions options;
    };

    std::vector<Ensemble> make_items(std::int64_t n_neurons, const Array& threshold);
    Node make_inhibit();
    void claim_name(const std::string& name) const;
    const Node& activities() const;

    std::map<std::string, Node> nodes_;
    std::vector<FromItems> from_items_, suppress_default_;

public:
    Node input, output;
};

struct InputGatedMemoryOptions {
    double feedback = 1.0;         ///< of the memory onto itself; 1 holds its value
    double difference_gain = 1.0;  ///< how fast it takes its input
    Synapse recurrent_synapse = 0.1;
    OrDefault<Synapse> difference_synapse = {};  ///< that of recurrent_synapse
    std::string label = "Input gated memory";
    std::optional<Seed> seed = std::nullopt;
};

/// Holds a vector: takes it from `input` while `gate` is 0, keeps it while `gate` is 1,
/// forgets it while `reset` is 1.
class NENGINE_API InputGatedMemory {
public:
    /// Nothing until one is assigned.
    InputGatedMemory() = default;
    /// @param n_neurons  for each dimension
    InputGatedMemory(Network parent, std::int64_t n_neurons, std::int64_t dimensions,
                     InputGatedMemoryOptions options = {});
    /// Whether it was made.
    explicit operator bool() const { return static_cast<bool>(input); }

    Network network;
    EnsembleArray mem, diff;
    Node gate, reset, input, output;
};

struct IntegratorOptions {
    double recurrent_tau = 0.1;  ///< of the feedback's synapse, in seconds
    std::string label = "Integrator";
    std::optional<Seed> seed = std::nullopt;
    EnsembleOptions ensemble = {};
};

/// `d output / dt = input`: an ensemble that feeds back on itself.
class NENGINE_API Integrator {
public:
    /// Nothing until one is assigned.
    Integrator() = default;
    Integrator(Network parent, std::int64_t n_neurons, std::int64_t dimensions,
               IntegratorOptions options = {});
    /// Whether it was made.
    explicit operator bool() const { return static_cast<bool>(input); }

    Network network;
    Node input;
    Ensemble ensemble;
};

struct OscillatorOptions {
    double recurrent_tau = 0.1;  ///< of the feedback's synapse, in seconds
    std::string label = "Oscillator";
    std::optional<Seed> seed = std::nullopt;
    EnsembleOptions ensemble = {};
};

/// `d (x, y) / dt = frequency (-y, x) + input / recurrent_tau`: two dimensions that
/// turn. A short push at `input` starts it.
class NENGINE_API Oscillator {
public:
    /// Nothing until one is assigned.
    Oscillator() = default;
    /// @param frequency  in radians per second: 2 pi is a turn per second
    Oscillator(Network parent, std::int64_t n_neurons, double frequency,
               OscillatorOptions options = {});
    /// Whether it was made.
    explicit operator bool() const { return static_cast<bool>(input); }

    Network network;
    Node input;
    Ensemble ensemble;
};

/// What the networks above are made of, for models and tests. Dimensions are at least
/// 1; more than there is memory for are a MemoryError.
namespace networks {

enum class Factor { a, b };

/// The circular convolution of two vectors of the same size; with `invert_a` or
/// `invert_b` of its involution `a[-i mod d]`.
NENGINE_API std::vector<double> circconv(std::vector<double> a, std::vector<double> b,
                                         bool invert_a = false, bool invert_b = false);
/// Real and imaginary parts of the first d / 2 + 1 rows of the discrete Fourier
/// transform, [d / 2 + 1, d] each.
NENGINE_API std::pair<Array, Array> dft_half(std::int64_t dimensions);
/// What `CircularConvolution` multiplies a factor by: for each frequency the rows that
/// give Re Re, Im Im, Re Im and Im Re. [4 (d / 2 + 1), d]
NENGINE_API Array transform_in(std::int64_t dimensions, Factor factor, bool invert);
/// From those products back to the convolution. [d, 4 (d / 2 + 1)]
NENGINE_API Array transform_out(std::int64_t dimensions);
/// Sums the components of a `Product`: [1, dimensions], all `scale`.
NENGINE_API Array dot_product_transform(std::int64_t dimensions, double scale = 1.0);

}  // namespace networks
}  // namespace nengine
