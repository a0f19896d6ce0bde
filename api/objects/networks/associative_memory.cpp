#include <algorithm>
#include <cmath>

#include "api/objects/objects.hpp"
#include "nengine/networks.hpp"

namespace nengine {

namespace {

constexpr double inhibition = -1.5;

/// Defaults of all ensembles of a memory: they represent activities in [0, 1].
Config item_defaults() {
    Config config;
    config.ensemble.radius = 1.0;
    config.ensemble.intercepts = Exponential{.scale = 0.15, .shift = 0.0, .high = 1.0};
    config.ensemble.encoders = Choice{.options = Array{{1.0}}};
    config.ensemble.eval_points = Uniform{.low = 0.0, .high = 1.0};
    config.ensemble.n_eval_points = 5000;
    return config;
}

/// Defaults of ensembles that are active or not.
Config threshold_defaults() {
    Config config = item_defaults();
    config.ensemble.intercepts = Uniform{.low = 0.5, .high = 1.0};
    config.ensemble.eval_points = Uniform{.low = 0.75, .high = 1.1};
    return config;
}

/// Close to a step at 0: `max(1 - exp(-15 x), 0)`.
double filtered_step(double x) {
    return std::max(1.0 - std::exp(-15.0 * x), 0.0);
}

/// [rows, cols], all the same.
Array filled(std::int64_t rows, std::int64_t cols, double value) {
    return Array({rows, cols},
                 std::vector<double>(static_cast<std::size_t>(rows * cols), value));
}

Array transposed(const Array& matrix) {
    Array result({matrix.extent(1), matrix.extent(0)}, matrix.values);
    const auto rows = static_cast<std::size_t>(matrix.extent(0));
    const auto cols = static_cast<std::size_t>(matrix.extent(1));
    for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t j = 0; j < cols; ++j) {
            result.values[j * rows + i] = matrix.values[i * cols + j];
        }
    }
    return result;
}

std::string where(const std::string& label, const std::string& what) {
    return "AssociativeMemory '" + label + "': " + what;
}

void check_vectors(const Array& vectors, std::int64_t n_items, const std::string& at) {
    if (vectors.rank() != 2 || vectors.extent(0) < 1 || vectors.extent(1) < 1) {
        throw ValidationError(at + ": needs a matrix of one row per item");
    }
    if (vectors.extent(0) != n_items) {
        throw ValidationError(at + ": got " + std::to_string(vectors.extent(0)) +
                              " vectors, needs one for each of the " +
                              std::to_string(n_items) + " items");
    }
}

/// One number for each item, or the same for all.
std::vector<double> per_item(const Array& numbers, std::int64_t n_items,
                             const std::string& at) {
    const auto n = static_cast<std::size_t>(n_items);
    if (numbers.rank() == 0) {
        return std::vector<double>(n, numbers.values.front());
    }
    if (numbers.rank() != 1 || numbers.values.size() != n) {
        throw ValidationError(at + ": got " + std::to_string(numbers.values.size()) +
                              " numbers, needs one, or one for each of the " +
                              std::to_string(n_items) + " items");
    }
    return numbers.values;
}

std::int64_t checked_items(const Array& vectors, const std::string& label) {
    check_vectors(vectors, vectors.extent(0), where(label, "input_vectors"));
    return vectors.extent(0);
}

void remove(const Connection& connection) {
    const auto object = ObjectView(connection).object();
    auto& connections = object->network.lock()->connections;
    std::erase_if(connections, [&](const auto& one) { return one == object; });
}

}  // namespace

AssociativeMemory::AssociativeMemory(Network parent, const Array& input_vectors,
                                     AssociativeMemoryOptions options)
    : network(parent.subnetwork({.label = options.label, .seed = options.seed})),
      n_items(checked_items(input_vectors, options.label)),
      bias_node(network.node({1.0})),
      elem_input(network.node({.label = "element input", .size_in = n_items})),
      utilities(network.node({.label = "element output", .size_in = n_items})),
      am_ensembles(make_items(options.n_neurons, options.threshold)),
      inhibit(options.inhibitable ? make_inhibit() : Node()),
      input(add_input_mapping("input", input_vectors, options.input_scales)),
      output(add_output_mapping("output",
                                options.output_vectors.value_or(input_vectors))) {}

/// An ensemble for each item, between its similarity and its activity.
std::vector<Ensemble> AssociativeMemory::make_items(std::int64_t n_neurons,
                                                    const Array& threshold) {
    const auto thresholds =
        per_item(threshold, n_items, where(network.label, "threshold"));
    const std::string prefix = network.label.empty() ? "" : network.label + '_';
    const auto defaults = network.with(item_defaults());
    std::vector<Ensemble> items;
    for (std::int64_t i = 0; i < n_items; ++i) {
        const Ensemble item =
            network.ensemble(n_neurons, 1, {.label = prefix + std::to_string(i)});
        network.connect(
            bias_node, item,
            {.transform = -thresholds[static_cast<std::size_t>(i)], .synapse = None});
        network.connect(elem_input[i], item, {.synapse = None});
        network.connect(item, utilities[i],
                        {.function = filtered_step, .synapse = None, .pure = true});
        items.push_back(item);
    }
    return items;
}

Node AssociativeMemory::make_inhibit() {
    const Node node = network.node({.label = "inhibit", .size_in = 1});
    network.connect(node, elem_input,
                    {.transform = filled(n_items, 1, inhibition), .synapse = None});
    return node;
}

