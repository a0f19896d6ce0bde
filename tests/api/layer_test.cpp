#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "api/builder/build_state.hpp"
#include "nengine/nengine.hpp"

namespace nengine::test {

namespace {

using Shape = std::vector<std::int64_t>;

/// The spiking convolutional network of the samples.
struct ImageNetwork {
    Network net{NetworkOptions{.seed = 0}};
    Node x = net.node(std::vector<double>(784), {.label = "x"});
    std::vector<Layer> layers;

    ImageNetwork() {
        net.config.ensemble.max_rates = Choice{{100}};
        net.config.ensemble.intercepts = Choice{{0}};
        net.config.connection.synapse = None;
        add(Conv2D{.filters = 32}, x, {.label = "conv_1", .shape_in = {28, 28, 1}});
        add(LIF{.amplitude = 0.01}, layers.back(), {.label = "lif_1"});
        add(Conv2D{.filters = 64, .strides = 2}, layers.back(), {.label = "conv_2"});
        add(LIF{.amplitude = 0.01}, layers.back(), {.label = "lif_2"});
        add(Conv2D{.filters = 128, .strides = 2}, layers.back(), {.label = "conv_3"});
        add(LIF{.amplitude = 0.01}, layers.back(), {.label = "lif_3"});
        add(Dense{.units = 10}, layers.back(), {.label = "dense"});
        net.probe(layers.back(), {.label = "out_p"});
        net.probe(layers.back(), {.label = "out_p_filt", .synapse = 0.1});
    }

    void add(LayerKind kind, const ObjectView& input, LayerOptions options) {
        layers.push_back(net.layer(std::move(kind), input, std::move(options)));
    }

