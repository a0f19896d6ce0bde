#include "engine/train/optimizer_state.hpp"

#include <cstdio>
#include <limits>
#include <string>

#include "kernels/base/error.hpp"
#include "kernels/optimizer.hpp"

namespace nengine::engine {

void OptimizerState::set(const Optimizer& optimizer) {
    optimizer_ = optimizer;
    slots_.clear();
    progress_ = Buffer();
}

void OptimizerState::set_learning_rate(double learning_rate) {
    std::visit([&](auto& o) { o.learning_rate = learning_rate; }, optimizer_);
}

double OptimizerState::learning_rate() const {
    return std::visit([](const auto& o) { return o.learning_rate; }, optimizer_);
}

double OptimizerState::largest_step() const {
    return with_real(dtype_, []<class Real>(Real) -> double {
        return std::numeric_limits<Real>::max() / (1 << 24);
    });
}

void OptimizerState::check_learning_rate() const {
    if (learning_rate() > largest_step()) {
        char text[128];
        std::snprintf(
            text, sizeof text, "got a learning rate of %.3g, needs at most %.3g in %s",
            learning_rate(), largest_step(), std::string(dtype_name(dtype_)).c_str());
        throw SimulationError(std::string("train: ") + text +
                              ": an update would make parameters infinite; lower the "
                              "learning rate");
    }
}

double OptimizerState::gradient_scale() const {
    return std::holds_alternative<Sgd>(optimizer_) ? learning_rate() * (1 << 24) : 1;
}

/// The i-th running average, zeros at first.
void* OptimizerState::slot(std::size_t i, Index n) {
    while (slots_.size() <= i) {
        const auto bytes = static_cast<std::size_t>(n) * itemsize(dtype_);
        slots_.push_back(device_.allocate(bytes, "optimizer state"));
        device_.zero(slots_.back().data(), bytes);
    }
    return slots_[i].data();
}

void OptimizerState::update(ParameterStore& parameters, const int* skip) {
    with_real(dtype_, [&]<class Real>(Real) { update_as<Real>(parameters, skip); });
    parameters.changed();
}

template <class Real>
void OptimizerState::update_as(ParameterStore& parameters, const int* skip) {
    const Index n = parameters.size();
    UpdateArgs<Real> args{.n = n,
                          .parameter = static_cast<Real*>(parameters.values()),
                          .gradient = static_cast<const Real*>(parameters.gradients()),
                          .learning_rate = static_cast<Real>(learning_rate()),
                          .skip = skip};
    const auto real = [](double v) { return static_cast<Real>(v); };
    const auto average = [&](std::size_t i) { return static_cast<Real*>(slot(i, n)); };
    if (const auto* sgd = std::get_if<Sgd>(&optimizer_)) {
        Real* velocity = sgd->momentum != 0 ? average(0) : nullptr;
        device_.run([&](const auto& exec) {
            sgd_update(exec, args, velocity, real(sgd->momentum), sgd->nesterov);
        });
    } else if (const auto* rms = std::get_if<RmsProp>(&optimizer_)) {
        RmspropState<Real> state{.square = average(0)};
        state.momentum = rms->momentum != 0 ? average(1) : nullptr;
        state.mean = rms->centered ? average(rms->momentum != 0 ? 2 : 1) : nullptr;
        device_.run([&](const auto& exec) {
            rmsprop_update(exec, args, state, real(rms->rho), real(rms->momentum),
                           real(rms->epsilon));
        });
    } else {
        const auto& adam = std::get<Adam>(optimizer_);
        if (progress_.data() == nullptr) {
            progress_ = device_.allocate(sizeof(AdamProgress<Real>), "optimizer state");
            device_.zero(progress_.data(), progress_.bytes());
        }
        const AdamState<Real> state{average(0), average(1),
                                    progress_.as<AdamProgress<Real>>()};
        device_.run([&](const auto& exec) {
            adam_update(exec, args, state, adam.beta_1, adam.beta_2, adam.epsilon);
        });
    }
}

std::size_t OptimizerState::bytes() const {
    std::size_t total = progress_.bytes();
    for (const Buffer& buffer : slots_) {
        total += buffer.bytes();
    }
    return total;
}

}  // namespace nengine::engine
