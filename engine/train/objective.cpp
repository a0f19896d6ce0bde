#include "engine/train/objective.hpp"

namespace nengine::engine {
namespace {

/// Adds the probes that a program's losses compare, or its metrics alone.
void add_compared(const ObjectiveProgram* program, bool by_loss, std::vector<int>& to) {
    if (program == nullptr) {
        return;
    }
    for (const ObjectiveProgram::Compared& compared : program->compared) {
        if (compared.by_loss == by_loss) {
            to.push_back(compared.probe);
        }
    }
}

}  // namespace

std::size_t Objective::entries() const {
    std::size_t count = losses.size();
    for (const MetricSpec& metric : metrics) {
        count += static_cast<std::size_t>(metric.size);
    }
    return count;
}

std::vector<int> Objective::probes() const {
    std::vector<int> result;
    for (const LossSpec& loss : losses) {
        if (loss.kind != LossKind::program) {
            result.push_back(loss.probe);
        }
    }
    add_compared(program.get(), true, result);
    return result;
}

std::vector<int> Objective::only_seen() const {
    std::vector<int> result;
    add_compared(program.get(), false, result);
    for (const MetricSpec& metric : metrics) {
        if (metric.value < 0) {
            result.push_back(metric.probe);
        }
    }
    return result;
}

std::vector<int> Objective::observed() const {
    std::vector<int> result = probes();
    const std::vector<int> others = only_seen();
    result.insert(result.end(), others.begin(), others.end());
    return result;
}

}  // namespace nengine::engine
