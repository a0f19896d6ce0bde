#include "tests/api/rules/keras_rules.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "tests/api/helpers.hpp"

// Regularizers and constraints of parameters against the numbers of Keras, by what
// training makes of a parameter, and gradients against differences.

namespace nengine::test {

namespace {

using Numbers = std::vector<double>;

/// A node with one parameter, and a loss that does not depend on it.
struct OneParameter {
    Network net{NetworkOptions{.seed = 1}};
    Probe p;
    std::optional<Simulator> sim;

    explicit OneParameter(const ParameterOptions& options,
                          DType dtype = DType::float64) {
        struct Holds {
            ParameterOptions options;
            Expression w = 0.0;
            void build(NodeBuild& node) { w = node.parameter(options); }
            Expression operator()(Expression x) const { return x + sum(w); }
        };
        const Node u = net.node(0.0);
        const TensorNode f =
            net.tensor_node(Holds{options}, {.label = "f", .shape_in = {1}});
        net.connect(u, f, {.synapse = None});
        p = net.probe(f);
        SimulatorOptions simulator = quiet(1);
        simulator.dtype = dtype;
        sim.emplace(net, simulator);
    }

    Numbers values() const { return sim->parameter("f.w").values; }
    /// One update by the regularizer alone.
    void fit(double learning_rate) {
        sim->compile({.optimizer = SGD{.learning_rate = learning_rate},
                      .loss = {{p, [](Expression, Expression output) {
                                    return 0.0 * output;
                                }}}});
        sim->fit({}, {}, {.n_steps = 1});
    }
    double penalty() {
        sim->compile({.metrics = {{p, MeanAbsoluteError{}}}});
        return sim->evaluate({}, {{p, Tensor({1, 1, 1}, {0.0})}}, {.n_steps = 1})
            .at("regularization");
    }
};

ParameterOptions with(const Array& values) {
    return {.name = "w", .shape = values.shape, .initializer = values};
}

OneParameter regularized(const KerasRegularizer& keras, DType dtype = DType::float64) {
    ParameterOptions options = with(keras.parameter);
    options.regularizer = keras.regularizer;
    return OneParameter(options, dtype);
}

void expect_near(const Numbers& got, const Numbers& want, double tolerance,
                 const std::string& what) {
    ASSERT_EQ(got.size(), want.size()) << what;
    for (std::size_t i = 0; i < got.size(); ++i) {
        EXPECT_NEAR(got[i], want[i], tolerance * std::max(1.0, std::abs(want[i])))
            << what << '[' << i << ']';
    }
}

/// What one update of SGD with rate 1 takes away.
Numbers gradient(OneParameter& of) {
    Numbers result = of.values();
    of.fit(1.0);
    const Numbers after = of.values();
    for (std::size_t i = 0; i < result.size(); ++i) {
        result[i] -= after[i];
    }
    return result;
}

TEST(KerasRules, AreAllCompared) {
    const std::set<std::string> listed = {
#define NENGINE_REGULARIZER(type) #type,
#define NENGINE_CONSTRAINT(type) #type,
#include "generated/rule_types.hpp"
    };
    std::set<std::string> compared;
    for (const KerasRegularizer& keras : keras_regularizers()) {
        compared.insert(keras.name);
    }
    for (const KerasConstraint& keras : keras_constraints()) {
        compared.insert(keras.name);
    }

    EXPECT_EQ(compared, listed);
}

TEST(KerasRules, AddTheirPenaltiesToTheLoss) {
    for (const KerasRegularizer& keras : keras_regularizers()) {
        OneParameter of = regularized(keras);
        EXPECT_NEAR(of.penalty(), keras.value, 1e-14 * std::max(1.0, keras.value))
            << keras.name;

        OneParameter single = regularized(keras, DType::float32);
        EXPECT_NEAR(single.penalty(), keras.value, 1e-6 * std::max(1.0, keras.value))
            << keras.name;
    }
}

TEST(KerasRules, HaveTheirGradients) {
    for (const KerasRegularizer& keras : keras_regularizers()) {
        OneParameter of = regularized(keras);
        expect_near(gradient(of), keras.gradient, 1e-14, keras.name);

        OneParameter single = regularized(keras, DType::float32);
        expect_near(gradient(single), keras.gradient, 2e-6, keras.name);
    }
}

TEST(KerasRules, HaveTheGradientsOfDifferences) {
    std::size_t compared = 0, elements = 0;
    for (const KerasRegularizer& keras : keras_regularizers()) {
        OneParameter of = regularized(keras);
        const Numbers got = gradient(of);
        const auto penalty = [&](std::size_t i, double by) {
            Array moved = keras.parameter;
            moved.values[i] += by;
            of.sim->set_parameter("f.w", moved);
            return of.penalty();
        };
        for (std::size_t i = 0; i < std::min<std::size_t>(got.size(), 12); ++i) {
            constexpr double h = 1e-5;
            const double up = (penalty(i, h) - penalty(i, 0)) / h,
                         down = (penalty(i, 0) - penalty(i, -h)) / h;
            ++elements;
            if (std::abs(up - down) < 1e-4) {  // else it has a kink there
                ++compared;
                EXPECT_NEAR(got[i], (up + down) / 2, 1e-8) << keras.name << i;
            }
        }
    }
    EXPECT_GT(compared, elements * 7 / 10) << "most are smooth";
}

TEST(KerasRules, MakeTheirParametersOfAnUpdate) {
    for (const KerasConstraint& keras : keras_constraints()) {
        ParameterOptions options = with(keras.parameter);
        options.constraint = keras.constraint;
        OneParameter of(options);
        of.fit(0.0);
        expect_near(of.values(), keras.value, 1e-14, keras.name);

        OneParameter single(options, DType::float32);
        single.fit(0.0);
        expect_near(single.values(), keras.value, 1e-6, keras.name);
    }
}

/// Trains the network of a model.
void compare(const KerasModel& keras, DType dtype, double tolerance) {
    Network net({.seed = 1});
    const Node u = net.node(Numbers(4));
    const Layer first =
        net.layer(keras.first, u, {.label = "first", .trainable = keras.trainable});
    const Layer bent = net.layer([](Expression x) { return tanh(x); }, first);
    const Probe p =
        net.probe(net.layer(keras.second, bent, {.label = "second"}), {.label = "p"});
    SimulatorOptions options = quiet(4);
    options.dtype = dtype;
    Simulator sim(net, options);
    const char* names[] = {"first.kernel", "first.bias", "second.kernel",
                           "second.bias"};
    for (std::size_t i = 0; i < 4; ++i) {
        sim.set_parameter(names[i],
                          Array(sim.parameter(names[i]).shape, keras.start[i]));
    }
    const Tensor x({10, 1, 4}, keras.x), y({10, 1, 2}, keras.y);
    sim.compile({.optimizer = keras.optimizer,
                 .loss = {{p, MeanSquaredError{}}},
                 .clip = keras.clip});

    const History history = sim.fit(
        {{u, x}}, {{p, y}},
        {.epochs = 3,
         .shuffle = false,
         .validation_data = {{Data{{u, x.items(0, 5)}}, Data{{p, y.items(0, 5)}}}}});

    expect_near(history["loss"], keras.loss, tolerance, keras.described);
    expect_near(history["val_loss"], keras.val_loss, tolerance, keras.described);
    for (std::size_t i = 0; i < 4; ++i) {
        expect_near(sim.parameter(names[i]).values, keras.end[i], tolerance,
                    keras.described + names[i]);
    }
    const auto scores = sim.evaluate({{u, x}}, {{p, y}});
    const auto penalty = scores.find("regularization");
    EXPECT_NEAR(penalty == scores.end() ? 0.0 : penalty->second, keras.regularization,
                tolerance)
        << keras.described;
    EXPECT_NEAR(scores.at("loss"), scores.at("p_loss") + keras.regularization,
                tolerance);
}

TEST(KerasRules, TrainAsTheyDoThere) {
    for (const KerasModel& keras : keras_models()) {
        compare(keras, DType::float64, 1e-12);
    }
}

TEST(KerasRules, TrainNearlySoInSinglePrecision) {
    for (const KerasModel& keras : keras_models()) {
        compare(keras, DType::float32, 2e-5);
    }
}

}  // namespace
}  // namespace nengine::test
