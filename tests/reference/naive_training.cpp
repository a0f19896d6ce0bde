#include "tests/reference/naive_training.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace nengine::reference {
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

double difference(const Model& model, const TrainingCall& call, SignalId parameter,
                  Index element, double h) {
    const auto at = static_cast<std::size_t>(element);
    Overrides overrides;
    Values& values = overrides[parameter];
    values = NaiveInterpreter(model).value(parameter);
    const double center = values[at];
    values[at] = center + h;
    const double above = naive_loss(model, call, overrides);
    values[at] = center - h;
    return (above - naive_loss(model, call, overrides)) / (2 * h);
}

}  // namespace

double naive_loss(const Model& model, const TrainingCall& call,
                  const Overrides& overrides) {
    double total = 0;
    for (Index item = 0; item < call.items; ++item) {
        NaiveInterpreter interpreter(model, overrides, call.training, item);
        for (const auto& [input, data] : call.feeds) {
            interpreter.feed(input, data, item);
        }
        for (Index step = 0; step < call.steps; ++step) {
            interpreter.step();
            for (const LossSpec& loss : call.objective.losses) {
                if (loss.last_step && step + 1 < call.steps) {
                    continue;
                }
                const auto& probe = model.probes[static_cast<std::size_t>(loss.probe)];
                const double value =
                    loss_of_row(loss, interpreter.value(probe.signal),
                                call.targets.at(loss.probe).row(item, step));
                const Index rows = loss.last_step ? 1 : call.steps;
                total += loss.weight * value / static_cast<double>(rows);
            }
        }
    }
    return total / static_cast<double>(call.items);
}

Derivative naive_derivative(const Model& model, const TrainingCall& call,
                            SignalId parameter, Index element) {
    constexpr double roundings = 8 * std::numeric_limits<double>::epsilon();
    const double loss = std::abs(naive_loss(model, call));
    Derivative result;
    // A large step loses least to rounding, a small one avoids kinks.
    for (const double h : {1e-3, 1e-4}) {
        const double coarse = difference(model, call, parameter, element, h);
        const double fine = difference(model, call, parameter, element, h / 2);
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

}  // namespace nengine::reference