    BuiltNetwork build() const {
        return nengine::build(*ObjectView(x).object()->network.lock(), 0.001);
    }
};

std::map<std::string, const engine::Signal*> parameters(const BuiltNetwork& built) {
    std::map<std::string, const engine::Signal*> result;
    for (const engine::SignalId id : built.model->signal_ids()) {
        const engine::Signal& signal = built.model->signal(id);
        if (!signal.parameter.empty()) {
            result[signal.parameter] = &signal;
        }
    }
    return result;
}

TEST(Layers, OfAnImageNetworkHaveTheParametersOfItsSavedForm) {
    const ImageNetwork network;

    const auto built = network.build();

    std::map<std::string, Shape> shapes;
    Index trainable = 0;
    for (const auto& [name, signal] : parameters(built)) {
        shapes[name] = signal->shape;
        trainable += signal->trainable ? signal->size() : 0;
    }
    const std::map<std::string, Shape> want = {
        {"conv_1.kernel", {3, 3, 1, 32}},
        {"conv_1.bias", {32}},
        {"conv_2.kernel", {3, 3, 32, 64}},
        {"conv_2.bias", {64}},
        {"conv_3.kernel", {3, 3, 64, 128}},
        {"conv_3.bias", {128}},
        {"dense.kernel", {3200, 10}},
        {"dense.bias", {10}},
        {"lif_1.bias", {21632}},
        {"lif_1.gain", {21632}},
        {"lif_1.voltage", {21632}},
        {"lif_2.bias", {9216}},
        {"lif_2.gain", {9216}},
        {"lif_2.voltage", {9216}},
        {"lif_3.bias", {3200}},
        {"lif_3.gain", {3200}},
        {"lif_3.voltage", {3200}},
    };
    EXPECT_EQ(shapes, want);
    EXPECT_EQ(trainable, 158730);
}

TEST(Layers, StartFromKerasInitialValuesAndTheGainsOfTheRates) {
    const ImageNetwork network;

    const auto built = network.build();

    const auto all = parameters(built);
    const double limit = std::sqrt(6.0 / (9 * 32 + 9 * 64));
    const auto& kernel = all.at("conv_2.kernel")->initial;
    const auto [least, most] = std::ranges::minmax(kernel);
    EXPECT_LE(most, limit);
    EXPECT_GE(least, -limit);
    EXPECT_GT(most, 0.99 * limit);
    EXPECT_LT(least, -0.99 * limit);
    EXPECT_THAT(all.at("conv_2.bias")->initial, ::testing::Each(0.0));
    EXPECT_THAT(all.at("lif_1.bias")->initial, ::testing::Each(1.0));
    EXPECT_THAT(all.at("lif_1.gain")->initial,
                ::testing::Each(::testing::DoubleNear(2.0332448, 1e-6)));
}

TEST(Layers, ReadTheirOnlyInputWithoutACopy) {
    const ImageNetwork network;

    const auto built = network.build();

    std::map<std::string, int> types;
    for (const auto& op : built.model->operators()) {
        ++types[std::string(op->type())];
    }
    const std::map<std::string, int> want = {{"ConvInc", 3},   {"Copy", 5},
                                             {"DotInc", 1},    {"ElementwiseInc", 3},
                                             {"SimFilter", 1}, {"SimNeurons", 3}};
    EXPECT_EQ(types, want);
}

TEST(Layers, HaveTheShapesOfKeras) {
    Network net;
    auto x = net.node({.size_in = 7 * 8 * 3});
    const auto shape = [&](LayerKind kind) {
        return net.layer(std::move(kind), x, {.shape_in = {7, 8, 3}}).shape_out();
    };
    EXPECT_EQ(shape(Conv2D{.filters = 4}), Shape({5, 6, 4}));
    EXPECT_EQ(shape(Conv2D{.filters = 4, .kernel_size = {2, 3}, .strides = {2, 3}}),
              Shape({3, 2, 4}));
    EXPECT_EQ(shape(Conv2D{.filters = 4, .strides = 2, .padding = Padding::same}),
              Shape({4, 4, 4}));
    EXPECT_EQ(shape(Conv2D{.filters = 6, .groups = 3}), Shape({5, 6, 6}));
    EXPECT_EQ(shape(AveragePooling2D{}), Shape({3, 4, 3}));
    EXPECT_EQ(
        shape(AveragePooling2D{.pool_size = 3, .strides = 2, .padding = Padding::same}),
        Shape({4, 4, 3}));
    EXPECT_EQ(shape(MaxPooling2D{.pool_size = {3, 2}, .strides = 1}), Shape({5, 7, 3}));
    EXPECT_EQ(shape(Flatten{}), Shape({168}));
    EXPECT_EQ(shape(Dense{.units = 5}), Shape({5}));
    EXPECT_EQ(shape(RectifiedLinear{}), Shape({7, 8, 3}));
}

TEST(Layers, PadLessBeforeThanAfterWhenItIsOdd) {
    const auto axis = detail::window_axis(8, 3, 2, Padding::same);
    EXPECT_EQ(axis.count, 4);
    EXPECT_EQ(axis.before, 0);  // one in all, behind
    EXPECT_EQ(detail::window_axis(7, 3, 2, Padding::same).before, 1);
    EXPECT_EQ(detail::window_axis(7, 4, 1, Padding::same).before, 1);
    EXPECT_EQ(detail::window_axis(7, 4, 1, Padding::valid).before, 0);
}

TEST(Layers, OfMaxPoolingAreKerass) {
    Network net;
    auto x = net.node(std::vector<double>(16, 0.0));
    const auto cut =
        net.layer(MaxPooling2D{.pool_size = 3, .strides = 2, .padding = Padding::same},
                  x, {.shape_in = {4, 4, 1}});
    const auto channels = net.layer(MaxPooling2D{}, x, {.shape_in = {2, 4, 2}});
    const auto of_cut = net.probe(cut), of_channels = net.probe(channels);
    Simulator sim(net, {.progress_bar = false});
    std::vector<double> image(16);
    std::iota(image.begin(), image.end(), 0.0);

    const auto got = sim.predict({{x, Tensor({1, 1, 16}, image)}});

    EXPECT_EQ(got[of_cut].to_vector(), (std::vector<double>{10, 11, 14, 15}));
    EXPECT_EQ(got[of_channels].to_vector(), (std::vector<double>{10, 11, 14, 15}));
}

TEST(Layers, TakeTheShapeOfTheLayerBefore) {
    Network net;
    auto x = net.node({.size_in = 36});
    auto h = net.layer(Conv2D{.filters = 2}, x, {.shape_in = {6, 6, 1}});
    h = net.layer(RectifiedLinear{}, h);
    EXPECT_TRUE(h.is_neurons());
    h = net.layer(AveragePooling2D{}, h);
    EXPECT_EQ(h.shape_out(), Shape({2, 2, 2}));
    h = net.layer(Flatten{}, h);
    h = net.layer(Dense{.units = 3}, h);
    EXPECT_EQ(h.size_out(), 3);
}

TEST(Layers, RejectWhatDoesNotFit) {
    Network net;
    auto x = net.node({.label = "x", .size_in = 36});
    EXPECT_THROW(net.layer(Conv2D{.filters = 2}, x), ValidationError);
    EXPECT_THROW(net.layer(Conv2D{.filters = 2}, x, {.shape_in = {6, 5, 1}}),
                 ValidationError);
    EXPECT_THROW(
        net.layer(Conv2D{.filters = 2, .kernel_size = 7}, x, {.shape_in = {6, 6, 1}}),
        ValidationError);
    EXPECT_THROW(
        net.layer(Conv2D{.filters = 3, .groups = 2}, x, {.shape_in = {3, 3, 4}}),
        ValidationError);
    EXPECT_THROW(net.layer(Dense{.units = 0}, x), ValidationError);
    EXPECT_TRUE(net.connections().empty());
    const auto dense = net.layer(Dense{.units = 2}, x);
    EXPECT_THROW(dense.ensemble(), ValidationError);
}

TEST(Layers, TakeGivenValuesAndCanBeMarkedUntrainable) {
    Network net({.seed = 1});
    auto x = net.node({1.0, 2.0});
    auto h = net.layer(
        Dense{
            .units = 1, .kernel_initializer = {{3.0}, {4.0}}, .bias_initializer = 0.5},
        x, {.label = "d"});
    h.trainable = false;
    const auto built = nengine::build(*ObjectView(x).object()->network.lock(), 0.001);
    const auto all = parameters(built);
    EXPECT_EQ(all.at("d.kernel")->initial, (std::vector{3.0, 4.0}));
    EXPECT_EQ(all.at("d.bias")->initial, std::vector{0.5});
    EXPECT_FALSE(all.at("d.kernel")->trainable);
}

TEST(Layers, AreNumberedByKind) {
    Network net;
    auto x = net.node({.size_in = 4});
    auto a = net.layer(Dense{.units = 4}, x);
    auto b = net.layer(Flatten{}, a);
    auto c = net.layer(Dense{.units = 2}, b);
    EXPECT_EQ(detail::name(*ObjectView(a).object()), "dense#1");
    EXPECT_EQ(detail::name(*ObjectView(b).object()), "flatten#1");
    EXPECT_EQ(detail::name(*ObjectView(c).object()), "dense#2");
}

}  // namespace
}  // namespace nengine::test
