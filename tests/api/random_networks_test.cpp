#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cmath>

#include "api/builder/build.hpp"
#include "api/builder/nengo_order/process_seeds.hpp"
#include "helpers.hpp"
#include "tests/support/change_parameters.hpp"
#include "tests/support/check_property.hpp"
#include "tests/support/model_runs.hpp"
#include "tests/support/random_network.hpp"

// Properties of random networks: of objects, learning rules and processes of every
// kind.

namespace nengine::test {

namespace {

constexpr Index n_steps = 23;
constexpr double tolerance = 1e-11;

PlanOptions plan_of(int number) {
    PlanOptions plan;
    plan.fold = number % 2 == 0;
    plan.merge = static_cast<PlanOptions::Merge>(number / 2 % 3);
    plan.simplify = number / 6 % 4 != 0;
    plan.fuse = number / 24 % 4 != 0;
    plan.layout = number / 96 % 4 != 0;
    plan.recorded = number % 5 != 0;
    plan.chunk_steps = number % 3 == 0 ? 0 : 1 + number % 7;
    plan.tile_items = number % 7 == 0 ? 2 : 0;
    return plan;
}

Rng rng_of(int number) {
    return number % 11 == 0 ? Rng::philox : Rng::numpy;
}

/// Seed 0, which draws on the device have in the naive interpreter.
SimulatorOptions options_of(std::optional<Index> items, int number) {
    SimulatorOptions options = quiet(items);
    options.seed = 0;
    options.rng = rng_of(number);
    options.plan = plan_of(number);
    options.on_warning = [](const std::string&) {};
    return options;
}

/// The naive interpreter of a network.
class Naive {
public:
    Naive(const RandomNetwork& network, int number)
        : built_(build(network.data(), 0.001, rng_of(number))) {
        for (const Probe& probe : network.probes) {
            std::size_t i = 0;
            while (built_.probes.at(i).get() != DataKey(probe).object()) {
                ++i;
            }
            probes_.push_back(static_cast<int>(i));
        }
    }

    /// What the network's probes record, items one after the other.
    Recordings run(Index items, const Data& data = {}, Index minibatch = 0) const {
        InputData feeds;
        for (const DataEntry& entry : data) {
            feeds[input(std::get<Node>(entry.key.value()))] = {
                items, n_steps, entry.values.extent(2), entry.values.to_vector()};
        }
        Recordings result(probes_.size());
        built_.process_seeds->reset(0);
        for (Index item = 0; item < items; ++item) {
            reference::NaiveInterpreter interpreter(
                *built_.model, {}, false, minibatch > 0 ? item % minibatch : item);
            for (const auto& [place, values] : feeds) {
                interpreter.feed(place, values, item);
            }
            run(interpreter);
            for (std::size_t p = 0; p < probes_.size(); ++p) {
                const auto& samples = interpreter.samples(probes_[p]);
                result[p].insert(result[p].end(), samples.begin(), samples.end());
            }
        }
        return result;
    }

private:
    /// Learning in loops may let values explode, until no digit of them means anything:
    /// such networks are left out.
    void run(reference::NaiveInterpreter& interpreter) const {
        try {
            interpreter.run(n_steps);
        } catch (const SimulationError& error) {  // a rate that is not finite
            RC_DISCARD(error.what());
        }
        for (const auto& [ensemble, parts] : built_.ensembles) {
            for (const engine::SignalId signal :
                 {parts.neurons_in, parts.neurons_out}) {
                for (const double value : interpreter.value(signal)) {
                    RC_PRE(std::abs(value) < 1e6);
                }
            }
        }
    }

    int input(const Node& node) const {
        std::size_t i = 0;
        while (built_.inputs.at(i).get() != DataKey(node).object()) {
            ++i;
        }
        return static_cast<int>(i);
    }