void AssociativeMemory::claim_name(const std::string& name) const {
    static constexpr const char* taken[] = {"bias_node", "elem_input", "utilities",
                                            "inhibit", "thresholded_utilities"};
    if (nodes_.contains(name) || std::ranges::find(taken, name) != std::end(taken)) {
        throw ValidationError(
            where(network.label, "the name '" + name + "' is in use"));
    }
}

Node AssociativeMemory::add_input_mapping(const std::string& name,
                                          const Array& input_vectors,
                                          const Array& input_scales) {
    detail::need_made(static_cast<bool>(*this), "AssociativeMemory",
                      "add_input_mapping");
    claim_name(name);
    const auto at = where(network.label, "input '" + name + '\'');
    check_vectors(input_vectors, n_items, at);
    const auto scales = per_item(input_scales, n_items, at + ": input_scales");
    Array transform = input_vectors;
    const auto size = static_cast<std::size_t>(input_vectors.extent(1));
    for (std::size_t i = 0; i < transform.values.size(); ++i) {
        transform.values[i] *= scales[i / size];
    }
    const Node node = network.node({.label = name, .size_in = input_vectors.extent(1)});
    network.connect(node, elem_input,
                    {.transform = std::move(transform), .synapse = None});
    nodes_.emplace(name, node);
    return node;
}

Node AssociativeMemory::add_output_mapping(const std::string& name,
                                           const Array& output_vectors) {
    detail::need_made(static_cast<bool>(*this), "AssociativeMemory",
                      "add_output_mapping");
    claim_name(name);
    check_vectors(output_vectors, n_items,
                  where(network.label, "output '" + name + '\''));
    const Node node =
        network.node({.label = name, .size_in = output_vectors.extent(1)});
    const Array transform = transposed(output_vectors);
    const ConnectionOptions options = {.transform = transform, .synapse = None};
    from_items_.push_back(
        {network.connect(activities(), node, options), node, options});
    nodes_.emplace(name, node);
    return node;
}

void AssociativeMemory::add_default_output_vector(
    const std::vector<double>& output_vector, const std::string& output_name,
    std::int64_t n_neurons, double min_activation_value) {
    detail::need_made(static_cast<bool>(*this), "AssociativeMemory",
                      "add_default_output_vector");
    const Node answer = (*this)[output_name];
    const auto size = static_cast<std::int64_t>(output_vector.size());
    const auto defaults = network.with(item_defaults());
    const Ensemble active =
        network.ensemble(n_neurons, 1, {.label = "Default " + output_name + " vector"});
    network.connect(bias_node, active, {.synapse = None});
    const ConnectionOptions options = {
        .transform = filled(1, n_items, -1.0 / min_activation_value)};
    suppress_default_.push_back(
        {network.connect(activities(), active, options), active, options});
    network.connect(active, answer,
                    {.transform = Array({size, 1}, output_vector), .synapse = None});
    if (inhibit) {
        network.connect(inhibit, active, {.transform = inhibition, .synapse = None});
    }
}

void AssociativeMemory::add_wta_network(double inhibit_scale, Synapse inhibit_synapse) {
    detail::need_made(static_cast<bool>(*this), "AssociativeMemory", "add_wta_network");
    Array others = filled(n_items, n_items, -inhibit_scale);
    for (std::int64_t i = 0; i < n_items; ++i) {
        others.values[static_cast<std::size_t>(i * n_items + i)] = 0.0;
    }
    network.connect(utilities, elem_input,
                    {.transform = std::move(others), .synapse = inhibit_synapse});
}

void AssociativeMemory::add_threshold_to_outputs(std::int64_t n_neurons,
                                                 double inhibit_scale) {
    detail::need_made(static_cast<bool>(*this), "AssociativeMemory",
                      "add_threshold_to_outputs");
    const auto defaults = network.with(threshold_defaults());
    // An item's activity stops the first array, which stops the second one otherwise.
    const EnsembleArray silent(network, n_neurons, n_items, {.label = "thresh_bias"});
    const EnsembleArray active(network, n_neurons, n_items, {.label = "thresh_ens"});
    const Array ones = filled(n_items, 1, 1.0);
    network.connect(bias_node, silent.input, {.transform = ones, .synapse = None});
    network.connect(bias_node, active.input, {.transform = ones, .synapse = None});
    network.connect(utilities, silent.input, {.transform = -inhibit_scale});
    network.connect(silent.output, active.input, {.transform = -inhibit_scale});
    thresholded_utilities = active.output;
    for (auto* list : {&suppress_default_, &from_items_}) {
        for (auto& [connection, post, options] : *list) {
            remove(connection);
            connection = network.connect(active.output, post, options);
        }
    }
    if (inhibit) {
        for (const auto& ensemble : active.ensembles) {
            network.connect(inhibit, ensemble,
                            {.transform = inhibition, .synapse = None});
        }
    }
}

const Node& AssociativeMemory::activities() const {
    return thresholded_utilities ? thresholded_utilities : utilities;
}

Node AssociativeMemory::operator[](const std::string& name) const {
    detail::need_made(static_cast<bool>(*this), "AssociativeMemory", "operator[]");
    const auto found = nodes_.find(name);
    if (found == nodes_.end()) {
        throw ValidationError(
            where(network.label, "got node '" + name + "', which was not added"));
    }
    return found->second;
}

}  // namespace nengine
