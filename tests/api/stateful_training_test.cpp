#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "helpers.hpp"
#include "nengine/nengine.hpp"

// Sequences that are trained with and evaluated part by part: each minibatch goes on
// from the state that the one before it has come to.

namespace nengine::test {

namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr std::int64_t n_items = 2, n_parts = 3, part_steps = 5;

/// What a filter remembers is read out; it does not depend on what is trained.
struct Filtered {
    Network net{NetworkOptions{.seed = 1}};
    Node x;
    Layer before, after;
    Probe p;
    Tensor parts, wanted_parts;  ///< minibatch after minibatch
    Tensor whole, wanted;        ///< each item's parts in a row

    explicit Filtered(std::optional<double> sample_every = std::nullopt)
        : x(net.node({0.0, 0.0}, {.label = "x"})),
          before(
              net.layer(Dense{.units = 4}, x, {.label = "before", .trainable = false})),
          after(net.layer(Dense{.units = 1}, before,
                          {.label = "after", .synapse = Lowpass(0.01)})),
          p(net.probe(after, {.label = "p", .sample_every = sample_every})),
          parts(tensor(false, 2, 0.3)),
          wanted_parts(tensor(false, 1, 0.7)),
          whole(tensor(true, 2, 0.3)),
          wanted(tensor(true, 1, 0.7)) {}

    static Tensor tensor(bool in_a_row, std::int64_t size, double pace) {
        const auto value = [&](std::int64_t part, std::int64_t item, std::int64_t at) {
            const auto n = (item * n_parts + part) * part_steps * size + at;
            return std::sin(pace * static_cast<double>(n));
        };
        std::vector<double> values;
        for (std::int64_t i = 0; i < n_parts * n_items; ++i) {
            const auto item = in_a_row ? i / n_parts : i % n_items;
            const auto part = in_a_row ? i % n_parts : i / n_items;
            for (std::int64_t at = 0; at < part_steps * size; ++at) {
                values.push_back(value(part, item, at));
            }
        }
        const auto steps = in_a_row ? n_parts * part_steps : part_steps;
        return Tensor({in_a_row ? n_items : n_parts * n_items, steps, size}, values);
    }
    Tensor part_of(const Tensor& all, std::int64_t part) const {
        return all.items(part * n_items, n_items);
    }

