#include "api/builder/build_objective.hpp"

#include <algorithm>
#include <set>

#include "api/expressions/trace.hpp"
#include "engine/trace/term_writer.hpp"

namespace nengine {
namespace {

using engine::SignalId;
using engine::TermPtr;

/// What functions get of one probe, as inputs of their terms.
struct Arguments {
    TermPtr output, target, weight;
    bool by_loss = false;
    SignalId output_signal = engine::no_signal, target_signal = engine::no_signal,
             weight_signal = engine::no_signal;
};

class ProgramBuilder {
public:
    explicit ProgramBuilder(const std::map<int, ComparedShapes>& shapes)
        : shapes_(shapes), writer_(*model_, "objective") {}

    void add(const ComparedBy& function) {
        Arguments& arguments = of(function.probe);
        arguments.by_loss =
            arguments.by_loss || function.kind == ComparedBy::Kind::loss;
        const TermPtr value = traced(function);
        need_target(function, value);
        const SignalId signal = new_signal(function.described, value->shape);
        writer_.write_to(value, signal);
        model_->probes.push_back({.name = function.described, .signal = signal});
    }

    std::shared_ptr<const engine::ObjectiveProgram> finish() {
        auto program = std::make_shared<engine::ObjectiveProgram>();
        for (const auto& [probe, arguments] : arguments_) {
            program->compared.push_back(
                {.probe = probe,
                 .output = input(arguments.output_signal),
                 .target = used_.contains(arguments.target.get())
                               ? input(arguments.target_signal)
                               : -1,
                 .weight = used_.contains(arguments.weight.get())
                               ? input(arguments.weight_signal)
                               : -1,
                 .by_loss = arguments.by_loss});
        }
        std::ranges::stable_partition(program->compared,
                                      &engine::ObjectiveProgram::Compared::by_loss);
        program->model = model_;
        return program;
    }

private:
    SignalId new_signal(const std::string& name, Shape shape) {
        engine::Signal signal;
        signal.name = name;
        signal.shape = std::move(shape);
        return model_->add_signal(std::move(signal));
    }
    int input(SignalId signal) {
        model_->inputs.push_back(
            {.name = model_->signal(signal).name, .signal = signal});
        return static_cast<int>(model_->inputs.size()) - 1;
    }

    TermPtr traced(const ComparedBy& function) try {
        const Expression output(of(function.probe).output);
        const Expression value = function.value(target_of(function.probe), output);
        detail::need_one_item(value);
        switch (function.kind) {
            case ComparedBy::Kind::sums:
                return flatten(value).term();
            case ComparedBy::Kind::loss:
                return mean(weighted(function.probe, value)).term();
            default:
                return mean(value).term();
        }
    } catch (const ShapeError& error) {
        throw ShapeError(function.described + ": " + error.object(), error.got(),
                         error.needed());
    } catch (const ValidationError& error) {
        throw ValidationError(function.described + ": " + error.what());
    }

    /// Times what samples count.
    Expression weighted(int probe, const Expression& value) {
        const std::int64_t steps = shapes_.at(probe).weight_steps;
        if (steps == 0) {
            return value;
        }
        const Expression weight(of(probe).weight);
        if (steps == 1) {
            return value * reshape(weight, {});
        }
        const bool by_sample = !value.shape().empty() && value.shape().front() == steps;
        if (!by_sample) {
            throw ShapeError("sample_weight", std::to_string(steps) + " for each item",
                             "one for each item: the loss does not give a value for "
                             "each sample");
        }
        Shape shape(value.shape().size(), 1);
        shape.front() = steps;
        return value * reshape(weight, shape);
    }

    Arguments& of(int probe) {
        const auto [at, is_new] = arguments_.try_emplace(probe);
        Arguments& made = at->second;
        if (is_new) {
            const ComparedShapes& s = shapes_.at(probe);
            made.output = engine::input_term("output", {s.samples, s.size});
            made.output_signal = new_signal("output", {s.samples * s.size});
            writer_.bind(made.output, made.output_signal);
            const bool is_there = s.target_steps > 0;
            made.target = engine::input_term(
                "target", is_there ? Shape{s.target_steps, s.target_size}
                                   : Shape{s.samples, s.size});
            made.target_signal =
                new_signal("target", {engine::shape_size(made.target->shape)});
            writer_.bind(made.target, made.target_signal);
            if (s.weight_steps > 0) {
                made.weight = engine::input_term("weight", {s.weight_steps});
                made.weight_signal = new_signal("weight", {s.weight_steps});
                writer_.bind(made.weight, made.weight_signal);
            }
        }
        return made;
    }

    /// A step for each sample.
    Expression target_of(int probe) {
        const Expression target(of(probe).target);
        const std::int64_t samples = shapes_.at(probe).samples;
        return target.extent(0) == samples
                   ? target
                   : broadcast_to(target, {samples, target.extent(1)});
    }

    /// Notes what a function looks at.
    /// @throws ValidationError  it needs a target, and there is none
    void need_target(const ComparedBy& function, const TermPtr& value) {
        std::vector<const engine::Term*> open = {value.get()};
        while (!open.empty()) {
            const engine::Term* term = open.back();
            open.pop_back();
            if (!used_.insert(term).second) {
                continue;
            }
            for (const TermPtr& operand : term->operands) {
                open.push_back(operand.get());
            }
        }
        kept_.push_back(value);
        if (used_.contains(of(function.probe).target.get()) &&
            shapes_.at(function.probe).target_steps == 0) {
            throw ValidationError(function.described + ": got no targets, needs some");
        }
    }

    const std::map<int, ComparedShapes>& shapes_;
    std::shared_ptr<engine::Model> model_ = std::make_shared<engine::Model>(0.001);
    engine::TermWriter writer_;
    std::map<int, Arguments> arguments_;
    std::set<const engine::Term*> used_;
    std::vector<TermPtr> kept_;  ///< so that no address is another term's later
};

}  // namespace

std::shared_ptr<const engine::ObjectiveProgram> build_objective(
    const std::vector<ComparedBy>& functions,
    const std::map<int, ComparedShapes>& shapes) {
    ProgramBuilder builder(shapes);
    for (const ComparedBy& function : functions) {
        builder.add(function);
    }
    return builder.finish();
}

}  // namespace nengine
