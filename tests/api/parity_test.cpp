#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "helpers.hpp"
#include "nengine/nengine.hpp"
#include "tests/engine/io/files.hpp"

// What Nengo says of simulators, nodes, steps and built parameters, one test for each
// sentence.

namespace nengine::test {

namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Values = std::vector<double>;

// --- time and steps

TEST(Time, IsTheNumberOfTheStepTimesDtAndStartsAtDt) {
    Network net;
    auto seen = std::make_shared<Values>();
    net.node([seen](double t) { seen->push_back(t); });
    Simulator sim(net, {.dt = 0.1, .progress_bar = false});

    sim.run_steps(3);

    // 3 * 0.1, not 0.1 + 0.1 + 0.1
    ASSERT_EQ(seen->size(), 4U);  // with the call that found the size
    EXPECT_EQ(Values(seen->begin() + 1, seen->end()), Values({0.1, 0.2, 3 * 0.1}));
    EXPECT_EQ(sim.time(), 3 * 0.1);
}

TEST(Time, OfARunIsRoundedToWholeSteps) {
    Network net;
    net.node(1.0);
    Simulator sim(net, quiet());

    sim.run(0.0026);
    EXPECT_EQ(sim.n_steps(), 3);
    sim.run(0.0014);
    EXPECT_EQ(sim.n_steps(), 4);
    sim.run(0.0025);  // halves to even
    EXPECT_EQ(sim.n_steps(), 6);
}

TEST(Time, OfNoStepWarnsAndChangesNothing) {
    Network net;
    net.node(1.0);
    Values unused;
    std::vector<std::string> warnings;
    SimulatorOptions options = quiet();
    options.on_warning = [&](const std::string& text) { warnings.push_back(text); };
    Simulator sim(net, options);

    sim.run(0.0);
    sim.run(0.0004);
    sim.run_steps(0);

    EXPECT_EQ(warnings.size(), 3U);
    EXPECT_EQ(sim.n_steps(), 0);
}

TEST(Trange, HasTheTimesAtWhichAProbeOfThatPeriodSamples) {
    Network net;
    const auto t = net.node([](double time) { return time; });
    for (const double every : {0.001, 0.0015, 0.0025, 0.003, 0.0004}) {
        const Probe p = net.probe(t, {.sample_every = every});
        Simulator sim(net, quiet());

        sim.run_steps(17);

        EXPECT_THAT(sim.data(p).to_vector(), near_to(sim.trange(every))) << every;
    }
}

TEST(Trange, OfTwoAndAHalfStepsIsTheThirdTheFifthTheEighth) {
    Network net;
    net.node(1.0);
    Simulator sim(net, quiet());

    sim.run_steps(10);

    EXPECT_THAT(sim.trange(0.0025), near_to({0.003, 0.005, 0.008, 0.010}));
    EXPECT_THAT(sim.trange(0.0001), ::testing::SizeIs(10));
}

// --- what is visible in a step

/// A ramp and what arrives of it through a synapse.
Values arriving(const Synapse& synapse) {
    Network net;
    const auto ramp = net.node([](double t) { return 1000 * t; });
    const auto out = net.node({.size_in = 1});
    net.connect(ramp, out, {.synapse = synapse});
    const auto p = net.probe(out);
    Simulator sim(net, quiet());
    sim.run_steps(4);
    return sim.data(p).to_vector();
}

TEST(Synapses, OfNoneDelayByNothingAndOfZeroByOneStep) {
    EXPECT_THAT(arriving(None), near_to({1, 2, 3, 4}));
    EXPECT_THAT(arriving(0.0), near_to({0, 1, 2, 3}));
}

TEST(Synapses, WriteAtTheEndOfAStep) {
    const double a = std::exp(-0.001 / 0.005);

    const Values values = arriving(0.005);

    EXPECT_THAT(values[0], DoubleNear(0.0, 1e-15));
    EXPECT_THAT(values[1], DoubleNear(1 - a, 1e-12));
    EXPECT_THAT(values[2], DoubleNear(a * (1 - a) + 2 * (1 - a), 1e-12));
}

// --- functions of nodes

TEST(NodeFunctions, AreCalledOnceWhenTheyAreMadeUnlessTheSizeIsGiven) {
    Network net;
    int calls = 0;
    const auto count = [&calls](double) { return static_cast<double>(++calls); };

    net.node(count, {.size_out = 1});
    EXPECT_EQ(calls, 0);
    net.node(count);
    EXPECT_EQ(calls, 1);
}

TEST(NodeFunctions, AreAskedForTheirSizeAtTimeZeroWithZeros) {
    Network net;
    Values first;
    net.node(
        [&](double t, const Values& x) {
            first = {t, x[0], x[1]};
            return x;
        },
        {.size_in = 2});

    EXPECT_EQ(first, Values({0.0, 0.0, 0.0}));
}

TEST(NodeFunctions, MayKeepAndChangeTheirInput) {
    Network net;
    const auto u = net.node([](double t) { return 1000 * t; });
    std::vector<Values> kept;
    const auto f = net.node(
        [&kept](double, Values x) {
            kept.push_back(x);
            x[0] = -1.0;
            return kept.back();
        },
        {.size_in = 1, .size_out = 1});
    net.connect(u, f, {.synapse = None});
    const auto p = net.probe(f);
    Simulator sim(net, quiet());

    sim.run_steps(3);

    EXPECT_EQ(kept, (std::vector<Values>{{1.0}, {2.0}, {3.0}}));
    EXPECT_THAT(sim.data(p).to_vector(), near_to({1, 2, 3}));
}

// --- reset and clear

TEST(Close, KeepsDataAndTime) {
    Network net;
    const auto t = net.node([](double time) { return 1000 * time; });
    const auto p = net.probe(t);
    Simulator sim(net, quiet());
    sim.run_steps(2);

    sim.close();
    sim.close();

    EXPECT_TRUE(sim.closed());
    EXPECT_THAT(sim.data(p).to_vector(), near_to({1, 2}));
    EXPECT_EQ(sim.n_steps(), 2);
    EXPECT_EQ(sim.trange().size(), 2U);
}

// --- built parameters

TEST(BuiltEnsembles, HaveEncodersScaledByGainAndRadius) {
    Network net({.seed = 4});
    const auto a = net.ensemble(11, 3, {.radius = 2.0});
    const Simulator sim(net, quiet());

    const BuiltEnsemble built = sim.data(a);

    ASSERT_EQ(built.encoders.shape, (std::vector<std::int64_t>{11, 3}));
    EXPECT_EQ(built.eval_points.shape, (std::vector<std::int64_t>{1500, 3}));
    for (std::size_t i = 0; i < 11; ++i) {
        double length = 0.0;
        for (std::size_t d = 0; d < 3; ++d) {
            const double encoder = built.encoders.values[3 * i + d];
            length += encoder * encoder;
            EXPECT_NEAR(built.scaled_encoders.values[3 * i + d],
                        encoder * built.gain.values[i] / 2.0, 1e-12);
        }
        EXPECT_NEAR(length, 1.0, 1e-12);
    }
}

TEST(BuiltEnsembles, HaveEvaluationPointsTimesTheRadius) {
    Network net({.seed = 4});
    const auto given =
        net.ensemble(5, 1, {.radius = 2.0, .eval_points = Array{{-1.0}, {0.5}}});
    const Simulator sim(net, quiet());

    EXPECT_EQ(sim.data(given).eval_points.values, Values({-2.0, 1.0}));
}

TEST(BuiltEnsembles, OfGivenGainsAndBiasesHaveTheRatesAndInterceptsThatFollow) {
    Network net({.seed = 4});
    const auto a = net.ensemble(2, 1,
                                {.gain = Array{2.0, 4.0},
                                 .bias = Array{1.0, 2.0},
                                 .neuron_type = RectifiedLinear{}});
    const Simulator sim(net, quiet());

    const BuiltEnsemble built = sim.data(a);

    // c = -bias / gain, m = gain (1 - c)
    EXPECT_THAT(built.intercepts.values, near_to({-0.5, -0.5}));
    EXPECT_THAT(built.max_rates.values, near_to({3.0, 6.0}));
}

TEST(BuiltConnections, HaveWeightsResidualsAndTheirOwnPoints) {
    Network net({.seed = 4});
    const auto a = net.ensemble(12, 2, {.radius = 2.0});
    const auto out = net.node({.size_in = 1});
    const auto decoded =
        net.connect(a, out,
                    {.function = [](std::span<const double> x) { return x[0] * x[1]; },
                     .eval_points = Array{{0.5, 0.5}, {-0.5, 0.5}, {1.0, 0.0}}});
    const auto of_ensemble = net.connect(a[0], out);
    const auto plain = net.connect(out, net.node({.size_in = 1}));
    const Simulator sim(net, quiet());

    EXPECT_EQ(sim.data(decoded).weights->shape, (std::vector<std::int64_t>{1, 12}));
    EXPECT_EQ(sim.data(decoded).rmses.size(), 1U);
    EXPECT_EQ(sim.data(decoded).eval_points->values,
              Values({1.0, 1.0, -1.0, 1.0, 2.0, 0.0}));
    EXPECT_EQ(sim.data(of_ensemble).eval_points, sim.data(a).eval_points);
    EXPECT_FALSE(sim.data(plain).weights.has_value());
}

// --- seeds

TEST(Seeds, OfASimulatorAreItsArgumentOrTheNetworksPlusOne) {
    Network net({.seed = 41});
    net.node(1.0);

    EXPECT_EQ(Simulator(net, quiet()).seed(), 42U);
    SimulatorOptions options = quiet();
    options.seed = 7;
    EXPECT_EQ(Simulator(net, options).seed(), 7U);
}

// --- files

TEST(Files, OfArraysAreWrittenAndReadBack) {
    const TemporaryFolder folder;
    const auto path = folder / "array.npy";
    const Array array = {{1.0, 2.5}, {-3.0, 4.0}};

    save_npy(path, array);

    EXPECT_EQ(load_npy(path), array);
    std::filesystem::remove(path);
    EXPECT_THROW(static_cast<void>(load_npy(path)), FileError);
    EXPECT_THROW(static_cast<void>(load_idx(path)), FileError);
}

TEST(Files, OfTensorsKeepTheirPrecision) {
    const TemporaryFolder folder;
    const auto path = folder / "tensor.npy";
    const std::vector<double> values = {1.0, 0.1, -3.0, 4.0, 5.0, 1.0 / 3};
    const std::vector<float> floats(values.begin(), values.end());

    save_npy(path, Tensor({1, 2, 3}, values));
    EXPECT_EQ(load_npy(path), Array({1, 2, 3}, values));
    const auto bytes = std::filesystem::file_size(path);

    save_npy(path, Tensor({1, 2, 3}, floats));
    EXPECT_EQ(load_npy(path), Array({1, 2, 3}, {floats.begin(), floats.end()}));
    EXPECT_EQ(std::filesystem::file_size(path), bytes - values.size() * 4);

    EXPECT_THROW(save_npy(path / "nowhere", Tensor({1, 2, 3}, floats)), FileError);
}

TEST(Files, OfImagesBecomeTensors) {
    const TemporaryFolder folder;
    const auto path = folder / "array.idx";
    std::string bytes{0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3};
    bytes += {0, 1, 2, 127, char(254), char(255)};
    std::ofstream(path, std::ios::binary) << bytes;

    const Tensor images = load_idx_tensor(path, 1.0 / 255);

    EXPECT_EQ(images.shape(), (Tensor::Shape{2, 1, 3}));
    EXPECT_EQ(images.dtype(), DType::float32);
    EXPECT_EQ(images[5], 1.0);
    EXPECT_EQ(images[2], static_cast<float>(2.0 / 255));
    EXPECT_EQ(load_idx_tensor(path).to_vector(), load_idx(path).values);
    std::filesystem::remove(path);
    EXPECT_THROW(static_cast<void>(load_idx_tensor(path)), FileError);
}

TEST(Files, OfImagesAreBytesAsTheyAre) {
    const TemporaryFolder folder;
    const auto path = folder / "bytes.idx";
    std::string bytes{0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3};
    bytes += {0, 1, 2, 127, char(254), char(255)};
    std::ofstream(path, std::ios::binary) << bytes;

    const Tensor images = load_idx_bytes(path);

    EXPECT_EQ(images.shape(), (Tensor::Shape{2, 1, 3}));
    EXPECT_EQ(images.dtype(), DType::uint8);
    EXPECT_EQ(images.to_vector(), load_idx(path).values);
    std::filesystem::remove(path);
    EXPECT_THROW(static_cast<void>(load_idx_bytes(path)), FileError);
}

TEST(Files, OfIntegersAndBytesKeepTheirType) {
    const TemporaryFolder folder;
    const auto path = folder / "integers.npy";
    const Tensor integers({1, 2, 2},
                          std::vector<std::int32_t>{-2147483647, 0, 5, 2147483647});
    const Tensor bytes({1, 2, 2}, std::vector<std::uint8_t>{0, 1, 128, 255});

    for (const auto& [tensor, width] : {std::pair(integers, 4), {bytes, 1}}) {
        save_npy(path, tensor);

        EXPECT_EQ(load_npy(path), Array({1, 2, 2}, tensor.to_vector()));
        EXPECT_EQ(std::filesystem::file_size(path), 128 + 4 * width);
    }
}

}  // namespace

}  // namespace nengine::test
