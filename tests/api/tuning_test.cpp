#include "nengine/tuning.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "helpers.hpp"
#include "nengine/nengine.hpp"

namespace nengine::test {
namespace {

struct Tuned {
    Network net{NetworkOptions{.seed = 1}};
    Ensemble plane = net.ensemble(3, 2, {.radius = 2.0});
    Ensemble line = net.ensemble(4, 1, {});
    Simulator sim{net, quiet()};
};

// The numbers are those of Nengo 4.1 for the same network.
TEST(TuningCurves, AreNengos) {
    Tuned made;
    const auto [x, a] =
        tuning_curves(made.sim, made.plane, Array{{0.1, 0.2}, {1.0, -1.0}});
    const double want[] = {235.38103752, 134.00991323, 181.68587538,
                           53.08095056,  200.40233442, 215.65011193};
    EXPECT_EQ(a.shape, (std::vector<std::int64_t>{2, 3}));
    for (std::size_t i = 0; i < 6; ++i) {
        EXPECT_NEAR(a.values[i], want[i], 1e-5) << i;
    }
}

TEST(TuningCurves, WithoutInputsCoverTheRadiusFirstDimensionFastest) {
    Tuned made;
    const auto [x, a] = tuning_curves(made.sim, made.plane);
    EXPECT_EQ(x.shape, (std::vector<std::int64_t>{50, 50, 2}));
    EXPECT_EQ(a.shape, (std::vector<std::int64_t>{50, 50, 3}));
    EXPECT_EQ(x.values[0], -2.0);
    EXPECT_NEAR(x.values[2], -1.9183673469387755, 1e-15);
    EXPECT_EQ(x.values[3], -2.0);
    EXPECT_EQ(x.values.back(), 2.0);
}

TEST(TuningCurves, NeedAsManyComponentsAsDimensions) {
    Tuned made;
    EXPECT_THROW(tuning_curves(made.sim, made.plane, Array{{1.0, 2.0, 3.0}}),
                 ShapeError);
}

TEST(ResponseCurves, AreNengos) {
    Tuned made;
    const auto [x, a] =
        response_curves(made.sim, made.line, Array{-1.0, -0.5, 0.0, 0.5, 1.0});
    const double want[] = {233.20012907, 360.19810614, 367.00542822, 392.25975397};
    EXPECT_EQ(a.shape, (std::vector<std::int64_t>{5, 4}));
    for (std::size_t i = 0; i < 4; ++i) {
        EXPECT_NEAR(a.values[16 + i], want[i], 1e-4) << i;
    }
}

TEST(NeuronFunctions, InvertEachOther) {
    const Array max_rates{60.0, 90.0}, intercepts{-0.4, 0.6};
    for (const NeuronModel& type : {NeuronModel(LIF{}), NeuronModel(RectifiedLinear{}),
                                    NeuronModel(PoissonSpiking{LIFRate{}}),
                                    NeuronModel(LeakyReLU{}), NeuronModel(Tanh{})}) {
        const auto [gain, bias] = gain_bias(type, max_rates, intercepts);
        const auto again = max_rates_intercepts(type, gain, bias);
        const Array top = rates(type, Array{1.0}, gain, bias);
        for (std::size_t i = 0; i < 2; ++i) {
            EXPECT_NEAR(again.max_rates.values[i], max_rates.values[i], 1e-9);
            EXPECT_NEAR(again.intercepts.values[i], intercepts.values[i], 1e-9);
            EXPECT_NEAR(top.values[i], max_rates.values[i], 1e-9);
        }
    }
    EXPECT_THROW(gain_bias(Direct{}, max_rates, intercepts), ValidationError);
    EXPECT_THROW(gain_bias(LIF{}, Array{600.0, 10.0}, intercepts), ValidationError);
    EXPECT_THROW(rates(LIF{}, Array{1.0}, max_rates, Array{1.0}), ShapeError);
}

struct Decoded {
    Network net{NetworkOptions{.seed = 1}};
    Ensemble a = net.ensemble(20, 2, {.radius = 2.0});
    Node three = net.node({.size_in = 3}), one = net.node({.size_in = 1});
    Connection product =
        net.connect(a, three,
                    {.function = [](std::span<const double> x) { return x[0] * x[1]; },
                     .transform = {{1.0}, {2.0}, {3.0}}});
    Connection square =
        net.connect(a[1], one, {.function = [](double x) { return x * x; }});
    Simulator sim{net, quiet()};
};

void expect_near(const Array& got, const Array& wanted) {
    ASSERT_EQ(got.shape, wanted.shape);
    for (std::size_t i = 0; i < got.values.size(); ++i) {
        EXPECT_NEAR(got.values[i], wanted.values[i], 1e-9) << i;
    }
}

// The numbers are those of Nengo 4.1 for the same network.
TEST(EvalPointDecoding, IsNengos) {
    Decoded made;
    const Array points{{0.5, 0.25}, {1.0, -1.0}};

    const auto product = eval_point_decoding(made.sim, made.product, points);
    const auto square = eval_point_decoding(made.sim, made.square, points);

    EXPECT_EQ(product.eval_points, points);
    expect_near(product.targets, {{0.125}, {-1.0}});
    expect_near(product.decoded, {{0.009275969002, 0.018551938004, 0.027827907005},
                                  {-0.839561331271, -1.679122662541, -2.518683993812}});
    expect_near(square.targets, {{0.0625}, {1.0}});
    expect_near(square.decoded, {{0.122080203104}, {1.112542745516}});
}

TEST(EvalPointDecoding, IsAtThePointsOfTheConnectionUnlessGiven) {
    Decoded made;
    const auto found = eval_point_decoding(made.sim, made.product);

    EXPECT_EQ(found.eval_points, *made.sim.data(made.product).eval_points);
    EXPECT_EQ(found.targets.shape, (std::vector<std::int64_t>{1000, 1}));
    EXPECT_NEAR(found.decoded(999, 0), -0.036767667462, 1e-9);
}

TEST(EvalPointDecoding, NeedsADecodedConnection) {
    Decoded made;
    const auto direct = made.net.connect(made.three[2], made.one);
    const Simulator sim(made.net, quiet());

    EXPECT_THROW(eval_point_decoding(sim, direct), ValidationError);
    EXPECT_THROW(eval_point_decoding(sim, made.product, Array{{1.0}}), ShapeError);
}

// The numbers are those of Nengo's solver(A, Y, rng=RandomState(4)).
TEST(Solve, OfMatricesGivesWeightsAndErrors) {
    const Array A = {{41.7, 72.0, 0.0},  {30.2, 14.7, 9.2}, {18.6, 34.6, 39.7},
                     {53.9, 41.9, 68.5}, {20.4, 87.8, 2.7}, {67.0, 41.7, 55.9}};
    const Array Y = {{0.22, 0.0},  {0.1, 0.01}, {-0.01, 0.14},
                     {0.34, 0.29}, {0.0, 0.02}, {0.47, 0.23}};
    RandomStream rng(4);

    const auto ridge = solve(LstsqL2{.reg = 0.1}, A, Y);
    const auto noisy = solve(LstsqNoise{.noise = 0.1}, A, Y, rng);
    const auto nonnegative = solve(Nnls{}, A, Y);

    EXPECT_EQ(ridge.weights.shape, (std::vector<std::int64_t>{3, 2}));
    EXPECT_THAT(ridge.weights.values,
                near_to({0.006133697543572628, 0.00040837243456555476,
                         -0.001102274153722236, -2.8686374577368983e-05,
                         0.0005582511003394755, 0.003533565390268943}));
    EXPECT_THAT(ridge.rmses, near_to({0.06548232637756622, 0.01938262943034481}));
    EXPECT_THAT(
        noisy.weights.values,
        near_to({0.005956202384988187, 0.0001312468167481803, -0.001134721864008501,
                 0.00041837354155522876, 0.0012328241612563162, 0.00332539922593266}));
    EXPECT_THAT(noisy.rmses, near_to({0.06626750048153746, 0.02213878143660478}));
    EXPECT_THAT(nonnegative.weights.values,
                near_to({0.00532194657825132, 0.0, 0.0, 2.7129197322647985e-05,
                         0.0005063398700317701, 0.004031334554192461}));
    EXPECT_TRUE(ridge.iterations.empty());
    EXPECT_EQ(solve(LstsqL2{.solver = Conjgrad{}}, A, Y).iterations.size(), 2U);
}

TEST(Solve, OfAVectorGivesAVector) {
    const Array A = {{1.0, 0.0}, {0.0, 2.0}};

    const auto found = solve(Lstsq{.rcond = 0.0}, A, {3.0, 4.0});

    EXPECT_EQ(found.weights.shape, (std::vector<std::int64_t>{2}));
    EXPECT_THAT(found.weights.values, near_to({3.0, 2.0}));
}

TEST(Solve, NeedsMatricesThatFit) {
    const Array A = {{1.0, 0.0}, {0.0, 2.0}};
    EXPECT_THROW(solve(LstsqL2{}, A, {1.0, 2.0, 3.0}), ShapeError);
    EXPECT_THROW(solve(LstsqL2{}, {1.0, 2.0}, {1.0, 2.0}), ShapeError);
    EXPECT_THROW(solve(LstsqL2{}, A, 1.0), ShapeError);
    EXPECT_THROW(solve(LstsqL2{}, A, Array()), ShapeError);
    EXPECT_THROW(solve(LstsqL2{.reg = -1.0}, A, {1.0, 2.0}), ValidationError);
}

TEST(Solve, NeedsFiniteNumbers) {
    const Array A = {{1.0, 0.0}, {0.0, 2.0}};
    EXPECT_EQ(message<ValidationError>([&] {
                  solve(Lstsq{}, {{1.0, 0.0}, {std::nan(""), 2.0}}, {1.0, 2.0});
              }),
              "solve: activities A: got nan at [1, 0], needs finite numbers");
    EXPECT_EQ(message<ValidationError>([&] {
                  solve(Nnls{}, A, {1.0, HUGE_VAL});
              }),
              "solve: targets Y: got inf at [1], needs finite numbers");
}

}  // namespace
}  // namespace nengine::test
