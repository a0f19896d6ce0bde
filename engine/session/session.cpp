#include "engine/session/session.hpp"

#include <algorithm>
#include <cmath>

#include "engine/ir/sampling.hpp"
#include "engine/session/session_core.hpp"
#include "kernels/base/error.hpp"

namespace nengine::engine {
namespace {

void check_size(const HostTensor& tensor, const std::string& name, Index size) {
    if (tensor.data == nullptr || tensor.batch < 1) {
        throw ShapeError("data for '" + name + "'", "no items", "at least one");
    }
    if (tensor.size != size) {
        throw ShapeError("data for '" + name + "'",
                         "shape (" + std::to_string(tensor.batch) + ", " +
                             std::to_string(tensor.steps) + ", " +
                             std::to_string(tensor.size) + ")",
                         "(batch, steps, " + std::to_string(size) + ")");
    }
}

void check_input_steps(Index steps, const std::string& name, Index n_steps) {
    if (steps != 1 && steps != n_steps) {
        throw ShapeError("data for '" + name + "'", std::to_string(steps) + " steps",
                         std::to_string(n_steps) + ", or 1 to be held");
    }
}

}  // namespace

struct Session::Impl {
    std::shared_ptr<const Model> given;
    std::shared_ptr<Model> model;
    Device device;
    SessionOptions options;
    std::unique_ptr<SessionCore> session;
    std::map<std::string, SignalId> by_name;
    bool busy = false;

    void need_idle(const std::string& call) const {
        if (busy) {
            throw SimulationError(call +
                                  ": got a call from a function that a call of the "
                                  "same simulator makes, needs that one to end first");
        }
    }
    /// The session for one call, in which no other may begin.
    class Entered {
    public:
        Entered(Impl& impl, const char* call) : impl_(impl) {
            impl.need_idle(call);
            impl.busy = true;
        }
        Entered(const Entered&) = delete;
        Entered& operator=(const Entered&) = delete;
        ~Entered() { impl_.busy = false; }
        SessionCore* operator->() const { return impl_.session.get(); }

    private:
        Impl& impl_;
    };
    Entered enter(const char* call) { return Entered(*this, call); }

    void check(Index n_steps, const Feeds& feeds, Index batch) const {
        if (n_steps < 1) {
            throw ValidationError("n_steps: got " + std::to_string(n_steps) +
                                  ", needs at least 1");
        }
        for (const auto& [index, tensor] : feeds) {
            if (index < 0 || index >= static_cast<int>(model->inputs.size())) {
                throw ValidationError("data: got input " + std::to_string(index) +
                                      ", needs one below " +
                                      std::to_string(model->inputs.size()));
            }
            const Input& input = model->inputs[static_cast<std::size_t>(index)];
            check_size(tensor, input.name, model->signal(input.signal).size());
            check_input_steps(tensor.steps, input.name, n_steps);
            check_batch(tensor, input.name,
                        batch > 0 ? batch : feeds.begin()->second.batch);
        }
    }

    static void check_batch(const HostTensor& tensor, const std::string& name,
                            Index batch) {
        if (tensor.batch != batch) {
            throw ShapeError("data for '" + name + "'",
                             std::to_string(tensor.batch) + " items",
                             std::to_string(batch));
        }
    }

    /// Targets are as large as the program was made for.
    void check_program(const ObjectiveProgram& program, const Targets& targets) const {
        for (const ObjectiveProgram::Compared& compared : program.compared) {
            if (compared.target < 0) {
                continue;
            }
            const ProbePoint& point =
                model->probes.at(static_cast<std::size_t>(compared.probe));
            const auto found = targets.find(compared.probe);
            if (found == targets.end()) {
                throw ValidationError("targets: got none for probe '" + point.name +
                                      "', needs one");
            }
            const auto& input =
                program.model->inputs.at(static_cast<std::size_t>(compared.target));
            check_size(found->second, point.name,
                       program.model->signal(input.signal).size() /
                           std::max<Index>(found->second.steps, 1));
        }
    }