    BuiltNetwork built_;
    std::vector<int> probes_;
};

Recordings recorded(const Simulator& sim, const std::vector<Probe>& probes) {
    Recordings result;
    for (const Probe& probe : probes) {
        result.push_back(sim.data(probe).to_vector());
    }
    return result;
}

/// One item of what a batch recorded.
Recordings item_of(const Recordings& batch, Index item, Index items) {
    Recordings result;
    for (const auto& all : batch) {
        const auto each = static_cast<std::ptrdiff_t>(all.size()) / items;
        result.emplace_back(all.begin() + item * each, all.begin() + (item + 1) * each);
    }
    return result;
}

void need_near(const Recordings& got, const Recordings& want) {
    const auto result = near(got, want, tolerance);
    if (!result) {
        RC_FAIL(std::string(result.message()));
    }
}

/// Numbers for an input, other ones for each item and step.
Tensor numbers(Index items, Index size) {
    std::vector<double> values;
    for (Index i = 0; i < items * n_steps * size; ++i) {
        values.push_back(std::sin(static_cast<double>(i * i % 101)));
    }
    return Tensor({items, n_steps, size}, values);
}

TEST(RandomNetworks, ArePlannedAsTheNaiveInterpreterRunsThem) {
    check_property("planned == naive", 300, [] {
        const Program program = *programs();
        const int number = *random_number(1000);
        const RandomNetwork random(program);
        const Recordings want = Naive(random, number).run(1);
        Simulator sim(random.net, options_of(std::nullopt, number));

        sim.run_steps(n_steps);

        need_near(recorded(sim, random.probes), want);
    });
}

TEST(RandomNetworks, TreatEachItemOfABatchAsARunOfItsOwn) {
    check_property("item == single run", 150, [] {
        const Program program = *programs();
        const int number = *random_number(1000);
        const RandomNetwork random(program);
        constexpr Index items = 3;
        Data data{{random.input, numbers(items, 2)}};
        if (!random.processes.empty() && number % 4 == 0) {
            const Node& fed = random.processes.front();
            data.push_back({fed, numbers(items, fed.size_out)});
        }
        const Recordings want = Naive(random, number).run(items, data);
        Simulator batch(random.net, options_of(items, number));

        batch.run_steps(n_steps, {.data = data});

        const Recordings got = recorded(batch, random.probes);
        need_near(got, want);
        for (Index item = 0; item < (random.items_differ ? 1 : items); ++item) {
            Simulator single(random.net, options_of(1, number + 11 * 7));
            Data part;
            for (const DataEntry& entry : data) {
                part.push_back({entry.key, entry.values.items(item, 1)});
            }
            single.run_steps(n_steps, {.data = part});
            need_near(item_of(got, item, items), recorded(single, random.probes));
        }
    });
}

TEST(RandomNetworks, RunTheSameInPiecesAndAfterAReset) {
    check_property("pieces == whole == again", 150, [] {
        const Program program = *programs();
        const auto pieces = *rc::gen::container<std::vector<int>>(random_number(9));
        const int number = *random_number(1000);
        const RandomNetwork random(program);
        const Recordings want = Naive(random, number).run(2);
        Simulator sim(random.net, options_of(2, number));

        for (int again = 0; again < 2; ++again) {
            sim.reset();
            for (const int piece : pieces) {
                sim.run_steps(std::min<Index>(piece, n_steps - sim.n_steps()));
            }
            sim.run_steps(n_steps - sim.n_steps());

            need_near(recorded(sim, random.probes), want);
        }
    });
}

TEST(RandomNetworks, ReturnToTheirStateAfterAnIsolatedCall) {
    check_property("predict == run, and leaves no trace", 150, [] {
        const Program program = *programs(Learning::no);
        const int number = *random_number(1000);
        const RandomNetwork random(program);
        constexpr Index items = 5, minibatch = 2;
        const Data data{{random.input, numbers(items, 2)}};
        const Naive naive(random, number);
        const Recordings want = naive.run(items, data, minibatch);
        const Recordings want_after = naive.run(minibatch);
        Simulator sim(random.net, options_of(minibatch, number));

        const Predictions got = sim.predict(data);
        sim.run_steps(number % n_steps);
        sim.predict({}, {.n_steps = 3});
        sim.run_steps(n_steps - sim.n_steps());

        Recordings predicted;
        for (const Probe& probe : random.probes) {
            predicted.push_back(got[probe].to_vector());
        }
        need_near(predicted, want);
        need_near(recorded(sim, random.probes), want_after);
    });
}

/// Runs all steps, unless a value gets out of hand.
Recordings course(Simulator& sim, const std::vector<Probe>& probes) {
    try {
        sim.run_steps(n_steps);
    } catch (const SimulationError& error) {
        RC_DISCARD(error.what());
    }
    Recordings result = recorded(sim, probes);
    for (const auto& values : result) {
        RC_PRE(std::ranges::all_of(values, [](double x) { return std::isfinite(x); }));
    }
    return result;
}

TEST(RandomNetworks, AreTheSameWhenFrozenAndMadeAgain) {
    check_property("frozen == changed", 150, [] {
        const Program program = *programs();
        const int number = *random_number(1000);
        const RandomNetwork random(program);
        Simulator sim(random.net, options_of(2, number));
        change_parameters(sim, random.net);

        sim.freeze(random.net);

        change_seeds(random.net);
        Simulator again(random.net, options_of(2, number));
        RC_ASSERT(course(sim, random.probes) == course(again, random.probes));
    });
}

}  // namespace

}  // namespace nengine::test
