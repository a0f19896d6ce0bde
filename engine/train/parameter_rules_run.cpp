#include "engine/train/parameter_rules_run.hpp"

#include <algorithm>

#include "engine/planner/make_plan.hpp"
#include "kernels/loss.hpp"
#include "kernels/optimizer.hpp"

namespace nengine::engine {
namespace {

constexpr ChunkExtent all_at_once{.items = 1};

std::shared_ptr<const Plan> plan_of(const std::shared_ptr<const Model>& model,
                                    const ReplicaOptions& options, bool gradients) {
    PlanRequest request{.model = model,
                        .fed = std::vector<int>(model->inputs.size(), 1),
                        .dtype = options.dtype,
                        .mode = {.phase = Phase::inference, .gradients = gradients},
                        .options = options.planner};
    for (std::size_t i = 0; i < model->probes.size(); ++i) {
        request.observed.probes.push_back(static_cast<int>(i));
    }
    return std::make_shared<Plan>(make_plan(request));
}

}  // namespace

ParameterRulesRun::Run::Run(const Device& device, const ReplicaOptions& options,
                            const std::shared_ptr<const Model>& model, bool gradients,
                            ParameterStore& parameters)
    : state(device, *model, 1, options.dtype),
      processes(1, options.seed),
      runner(device, plan_of(model, options, gradients), options.planner,
             {.steps = 1, .items = 1}, parameters, state) {
    processes.prepare(runner.plan());
    runner.use(processes);
    runner.load_state(state);
}

ParameterRulesRun::ParameterRulesRun(Replica& replica)
    : replica_(replica),
      device_(replica.device()),
      rules_(replica.model().rules),
      parameters_(replica.parameters()) {
    replica_.count_also([this] { return bytes(); });
}

auto ParameterRulesRun::run_of(std::unique_ptr<Run>& run,
                               const std::shared_ptr<const Model>& model,
                               bool gradients) -> Run& {
    if (run == nullptr) {
        run = std::make_unique<Run>(device_, replica_.options(), model, gradients,
                                    parameters_);
    }
    run->runner.refresh_parameters();
    return *run;
}

/// Parameters that are not trained change when they are set or loaded.
void ParameterRulesRun::upload_given(Run& run) const {
    const auto& inputs = run.runner.plan().inputs;
    run.given.resize(inputs.size());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const Signal& parameter = replica_.model().signal(
            rules_->given[static_cast<std::size_t>(inputs[i].input)]);
        const SharedValues& now = parameter.initial;
        if (!now.empty() && now.data() == run.given[i].data()) {
            continue;
        }
        const AnyBlock to = run.runner.block(inputs[i].rows, all_at_once);
        std::vector<double> values = now;
        values.resize(static_cast<std::size_t>(parameter.size()), 0.0);
        upload_as(device_, to.data, to.dtype, values.data(), values.size());
        run.given[i] = now;
    }
}

void ParameterRulesRun::add_penalty(bool gradients, double weight, double* sum) {
    Run& run = run_of(gradients ? gradient_ : value_, rules_->penalty, gradients);
    upload_given(run);
    if (gradients) {
        run.runner.zero_packed_gradients();
    }
    run.runner.forward(all_at_once);
    const ProbeRows& probe = run.runner.plan().probes.front();
    const AnyBlock value = run.runner.block(probe.rows, all_at_once).over(1, 1);
    const AnyBlock slope = probe.gradient.present()
                               ? run.runner.block(probe.gradient, all_at_once)
                               : AnyBlock{};
    run_as(device_, value.dtype, [&]<class Real>(const auto& exec, Real) {
        sum_of_values(exec, LossArgs<Real>{.prediction = value.as<const Real>(),
                                           .valid = 1,
                                           .value_weight = weight,
                                           .loss = sum,
                                           .dL_dprediction = slope.as<Real>()});
    });
    if (slope.data != nullptr) {
        run.runner.backward(all_at_once);
        run.runner.collect_gradients();
    }
}

void ParameterRulesRun::constrain(const int* skip) {
    if (rules_ == nullptr || !rules_->constraint) {
        return;
    }
    Run& run = run_of(constraint_, rules_->constraint, false);
    run.runner.forward(all_at_once);
    for (const ProbeRows& probe : run.runner.plan().probes) {
        const SignalId parameter =
            rules_->constrained[static_cast<std::size_t>(probe.probe)];
        const AnyBlock values = run.runner.block(probe.rows, all_at_once).over(1, 1);
        run_as(device_, values.dtype, [&]<class Real>(const auto& exec, Real) {
            assign_unless(exec, skip, values.as<const Real>(),
                          static_cast<Real*>(parameters_.values()) +
                              parameters_.layout().at(parameter));
        });
    }
    parameters_.changed();
}

std::size_t ParameterRulesRun::bytes() const {
    std::size_t total = 0;
    for (const auto* run : {&value_, &gradient_, &constraint_}) {
        total += *run == nullptr ? 0 : (*run)->runner.bytes() + (*run)->state.bytes();
    }
    return total;
}

}  // namespace nengine::engine
