#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "nengine/nengine.hpp"
#include "tests/api/helpers.hpp"

// Data by key, as one tensor and in the order of creation are the same data.

namespace nengine::test {
namespace {

using ::testing::HasSubstr;

std::vector<double> ramp(std::int64_t size, double from) {
    std::vector<double> values;
    for (std::int64_t i = 0; i < size; ++i) {
        values.push_back(from + 0.125 * static_cast<double>(i % 7));
    }
    return values;
}

/// Two nodes that are seen by a probe each, and a third probe that nothing compares.
struct Pair {
    Network net{NetworkOptions{.seed = 1}};
    Node a = net.node({0.0, 0.0}, {.label = "a"});
    Node b = net.node({0.0}, {.label = "b"});
    Layer da = net.layer(Dense{.units = 1}, a, {.label = "da"});
    Layer db = net.layer(Dense{.units = 1}, b, {.label = "db"});
    Probe p = net.probe(da, {.label = "p"});
    Probe idle = net.probe(a, {.label = "idle"});
    Probe q = net.probe(db, {.label = "q"});
    Tensor for_a{{5, 1, 2}, ramp(10, -0.5)}, for_b{{5, 1, 1}, ramp(5, 0.25)};
    Tensor for_p{{5, 1, 1}, ramp(5, 0)}, for_q{{5, 1, 1}, ramp(5, 1)};

    /// Compiled for the probes that have a loss.
    Simulator simulator(bool both = true) const {
        Simulator sim(net, quiet(2));
        Losses losses = {{p, MeanSquaredError{}}};
        if (both) {
            losses = {{p, MeanSquaredError{}}, {q, MeanSquaredError{}}};
        }
        sim.compile({.optimizer = SGD{.learning_rate = 0.1}, .loss = losses});
        return sim;
    }

