#include <gtest/gtest.h>

#include "tests/support/model_runs.hpp"
#include "tests/support/on_each_device.hpp"
#include "tests/support/random_model.hpp"
#include "tests/support/random_options.hpp"

// What looks see is what the model means, whatever the planner does.

namespace nengine::test {

using namespace engine;
namespace {

/// One call of a look.
struct Call {
    std::size_t look;
    std::int64_t step;
    Recordings values;  ///< by signal, [items, size]
};

/// A random model with looks at some of its signals, and their calls.
struct Looked {
    std::shared_ptr<Model> model;
    std::shared_ptr<std::vector<Call>> calls = std::make_shared<std::vector<Call>>();

    Looked(const RandomModel& random, Draw& draw, bool training)
        : model(std::make_shared<Model>(random.model->copy())) {
        std::vector<SignalId> all;
        for (const SignalId signal : model->signal_ids()) {
            all.push_back(signal);
        }
        for (std::size_t look = 0; look < 3; ++look) {
            std::vector<SignalId> signals;
            for (Index s = draw.between(0, 2); s >= 0; --s) {
                const SignalId signal = draw.one_of(all);
                if (!training || !holds_state(*model, signal)) {
                    signals.push_back(signal);
                }
            }
            model->looks.push_back({"look", signals,
                                    [look, to = calls](std::int64_t step, double,
                                                       const Look::Values& values) {
                                        Call call{look, step, {}};
                                        for (const auto& numbers : values) {
                                            call.values.emplace_back(numbers.begin(),
                                                                     numbers.end());
                                        }
                                        to->push_back(std::move(call));
                                    }});
        }
    }
};

std::vector<Call> naive_calls(const Model& model, Index items, Index steps,
                              const InputData& feeds, bool training, Index minibatch) {
    std::vector<Call> calls;
    for (Index first = 0; first < items; first += minibatch) {
        const std::size_t begin = calls.size();
        for (Index i = 0; i < std::min(minibatch, items - first); ++i) {
            reference::NaiveInterpreter interpreter(model, {}, training, i);
            for (const auto& [input, data] : feeds) {
                interpreter.feed(input, data, first + i);
            }
            std::size_t at = begin;
            for (Index step = 1; step <= steps; ++step) {
                interpreter.step();
                for (std::size_t look = 0; look < model.looks.size(); ++look, ++at) {
                    const auto& signals = model.looks[look].signals;
                    if (i == 0) {
                        calls.push_back({look, step, Recordings(signals.size())});
                    }
                    for (std::size_t s = 0; s < signals.size(); ++s) {
                        const auto values = interpreter.value(signals[s]);
                        auto& all = calls[at].values[s];
                        all.insert(all.end(), values.begin(), values.end());
                    }
                }
            }
        }
    }
    return calls;
}

::testing::AssertionResult same(const std::vector<Call>& got,
                                const std::vector<Call>& want) {
    if (got.size() != want.size()) {
        return ::testing::AssertionFailure()
               << got.size() << " calls instead of " << want.size();
    }
    for (std::size_t i = 0; i < want.size(); ++i) {
        if (got[i].look != want[i].look || got[i].step != want[i].step) {
            return ::testing::AssertionFailure()
                   << "call " << i << ": got look " << got[i].look << " of step "
                   << got[i].step << ", want look " << want[i].look << " of step "
                   << want[i].step;
        }
        if (auto equal = near(got[i].values, want[i].values, 1e-10); !equal) {
            return equal << " (signals of look " << want[i].look << " in step "
                         << want[i].step << ")";
        }
    }
    return ::testing::AssertionSuccess();
}

/// "look: signal signal ..." for the report of a failure.
std::string describe_looks(const Model& model) {
    std::string text;
    for (const Look& look : model.looks) {
        text += "look:";
        for (const SignalId s : look.signals) {
            text += ' ' + model.signal(s).name;
        }
        text += '\n';
    }
    return text;
}

class RandomLooks : public OnEachDevice {};

TEST_P(RandomLooks, SeeWhatTheModelMeansAndChangeNoNumber) {
    constexpr Index items = 3, steps = 17;
    for (std::uint64_t seed = 0; seed < 96; ++seed) {
        const RandomModel random = random_model(
            seed, {.units = static_cast<int>(1 + seed % 48 / 4), .learning = true});
        Draw draw(seed + 3000);
        const Looked looked(random, draw, false);
        const InputData data = random.data(items, steps);
        const ReplicaOptions options = random_options(draw);
        const Index run_items = data.empty() ? options.minibatch : items;
        const auto want = naive_calls(*looked.model, run_items, steps, data, false,
                                      options.minibatch);
        SCOPED_TRACE(random.describe() + describe_looks(*looked.model) +
                     describe(options));

        const Recordings got =
            run_simulation(looked.model, device(), options, run_items, steps, data);

        ASSERT_TRUE(same(*looked.calls, want));
        ASSERT_TRUE(near(
            got,
            run_naive(*random.model, run_items, steps, data, false, options.minibatch),
            1e-10));
    }
}

TEST_P(RandomLooks, SeeWhatTheTrainedModelMeansAndChangeNoGradient) {
    int trained = 0;
    for (std::uint64_t seed = 0; seed < 96; ++seed) {
        const RandomModel random =
            random_model(seed, {.units = static_cast<int>(1 + seed % 48 / 4),
                                .host_functions = false,
                                .gentle_neurons = true});
        const SignalId probed = random.model->probe(0).signal;
        if (holds_state(*random.model, probed)) {
            continue;
        }
        Draw draw(seed + 4000);
        const Looked looked(random, draw, true);
        ReplicaOptions options = random_options(draw);
        const Index items = draw.between(1, options.minibatch);
        const Index steps = draw.between(1, 6);
        const Index size = random.model->signal(probed).size();
        const reference::Data target{items, steps, size,
                                     draw.numbers(items * steps * size, -1, 1)};
        const InputData feeds = random.data(items, steps), targets{{0, target}};
        const Objective objective{.losses = {{.probe = 0}}};
        SCOPED_TRACE(random.describe() + describe_looks(*looked.model) +
                     describe(options));
        const auto gradients = [&](const std::shared_ptr<const Model>& model) {
            return Simulation(model, device(), options)
                .gradients(steps, borrow(feeds), borrow(targets), objective)
                .parameters;
        };

        const auto got = gradients(looked.model), want = gradients(random.model);

        ASSERT_TRUE(same(*looked.calls, naive_calls(*looked.model, items, steps, feeds,
                                                    true, options.minibatch)));
        for (const auto& [name, values] : want) {
            ASSERT_TRUE(near({got.at(name)}, {values}, 1e-10)) << name;
        }
        ++trained;
    }
    EXPECT_GT(trained, 48);
}

INSTANTIATE_TEST_SUITE_P(Devices, RandomLooks, ::testing::ValuesIn(device_names()),
                         device_label);

}  // namespace
}  // namespace nengine::test
