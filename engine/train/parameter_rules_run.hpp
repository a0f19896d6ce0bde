#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "engine/ir/parameter_rules.hpp"
#include "engine/runtime/replica.hpp"

namespace nengine::engine {

/// What a model's rules make of a replica's parameters, planned and run in place: what
/// they add to the loss and to the gradients, and what they make of the parameters.
class ParameterRulesRun {
public:
    explicit ParameterRulesRun(Replica& replica);

    bool has_penalty() const { return rules_ != nullptr && rules_->penalty; }
    /// *sum += weight times the penalty, a double on the device; `gradients`: and its
    /// gradient, without the weight, to the parameters' gradients.
    /// @throws BuildError  `gradients`, and a function has no slope by a parameter
    void add_penalty(bool gradients, double weight, double* sum);
    /// After an update: parameters become what the constraints make of them, unless
    /// *skip is not 0.
    void constrain(const int* skip);

private:
    std::size_t bytes() const;
    /// One of the models, of the replica's parameters.
    struct Run {
        Run(const Device& device, const ReplicaOptions& options,
            const std::shared_ptr<const Model>& model, bool gradients,
            ParameterStore& parameters);
        StateStore state;
        ProcessStates processes;
        PlanRunner runner;
        std::vector<SharedValues> given;  ///< by input of the plan, as uploaded
    };

    Run& run_of(std::unique_ptr<Run>& run, const std::shared_ptr<const Model>& model,
                bool gradients);
    void upload_given(Run& run) const;

    Replica& replica_;
    Device device_;
    std::shared_ptr<const ParameterRules> rules_;
    ParameterStore& parameters_;
    std::unique_ptr<Run> value_, gradient_, constraint_;
};

}  // namespace nengine::engine
