#include "tests/conformance/operator_cases.hpp"

#include "engine/operators/sim_filter.hpp"

namespace nengine::test {

using namespace engine;

SignalId ModelMaker::signal(const std::string& name, Shape shape,
                            std::vector<double> initial) {
    Signal made;
    made.name = name;
    made.shape = std::move(shape);
    made.initial = std::move(initial);
    return model->add_signal(std::move(made));
}

SignalId ModelMaker::constant(const std::string& name, Shape shape,
                              std::vector<double> values) {
    const SignalId id = signal(name, std::move(shape), std::move(values));
    model->signal(id).readonly = true;
    return id;
}

SignalId ModelMaker::constant(const std::string& name, Shape shape, double low,
                              double high) {
    const Index size = shape_size(shape);
    return constant(name, std::move(shape), draw_.numbers(size, low, high));
}

SignalId ModelMaker::parameter(const std::string& name, Shape shape, double low,
                               double high) {
    const Index size = shape_size(shape);
    const SignalId id = signal(name, std::move(shape), draw_.numbers(size, low, high));
    model->signal(id).trainable = true;
    model->signal(id).parameter = name;
    return id;
}

SignalId ModelMaker::statistic(const std::string& name, Shape shape) {
    const SignalId id = signal(name, std::move(shape));
    model->signal(id).statistic = true;
    model->signal(id).parameter = name;
    return id;
}

SignalId ModelMaker::input(const std::string& name, Index size, bool is_held) {
    const SignalId id = signal(name, {size});
    model->inputs.push_back({name, id, -1});
    held.push_back(is_held);
    return id;
}

void ModelMaker::probe(SignalId signal, double period, bool keep_history) {
    const std::string name = "probe" + std::to_string(model->probes.size());
    model->probes.push_back({name, signal, period, keep_history});
}

SignalId ModelMaker::lowpass(const std::string& name, SignalId x, double pole,
                             Role role) {
    const Index n = model->signal(x).size();
    const SignalId y = signal(name + ".out", {n});
    const SignalId numbers =
        constant(name + ".coefficients", {2}, std::vector<double>{pole, 1 - pole});
    add(SimFilter(FilterForm::first_order, 1, x, y, numbers,
                  signal(name + ".state", {1, n}), role),
        name);
    return y;
}

const std::vector<OperatorCase>& operator_cases() {
    static const std::vector<OperatorCase> cases = [] {
        std::vector<OperatorCase> all = linear_cases();
        for (const auto& more :
             {image_cases(), dynamic_cases(), learning_cases(), process_cases(),
              pointwise_cases(), tensor_cases(), moments_cases()}) {
            all.insert(all.end(), more.begin(), more.end());
        }
        return all;
    }();
    return cases;
}

CaseModel::CaseModel(const OperatorCase& operator_case) {
    ModelMaker maker(operator_case.name.size());
    operator_case.make(maker);
    model = maker.model;
    held = maker.held;
}

InputData CaseModel::data(Index items, Index steps) const {
    Draw draw(17);
    InputData data;
    for (std::size_t i = 0; i < held.size(); ++i) {
        const Index size = model->signal(model->inputs[i].signal).size();
        const Index rows = held[i] ? 1 : steps;
        data[static_cast<int>(i)] = {items, rows, size,
                                     draw.numbers(items * rows * size, -1, 1)};
    }
    return data;
}

}  // namespace nengine::test
