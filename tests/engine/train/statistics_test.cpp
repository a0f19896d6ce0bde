#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "engine/operators/copy.hpp"
#include "engine/operators/moments.hpp"
#include "engine/operators/moving_average.hpp"
#include "engine/operators/pointwise.hpp"
#include "engine/operators/reset.hpp"
#include "engine/operators/sim_filter.hpp"
#include "engine/simulation/simulation.hpp"
#include "kernels/base/error.hpp"
#include "tests/support/on_each_device.hpp"
#include "tests/support/random_model.hpp"
#include "tests/support/train_epoch.hpp"

// Parameters that training changes without the optimizer.

namespace nengine::test {

using namespace engine;
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using Values = std::vector<double>;

constexpr Index size = 3, steps = 4, minibatch = 4;
constexpr double momentum = 0.8;

/// y = w x + slow, where slow follows the mean of x over the items; and steady follows
/// a number that does not change, fed_back the mean of what a loop gives.
struct Followed {
    std::shared_ptr<Model> model = std::make_shared<Model>(0.001);

    explicit Followed(bool with_loop = false) {
        const SignalId x = add("x");
        model->inputs.push_back({"x", x, -1});
        const SignalId slow = statistic("slow", {1, 2, -1}), w = trained("w");
        const SignalId y = add("y");
        model->add(Pointwise(
            {w, x, slow}, y, false,
            pointwise_graph<3>([](auto a, auto u, auto s) { return a * u + s; })));
        follow(slow, mean_of(x));
        const SignalId two = add("two");
        model->signal(two).initial = Values{2, 2, 2};
        follow(statistic("steady", {0, 0, 0}), two);
        model->probes.push_back({.name = "y", .signal = y});
        if (with_loop) {
            add_loop(x);
        }
    }

    SignalId add(const std::string& name) const {
        Signal signal;
        signal.name = name;
        signal.shape = {size};
        return model->add_signal(std::move(signal));
    }
    SignalId named(const std::string& name, Values initial) const {
        Signal signal;
        signal.name = name;
        signal.shape = {size};
        signal.initial = std::move(initial);
        signal.parameter = name;
        return model->add_signal(std::move(signal));
    }
    SignalId statistic(const std::string& name, Values initial) const {
        const SignalId id = named(name, std::move(initial));
        model->signal(id).statistic = true;
        return id;
    }
    SignalId trained(const std::string& name) const {
        const SignalId id = named(name, {0.5, -0.25, 1});
        model->signal(id).trainable = true;
        return id;
    }
    SignalId mean_of(SignalId x) const {
        const SignalId mean = add("mean"), variance = add("variance");
        model->add(Moments(x, mean, variance));
        return mean;
    }
    void follow(SignalId of, SignalId value) const {
        MovingAverage average(value, of, momentum);
        average.label = model->signal(of).name;
        model->add(std::move(average));
    }
    /// h of a step is half of tanh(h + x) of the one before, through a filter.
    void add_loop(SignalId x) const {
        const SignalId h = add("h"), next = add("next");
        model->add(Pointwise(
            {h, x}, next, false,
            pointwise_graph<2>([](auto u, auto v) { return tanh(u + v) * 0.5; })));
        const SignalId one = add("one");
        model->signal(one).shape = {1};
        model->signal(one).initial = Values{1};
        model->add(SimFilter(FilterForm::gain, 0, next, h, one, no_signal));
        follow(statistic("fed_back", {0, 0, 0}), mean_of(h));
    }
};

struct Numbers {
    Numbers(Index n, std::uint64_t seed) : items(n) {
        Draw draw(seed);
        x = draw.numbers(n * steps * size, -1, 3);
        zeros.assign(x.size(), 0);
    }
    double at(Index item, Index step, Index i) const {
        return x[static_cast<std::size_t>((item * steps + step) * size + i)];
    }
    HostTensor tensor(const Values& values) const {
        return {values.data(), DType::float64, items, steps, size};
    }

