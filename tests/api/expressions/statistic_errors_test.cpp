#include "tests/api/expressions/batch_norm.hpp"

// What computes over the items of a minibatch, where it cannot be, and statistics that
// are not as they have to be.

namespace nengine::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(BatchMeanErrors, NameTheLossOrMetric) {
    const Normalised of;
    Simulator sim(of.net, quiet(2));
    const auto refused = [&](CompileOptions options) {
        return message<ValidationError>([&] {
            sim.compile(std::move(options));
            of.fit(sim, normal_numbers());
        });
    };

    EXPECT_THAT(refused({.loss = {{of.p,
                                   [](Expression, Expression y) {
                                       return square(y - batch_mean(y));
                                   }}}}),
                AllOf(HasSubstr("p"), HasSubstr("got batch_mean, which functions of "
                                                "nodes and layers have")));
    EXPECT_THAT(
        refused({.loss = {{of.p, MeanSquaredError{}}},
                 .metrics = {{of.p, [](Expression,
                                       Expression y) { return batch_variance(y); }}}}),
        HasSubstr("got batch_variance"));
    EXPECT_THAT(
        refused({.loss = {{of.p, [](Expression,
                                    Expression y) { return y * is_training(); }}}}),
        HasSubstr("got is_training"));
}

TEST(BatchMeanErrors, NameTheRegularizer) {
    Network net;
    auto u = net.node({0.0});
    net.layer(Dense{.units = 1,
                    .kernel_regularizer =
                        [](Expression w) { return sum(batch_variance(w)); }},
              u, {.label = "d"});

    EXPECT_THAT(message<ValidationError>([&] { Simulator(net, quiet()); }),
                AllOf(HasSubstr("'d'"), HasSubstr("got batch_variance")));
}

/// The error of a node with a statistic "s".
template <class Call>
std::string refused(StatisticOptions options, Call call) {
    struct Object {
        StatisticOptions options;
        Call call;
        Statistic s = {};
        void build(NodeBuild& node) { s = node.statistic(options); }
        Expression operator()(Expression x) {
            call(x, s);
            return x;
        }
    };
    Network net;
    return message<ValidationError>([&] {
        net.tensor_node(Object{std::move(options), call},
                        {.label = "n", .shape_in = {2}});
    });
}

TEST(StatisticErrors, NameTheNodeAndTheStatistic) {
    const StatisticOptions plain = {.name = "s", .shape = {2}};
    const auto mean = [](Expression x, Statistic& s) { s.follow(batch_mean(x)); };

    EXPECT_THAT(refused({.shape = {2}}, mean), HasSubstr("statistic: got no name"));
    EXPECT_THAT(refused({.name = "s", .shape = {2}, .initial = Array({1, 2, 3})}, mean),
                HasSubstr("statistic 's': initial: got shape (3,), needs (2,)"));
    EXPECT_THAT(refused({.name = "s", .shape = {2}, .momentum = 1.5}, mean),
                HasSubstr("tensor_node 'n': statistic 's': got a momentum of 1.5"));
    EXPECT_THAT(refused(plain, [](Expression, Statistic&) {}),
                HasSubstr("statistic 's': got nothing to follow, needs a value"));
    EXPECT_THAT(refused(plain, [](Expression x, Statistic& s) { s.follow(x); }),
                HasSubstr("statistic 's': got a value that differs from item to item"));
    EXPECT_THAT(
        refused(plain, [](Expression x, Statistic& s) { s.follow(batch_mean(x)[0]); }),
        HasSubstr("statistic 's': got a value of shape (), needs (2,)"));
    EXPECT_THAT(refused(plain,
                        [](Expression x, Statistic& s) {
                            s.follow(batch_mean(x));
                            s.follow(batch_mean(x));
                        }),
                HasSubstr("statistic 's': got a second value to follow"));
    EXPECT_THAT(refused(plain,
                        [](Expression x, Statistic& s) {
                            s.follow(batch_mean(x));
                            Statistic().follow(x);
                        }),
                HasSubstr("got a statistic of no node"));
}

TEST(StatisticErrors, NameALayerThatSharesOne) {
    Network net;
    auto u = net.node({0.0, 0.0, 0.0});
    auto shared = net.shared(TensorFunction(BatchNorm{}));
    net.layer(shared, u, {.label = "one"});
    net.layer(shared, u, {.label = "two"});

    EXPECT_THAT(message<ValidationError>([&] { Simulator(net, quiet()); }),
                AllOf(HasSubstr("'two'"), HasSubstr("got 'moving_mean'")));
}

}  // namespace
}  // namespace nengine::test
