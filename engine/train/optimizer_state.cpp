#include "engine/train/optimizer_state.hpp"

#include <cstdio>
#include <string>

#include "kernels/base/error.hpp"
#include "kernels/optimizer.hpp"

namespace nengine::engine {

template <class Real>
void OptimizerState<Real>::set(const Optimizer& optimizer) {
    optimizer_ = optimizer;
    slots_.clear();
    progress_ = Buffer();
}

template <class Real>
void OptimizerState<Real>::set_learning_rate(double learning_rate) {
    std::visit([&](auto& o) { o.learning_rate = learning_rate; }, optimizer_);
}

template <class Real>
double OptimizerState<Real>::learning_rate() const {
    return std::visit([](const auto& o) { return o.learning_rate; }, optimizer_);
}

template <class Real>
void OptimizerState<Real>::check_learning_rate() const {
    if (learning_rate() > static_cast<double>(largest_step)) {
        char text[128];
        std::snprintf(text, sizeof text,
                      "got a learning rate of %.3g, needs at most %.3g in %s",
                      learning_rate(), static_cast<double>(largest_step),
                      sizeof(Real) == sizeof(float) ? "float32" : "float64");
        throw SimulationError(std::string("train: ") + text +
                              ": an update would make parameters infinite; lower the "
                              "learning rate");
    }
}

template <class Real>
Real OptimizerState<Real>::gradient_scale() const {
    return std::holds_alternative<Sgd>(optimizer_)
               ? static_cast<Real>(learning_rate()) * (1 << 24)
               : Real(1);
}

/// The i-th running average, zeros at first.
template <class Real>
Real* OptimizerState<Real>::slot(std::size_t i, Index n) {
    while (slots_.size() <= i) {
        const auto bytes = static_cast<std::size_t>(n) * sizeof(Real);
        slots_.push_back(device_.allocate(bytes, "optimizer state"));
        device_.zero(slots_.back().data(), bytes);
    }
    return slots_[i].template as<Real>();
}

template <class Real>
void OptimizerState<Real>::update(ParameterStore<Real>& parameters, const int* skip) {
    const Index n = parameters.size();
    UpdateArgs<Real> args{.n = n,
                          .parameter = parameters.values(),
                          .gradient = parameters.gradients(),
                          .skip = skip};
    const auto real = [](double v) { return static_cast<Real>(v); };
    if (const auto* sgd = std::get_if<Sgd>(&optimizer_)) {
        args.learning_rate = real(sgd->learning_rate);
        Real* velocity = sgd->momentum != 0 ? slot(0, n) : nullptr;
        device_.run([&](const auto& exec) {
            sgd_update(exec, args, velocity, real(sgd->momentum), sgd->nesterov);
        });
    } else if (const auto* rms = std::get_if<RmsProp>(&optimizer_)) {
        args.learning_rate = real(rms->learning_rate);
        RmspropState<Real> state{.square = slot(0, n)};
        state.momentum = rms->momentum != 0 ? slot(1, n) : nullptr;
        state.mean = rms->centered ? slot(rms->momentum != 0 ? 2 : 1, n) : nullptr;
        device_.run([&](const auto& exec) {
            rmsprop_update(exec, args, state, real(rms->rho), real(rms->momentum),
                           real(rms->epsilon));
        });
    } else {
        const auto& adam = std::get<Adam>(optimizer_);
        args.learning_rate = real(adam.learning_rate);
        if (progress_.data() == nullptr) {
            progress_ = device_.allocate(sizeof(AdamProgress<Real>), "optimizer state");
            device_.zero(progress_.data(), progress_.bytes());
        }
        const AdamState<Real> state{slot(0, n), slot(1, n),
                                    progress_.template as<AdamProgress<Real>>()};
        device_.run([&](const auto& exec) {
            adam_update(exec, args, state, adam.beta_1, adam.beta_2, adam.epsilon);
        });
    }
    parameters.changed();
}

template <class Real>
std::size_t OptimizerState<Real>::bytes() const {
    std::size_t total = progress_.bytes();
    for (const Buffer& buffer : slots_) {
        total += buffer.bytes();
    }
    return total;
}

template class OptimizerState<float>;
template class OptimizerState<double>;

}  // namespace nengine::engine
