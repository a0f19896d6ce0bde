#include "tests/reference/naive_training.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

namespace nengine::reference {

using namespace engine;
namespace {

using Values = std::vector<double>;

double squared_error(const Values& prediction, const Values& target) {
    double sum = 0;
    for (std::size_t i = 0; i < prediction.size(); ++i) {
        const double error = prediction[i] - target[i];
        sum += error * error;
    }
    return sum / static_cast<double>(prediction.size());
}

double cross_entropy(const Values& prediction, double label, bool from_logits) {
    const auto k = static_cast<std::size_t>(label);
    double sum = 0;
    if (!from_logits) {
        for (const double p : prediction) {
            sum += p;
        }
        return -std::log(std::clamp(prediction.at(k) / sum, 1e-7, 1 - 1e-7));
    }
    const double largest = *std::ranges::max_element(prediction);
    for (const double p : prediction) {
        sum += std::exp(p - largest);
    }
    return std::log(sum) - (prediction.at(k) - largest);
}

double loss_of_row(const LossSpec& loss, const Values& prediction,
                   const Values& target) {
    return loss.kind == LossKind::mean_squared_error
               ? squared_error(prediction, target)
               : cross_entropy(prediction, target.at(0), loss.from_logits);
}

const ProbePoint& probe_of(const Model& model, const LossSpec& loss) {
    return model.probes[static_cast<std::size_t>(loss.probe)];
}

/// The mean over the samples that a probe shows, or the loss of the last one.
double loss_of_samples(const LossSpec& loss, const std::vector<Values>& samples,
                       const Data& targets, Index item, bool keep_history) {
    const auto n = static_cast<Index>(samples.size());
    if (!keep_history) {
        return loss_of_row(loss, samples.back(), targets.row(item, 0));
    }
    if (loss.last_step) {
        return loss_of_row(loss, samples.back(), targets.row(item, n - 1));
    }
    double sum = 0;
    for (Index i = 0; i < n; ++i) {
        sum += loss_of_row(loss, samples[static_cast<std::size_t>(i)],
                           targets.row(item, i));
    }
    return sum / static_cast<double>(n);
}

template <class Loss>
double difference(const Loss& loss_at, double h) {
    const double above = loss_at(h);
    return (above - loss_at(-h)) / (2 * h);
}

template <class Loss>
Derivative derivative(const Loss& loss_at) {
    constexpr double roundings = 8 * std::numeric_limits<double>::epsilon();
    const double loss = std::abs(loss_at(0));
    Derivative result;
    // A large step loses least to rounding, a small one avoids kinks.
    for (const double h : {1e-3, 1e-4}) {
        const double coarse = difference(loss_at, h);
        const double fine = difference(loss_at, h / 2);
        // The error of both falls with h squared: this combination cancels it.
        result.value = (4 * fine - coarse) / 3;
        const double scale = 1e-2 + std::abs(result.value);
        result.trusted = std::abs(coarse - fine) <= 1e-5 * scale &&
                         roundings * loss / h <= 1e-7 * scale;
        if (result.trusted) {
            break;
        }
    }
    return result;
}

}  // namespace

double naive_loss(const Model& model, const TrainingCall& call,
                  const Overrides& overrides) {
    std::vector<std::unique_ptr<NaiveInterpreter>> owned;
    std::vector<NaiveInterpreter*> items;
    for (Index item = 0; item < call.items; ++item) {
        owned.push_back(
            std::make_unique<NaiveInterpreter>(model, overrides, call.training, item));
        items.push_back(owned.back().get());
        for (const auto& [input, data] : call.feeds) {
            items.back()->feed(input, data, item);
        }
    }
    // What losses see, by item.
    const auto& losses = call.objective.losses;
    std::vector<std::vector<std::vector<Values>>> shown(
        items.size(), std::vector<std::vector<Values>>(losses.size()));
    for (Index step = 1; step <= call.steps; ++step) {
        NaiveInterpreter::step_together(items);
        for (std::size_t i = 0; i < losses.size(); ++i) {
            const auto& probe = probe_of(model, losses[i]);
            for (std::size_t item = 0; item < items.size(); ++item) {
                if (std::fmod(static_cast<double>(step), probe.period) < 1) {
                    shown[item][i].push_back(items[item]->value(probe.signal));
                }
            }
        }
    }
    double total = 0;
    for (std::size_t item = 0; item < items.size(); ++item) {
        for (std::size_t i = 0; i < losses.size(); ++i) {
            total += losses[i].weight *
                     loss_of_samples(losses[i], shown[item][i],
                                     call.targets.at(losses[i].probe),
                                     static_cast<Index>(item),
                                     probe_of(model, losses[i]).keep_history);
        }
    }
    return total / static_cast<double>(call.items);
}

Derivative naive_derivative(const Model& model, const TrainingCall& call,
                            SignalId parameter, Index element) {
    Overrides overrides;
    overrides[parameter] = NaiveInterpreter(model).value(parameter);
    double& value = overrides[parameter].at(static_cast<std::size_t>(element));
    return derivative([&, center = value](double offset) {
        value = center + offset;
        return naive_loss(model, call, overrides);
    });
}

Derivative naive_input_derivative(const Model& model, const TrainingCall& call,
                                  int input, std::size_t element) {
    return derivative([&](double offset) {
        TrainingCall moved = call;
        moved.feeds.at(input).values.at(element) += offset;
        return naive_loss(model, moved);
    });
}

}  // namespace nengine::reference
