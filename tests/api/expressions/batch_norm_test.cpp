#include "tests/api/expressions/batch_norm.hpp"

#include <cmath>
#include <limits>

#include "tests/engine/io/files.hpp"

// What is computed over the items of a minibatch, and what training leaves behind of
// it, by the node that needs both.

namespace nengine::test {

namespace {

using ::testing::HasSubstr;
using Values = std::vector<double>;

struct Moving {
    Values mean, variance;
};
Moving moving(const Simulator& sim) {
    return {sim.parameter("bn.moving_mean").values,
            sim.parameter("bn.moving_variance").values};
}

/// Of an epoch whose minibatches are of the items in order.
Moving moved(Moving from, const Tensor& x, std::int64_t minibatch) {
    for (std::int64_t first = 0; first < x.extent(0); first += minibatch) {
        const std::int64_t n = std::min(minibatch, x.extent(0) - first);
        for (std::int64_t t = 0; t < x.extent(1); ++t) {
            for (std::int64_t i = 0; i < width; ++i) {
                const auto k = static_cast<std::size_t>(i);
                double mean = 0, variance = 0;
                for (std::int64_t b = first; b < first + n; ++b) {
                    mean += x(b, t, i) / static_cast<double>(n);
                }
                for (std::int64_t b = first; b < first + n; ++b) {
                    variance += std::pow(x(b, t, i) - mean, 2) / static_cast<double>(n);
                }
                from.mean[k] = from.mean[k] * 0.9 + mean * (1 - 0.9);
                from.variance[k] = from.variance[k] * 0.9 + variance * (1 - 0.9);
            }
        }
    }
    return from;
}

auto near(const Values& values, double tolerance) {
    return ::testing::Pointwise(::testing::DoubleNear(tolerance), values);
}

TEST(BatchNormOfANode, MovesAsNengoDLsOncePerStep) {
    const Normalised of;
    const Tensor x = normal_numbers();
    for (const DType dtype : {DType::float64, DType::float32}) {
        SimulatorOptions options = quiet(n_items);
        options.dtype = dtype;
        Simulator sim(of.net, options);
        sim.compile(of.compared(SGD{0.0}));

        const History history = of.fit(sim, x);

        EXPECT_NEAR(history["loss"][0], 0.99961, 1e-5);
        EXPECT_THAT(moving(sim).mean, near({0.53299, 0.52758, 0.24750}, 1e-5));
        EXPECT_THAT(moving(sim).variance, near({2.34778, 2.18665, 1.51964}, 1e-5));
    }
}

TEST(BatchNormOfANode, LeavesOutItemsOfPadding) {
    const Normalised of;
    const Tensor x = normal_numbers();
    Simulator sim(of.net, quiet(4));
    sim.compile(of.compared(SGD{0.0}));

    of.fit(sim, x, {.epochs = 2});

    const Moving start{Values(3, 0), Values(3, 1)};
    const Moving want = moved(moved(start, x, 4), x, 4);
    EXPECT_THAT(moving(sim).mean, near(want.mean, 1e-12));
    EXPECT_THAT(moving(sim).variance, near(want.variance, 1e-12));
}

TEST(BatchNormOfANode, NormalisesByItsMinibatchInTrainingAndByMovingOnesElsewhere) {
    const Normalised of;
    const Tensor x = normal_numbers();
    Simulator sim(of.net, quiet(n_items));
    sim.set_parameter("bn.moving_mean", Array(Values{1, 2, 3}));
    sim.set_parameter("bn.moving_variance", Array(Values{4, 9, 16}));

    const Tensor predicted = sim.predict({{of.u, x}})[of.p];
    const Tensor trained = sim.predict({{of.u, x}}, {.phase = Phase::training})[of.p];
    sim.run_steps(n_steps, {.data = {{of.u, x}}});
    const Tensor simulated = sim.data(of.p);

    for (std::int64_t t = 0; t < n_steps; ++t) {
        for (std::int64_t i = 0; i < width; ++i) {
            const double mean = static_cast<double>(i + 1), root = mean + 1;
            double sum = 0, squares = 0;
            for (std::int64_t b = 0; b < n_items; ++b) {
                const double want = (x(b, t, i) - mean) / std::sqrt(root * root + 1e-3);
                EXPECT_NEAR(predicted(b, t, i), want, 1e-12);
                EXPECT_NEAR(simulated(b, t, i), want, 1e-12);
                sum += trained(b, t, i);
                squares += trained(b, t, i) * trained(b, t, i);
            }
            EXPECT_NEAR(sum, 0, 1e-12);
            EXPECT_NEAR(squares / n_items, 1, 1e-2);
        }
    }
    EXPECT_THAT(moving(sim).mean, near({1, 2, 3}, 0));
}

TEST(BatchNormOfANode, ReducesAlongAxesOfAnItem) {
    Network net({.seed = 1});
    auto u = net.node(Values(6, 0.0));
    auto bn = net.tensor_node(BatchNorm{}, {.label = "bn", .shape_in = {2, 3}});
    net.connect(u, bn, {.synapse = None});
    auto p = net.probe(bn);
    const Tensor x({2, 1, 6}, Values{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
    Simulator sim(net, quiet(2));
    sim.compile({.optimizer = SGD{0.0}, .loss = {{p, MeanSquaredError{}}}});

    sim.fit({{u, x}}, {{p, x}});

    EXPECT_THAT(moving(sim).mean, near({0.55, 0.65, 0.75}, 1e-12));
    EXPECT_THAT(moving(sim).variance, near(Values(3, 0.9 + 1.125), 1e-12));
}

TEST(BatchNormOfANode, HasStatisticsThatAreNotTrained) {
    const Normalised of;
    Simulator sim(of.net, quiet());

    EXPECT_EQ(parameter_names(sim),
              (std::vector<std::string>{"bn.beta", "bn.gamma", "bn.moving_mean",
                                        "bn.moving_variance"}));
    for (const Parameter& parameter : sim.parameters()) {
        EXPECT_EQ(parameter.trainable, !parameter.name.starts_with("bn.moving"));
    }
    EXPECT_EQ(sim.n_trainable(), 2 * width);
}

TEST(BatchNormOfANode, MovesTheSameWhateverTheOptimizer) {
    const Normalised of;
    const Tensor x = normal_numbers();
    const Moving want = moved({Values(3, 0), Values(3, 1)}, x, 3);
    for (const AnyOptimizer& optimizer :
         {AnyOptimizer(Adam{.learning_rate = 0.5, .use_ema = true}),
          AnyOptimizer(Adafactor{}), AnyOptimizer(SGD{.learning_rate = 0.1})}) {
        CompileOptions options = of.compared(optimizer);
        options.clip = {.global_norm = 0.01};
        Simulator sim(of.net, quiet(3));
        sim.compile(options);

        of.fit(sim, x);

        EXPECT_THAT(moving(sim).mean, near(want.mean, 1e-12));
        EXPECT_THAT(moving(sim).variance, near(want.variance, 1e-12));
        EXPECT_NE(sim.parameter("bn.gamma").values, Values(3, 1.0));
    }
}

TEST(BatchNormOfANode, IsSavedLoadedResetAndFrozen) {
    Normalised of;
    const Tensor x = normal_numbers();
    Simulator sim(of.net, quiet(3));
    sim.compile(of.compared(SGD{0.1}));
    of.fit(sim, x);
    const Moving trained = moving(sim);
    const TemporaryFolder folder;
    const auto path = folder / "parameters.npz";
    sim.save_params(path);
    const Tensor before = sim.predict({{of.u, x}})[of.p];

    sim.reset({.include_trainable = false});
    EXPECT_EQ(moving(sim).mean, trained.mean);
    sim.reset();
    EXPECT_EQ(moving(sim).mean, Values(3, 0.0));
    EXPECT_EQ(moving(sim).variance, Values(3, 1.0));
    sim.load_params(path);
    EXPECT_EQ(moving(sim).mean, trained.mean);
    EXPECT_EQ(moving(sim).variance, trained.variance);
    EXPECT_EQ(sim.predict({{of.u, x}})[of.p].to_vector(), before.to_vector());
    sim.freeze(of.net);

    Simulator again(of.net, quiet(3));
    EXPECT_EQ(moving(again).mean, trained.mean);
    EXPECT_EQ(moving(again).variance, trained.variance);
    EXPECT_EQ(again.predict({{of.u, x}})[of.p].to_vector(), before.to_vector());
}

TEST(BatchNormOfANode, GoesOnFromACheckpointToTheLastBit) {
    const Normalised of;
    const Tensor x = normal_numbers();
    const TemporaryFolder folder;
    const auto path = folder / "checkpoint.npz";
    Simulator whole(of.net, quiet(4)), rest(of.net, quiet(4));
    for (Simulator* sim : {&whole, &rest}) {
        sim->compile(of.compared(Adam{0.05}));
    }
    of.fit(whole, x);
    whole.save_checkpoint(path);
    of.fit(whole, x);

    rest.load_checkpoint(path);
    of.fit(rest, x);

    for (const Parameter& parameter : whole.parameters()) {
        EXPECT_EQ(rest.parameter(parameter.name), whole.parameter(parameter.name))
            << parameter.name;
    }
}

TEST(BatchNormOfANode, IsAsBeforeAMinibatchThatWasNotFinite) {
    Network net({.seed = 1});
    auto u = net.node(Values(width, 0.0), {.label = "u"});
    auto root = net.tensor_node([](Expression x) { return sqrt(x); },
                                {.label = "root", .shape_in = {width}});
    auto bn = net.tensor_node(BatchNorm{}, {.label = "bn", .shape_in = {width}});
    net.connect(u, root, {.synapse = None});
    net.connect(root, bn, {.synapse = None});
    auto p = net.probe(bn);
    Values numbers(4 * 2 * width, 2.0);
    numbers[2 * 2 * width] = -1;  // of the third item
    const Tensor x({4, 2, width}, numbers);
    Simulator sim(net, quiet(2)), until(net, quiet(2));
    for (Simulator* of : {&sim, &until}) {
        of->compile({.optimizer = SGD{0.1}, .loss = {{p, MeanSquaredError{}}}});
    }
    const auto fit = [&](Simulator& of, const Tensor& data) {
        of.fit({{u, data}}, {{p, Normalised::zeros(data)}}, {.shuffle = false});
    };
    fit(until, x.items(0, 2));

    EXPECT_THAT(message<SimulationError>([&] { fit(sim, x); }),
                HasSubstr("in minibatch 2"));

    EXPECT_EQ(moving(sim).mean, moving(until).mean);
    EXPECT_EQ(moving(sim).variance, moving(until).variance);
    EXPECT_NE(moving(sim).mean, Values(3, 0.0));
}

TEST(BatchMean, IsOverTheItemsOfAMinibatch) {
    Network net({.seed = 1});
    auto u = net.node({0.0, 0.0});
    auto f = net.tensor_node(
        [](Expression x) {
            return concat({batch_mean(x), batch_variance(x),
                           batch_mean(x, {.axes = {0}, .keepdims = true}),
                           reshape(batch_variance(x, {.axes = {-1}}), {1})});
        },
        {.shape_in = {2}});
    net.connect(u, f, {.synapse = None});
    auto p = net.probe(f);
    Simulator sim(net, quiet(2));

    // The last one is alone in its minibatch.
    const Tensor y =
        sim.predict({{u, Tensor({3, 1, 2}, Values{1, 2, 5, 10, 7, 3})}})[p];

    EXPECT_THAT(y.to_vector(),
                near_to({3, 6, 4, 16, 4.5, 12.25, 3, 6, 4, 16, 4.5, 12.25,  //
                         7, 3, 0, 0, 5, 4}));
}

TEST(IsTraining, ChoosesWhatIsComputed) {
    Network net({.seed = 1});
    auto f = net.tensor_node([](Expression t) {
        return where(is_training(), t * 0.0 + 2.0, t * 0.0 + 3.0);
    });
    auto p = net.probe(f);
    Simulator sim(net, quiet());

    EXPECT_EQ(sim.predict({}, {.n_steps = 1})[p].to_vector(), Values{3});
    EXPECT_EQ(sim.predict({}, {.n_steps = 1, .phase = Phase::training})[p].to_vector(),
              Values{2});
}

}  // namespace
}  // namespace nengine::test
