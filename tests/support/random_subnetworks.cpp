#include <algorithm>

#include "tests/support/random_network.hpp"

// The instructions that make images and the networks of networks.hpp.

namespace nengine::test {

namespace {

/// `size` values as an image: its space, and the channels.
struct Image {
    std::vector<std::int64_t> space;
    std::int64_t channels;
};

Image image_of(std::int64_t size, int number) {
    if (number % 4 == 1 && size % 2 == 0) {
        return {{size / 2, 2}, 1};
    }
    if (number % 4 == 2 && size % 3 == 0) {
        return {{1, size / 3}, 3};
    }
    if (number % 4 == 3 && size % 2 == 0) {
        return {{size / 2}, 2};
    }
    return {{size}, 1};
}

/// The same for every axis, or less where the image is smaller.
std::vector<std::int64_t> extents(const Image& image, std::int64_t largest) {
    std::vector<std::int64_t> result;
    for (const std::int64_t axis : image.space) {
        result.push_back(std::min(axis, largest));
    }
    return result;
}

constexpr std::int64_t largest_image = 24;

}  // namespace

void RandomNetwork::add_convolution(const Make& make) {
    const Object& from = any(make.from);
    const bool neurons = from.ensemble.has_value();
    const std::int64_t size = neurons ? from.ensemble->n_neurons : from.size_out;
    if (size > largest_image) {
        return;
    }
    const Image image = image_of(size, make.option);
    const bool last = make.option / 4 % 2 == 0, same = make.option / 8 % 2 == 0;
    const auto shape =
        ChannelShape::from_space_and_channels(image.space, image.channels, last).shape;
    const Convolution transform{
        .n_filters = make.to % 3 == 0 ? 1 : image.channels,
        .input_shape = shape,
        .kernel_size = extents(image, same ? 3 : 2),
        .strides = std::vector<std::int64_t>(image.space.size(), 1 + make.to % 2),
        .padding = same ? Padding::same : Padding::valid,
        .channels_last = last,
        .init = neurons ? Uniform{-5e-3, 5e-3} : Uniform{-0.5, 0.5},
        .groups = make.to % 3 == 0 ? 1 : image.channels};
    const Node node = where_.node({.size_in = transform.size_out()});
    link(neurons ? ObjectView(from.ensemble->neurons) : from.view, node,
         {.transform = transform,
          .synapse = make.size % 2 == 0 ? Synapse(None) : random_synapse(make.size)});
    add(node, node.size_in, node.size_out);
}

void RandomNetwork::add_transposed_convolution(const Make& make) {
    const Object& from = any(make.from);
    const bool neurons = from.ensemble.has_value();
    const std::int64_t size = neurons ? from.ensemble->n_neurons : from.size_out;
    if (size > largest_image / 2) {
        return;
    }
    const Image image = image_of(size, make.option);
    const bool last = make.option / 4 % 2 == 0, same = make.option / 8 % 2 == 0;
    const ConvolutionTranspose transform{
        .n_filters = 1 + make.to % 2,
        .input_shape =
            ChannelShape::from_space_and_channels(image.space, image.channels, last)
                .shape,
        .kernel_size = extents(image, 2),
        .strides = std::vector<std::int64_t>(image.space.size(), 1 + make.to / 2 % 2),
        .padding = same ? Padding::same : Padding::valid,
        .channels_last = last,
        .init = neurons ? Uniform{-5e-3, 5e-3} : Uniform{-0.5, 0.5}};
    const Node node = where_.node({.size_in = transform.size_out()});
    link(neurons ? ObjectView(from.ensemble->neurons) : from.view, node,
         {.transform = transform,
          .synapse = make.size % 2 == 0 ? Synapse(None) : random_synapse(make.size)});
    add(node, node.size_in, node.size_out);
}

void RandomNetwork::add_layer(const Make& make) {
    const Object& from = any(make.from);
    if (from.size_out > largest_image) {
        return;
    }
    LayerOptions options;
    if (make.size % 2 == 0) {
        options.synapse = random_synapse(make.size);
    }
    const Image image = image_of(from.size_out, 1);
    const std::int64_t width = image.space.size() == 2 ? 2 : 1;
    const auto kind = [&]() -> LayerKind {
        switch (make.option % 4) {
            case 0:
                return Dense{.units = 1 + make.to % 4};
            case 1:
                options.shape_in = {from.size_out / width, width, 1};
                return Conv2D{
                    .filters = 2, .kernel_size = {1, width}, .padding = Padding::same};
            case 2:
                options.shape_in = {from.size_out / width, width, 1};
                return AveragePooling2D{.pool_size = 2, .padding = Padding::same};
            default:
                return noted(random_quick_neurons(make.option));
        }
    }();
    const Layer layer = where_.layer(kind, from.view, options);
    add(layer, layer.is_neurons() ? 0 : from.size_out, layer.size_out());
}

/// Their values pass in one step, from earlier to later objects.
void RandomNetwork::add(const EnsembleArray& array) {
    add(array.input, array.input.size_in, array.input.size_in);
    add(array.output, array.output.size_out, array.output.size_out);
}

void RandomNetwork::add_array(const Make& make) {
    const std::int64_t size = 1 + make.size % 3;
    if (make.to % 2 == 0) {
        add(EnsembleArray(
            where_, 4 + make.from % 5, size,
            {.ensembles = {.neuron_type = noted(random_quick_neurons(make.option))}}));
        return;
    }
    EnsembleArray array(where_, 3 + make.from % 5, size, {.ens_dimensions = 2});
    const Node neurons_in = array.add_neuron_input();
    add(neurons_in, neurons_in.size_in, neurons_in.size_out);
    add(array);
    const Node square = array.add_output("square", [](double x) { return x * x; });
    add(square, square.size_in, square.size_out);
    const Node neurons_out = array.add_neuron_output();
    add(neurons_out, neurons_out.size_in, neurons_out.size_out);
}

void RandomNetwork::add_binding(const Make& make) {
    const std::int64_t size = 1 + make.size % 3;
    const auto add_parts = [&](const auto& network) {
        for (const Node& node : {network.input_a, network.input_b, network.output}) {
            add(node, size, size);
        }
    };
    if (make.to % 2 == 0) {
        add_parts(Product(where_, 6 + make.from % 5, size));
    } else {
        add_parts(CircularConvolution(
            where_, 6, size,
            {.invert_a = make.option % 2 == 0, .invert_b = make.option % 3 == 0}));
    }
}

void RandomNetwork::add_memory(const Make& make) {
    const std::int64_t size = 1 + make.size % 2;
    if (make.to % 2 == 0) {
        const InputGatedMemory memory(
            where_, 5, size, {.difference_synapse = random_synapse(make.option)});
        add(memory.gate, 1, 1);
        add(memory.reset, 1, 1);
        add(memory.input, size, size);
        add(memory.output, size, size);
        return;
    }
    AssociativeMemory memory(where_, random_matrix(2, 3, 1.0, make.option),
                             {.output_vectors = random_matrix(2, size, 1.0, make.from),
                              .n_neurons = 5,
                              .inhibitable = make.option % 2 == 0});
    if (make.option / 2 % 2 == 0) {
        memory.add_default_output_vector(
            std::vector<double>(static_cast<std::size_t>(size), 0.5), "output", 5);
    }
    if (make.option / 4 % 2 == 0) {
        memory.add_wta_network(1.5, random_synapse(make.from));
    }
    if (make.option / 8 % 2 == 0) {
        memory.add_threshold_to_outputs(5);
    }
    if (memory.inhibit) {
        add(memory.inhibit, 1, 1);
    }
    add(memory.input, 3, 3);
    add(memory.utilities, 2, 2);
    add(memory.output, size, size);
}

void RandomNetwork::add_selection(const Make& make) {
    const std::int64_t size = 1 + make.size % 3;
    const BasalGanglia ganglia(where_, size,
                               {.n_neurons_per_ensemble = 4 + make.from % 3,
                                .input_bias = make.option % 2 == 0 ? 0.0 : 0.1});
    add(ganglia.input, size, size);
    add(ganglia.output, size, size);
    if (make.to % 2 == 0) {
        const Thalamus thalamus(where_, size, {.n_neurons_per_ensemble = 5});
        link(ganglia.output, thalamus.input, {}, false);
        add(thalamus.input, size, size);
        add(thalamus.output, size, size);
    }
}

void RandomNetwork::add_dynamics(const Make& make) {
    if (make.to % 2 == 0) {
        const std::int64_t size = 1 + make.size % 3;
        const Integrator integrator(where_, 5 + make.from % 5, size);
        add(integrator.input, size, size);
        add(integrator.ensemble);
    } else {
        const Oscillator oscillator(where_, 5 + make.from % 5, 60.0);
        add(oscillator.input, 2, 2);
        add(oscillator.ensemble);
    }
}

}  // namespace nengine::test