    Simulator simulator(double learning_rate) const {
        SimulatorOptions options = quiet(n_items);
        options.seed = 4;
        options.dtype = DType::float64;
        Simulator sim(net, options);
        sim.compile({.optimizer = SGD{.learning_rate = learning_rate},
                     .loss = {{p, MeanSquaredError{}}}});
        return sim;
    }
};

TEST(StatefulEvaluation, OfPartsIsThatOfTheWhole) {
    const Filtered task;
    Simulator sim = task.simulator(0.1);
    const double whole =
        sim.evaluate({{task.x, task.whole}}, {{task.p, task.wanted}}).at("loss");
    const Data x = {{task.x, task.parts}}, y = {{task.p, task.wanted_parts}};
    const double isolated = sim.evaluate(x, y).at("loss");
    EXPECT_EQ(sim.n_steps(), 0);

    EXPECT_NEAR(sim.evaluate(x, y, {.stateful = true}).at("loss"), whole, 1e-12);
    EXPECT_GT(std::abs(isolated - whole), 1e-3);
    EXPECT_EQ(sim.n_steps(), n_parts * part_steps);

    // And on into the next call.
    EXPECT_NE(sim.evaluate(x, y, {.stateful = true}).at("loss"), whole);
    sim.reset();
    EXPECT_NEAR(sim.evaluate(x, y, {.stateful = true}).at("loss"), whole, 1e-12);
}

TEST(StatefulFit, GoesOnFromMinibatchToMinibatchAndFromEpochToEpoch) {
    const Filtered task;
    Simulator sim = task.simulator(0.1), by_hand = task.simulator(0.1);
    constexpr int epochs = 2;

    sim.fit({{task.x, task.parts}}, {{task.p, task.wanted_parts}},
            {.epochs = epochs, .shuffle = false, .stateful = true});
    for (int part = 0; part < epochs * n_parts; ++part) {
        const Data x = {{task.x, task.part_of(task.parts, part % n_parts)}};
        by_hand.fit(x, {{task.p, task.part_of(task.wanted_parts, part % n_parts)}},
                    {.shuffle = false});
        by_hand.run_steps(part_steps, {.data = x});
    }

    EXPECT_EQ(sim.parameter("after.kernel"), by_hand.parameter("after.kernel"));
    EXPECT_EQ(sim.n_steps(), epochs * n_parts * part_steps);
    // Simulations go on from there.
    sim.run_steps(1);
    by_hand.run_steps(1);
    EXPECT_EQ(sim.data(task.p).items(0, n_items).to_vector().back(),
              by_hand.data(task.p).items(0, n_items).to_vector().back());
}

TEST(StatefulFit, IsOtherThanAnIsolatedOne) {
    const Filtered task;
    const auto trained = [&](bool stateful) {
        Simulator sim = task.simulator(0.1);
        sim.fit({{task.x, task.parts}}, {{task.p, task.wanted_parts}},
                {.shuffle = false, .stateful = stateful});
        return sim.parameter("after.kernel");
    };

    EXPECT_NE(trained(true), trained(false));
}

TEST(StatefulFit, ReadsSources) {
    const Filtered task;
    Simulator sim = task.simulator(0.1), with_tensors = task.simulator(0.1);
    with_tensors.fit({{task.x, task.parts}}, {{task.p, task.wanted_parts}},
                     {.shuffle = false, .stateful = true});

    sim.fit(from_function([&](int, std::int64_t part) -> std::optional<Batch> {
                if (part == n_parts) {
                    return std::nullopt;
                }
                return Batch{.x = {{task.x, task.part_of(task.parts, part)}},
                             .y = {{task.p, task.part_of(task.wanted_parts, part)}}};
            }),
            {.stateful = true});

    EXPECT_EQ(sim.parameter("after.kernel"), with_tensors.parameter("after.kernel"));
}

/// Noise goes on as well: with an optimizer that changes nothing, training sees what an
/// evaluation in its phase sees.
TEST(StatefulFit, GoesOnWithTheNoise) {
    for (const Rng rng : {Rng::numpy, Rng::philox}) {
        Network net({.seed = 2});
        const Node noise =
            net.node(WhiteNoise{.dist = Gaussian{.mean = 0, .std = 1}, .scale = false});
        const Ensemble ens =
            net.ensemble(10, 1, {.neuron_type = PoissonSpiking{RectifiedLinear{}}});
        net.connect(noise, ens);
        const Probe p = net.probe(ens, {.synapse = Lowpass(0.01)});
        const Data y = {{p, Tensor({n_parts * n_items, part_steps, 1},
                                   std::vector<double>(30, 0.5))}};
        SimulatorOptions options = quiet(n_items);
        options.seed = 3;
        options.rng = rng;
        Simulator trained(net, options), evaluated(net, options);
        for (Simulator* sim : {&trained, &evaluated}) {
            sim->compile({.optimizer = SGD{.learning_rate = 0.0},
                          .loss = {{p, MeanSquaredError{}}}});
        }

        for (int call = 0; call < 2; ++call) {
            EXPECT_DOUBLE_EQ(
                trained.fit({}, y, {.n_steps = part_steps, .stateful = true})["loss"]
                    .at(0),
                evaluated
                    .evaluate({}, y,
                              {.n_steps = part_steps,
                               .stateful = true,
                               .phase = Phase::training})
                    .at("loss"));
        }
    }
}

TEST(StatefulFit, LeavesTheStateOfTheMinibatchBeforeOneThatIsNotFinite) {
    const Filtered task;
    Simulator sim = task.simulator(0.1), first = task.simulator(0.1);
    std::vector<double> values = task.parts.to_vector();
    values[n_items * part_steps * 2] = 1e200;  // squares are infinite
    const Tensor broken(task.parts.shape(), values);

    const Data y = {{task.p, task.wanted_parts}};
    EXPECT_THAT(
        message<SimulationError>([&] {
            sim.fit({{task.x, broken}}, y, {.shuffle = false, .stateful = true});
        }),
        HasSubstr("minibatch 2"));
    first.fit({{task.x, task.part_of(task.parts, 0)}},
              {{task.p, task.part_of(task.wanted_parts, 0)}},
              {.shuffle = false, .stateful = true});

    EXPECT_EQ(sim.n_steps(), part_steps);
    EXPECT_EQ(sim.parameter("after.kernel"), first.parameter("after.kernel"));
    const Data x = {{task.x, task.parts}};
    EXPECT_EQ(sim.fit(x, y, {.shuffle = false, .stateful = true})["loss"],
              first.fit(x, y, {.shuffle = false, .stateful = true})["loss"]);
}

TEST(StatefulCalls, NeedWholeMinibatchesAndEqualSamples) {
    const Filtered task;
    Simulator sim = task.simulator(0.1);
    const Array before = sim.parameter("after.kernel");
    const Data x = {{task.x, task.parts.items(0, 3)}},
               y = {{task.p, task.wanted_parts.items(0, 3)}};

    for (const auto& call : std::vector<std::function<void()>>{
             [&] { sim.fit(x, y, {.stateful = true}); },
             [&] { sim.evaluate(x, y, {.stateful = true}); },
             [&] {
                 sim.fit(from_function([&](int, std::int64_t) {
                             return std::optional(
                                 Batch{.x = {{task.x, task.parts.items(0, 1)}},
                                       .y = {{task.p, task.wanted_parts.items(0, 1)}}});
                         }),
                         {.stateful = true, .steps_per_epoch = 1});
             }}) {
        EXPECT_THAT(message<ShapeError>(call),
                    HasSubstr("minibatch size 2 when stateful"));
    }
    EXPECT_EQ(sim.parameter("after.kernel"), before);
    EXPECT_EQ(sim.n_steps(), 0);

    const Filtered sampled(0.002);
    Simulator uneven = sampled.simulator(0.1);
    const Data samples = {{sampled.p, Tensor({n_items, 2, 1}, {1.0, 2.0, 3.0, 4.0})}};
    const Data part = {{sampled.x, sampled.part_of(sampled.parts, 0)}};
    uneven.fit(part, samples);
    EXPECT_THAT(message<ValidationError>(
                    [&] { uneven.fit(part, samples, {.stateful = true}); }),
                AllOf(HasSubstr("'p'"), HasSubstr("sample_every")));
    EXPECT_THROW(uneven.evaluate(part, samples, {.stateful = true}), ValidationError);
}

TEST(StatefulFit, IsNoneThatABackupRestores) {
    const Filtered task;
    Simulator sim = task.simulator(0.1);

    EXPECT_THAT(message<ValidationError>([&] {
                    sim.fit({{task.x, task.parts}}, {{task.p, task.wanted_parts}},
                            {.stateful = true,
                             .callbacks = {BackupAndRestore{.path = "stateful.npz"}}});
                }),
                HasSubstr("stateful and BackupAndRestore"));
}

}  // namespace

}  // namespace nengine::test
