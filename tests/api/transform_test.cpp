#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "helpers.hpp"
#include "nengine/nengine.hpp"

namespace nengine::test {

namespace {

using ::testing::HasSubstr;
using Values = std::vector<double>;

Values ramp(std::int64_t count, double scale) {
    Values values;
    for (std::int64_t i = 0; i < count; ++i) {
        values.push_back(scale * std::sin(1.3 * static_cast<double>(i) + 0.2));
    }
    return values;
}

/// What a node receives from constants through a transform, after one step.
Values transformed(const Values& x, const Transform& transform, std::int64_t size_out) {
    Network net({.seed = 1});
    auto u = net.node(x);
    auto y = net.node({.size_in = size_out});
    net.connect(u, y, {.transform = transform, .synapse = None});
    auto p = net.probe(y);
    Simulator sim(net, quiet());
    sim.step();
    const Tensor data = sim.data(p);
    Values result;
    for (std::int64_t i = 0; i < size_out; ++i) {
        result.push_back(data[i]);
    }
    return result;
}

void expect_near(const Values& got, const Values& want, const char* what) {
    ASSERT_EQ(got.size(), want.size()) << what;
    for (std::size_t i = 0; i < got.size(); ++i) {
        ASSERT_NEAR(got[i], want[i], 1e-12) << what << '[' << i << ']';
    }
}

/// Element [d, h, w, c] of values of shape `shape`, channels last or first.
std::size_t place(const std::vector<std::int64_t>& space, std::int64_t channels,
                  bool channels_last, const std::array<std::int64_t, 3>& at,
                  std::int64_t c) {
    const std::int64_t position = (at[0] * space[1] + at[1]) * space[2] + at[2];
    const std::int64_t positions = space[0] * space[1] * space[2];
    return static_cast<std::size_t>(channels_last ? position * channels + c
                                                  : c * positions + position);
}

/// Calls `visit` for all positions of a space of three axes.
template <class Visit>
void for_each_position(const std::vector<std::int64_t>& space, Visit&& visit) {
    for (std::int64_t d = 0; d < space[0]; ++d) {
        for (std::int64_t h = 0; h < space[1]; ++h) {
            for (std::int64_t w = 0; w < space[2]; ++w) {
                visit(std::array<std::int64_t, 3>{d, h, w});
            }
        }
    }
}

TEST(Transforms, ThreeDimensionsFollowTheDefinition) {
    for (const bool last : {true, false}) {
        for (const Padding padding : {Padding::valid, Padding::same}) {
            const std::vector<std::int64_t> space = {4, 5, 3};
            Convolution conv{
                .n_filters = 4,
                .input_shape =
                    ChannelShape::from_space_and_channels(space, 2, last).shape,
                .kernel_size = {2, 3, 3},
                .strides = {2, 1, 2},
                .padding = padding,
                .channels_last = last,
                .groups = 2};
            conv.init = Array({2, 3, 3, 1, 4}, ramp(72, 1.0));
            const auto& kernel = conv.init.array().values;
            const auto out = conv.output_shape().spatial_shape();
            const Values x = ramp(conv.size_in(), 1.0);
            Values want(static_cast<std::size_t>(conv.size_out()), 0.0);
            std::array<std::int64_t, 3> before{};
            for (std::size_t i = 0; i < 3; ++i) {
                const std::int64_t total =
                    (out[i] - 1) * conv.strides[i] + conv.kernel_size[i] - space[i];
                before[i] = padding == Padding::same ? std::max(total, {0}) / 2 : 0;
            }
            for_each_position(out, [&](const auto& to) {
                for_each_position(conv.kernel_size, [&](const auto& tap) {
                    std::array<std::int64_t, 3> from{};
                    for (std::size_t i = 0; i < 3; ++i) {
                        from[i] = to[i] * conv.strides[i] + tap[i] - before[i];
                        if (from[i] < 0 || from[i] >= space[i]) {
                            return;
                        }
                    }
                    for (std::int64_t f = 0; f < 4; ++f) {
                        const auto q = (tap[0] * 3 + tap[1]) * 3 + tap[2];
                        want[place(out, 4, last, to, f)] +=
                            kernel[static_cast<std::size_t>(q * 4 + f)] *
                            x[place(space, 2, last, from, f / 2)];
                    }
                });
            });

            expect_near(transformed(x, conv, conv.size_out()), want, "convolution");
        }
    }
}

TEST(Transforms, ATransposedConvolutionIsTheTransposeOfTheConvolution) {
    for (const Padding padding : {Padding::valid, Padding::same}) {
        const Convolution conv{.n_filters = 2,
                               .input_shape = {7, 6, 5, 3},
                               .kernel_size = {3, 2, 3},
                               .strides = {2, 2, 1},
                               .padding = padding,
                               .init = Array({3, 2, 3, 3, 2}, ramp(108, 1.0))};
        Values turned;  // filters before channels
        for (std::size_t q = 0; q < 18; ++q) {
            for (std::size_t f = 0; f < 2; ++f) {
                for (std::size_t c = 0; c < 3; ++c) {
                    turned.push_back(conv.init.array().values[(q * 3 + c) * 2 + f]);
                }
            }
        }
        const ConvolutionTranspose back{.n_filters = 3,
                                        .input_shape = conv.output_shape().shape,
                                        .output_shape = conv.input_shape,
                                        .kernel_size = conv.kernel_size,
                                        .strides = conv.strides,
                                        .padding = padding,
                                        .init = Array({3, 2, 3, 2, 3}, turned)};
        const Values x = ramp(conv.size_in(), 1.0), y = ramp(conv.size_out(), 0.7);

        const Values forth = transformed(x, conv, conv.size_out());
        const Values returned = transformed(y, back, back.size_out());

        double a = 0, b = 0;
        for (std::size_t i = 0; i < y.size(); ++i) {
            a += forth[i] * y[i];
        }
        for (std::size_t i = 0; i < x.size(); ++i) {
            b += returned[i] * x[i];
        }
        EXPECT_NEAR(a, b, 1e-10 * std::abs(a));
        EXPECT_GT(std::abs(a), 0.1);  // no sum of zeros
    }
}

TEST(Transforms, SlicesOfBothEndsMeetASparseMatrixAndAConvolution) {
    for (const bool sparse : {true, false}) {
        Transform transform = Sparse{.shape = {4, 4},
                                     .indices = {{0, 1}, {0, 1}, {3, 0}, {2, 3}},
                                     .init = {1.0, 2.0, -1.0, 0.5}};
        Values want_of = {3.0, 0.0, 1.0, -4.0};  // of x = {4, 1, 3, 2}
        if (!sparse) {
            transform = Convolution{.n_filters = 1,
                                    .input_shape = {4, 1},
                                    .kernel_size = {2},
                                    .strides = {1},
                                    .padding = Padding::same,
                                    .init = Array({2, 1, 1}, {1.0, 10.0})};
            want_of = {14.0, 31.0, 23.0, 2.0};
        }
        Network net({.seed = 1});
        auto u = net.node({2.0, 0.0, 3.0, 0.0, 1.0, 0.0, 4.0});
        auto y = net.node({.size_in = 6});
        net.connect(u[Slice{.step = -2}], y[{5, 0, 0, 2}],
                    {.transform = transform, .synapse = None});
        auto p = net.probe(y);
        Simulator sim(net, quiet());

        sim.step();

        const Tensor got = sim.data(p);
        const Values want = {want_of[1] + want_of[2], 0, want_of[3], 0, 0, want_of[0]};
        for (std::int64_t i = 0; i < 6; ++i) {
            EXPECT_NEAR(got[i], want[static_cast<std::size_t>(i)], 1e-12) << i;
        }
    }
}

TEST(Transforms, KernelsAndSparseValuesAreParametersThatTrain) {
    Network net({.seed = 3});
    auto u = net.node(ramp(6, 1.0));
    auto y = net.node({.size_in = 6});
    auto z = net.node({.size_in = 2});
    net.connect(u, y,
                {.label = "conv",
                 .transform = ConvolutionTranspose{.n_filters = 2,
                                                   .input_shape = {2, 3},
                                                   .kernel_size = {1},
                                                   .strides = {1},
                                                   .channels_last = false},
                 .synapse = None});
    net.connect(
        y, z,
        {.label = "sparse",
         .transform = Sparse{.shape = {2, 6}, .indices = {{1, 5}, {0, 2}, {1, 0}}},
         .synapse = None});
    auto p = net.probe(z);
    Simulator sim(net, quiet(1));
    const auto before = sim.parameter("conv.weights");
    EXPECT_EQ(before.shape, (std::vector<std::int64_t>{1, 2, 2}));
    EXPECT_EQ(sim.parameter("sparse.weights").values, Values(3, 1.0));
    sim.compile(
        {.optimizer = SGD{.learning_rate = 0.05}, .loss = {{p, MeanSquaredError{}}}});
    const Tensor target({1, 1, 2}, std::vector<float>{0.5F, -0.25F});

    const auto first = sim.fit({}, {{p, target}}, {.epochs = 1, .n_steps = 1});
    const auto last = sim.fit({}, {{p, target}}, {.epochs = 200, .n_steps = 1});

    EXPECT_LT(last["loss"].back(), 1e-4 * first["loss"].front());
    EXPECT_NE(sim.parameter("conv.weights").values, before.values);
    EXPECT_NE(sim.parameter("sparse.weights").values, Values(3, 1.0));
}

TEST(Transforms, SizesThatDoNotFitAreErrorsWithNames) {
    const std::vector<std::int64_t> image = {5, 6, 2};
    const auto text = [](const auto& conv) {
        return message<ValidationError>([&] { conv.size_out(); });
    };
    EXPECT_THAT(text(Convolution{.n_filters = 4, .input_shape = image, .groups = 3}),
                HasSubstr("3 groups"));
    EXPECT_THAT(
        text(Convolution{.n_filters = 4, .input_shape = image, .kernel_size = {9, 9}}),
        HasSubstr("one within the input"));
    EXPECT_THAT(text(Convolution{.n_filters = 4, .input_shape = image, .strides = {1}}),
                HasSubstr("strides [1]"));
    EXPECT_THAT(
        text(Convolution{.n_filters = 4, .input_shape = image, .kernel_size = {3}}),
        HasSubstr("one to three spatial axes"));
    EXPECT_THAT(text(Convolution{.n_filters = 4,
                                 .input_shape = image,
                                 .init = Array({3, 3, 2, 1}, Values(18))}),
                HasSubstr("needs [3, 3, 2, 4]"));
    EXPECT_THAT(text(ConvolutionTranspose{
                    .n_filters = 2, .input_shape = image, .output_shape = {20, 20, 2}}),
                HasSubstr("input_shape [5, 6, 2]"));
    EXPECT_THAT(text(ConvolutionTranspose{
                    .n_filters = 2, .input_shape = image, .output_shape = {7, 8, 3}}),
                HasSubstr("2 channels"));
}

TEST(Transforms, ConnectionsRejectWhatNengoRejects) {
    Network net({.seed = 1});
    auto u = net.node(Values(4, 1.0), {.label = "u"});
    auto y = net.node({.label = "y", .size_in = 4});
    auto a = net.ensemble(20, 4, {.label = "a"});
    const auto connect = [&](const ObjectView& pre, const ObjectView& post,
                             const Transform& transform) {
        return message<ValidationError>(
            [&] { net.connect(pre, post, {.transform = transform}); });
    };
    const Array eye = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
    const Slice three{.stop = 3};
    EXPECT_THAT(connect(u[{0, 0, 1}], y[three], eye),
                HasSubstr("repeated components of node 'u'"));
    EXPECT_THAT(connect(u[three], y[{0, 0, 1}], Uniform{}),
                HasSubstr("repeated components of node 'y'"));
    net.connect(u[{0, 0, 1}], y[three], {.transform = {1.0, 2.0, 3.0}});
    net.connect(u[three], y[{0, 0, 1}], {.transform = 2.0});
    net.connect(u[{true, true, false, true}], y[three], {.transform = eye});
    EXPECT_THAT(connect(u[4], y[0], None), HasSubstr("position 4"));
    EXPECT_THAT(connect(u[-5], y[0], None), HasSubstr("position -5"));
    EXPECT_THAT(connect(u[{true, false}], y[0], None), HasSubstr("a mask of 2"));
    EXPECT_THAT(connect(u, y, Sparse{.shape = {4, 4}, .indices = {{0, 4}}}),
                HasSubstr("the place (0, 4)"));
    EXPECT_THAT(connect(u, y, Sparse{.shape = {3, 4}, .indices = {{0, 0}}}),
                HasSubstr("4 to 3 values"));
    EXPECT_THAT(
        connect(u, y, Sparse{.shape = {4, 4}, .indices = {{0, 0}}, .init = {1.0, 2.0}}),
        HasSubstr("init"));
    net.connect(
        a, y,
        {.label = "ay", .transform = Sparse{.shape = {4, 4}, .indices = {{0, 0}}}});
    EXPECT_THAT(message<BuildError>([&] { Simulator sim(net, quiet()); }),
                HasSubstr("sparse transform from decoded ensemble 'a'"));
}

TEST(Transforms, DataOfAConnectionSaysWhatWasBuilt) {
    Network net({.seed = 5});
    auto u = net.node(Values(2, 1.0));
    auto a = net.ensemble(10, 2, {.radius = 2.0, .n_eval_points = 50});
    auto y = net.node({.size_in = 2});
    auto plain = net.connect(u, y);
    auto scaled = net.connect(u, y, {.transform = 2.0});
    auto decoded = net.connect(a, y, {.transform = {{1, 2}, {3, 4}}});
    auto own = net.connect(a, y, {.eval_points = Uniform{-1, 1}});
    auto unsolved = net.connect(a, y, {.solver = NoSolver{}});
    auto sparse = net.connect(
        u, y,
        {.transform = Sparse{
             .shape = {2, 2}, .indices = {{0, 0}, {0, 0}, {1, 0}}, .init = {1, 2, 3}}});

    Simulator sim(net, quiet());

    EXPECT_FALSE(sim.data(plain).weights.has_value());
    EXPECT_TRUE(sim.data(plain).transform.is_none());
    EXPECT_EQ(sim.data(scaled).weights->values, Values{2.0});
    EXPECT_FALSE(sim.data(scaled).eval_points.has_value());
    EXPECT_EQ(sim.data(decoded).weights->shape, (std::vector<std::int64_t>{2, 10}));
    EXPECT_EQ(sim.data(decoded).eval_points, sim.data(a).eval_points);
    EXPECT_EQ(sim.data(decoded).rmses.size(), 2U);
    EXPECT_TRUE(sim.data(decoded).transform.is_matrix());
    EXPECT_EQ(sim.data(own).eval_points->shape, (std::vector<std::int64_t>{50, 2}));
    EXPECT_NE(sim.data(own).eval_points, sim.data(a).eval_points);
    EXPECT_FALSE(sim.data(unsolved).eval_points.has_value());
    const auto built = sim.data(sparse);
    EXPECT_EQ(built.weights->values, (Values{1, 2, 3}));
    EXPECT_EQ(built.sparse_weights->to_dense(), (Array{{3, 0}, {3, 0}}));
}

TEST(Probes, AnyPositionsOfAStateAreThoseOfTheWhole) {
    Network net({.seed = 5});
    auto u = net.node(Values{0.5});
    auto a = net.ensemble(8, 1);
    net.connect(u, a);
    auto whole = net.probe(a.neurons, {.attr = "voltage"});
    auto some = net.probe(a.neurons[{6, 1, 1, 0}], {.attr = "voltage"});
    auto masked =
        net.probe(a.neurons[{false, true, true, false, false, false, false, true}],
                  {.attr = "refractory_time"});
    auto all = net.probe(a.neurons, {.attr = "refractory_time"});
    Simulator sim(net, quiet());

    sim.run_steps(40);

    const Tensor of_all = sim.data(whole), of_some = sim.data(some);
    const Tensor refractory = sim.data(all), of_mask = sim.data(masked);
    bool changes = false;
    for (std::int64_t t = 0; t < 40; ++t) {
        const std::int64_t positions[] = {6, 1, 1, 0}, mask[] = {1, 2, 7};
        for (std::int64_t i = 0; i < 4; ++i) {
            ASSERT_EQ(of_some[t * 4 + i], of_all[t * 8 + positions[i]]) << t;
        }
        for (std::int64_t i = 0; i < 3; ++i) {
            ASSERT_EQ(of_mask[t * 3 + i], refractory[t * 8 + mask[i]]) << t;
        }
        changes = changes || of_all[t * 8 + 6] != of_all[6];
    }
    EXPECT_TRUE(changes);
}

}  // namespace

}  // namespace nengine::test
