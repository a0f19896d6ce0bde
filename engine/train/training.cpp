#include "engine/train/training.hpp"

namespace nengine::engine {

std::vector<int> Objective::probes() const {
    std::vector<int> result;
    for (const LossSpec& loss : losses) {
        if (loss.kind != LossKind::program) {
            result.push_back(loss.probe);
        }
    }
    if (program != nullptr) {
        for (const ObjectiveProgram::Compared& compared : program->compared) {
            result.push_back(compared.probe);
        }
    }
    return result;
}

std::vector<int> Objective::only_seen() const {
    std::vector<int> result;
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
