#include "engine/train/optimizer_state.hpp"

#include <cstdio>
#include <limits>
#include <string>

#include "kernels/base/error.hpp"
#include "kernels/optimizer.hpp"

namespace nengine::engine {

void OptimizerState::set(const Optimizer& optimizer,
                         const std::vector<double>& rate_factors) {
    optimizer_ = optimizer;
    updates_ = 0;
    is_allocated_ = false;
    averages_.clear();
    progress_ = Buffer();
    parameter_average_ = Buffer();
    scratch_ = Buffer();
    rate_factors_ = Buffer();
    before_ = Buffer();
    if (!rate_factors.empty()) {
        const Buffer given = buffer(rate_factors.size() * itemsize(dtype_));
        upload_as(device_, given.data(), dtype_, rate_factors.data(),
                  rate_factors.size());
        take_rate_factors(given);
    }
}

void OptimizerState::take_rate_factors(const Buffer& factors) {
    if (factors.data() == nullptr) {
        return;
    }
    rate_factors_ = buffer(factors.bytes());
    before_ = buffer(factors.bytes());
    device_.copy(rate_factors_.data(), factors.data(), factors.bytes());
}

void OptimizerState::set_learning_rate(double learning_rate) {
    std::visit([&](auto& options) { options.learning_rate = learning_rate; },
               optimizer_);
}

double OptimizerState::learning_rate() const {
    return std::visit(
        [&](const auto& options) { return options.learning_rate(updates_); },
        optimizer_);
}

bool OptimizerState::has_constant_rate() const {
    return std::visit(
        [](const auto& options) { return options.learning_rate.is_constant(); },
        optimizer_);
}

OptimizerTraits OptimizerState::traits() const {
    return std::visit([](const auto& options) { return traits_of(options); },
                      optimizer_);
}

double OptimizerState::largest_step() const {
    return with_real(dtype_, []<class Real>(Real) -> double {
        return std::numeric_limits<Real>::max() / (1 << 24);
    });
}

void OptimizerState::check_learning_rate() const {
    const double rate = learning_rate();
    const auto refuse = [&](const char* bound, double needed, const char* why) {
        char text[128];
        std::snprintf(text, sizeof text,
                      "got a learning rate of %.3g, needs at %s %.3g in %s", rate,
                      bound, needed, std::string(dtype_name(dtype_)).c_str());
        throw SimulationError(std::string("train: ") + text + why);
    };
    const bool divides = traits().divides_by_rate;
    const double least = with_real(dtype_, [&]<class Real>(Real) -> double {
        return divides ? std::numeric_limits<Real>::min() : 0;
    });
    if (!(rate >= least)) {
        refuse("least", least, divides ? ": the optimizer divides by it" : "");
    }
    if (rate > largest_step()) {
        refuse("most", largest_step(),
               ": an update would make parameters infinite; lower the learning rate");
    }
}

double OptimizerState::gradient_scale() const {
    return traits().bounds_steps ? 1 : learning_rate() * (1 << 24);
}

Buffer OptimizerState::buffer(std::size_t bytes) const {
    Buffer result = device_.allocate(bytes, "optimizer state");
    device_.zero(result.data(), bytes);
    return result;
}

template <class Real>
void OptimizerState::allocate(Index count, const void* parameters,
                              std::span<const kernels::ParameterShape> shapes) {
    const OptimizerMemory needs = optimizer_memory<Real>(optimizer_, count, shapes);
    const auto n = static_cast<std::size_t>(count);
    const auto n_each = static_cast<std::size_t>(needs.average_size);
    for (int k = 0; k < needs.n_averages; ++k) {
        averages_.push_back(buffer(n_each * sizeof(Real)));
        if (needs.starts[k] != 0) {
            const std::vector<double> start(n_each, needs.starts[k]);
            upload_as(device_, averages_.back().data(), dtype_, start.data(), n_each);
        }
    }
    if (needs.scratch > 0) {
        scratch_ = buffer(static_cast<std::size_t>(needs.scratch) * sizeof(double));
    }
    if (needs.progress_bytes > 0) {
        progress_ = buffer(needs.progress_bytes);
    }
    if (std::visit([](const auto& options) { return options.use_ema; }, optimizer_)) {
        parameter_average_ = buffer(n * sizeof(Real));
        device_.copy(parameter_average_.data(), parameters, n * sizeof(Real));
    }
    is_allocated_ = true;
}

void OptimizerState::need_memory(Index n, const void* parameters,
                                 std::span<const kernels::ParameterShape> shapes) {
    if (!is_allocated_) {
        with_real(dtype_,
                  [&]<class Real>(Real) { allocate<Real>(n, parameters, shapes); });
    }
}

void OptimizerState::update(Index n, void* parameters, const void* gradients,
                            const int* skip,
                            std::span<const kernels::ParameterShape> shapes) {
    need_memory(n, parameters, shapes);
    with_real(dtype_, [&]<class Real>(Real) {
        UpdateArgs<Real> args{.n = n,
                              .parameter = static_cast<Real*>(parameters),
                              .gradient = static_cast<const Real*>(gradients),
                              .learning_rate = learning_rate(),
                              .progress = progress_.data(),
                              .parameter_average = parameter_average_.as<Real>(),
                              .skip = skip,
                              .rate_factors = rate_factors_.as<Real>(),
                              .before = before_.as<Real>(),
                              .shapes = shapes,
                              .scratch = scratch_.as<double>()};
        for (std::size_t k = 0; k < averages_.size(); ++k) {
            args.averages[k] = averages_[k].as<Real>();
        }
        device_.run(
            [&](const auto& exec) { optimizer_update(exec, optimizer_, args); });
    });
}

bool OptimizerState::take_averages(void* parameters) const {
    if (parameter_average_.data() == nullptr) {
        return false;
    }
    device_.copy(parameters, parameter_average_.data(), parameter_average_.bytes());
    return true;
}

void OptimizerState::take_averages(ParameterStore& parameters) const {
    if (take_averages(parameters.values())) {
        parameters.changed();
    }
}

std::size_t OptimizerState::bytes() const {
    std::size_t total = progress_.bytes() + parameter_average_.bytes() +
                        scratch_.bytes() + rate_factors_.bytes() + before_.bytes();
    for (const Buffer& average : averages_) {
        total += average.bytes();
    }
    return total;
}

}  // namespace nengine::engine