    /// The parameters after some training.
    std::vector<double> trained(const Data& x, const Data& y, bool both = true) const {
        Simulator sim = simulator(both);
        sim.fit(x, y, {.epochs = 3});
        std::vector<double> values;
        for (const auto& parameter : sim.parameters()) {
            const auto numbers = sim.parameter(parameter.name).values;
            values.insert(values.end(), numbers.begin(), numbers.end());
        }
        return values;
    }
};

TEST(DataForms, OneTensorIsForTheFirstInputNode) {
    const Pair of;
    Simulator sim = of.simulator(), other = of.simulator();

    const auto got = sim.predict(of.for_a), want = other.predict({{of.a, of.for_a}});
    for (const Probe& probe : {of.p, of.q, of.idle}) {
        EXPECT_EQ(got[probe].to_vector(), want[probe].to_vector());
    }
    const Tensor two = of.for_a.items(0, 2);
    sim.run_steps(3, {.data = two});
    other.run_steps(3, {.data = {{"a", two}}});
    EXPECT_EQ(sim.data(of.p).to_vector(), other.data(of.p).to_vector());
}

TEST(DataForms, OneTensorIsTheTargetOfEveryProbeThatIsCompared) {
    const Pair of;
    const Data x = {{of.a, of.for_a}, {of.b, of.for_b}};

    EXPECT_EQ(of.trained(x, of.for_p),
              of.trained(x, {{of.p, of.for_p}, {of.q, of.for_p}}));
    EXPECT_EQ(of.trained(x, of.for_p, false), of.trained(x, {{of.p, of.for_p}}, false));
    EXPECT_EQ(of.simulator().evaluate(x, of.for_p),
              of.simulator().evaluate(x, {{"p", of.for_p}, {"q", of.for_p}}));
}

TEST(DataForms, TensorsInOrderAreForNodesAndProbesInTheirs) {
    const Pair of;
    const Data x = {{of.a, of.for_a}, {of.b, of.for_b}};
    const Data y = {{of.p, of.for_p}, {of.q, of.for_q}};
    const Data x_in_order = Data::in_order({of.for_a, of.for_b});
    const Data y_in_order = Data::in_order({of.for_p, Tensor(), of.for_q});

    EXPECT_EQ(of.trained(x_in_order, y_in_order), of.trained(x, y));
    EXPECT_EQ(of.simulator().evaluate(x_in_order, y_in_order),
              of.simulator().evaluate(x, y));
    EXPECT_EQ(of.simulator().predict(x_in_order)[of.q].to_vector(),
              of.simulator().predict(x)[of.q].to_vector());
    // Nodes that are left over have their own output.
    EXPECT_EQ(of.simulator().predict(Data::in_order({of.for_a}))[of.q].to_vector(),
              of.simulator().predict({{of.a, of.for_a}})[of.q].to_vector());
}

TEST(DataForms, AreTheSameForValidation) {
    const Pair of;
    Simulator sim = of.simulator(false), other = of.simulator(false);

    const auto got =
        sim.fit(of.for_a, of.for_p, {.validation_data = std::pair(of.for_a, of.for_q)});
    const auto want = other.fit(
        {{of.a, of.for_a}}, {{of.p, of.for_p}},
        {.validation_data = std::pair(Data{{of.a, of.for_a}}, Data{{of.p, of.for_q}})});

    EXPECT_EQ(got["val_loss"], want["val_loss"]);
    EXPECT_EQ(got["loss"], want["loss"]);
}

TEST(DataForms, AreTheSameForWeights) {
    const Pair of;
    const Data x = {{of.a, of.for_a}, {of.b, of.for_b}};
    const Tensor w({5}, {1.0, 2.0, 0.5, 0.0, 3.0});
    const Tensor halves({5}, std::vector<std::uint8_t>{2, 4, 1, 0, 6});
    const auto losses = [&](const Data& weights) {
        Simulator sim = of.simulator();
        return sim.fit(x, of.for_p, {.epochs = 2, .sample_weight = weights})["loss"];
    };

    EXPECT_EQ(losses(w), losses({{of.p, w}, {of.q, w}}));
    EXPECT_EQ(losses({{of.p, halves, 0.5}, {of.q, w}}), losses(w));
    EXPECT_NE(losses(w), losses({}));
}

TEST(DataForms, MayBeNoneWhereNoneAreNeeded) {
    const Pair of;
    Simulator sim(of.net, quiet(2));
    sim.compile({.loss = {{of.p, Regularize{}}}});

    EXPECT_EQ(sim.fit({}, {}, {.n_steps = 2})["loss"].size(), 1U);
    EXPECT_EQ(sim.evaluate({}, {}, {.n_steps = 2}).count("loss"), 1U);
    EXPECT_THAT(message<ValidationError>([&] { sim.fit({}, {}); }),
                HasSubstr("got neither data nor n_steps"));
}

TEST(DataForms, AreListsOfEntries) {
    const Pair of;
    Data data;
    data.push_back({of.a, of.for_a});
    data.push_back({"b", of.for_b, 0.5});

    ASSERT_EQ(data.size(), 2U);
    EXPECT_EQ(data[0].scale, 1.0);
    EXPECT_EQ(data[1].scale, 0.5);
    for (const DataEntry& entry : data) {
        EXPECT_EQ(entry.values.extent(0), 5);
    }
    const std::vector<DataEntry> entries(data.begin(), data.end());
    EXPECT_EQ(of.simulator().predict(entries)[of.q].to_vector(),
              of.simulator().predict(data)[of.q].to_vector());
}

TEST(DataForms, OfMoreTensorsThanNodesAreRefusedByName) {
    const Pair of;
    Simulator sim = of.simulator();
    const Tensor& t = of.for_a;

    EXPECT_EQ(message<ValidationError>([&] {
                  sim.predict(Data::in_order({t, of.for_b, t}));
              }),
              "predict: got 3 tensors in order, needs at most one for each input node: "
              "a, b");
    EXPECT_EQ(message<ValidationError>([&] {
                  sim.fit(t, Data::in_order({t, t, t, t}));
              }),
              "fit: got 4 tensors in order, needs at most one for each probe: p, idle, "
              "q");
}

TEST(DataForms, WithoutATargetAreRefusedByName) {
    const Pair of;
    Simulator sim = of.simulator();

    EXPECT_THAT(message<ValidationError>(
                    [&] { sim.fit(of.for_a, Data::in_order({of.for_p})); }),
                HasSubstr("fit: got no targets for probe 'q'"));
    EXPECT_THAT(message<ShapeError>([&] {
                    sim.fit(of.for_a, Data::in_order({Tensor(), of.for_p, of.for_q}));
                }),
                HasSubstr("fit: probe 'p'"));
    EXPECT_THAT(message<ValidationError>([&] { sim.evaluate(of.for_a, {}); }),
                HasSubstr("evaluate: got no targets for probe 'p'"));
}

TEST(DataForms, OfAnotherShapeAreRefusedByName) {
    const Pair of;
    Simulator sim = of.simulator();

    EXPECT_THAT(message<ShapeError>([&] { sim.predict(of.for_b); }),
                HasSubstr("predict: node 'a': got data of shape"));
    EXPECT_THAT(message<ShapeError>([&] { sim.fit(of.for_a, of.for_a); }),
                HasSubstr("fit: probe 'p': got data of shape"));
    EXPECT_THAT(message<ShapeError>([&] {
                    sim.predict(Data::in_order({of.for_a, of.for_b.items(0, 3)}));
                }),
                HasSubstr("node 'b': got data for 3 items, needs 5"));
    EXPECT_THAT(message<ValidationError>([&] {
                    Data twice = of.for_a;
                    twice.push_back({of.a, of.for_a});
                    sim.predict(twice);
                }),
                HasSubstr("node 'a': got data twice"));
}

TEST(DataForms, NeedANodeForOneTensor) {
    Network net;
    const Ensemble a = net.ensemble(5, 1);
    net.probe(a);
    Simulator sim(net, quiet());

    EXPECT_THAT(message<ValidationError>([&] {
                    sim.predict(Tensor({1, 1, 1}, {0.5}));
                }),
                HasSubstr("the network has no such node"));
}

}  // namespace
}  // namespace nengine::test
