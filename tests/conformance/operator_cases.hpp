#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/model_runs.hpp"
#include "tests/support/random_model.hpp"

namespace nengine::test {

using namespace engine;

/// Writes a small model down: short names for what the cases need.
class ModelMaker {
public:
    explicit ModelMaker(std::uint64_t seed) : draw_(seed) {}

    SignalId signal(const std::string& name, Shape shape,
                    std::vector<double> initial = {});
    /// Never changes; random numbers in [low, high) unless values are given.
    SignalId constant(const std::string& name, Shape shape, double low = -1,
                      double high = 1);
    SignalId constant(const std::string& name, Shape shape, std::vector<double> values);
    /// Trainable, with random numbers in [low, high).
    SignalId parameter(const std::string& name, Shape shape, double low = -1,
                       double high = 1);
    /// Of zeros, changed by training alone.
    SignalId statistic(const std::string& name, Shape shape);
    /// Fed per step, or held.
    SignalId input(const std::string& name, Index size, bool held = false);
    template <class Op>
    int add(Op op, const std::string& label) {
        op.label = label;
        return model->add(std::move(op));
    }
    SignalId slice(SignalId of, Index first, Index count, Index step = 1) {
        return model->add_slice(of, first, count, step);
    }
    void probe(SignalId signal, double period = 1, bool keep_history = true);
    /// y = a linear filter of x, a lowpass of one pole, as synapses are.
    SignalId lowpass(const std::string& name, SignalId x, double pole = 0.8,
                     Role role = Role::update);

    std::shared_ptr<Model> model = std::make_shared<Model>(0.001);
    std::vector<bool> held;  ///< per input

private:
    Draw draw_;
};

/// A model that exercises one operator, in folded and stepped form where it has both.
struct OperatorCase {
    std::string name;
    std::string operator_type;  ///< Operator::type()
    std::function<void(ModelMaker&)> make;
    bool spiking = false;  ///< float32 may put a spike into the neighbouring step
    bool trains = true;    ///< false: neurons without a rate curve
};

// One list per kind of operator, each in its own file.
std::vector<OperatorCase> linear_cases();
std::vector<OperatorCase> image_cases();
std::vector<OperatorCase> dynamic_cases();
std::vector<OperatorCase> learning_cases();
std::vector<OperatorCase> process_cases();
std::vector<OperatorCase> pointwise_cases();
std::vector<OperatorCase> tensor_cases();
std::vector<OperatorCase> moments_cases();
/// All of them.
const std::vector<OperatorCase>& operator_cases();

/// A case made into a model, with data for its inputs.
struct CaseModel {
    explicit CaseModel(const OperatorCase& operator_case);
    InputData data(Index items, Index steps) const;

    std::shared_ptr<const Model> model;
    std::vector<bool> held;
};

}  // namespace nengine::test
