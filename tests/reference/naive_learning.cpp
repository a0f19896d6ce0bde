#include "tests/reference/naive_learning.hpp"

namespace nengine::reference {

using namespace kernels;
namespace {

NaiveChange rls_change(NaiveRule& rule) {
    const std::size_t n = rule.pre.size();
    NaiveChange change{{}, std::vector<double>(n, 0.0), {}};
    double power = 0;
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < n; ++j) {
            change.col[i] += rule.inv_gamma[i * n + j] * rule.pre[j];
        }
        power += rule.pre[i] * change.col[i];
    }
    const double gain = 1 / (1 + power);
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < n; ++j) {
            rule.inv_gamma[i * n + j] -= gain * change.col[i] * change.col[j];
        }
    }
    for (const double error : rule.signal) {
        change.row.push_back(-gain * error);
    }
    return change;
}

}  // namespace

std::vector<double> NaiveChange::matrix(const std::vector<double>& weights) const {
    std::vector<double> result;
    for (std::size_t i = 0; i < row.size(); ++i) {
        for (std::size_t j = 0; j < col.size(); ++j) {
            const double lost =
                decay.empty() ? 0 : decay[i] * weights.at(i * col.size() + j);
            result.push_back(row[i] * col[j] - lost);
        }
    }
    return result;
}

NaiveChange naive_change(NaiveRule& rule) {
    if (rule.kind == LearningKind::rls) {
        return rls_change(rule);
    }
    NaiveChange change{{}, rule.pre, {}};
    const double rate = rule.rate * rule.dt;
    const auto n = static_cast<double>(rule.pre.size());
    for (std::size_t i = 0; i < rule.signal.size(); ++i) {
        const double s = rule.signal[i];
        switch (rule.kind) {
            case LearningKind::pes:
                change.row.push_back(-rate / n * s);
                break;
            case LearningKind::bcm:
                change.row.push_back(rate * s * (s - rule.theta[i]));
                break;
            case LearningKind::oja:
                change.row.push_back(rate * s);
                change.decay.push_back(rate * rule.beta * s * s);
                break;
            default:
                change.row.push_back(rate * rule.gate[0] * rule.scale[i] * s);
                change.decay.push_back(rate * rule.gate[0] * s);
        }
    }
    return change;
}

}  // namespace nengine::reference
