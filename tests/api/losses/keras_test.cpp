#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <optional>
#include <set>

#include "engine/simulation/simulation.hpp"
#include "engine/trace/term_writer.hpp"
#include "kernels/base/device.hpp"
#include "tests/api/expressions/naive_terms.hpp"
#include "tests/api/helpers.hpp"
#include "tests/api/losses/functions.hpp"
#include "tests/api/losses/keras_cases.hpp"
#include "tests/support/model_runs.hpp"

// Losses and metrics against the numbers of TensorFlow, as their terms mean and as a
// simulator computes them, and gradients against TensorFlow's and differences.

namespace nengine::test {

namespace {

using Numbers = std::vector<double>;

double mean_of(const Numbers& values) {
    return std::accumulate(values.begin(), values.end(), 0.0) /
           static_cast<double>(values.size());
}

/// Within a tolerance times the largest of those wanted.
void expect_near(const Numbers& got, const Numbers& want, double tolerance,
                 const std::string& what) {
    ASSERT_EQ(got.size(), want.size()) << what;
    double largest = 0;
    for (const double value : want) {
        largest = std::max(largest, std::abs(value));
    }
    for (std::size_t i = 0; i < got.size(); ++i) {
        EXPECT_NEAR(got[i], want[i], tolerance * largest) << what << '[' << i << ']';
    }
}

/// A function's numbers as its terms mean them.
Numbers meant(const MeanCall& call, const Array& target, const Array& output) {
    return NaiveTerms({}).value(call(target, output).term()).values;
}

/// In a simulator, in a node whose input is a target and then an output.
Numbers simulated(const MeanCall& call, const Array& target, const Array& output,
                  DType dtype = DType::float64) {
    Numbers both = target.values;
    both.insert(both.end(), output.values.begin(), output.values.end());
    const auto n = static_cast<std::int64_t>(both.size());
    const auto n_target = static_cast<std::int64_t>(target.values.size());
    Network net({.seed = 1});
    auto u = net.node(Numbers(both.size()));
    auto f = net.tensor_node(
        [&](Expression x) {
            return call(reshape(first(x, n_target), target.shape),
                        reshape(last(x, n - n_target), output.shape));
        },
        {.shape_in = {n}});
    net.connect(u, f, {.synapse = None});
    auto p = net.probe(f);
    SimulatorOptions options = quiet(1);
    options.dtype = dtype;
    Simulator sim(net, options);
    return sim.predict({{u, Tensor({1, 1, n}, both)}})[p].to_vector();
}

/// The gradient of the mean by the output, which is a parameter of the model.
Numbers gradient(const MeanCall& call, const Array& target, const Array& output) {
    auto model = std::make_shared<engine::Model>(0.001);
    const auto signal = [&](const char* name, const Shape& shape, Numbers values) {
        engine::Signal made;
        made.name = name;
        made.shape = shape;
        made.initial = std::move(values);
        return model->add_signal(std::move(made));
    };
    const auto y = engine::input_term("y", target.shape);
    const auto x = engine::input_term("x", output.shape);
    const Expression mean_loss = mean(call(Expression(y), Expression(x)));
    engine::TermWriter writer(*model, "loss");
    const auto n = static_cast<std::int64_t>(target.values.size());
    const auto input = signal("y", {n}, {});
    model->inputs.push_back({.name = "y", .signal = input});
    writer.bind(y, input);
    const auto parameter = signal("x", output.shape, output.values);
    model->signal(parameter).parameter = "x";
    model->signal(parameter).trainable = true;
    writer.bind(x, parameter);
    const auto out = signal("out", {1}, {});
    writer.write_to(mean_loss.term(), out);
    model->probes.push_back({.name = "out", .signal = out});
    // (mean - wanted)^2 has the mean's gradient where wanted is 1/2 below it.
    const double wanted = mean_of(meant(call, target, output)) - 0.5;
    engine::ReplicaOptions options;
    options.dtype = DType::float64;
    engine::Simulation simulation(model, kernels::Device::cpu(), options);
    return simulation
        .gradients(1, borrow({{0, {1, 1, n, target.values}}}),
                   borrow({{0, {1, 1, 1, {wanted}}}}), {.losses = {{.probe = 0}}})
        .parameters.at("x");
}

TEST(KerasLosses, AreAllCompared) {
    std::set<std::string> functions, cases;
    for (const auto& [name, call] : mean_calls()) {
        functions.insert(name);
    }
    for (const auto& [name, call] : sums_calls()) {
        functions.insert(name);
    }
    for (const KerasLoss& one : keras_losses()) {
        cases.insert(one.name);
    }
    for (const KerasSums& one : keras_sums()) {
        cases.insert(one.name);
    }

    EXPECT_EQ(functions, cases);
}

TEST(KerasLosses, MeanTheirNumbers) {
    for (const KerasLoss& keras : keras_losses()) {
        const Numbers got =
            meant(mean_calls().at(keras.name), keras.target, keras.output);

        expect_near({mean_of(got)}, {keras.mean}, keras.tolerance, keras.name);
        if (!keras.values.empty()) {
            EXPECT_EQ(got.size(), keras.values.size()) << keras.name;
        }
    }
}

TEST(KerasLosses, HaveTheirValuesOfEachSample) {
    for (const KerasLoss& keras : keras_losses()) {
        if (keras.values.empty()) {
            continue;
        }
        Numbers got = meant(mean_calls().at(keras.name), keras.target, keras.output);
        if (keras.name.find("ignoring") != std::string::npos) {
            // Keras weights them when it takes the mean.
            const double weight = mean_of(keras.values) / keras.mean;
            for (double& value : got) {
                value *= weight;
            }
        }

        expect_near(got, keras.values, keras.tolerance, keras.name);
    }
}

TEST(KerasLosses, AreComputedByASimulator) {
    for (const KerasLoss& keras : keras_losses()) {
        const MeanCall& call = mean_calls().at(keras.name);

        expect_near(simulated(call, keras.target, keras.output),
                    meant(call, keras.target, keras.output), 1e-13, keras.name);
    }
}

TEST(KerasLosses, AreComputedInSinglePrecision) {
    for (const KerasLoss& keras : keras_losses()) {
        // 1 - epsilon has one digit there.
        if (keras.name.find("at edges") == std::string::npos) {
            const MeanCall& call = mean_calls().at(keras.name);

            expect_near(simulated(call, keras.target, keras.output, DType::float32),
                        meant(call, keras.target, keras.output), 1e-5, keras.name);
        }
    }
}

TEST(KerasLosses, HaveTheirGradients) {
    for (const KerasLoss& keras : keras_losses()) {
        if (keras.gradient.empty()) {
            continue;
        }
        Numbers want = keras.gradient;
        // TensorFlow's norm has NaN where all is 0, or a power's slope is infinite.
        const bool is_norm = keras.name.find("regularize") == 0;
        std::ranges::replace_if(
            want, [&](double x) { return is_norm && std::isnan(x); }, 0.0);

        const Numbers got =
            gradient(mean_calls().at(keras.name), keras.target, keras.output);

        expect_near(got, want, keras.tolerance, keras.name);
    }
}

/// The slope of f at 0, if it has one.
std::optional<double> slope(const std::function<double(double)>& f) {
    constexpr double h = 2e-4;
    const double coarse = (f(h) - f(-h)) / (2 * h), fine = (f(h / 2) - f(-h / 2)) / h;
    const double up = (f(h / 2) - f(0)) / (h / 2), down = (f(0) - f(-h / 2)) / (h / 2);
    const double scale = 1e-2 + std::abs(fine);
    const bool smooth =
        std::abs(coarse - fine) < 1e-4 * scale && std::abs(up - down) < 0.1 * scale;
    return smooth ? std::optional((4 * fine - coarse) / 3) : std::nullopt;
}

TEST(KerasLosses, HaveTheGradientsOfDifferences) {
    std::size_t compared = 0, elements = 0;
    for (const KerasLoss& keras : keras_losses()) {
        const MeanCall& call = mean_calls().at(keras.name);
        const Numbers got = keras.gradient.empty()
                                ? Numbers()
                                : gradient(call, keras.target, keras.output);
        const double rounding = 1e-11 * std::abs(keras.mean);
        for (std::size_t i = 0; i < got.size(); ++i) {
            const auto want = slope([&](double by) {
                Array output = keras.output;
                output.values[i] += by;
                return mean_of(meant(call, keras.target, output));
            });
            ++elements;
            if (want) {
                ++compared;
                EXPECT_NEAR(got[i], *want, 1e-6 * (1e-2 + std::abs(*want)) + rounding)
                    << keras.name << '[' << i << ']';
            }
        }
    }
    EXPECT_GT(compared, elements * 8 / 10) << "most are smooth";
}

TEST(KerasMetrics, FinishTheirSums) {
    for (const KerasSums& keras : keras_sums()) {
        const SumsCall& call = sums_calls().at(keras.name);
        Numbers total;
        for (std::size_t item = 0; item < keras.targets.size(); ++item) {
            const Array &target = keras.targets[item], &output = keras.outputs[item];
            const Numbers sums = meant(call.sums, target, output);
            total.resize(sums.size());
            for (std::size_t i = 0; i < sums.size(); ++i) {
                total[i] += sums[i];
            }
            expect_near(simulated(call.sums, target, output), sums, 1e-13, keras.name);
        }

        const double got =
            call.finish(total, static_cast<double>(keras.targets.size()));

        EXPECT_NEAR(got, keras.result, keras.tolerance * std::abs(keras.result))
            << keras.name;
    }
}

}  // namespace
}  // namespace nengine::test
