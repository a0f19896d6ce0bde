#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "engine/operators/copy.hpp"
#include "engine/operators/sim_filter.hpp"
#include "engine/operators/time_update.hpp"
#include "engine/simulation/simulation.hpp"
#include "engine/trace/term_writer.hpp"
#include "kernels/base/device.hpp"
#include "tests/api/expressions/naive_terms.hpp"
#include "tests/api/expressions/random_program.hpp"
#include "tests/support/check_property.hpp"
#include "tests/support/model_runs.hpp"
#include "tests/support/random_options.hpp"

// Random functions of tensors, planned in every way, against their meaning.

namespace nengine::test {

using namespace engine;
namespace {

constexpr Index steps_per_call = 3, items = 3;

/// A function of an input, a held input, time, two parameters and a state, with up to
/// three results.
struct Program {
    Program(const ProgramSteps& steps, const std::vector<Shape>& shapes)
        : x(input_term("x", shapes[0])),
          held(input_term("held", shapes[1])),
          t(input_term("t", {})),
          w(input_term("w", shapes[2])),
          v(input_term("v", shapes[3])),
          state(input_term("state", shapes[4])) {
        const Expression known(Array({2}, {0.5, -0.25}));
        const Expression sx(x), sh(held), sw(w), sv(v), ss(state);
        results = run_steps(steps, {known, 100.0 * Expression(t), sh, sv, ss, sw, sx});
        // Both parameters are seen by a loss, and the state by the next step.
        results.push_back(0.3 * mean(sw) + 0.2 * mean(sv));
        next = tanh(0.5 * ss + mean(results.front()));
    }

    std::vector<TermPtr> inputs() const { return {x, held, t, w, v, state}; }

    TermPtr x, held, t, w, v, state;
    std::vector<Expression> results;
    Expression next = 0.0;
};

/// Numbers for a program, and the model of it.
struct Trial {
    Trial(const Program& program, std::uint64_t seed) : p(program), draw(seed) {
        parameter_values = {numbers(p.w), numbers(p.v)};
        initial = numbers(p.state);
        feeds[0] = data(steps_per_call, size(p.x));
        feeds[1] = data(1, size(p.held));
        build();
    }

    static Index size(const TermPtr& term) { return shape_size(term->shape); }
    std::vector<double> numbers(const TermPtr& term) {
        return draw.numbers(size(term), -1, 1);
    }
    reference::Data data(Index steps, Index width) {
        return {items, steps, width, draw.numbers(items * steps * width, -1, 1)};
    }

    SignalId signal(const std::string& name, const Shape& shape,
                    std::vector<double> values = {}) {
        Signal made;
        made.name = name;
        made.shape = shape;
        made.initial = std::move(values);
        return model->add_signal(std::move(made));
    }
    SignalId parameter(const std::string& name, const TermPtr& term,
                       const std::vector<double>& values) {
        const SignalId id = signal(name, term->shape, values);
        model->signal(id).parameter = name;
        model->signal(id).trainable = true;
        return id;
    }
    SignalId input(const std::string& name, const TermPtr& term) {
        const SignalId id = signal(name, {size(term)});
        model->inputs.push_back({.name = name, .signal = id});
        return id;
    }

    void build() {
        TermWriter writer(*model, "f");
        writer.bind(p.x, input("x", p.x));
        writer.bind(p.held, input("held", p.held));
        const SignalId time = signal("time", {});
        model->add(TimeUpdate(time));
        writer.bind(p.t, time);
        writer.bind(p.w, parameter("w", p.w, parameter_values[0]));
        writer.bind(p.v, parameter("v", p.v, parameter_values[1]));
        const SignalId state = signal("state", {size(p.state)}, initial);
        writer.bind(p.state, state);
        for (std::size_t k = 0; k < p.results.size(); ++k) {
            const TermPtr& term = p.results[k].term();
            const SignalId out = signal("out", {size(term)});
            writer.write_to(term, out);
            model->probes.push_back({.name = "out", .signal = out});
            targets[static_cast<int>(k)] = data(steps_per_call, size(term));
            objective.losses.push_back({.probe = static_cast<int>(k)});
        }
        const SignalId next = signal("next", {size(p.state)});
        writer.write_to(p.next.term(), next);
        const SignalId one = signal("one", {}, {1.0});
        model->add(SimFilter(FilterForm::gain, 0, next, state, one, no_signal));
    }

    /// Recordings as terms mean them, [items, steps, size] per result.
    Recordings meaning() const {
        Recordings all(p.results.size());
        for (Index item = 0; item < items; ++item) {
            std::vector<double> state = initial;
            for (Index step = 0; step < steps_per_call; ++step) {
                NaiveTerms naive(
                    {{p.x.get(), {p.x->shape, feeds.at(0).row(item, step)}},
                     {p.held.get(), {p.held->shape, feeds.at(1).row(item, 0)}},
                     {p.t.get(), {{}, {static_cast<double>(step + 1) * model->dt()}}},
                     {p.w.get(), {p.w->shape, parameter_values[0]}},
                     {p.v.get(), {p.v->shape, parameter_values[1]}},
                     {p.state.get(), {p.state->shape, state}}});
                for (std::size_t k = 0; k < all.size(); ++k) {
                    const auto& row = naive.value(p.results[k].term()).values;
                    all[k].insert(all[k].end(), row.begin(), row.end());
                }
                state = naive.value(p.next.term()).values;
            }
        }
        return all;
    }