    void check_objective(const Feeds& feeds, const Targets& targets,
                         const Objective& objective, Index n_steps) const {
        const auto check_target = [&](int probe, bool labels) {
            const auto found = targets.find(probe);
            const ProbePoint& point = model->probes.at(static_cast<std::size_t>(probe));
            if (found == targets.end()) {
                throw ValidationError("targets: got none for probe '" + point.name +
                                      "', needs one");
            }
            const Index size = labels ? 1 : model->signal(point.signal).size();
            check_size(found->second, point.name, size);
            check_target_steps(point, session->step(), n_steps, found->second.steps,
                               "targets for '" + point.name + "'");
            if (!feeds.empty()) {
                check_batch(found->second, point.name, feeds.begin()->second.batch);
            }
        };
        for (const LossSpec& loss : objective.losses) {
            if (loss.kind != LossKind::program) {
                check_target(loss.probe,
                             loss.kind == LossKind::sparse_categorical_crossentropy);
            }
        }
        for (const MetricSpec& metric : objective.metrics) {
            if (metric.value < 0) {
                check_target(metric.probe, true);
            }
        }
        if (objective.program != nullptr) {
            check_program(*objective.program, targets);
        }
        if (objective.losses.empty() && objective.metrics.empty()) {
            throw ValidationError("objective: got no loss and no metric, needs one");
        }
    }
};

Index items_of(const Feeds& feeds, const Targets& targets, Index minibatch) {
    if (!targets.empty()) {
        return targets.begin()->second.batch;
    }
    return feeds.empty() ? minibatch : feeds.begin()->second.batch;
}

Session::Session(std::shared_ptr<const Model> model, Device device,
                 SessionOptions options)
    : impl_(std::make_unique<Impl>(Impl{model,
                                        std::make_shared<Model>(model->copy()),
                                        device,
                                        options,
                                        nullptr,
                                        {}})) {
    if (options.minibatch < 1) {
        throw ValidationError("minibatch_size: got " +
                              std::to_string(options.minibatch) + ", needs at least 1");
    }
    need_real(options.dtype, "dtype");
    model->validate();
    for (const SignalId s : model->signal_ids()) {
        const std::string& name = model->signal(s).parameter;
        if (!name.empty() && !impl_->by_name.emplace(name, s).second) {
            throw BuildError("parameter '" + name +
                             "': got two of this name, needs one");
        }
    }
    impl_->session = std::make_unique<SessionCore>(impl_->model, device, options);
}

Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

const Model& Session::model() const {
    return *impl_->given;
}
const SessionOptions& Session::options() const {
    return impl_->options;
}
const Device& Session::device() const {
    return impl_->device;
}
Index Session::step() const {
    return impl_->session->step();
}
void Session::need_idle(const std::string& call) const {
    impl_->need_idle(call);
}
void Session::reset(bool parameters, std::optional<std::uint64_t> seed) {
    impl_->enter("reset")->reset(parameters, seed);
}

void Session::run(Index n_steps, const Feeds& feeds, const ProbeSink& sink,
                  Phase phase) {
    impl_->check(n_steps, feeds, impl_->options.minibatch);
    impl_->enter("run")->run(n_steps, feeds, sink, phase);
}

void Session::predict(Index n_steps, const Feeds& feeds, const std::vector<int>& probes,
                      const ProbeSink& sink, const Progress& progress, Phase phase) {
    impl_->check(n_steps, feeds, 0);
    impl_->enter("predict")->predict(n_steps, feeds, probes, sink, progress, phase);
}

Scores Session::evaluate(Index n_steps, const Feeds& feeds, const Targets& targets,
                         const Objective& objective, const Progress& progress,
                         Phase phase) {
    impl_->check(n_steps, feeds, 0);
    impl_->check_objective(feeds, targets, objective, n_steps);
    return impl_->enter("evaluate")
        ->evaluate(n_steps, feeds, targets, objective, progress, phase);
}

void Session::set_optimizer(const Optimizer& optimizer) {
    impl_->enter("set_optimizer")->set_optimizer(optimizer);
}
void Session::set_learning_rate(double learning_rate) {
    impl_->session->set_learning_rate(learning_rate);
}
double Session::learning_rate() const {
    return impl_->session->learning_rate();
}
void Session::take_averages() {
    impl_->enter("take_averages")->take_averages();
}

Scores Session::train(Index n_steps, const Feeds& feeds, const Targets& targets,
                      const Objective& objective, const std::vector<Index>& order,
                      const AfterMinibatch& after) {
    impl_->check(n_steps, feeds, 0);
    impl_->check_objective(feeds, targets, objective, n_steps);
    const Index items = items_of(feeds, targets, options().minibatch);
    for (const Index item : order) {
        if (item < 0 || item >= items) {
            throw ValidationError("train: got item " + std::to_string(item) +
                                  ", needs one in [0, " + std::to_string(items) + ")");
        }
    }
    return impl_->enter("train")->train(n_steps, feeds, targets, objective, order,
                                        after);
}

Gradients Session::gradients(Index n_steps, const Feeds& feeds, const Targets& targets,
                             const Objective& objective, bool by_inputs) {
    impl_->check(n_steps, feeds, 0);
    impl_->check_objective(feeds, targets, objective, n_steps);
    return impl_->enter("gradients")
        ->gradients(n_steps, feeds, targets, objective, by_inputs);
}

std::vector<ParameterInfo> Session::parameters() const {
    std::vector<ParameterInfo> list;
    for (const auto& [name, signal] : impl_->by_name) {
        const Signal& s = impl_->model->signal(signal);
        list.push_back({name, s.shape, s.trainable});
    }
    return list;
}

std::vector<double> Session::parameter(const std::string& name) const {
    const auto found = impl_->by_name.find(name);
    if (found == impl_->by_name.end()) {
        throw ValidationError("parameter '" + name +
                              "': got no parameter of this name");
    }
    return impl_->session->parameter(found->second);
}

void Session::set_parameter(const std::string& name,
                            const std::vector<double>& values) {
    set_parameters({{name, values}});
}

void Session::set_parameters(const std::map<std::string, std::vector<double>>& values) {
    std::map<SignalId, std::vector<double>> by_signal;
    for (const auto& [name, numbers] : values) {
        const auto found = impl_->by_name.find(name);
        if (found == impl_->by_name.end()) {
            throw ValidationError("parameter '" + name +
                                  "': got no parameter of this name");
        }
        const Signal& signal = impl_->model->signal(found->second);
        if (static_cast<Index>(numbers.size()) != signal.size()) {
            throw ShapeError("parameter '" + name + "'",
                             std::to_string(numbers.size()) + " values",
                             "shape " + to_string(signal.shape));
        }
        if (!std::ranges::all_of(numbers, [](double v) { return std::isfinite(v); })) {
            throw ValidationError(
                "parameter '" + name +
                "': got a value that is not finite, needs finite ones");
        }
        by_signal[found->second] = numbers;
    }
    impl_->enter("set_parameters")->set_parameters(by_signal);
}

std::string Session::explain(Index n_steps, const Feeds& feeds, bool training) {
    impl_->check(n_steps, feeds, 0);
    return impl_->enter("explain")->explain(feeds, training ? to_train : to_run);
}

std::size_t Session::memory_bytes() const {
    return impl_->session->memory_bytes();
}
std::size_t Session::peak_memory_bytes() const {
    return impl_->session->peak_memory_bytes();
}

}  // namespace nengine::engine