    Index items;
    Values x, zeros;
};

/// What a moving average becomes of an epoch whose minibatches are of the items in
/// order.
Values moved(Values slow, const Numbers& data) {
    for (Index first = 0; first < data.items; first += minibatch) {
        const Index n = std::min(minibatch, data.items - first);
        for (Index t = 0; t < steps; ++t) {
            for (Index i = 0; i < size; ++i) {
                double mean = 0;
                for (Index b = first; b < first + n; ++b) {
                    mean += data.at(b, t, i) / static_cast<double>(n);
                }
                double& at = slow[static_cast<std::size_t>(i)];
                at = at * momentum + mean * (1 - momentum);
            }
        }
    }
    return slow;
}

class Statistics : public OnEachDevice {
protected:
    ReplicaOptions options() const {
        ReplicaOptions options;
        options.minibatch = minibatch;
        options.dtype = DType::float64;
        return options;
    }
    std::unique_ptr<Simulation> simulation(const Followed& of,
                                           const ReplicaOptions& with) const {
        auto made = std::make_unique<Simulation>(of.model, device(), with);
        made->trainer().set_optimizer(SGD{.learning_rate = 0.01});
        return made;
    }
    std::unique_ptr<Simulation> simulation(const Followed& of) const {
        return simulation(of, options());
    }
    static Scores train(Simulation& of, const Numbers& data) {
        const Targets targets{{0, data.tensor(data.zeros)}};
        std::vector<Index> order;
        for (Index i = 0; i < data.items; ++i) {
            order.push_back(i);
        }
        return train_epoch(of, steps, {{0, data.tensor(data.x)}}, targets, compared(),
                           order);
    }
    static Objective compared() { return {.losses = {{.probe = 0}}}; }
    static void expect_near(const Values& got, const Values& want) {
        EXPECT_THAT(got, ::testing::Pointwise(::testing::DoubleNear(1e-12), want));
    }
};
INSTANTIATE_TEST_SUITE_P(Devices, Statistics, ::testing::ValuesIn(device_names()),
                         device_label);

TEST_P(Statistics, FollowInEachStepOfEachMinibatch) {
    const Numbers data(11, 3);
    for (const bool fold : {true, false}) {
        for (const ExecutorMode mode : {ExecutorMode::recorded, ExecutorMode::direct}) {
            ReplicaOptions with = options();
            with.planner.fold = fold;
            with.planner.executor = mode;
            const auto trained = simulation(Followed(true), with);

            train(*trained, data);
            train(*trained, data);

            Values want = moved(moved({1, 2, -1}, data), data);
            expect_near(trained->parameter("slow"), want);
            double steady = 0;
            for (Index i = 0; i < 2 * 3 * steps; ++i) {
                steady = steady * momentum + 2 * (1 - momentum);
            }
            expect_near(trained->parameter("steady"), {steady, steady, steady});
        }
    }
}

TEST_P(Statistics, DoNotDependOnThePlan) {
    const Numbers data(11, 4);
    const auto plain = simulation(Followed(true));
    train(*plain, data);
    const auto tiled = [&](auto turn) {
        ReplicaOptions with = options();
        turn(with.planner);
        const auto trained = simulation(Followed(true), with);
        train(*trained, data);
        for (const char* name : {"slow", "steady", "fed_back", "w"}) {
            expect_near(trained->parameter(name), plain->parameter(name));
        }
    };

    tiled([](PlannerOptions& o) { o.simplify = o.fuse = false; });
    tiled([](PlannerOptions& o) { o.merge = MergePlanner::none; });
    tiled([](PlannerOptions& o) { o.layout = o.reuse_buffers = false; });
    tiled([](PlannerOptions& o) { o.tile_items = 2; });
    tiled([](PlannerOptions& o) { o.fold = false; });
}

TEST_P(Statistics, AreSeenAsTheyWereBeforeTheMinibatch) {
    const Numbers data(minibatch, 5);
    const auto trained = simulation(Followed());
    trained->trainer().set_optimizer(SGD{.learning_rate = 0});
    double want = 0;
    for (Index b = 0; b < data.items; ++b) {
        for (Index t = 0; t < steps; ++t) {
            for (Index i = 0; i < size; ++i) {
                const Values w{0.5, -0.25, 1}, slow{1, 2, -1};
                const auto k = static_cast<std::size_t>(i);
                want += std::pow(w[k] * data.at(b, t, i) + slow[k], 2);
            }
        }
    }

    const double loss = train(*trained, data).loss;

    EXPECT_NEAR(loss, want / static_cast<double>(data.x.size()), 1e-12);
}

TEST_P(Statistics, AreChangedByTrainingAlone) {
    const Numbers data(minibatch, 6);
    const auto of = simulation(Followed());
    const Feeds feeds{{0, data.tensor(data.x)}};
    const Targets targets{{0, data.tensor(data.zeros)}};

    const auto gradients = of->gradients(steps, feeds, targets, compared());
    of->evaluate(steps, feeds, targets, compared());
    of->evaluate(steps, feeds, targets, compared(), {}, Phase::training);
    of->predict(steps, feeds, {}, [](auto&&...) {});
    of->run(steps, feeds, [](auto&&...) {});

    EXPECT_EQ(of->parameter("slow"), (Values{1, 2, -1}));
    EXPECT_EQ(gradients.parameters.size(), 1U);
    EXPECT_TRUE(gradients.parameters.contains("w"));
}

TEST_P(Statistics, AreNoBusinessOfTheOptimizers) {
    const Numbers data(2 * minibatch, 7);
    for (const Optimizer& optimizer :
         {Optimizer(Adam{.learning_rate = 0.1, .weight_decay = 0.5, .use_ema = true}),
          Optimizer(Adafactor{}), Optimizer(SGD{.learning_rate = 0.1})}) {
        const auto of = simulation(Followed());
        of->trainer().set_optimizer(optimizer,
                                    {.norm = 0.1, .global_norm = 0.1, .value = 0.01});

        train(*of, data);
        of->trainer().take_averages();

        expect_near(of->parameter("slow"), moved({1, 2, -1}, data));
        EXPECT_NE(of->parameter("w"), (Values{0.5, -0.25, 1}));
    }
}

TEST_P(Statistics, AreThoseBeforeAMinibatchThatWasNotFinite) {
    Numbers data(3 * minibatch, 8), first(minibatch, 8);
    std::copy_n(data.x.begin(), first.x.size(), first.x.begin());
    const auto of = simulation(Followed()), until = simulation(Followed());
    train(*until, first);
    // Of the second minibatch, in its last step.
    data.x[static_cast<std::size_t>(((minibatch + 1) * steps + 3) * size)] =
        std::nan("");

    EXPECT_THROW(train(*of, data), SimulationError);

    EXPECT_EQ(of->parameter("slow"), until->parameter("slow"));
    EXPECT_EQ(of->parameter("steady"), until->parameter("steady"));
    EXPECT_EQ(of->parameter("w"), until->parameter("w"));
}

TEST_P(Statistics, ThatAreNotFiniteAreNamed) {
    Numbers data(minibatch, 9);
    // No loss sees what the second one follows.
    Followed made;
    const SignalId large = made.add("large");
    made.model->signal(large).initial = Values{1e300, 1, 1};
    const SignalId product = made.add("product");
    made.model->add(Pointwise(
        {large, made.model->inputs[0].signal}, product, false,
        pointwise_graph<2>([](auto a, auto u) { return a * (abs(u) + 1.0) * 1e300; })));
    made.follow(made.statistic("huge", {0, 0, 0}), made.mean_of(product));
    const auto of = simulation(made);

    try {
        train(*of, data);
        ADD_FAILURE() << "no error";
    } catch (const SimulationError& error) {
        EXPECT_THAT(error.what(),
                    AllOf(HasSubstr("statistic 'huge' became NaN or infinite"),
                          HasSubstr("minibatch 1")));
    }
    EXPECT_EQ(of->parameter("slow"), (Values{1, 2, -1}));
    EXPECT_EQ(of->parameter("w"), (Values{0.5, -0.25, 1}));
}

TEST_P(Statistics, AreSetResetAndGoOnFromACheckpoint) {
    const Numbers data(2 * minibatch + 1, 10);
    const auto whole = simulation(Followed(true)), part = simulation(Followed(true)),
               rest = simulation(Followed(true));
    train(*whole, data);
    train(*part, data);
    const Checkpoint checkpoint = part->trainer().save();
    part->reset(true);
    EXPECT_EQ(part->parameter("slow"), (Values{1, 2, -1}));
    train(*whole, data);

    rest->trainer().load(checkpoint);
    train(*rest, data);

    for (const char* name : {"slow", "steady", "fed_back", "w"}) {
        EXPECT_EQ(rest->parameter(name), whole->parameter(name)) << name;
    }
    rest->set_parameters({{"slow", {7, 8, 9}}});
    EXPECT_EQ(rest->parameter("slow"), (Values{7, 8, 9}));
    rest->reset(false);
    EXPECT_EQ(rest->parameter("slow"), (Values{7, 8, 9}));
    for (const ParameterInfo& info : rest->parameters()) {
        EXPECT_EQ(info.trainable, info.name == "w");
    }
}

/// A plan of inference reads the statistic's memory: none is made anew.
TEST_P(Statistics, AreReadByPlansThatAreThere) {
    const Numbers data(minibatch, 11);
    const auto of = simulation(Followed());
    const auto output = [&] {
        Values got;
        of->predict(steps, {{0, data.tensor(data.x)}}, {},
                    [&](int, Index, Index items, Index, Index rows, const void* from) {
                        const auto* first = static_cast<const double*>(from);
                        got.assign(first, first + items * rows * size);
                    });
        return got;
    };
    const Values before = output();

    of->set_parameters({{"slow", {2, 4, -4}}});

    const Values after = output();
    for (std::size_t i = 0; i < before.size(); ++i) {
        const Values change{1, 2, -3};
        EXPECT_NEAR(after[i], before[i] + change[i % size], 1e-12);
    }
}

TEST(StatisticOfAModel, IsNotWrittenAndNotTrained) {
    Followed written, both;
    const SignalId at = written.statistic("at", {0, 0, 0});
    written.model->add(Reset(at));
    both.model->signal(both.statistic("at", {0, 0, 0})).trainable = true;

    EXPECT_THROW(written.model->validate(), BuildError);
    EXPECT_THROW(both.model->validate(), BuildError);
    EXPECT_THROW(MovingAverage(at, at, 1.5), BuildError);
}

TEST(StatisticOfAModel, IsWhatAMovingAverageFollowsWith) {
    Followed of;
    of.follow(of.add("none"), of.mean_of(of.model->inputs[0].signal));

    EXPECT_THROW(make_plan({.model = of.model,
                            .fed = {1},
                            .observed = {.probes = {0}},
                            .mode = to_train}),
                 BuildError);
}

}  // namespace
}  // namespace nengine::test