    double loss() const {
        double total = 0;
        const Recordings all = meaning();
        for (std::size_t k = 0; k < all.size(); ++k) {
            double sum = 0;
            const auto& wanted = targets.at(static_cast<int>(k)).values;
            for (std::size_t i = 0; i < wanted.size(); ++i) {
                sum += (all[k][i] - wanted[i]) * (all[k][i] - wanted[i]);
            }
            total += sum / static_cast<double>(wanted.size());
        }
        return total;
    }

    /// d loss / d an element of a parameter, where the loss is smooth.
    std::optional<double> difference(std::size_t parameter, std::size_t element) {
        double& value = parameter_values[parameter][element];
        const double at = value;
        const auto loss_at = [&](double offset) {
            value = at + offset;
            const double result = loss();
            value = at;
            return result;
        };
        constexpr double h = 2e-4;
        const double middle = loss_at(0);
        const double up = loss_at(h), down = loss_at(-h);
        const double half_up = loss_at(h / 2), half_down = loss_at(-h / 2);
        const double coarse = (up - down) / (2 * h), fine = (half_up - half_down) / h;
        const double result = (4 * fine - coarse) / 3;
        const double scale = 1e-2 + std::abs(result);
        // At a kink the two sides differ.
        const double turn = (half_up - 2 * middle + half_down) / h;
        const bool smooth = std::isfinite(middle) &&
                            std::abs(coarse - fine) <= 1e-5 * scale &&
                            std::abs(turn) <= 1e-2 * scale;
        return smooth ? std::optional(result) : std::nullopt;
    }

    const Program& p;
    Draw draw;
    std::shared_ptr<Model> model = std::make_shared<Model>(0.001);
    std::vector<std::vector<double>> parameter_values;
    std::vector<double> initial;
    InputData feeds, targets;
    Objective objective;
};

const Device& cpu() {
    static const Device device = Device::cpu();
    return device;
}

std::vector<Shape> drawn_shapes() {
    return *rc::gen::container<std::vector<Shape>>(5, any_shape());
}

TEST(RandomProgram, ComputesWhatItsTermsMean) {
    check_property("a plan computes what the terms mean", 300, [] {
        const ProgramSteps steps = *any_program_steps();
        const Program program(steps, drawn_shapes());
        Trial trial(program, static_cast<std::uint64_t>(*rc::gen::inRange(0, 1000)));
        const auto options = random_options(trial.draw);
        RC_LOG() << describe(options) << '\n';
        const auto got = run_simulation(trial.model, cpu(), options, items,
                                        steps_per_call, trial.feeds);
        const auto result = near(got, trial.meaning(), 1e-10);
        RC_LOG() << result.message() << '\n';
        RC_ASSERT(static_cast<bool>(result));
    });
}

TEST(RandomProgram, HasTheGradientOfDifferences) {
    std::size_t compared = 0, tried = 0;
    check_property("gradients are those of differences", 300, [&] {
        const ProgramSteps steps = *any_program_steps();
        const auto names = program_operations();
        RC_PRE(std::ranges::none_of(steps, [&](const ProgramStep& step) {
            return names[static_cast<std::size_t>(step.operation)] == "stop_gradient";
        }));
        const Program program(steps, drawn_shapes());
        Trial trial(program, static_cast<std::uint64_t>(*rc::gen::inRange(0, 1000)));
        auto options = random_options(trial.draw);
        options.minibatch = items;  // gradients are those of one
        RC_LOG() << describe(options) << '\n';
        Simulation simulation(trial.model, cpu(), options);
        const auto got = simulation
                             .gradients(steps_per_call, borrow(trial.feeds),
                                        borrow(trial.targets), trial.objective)
                             .parameters;
        for (std::size_t k = 0; k < 2; ++k) {
            const std::string name = k == 0 ? "w" : "v";
            const std::size_t n = trial.parameter_values[k].size();
            for (std::size_t i = 0; i < n; i += 1 + n / 3) {
                const auto want = trial.difference(k, i);
                ++tried;
                if (want) {
                    ++compared;
                    RC_LOG() << name << '[' << i << "]: " << got.at(name)[i]
                             << ", needs " << *want << '\n';
                    RC_ASSERT(std::abs(got.at(name)[i] - *want) <=
                              1e-6 * (1e-2 + std::abs(*want)));
                }
            }
        }
    });
    EXPECT_GT(compared, tried * 9 / 10) << "most of the functions are smooth";
}

}  // namespace
}  // namespace nengine::test
