#include "dnn_engines.hpp"

#include <algorithm>
#include <cstdlib>
#include <string_view>

namespace cuda_emulator {
namespace {

constexpr auto tensor_core = CUDNN_NUMERICAL_NOTE_TENSOR_CORE;
constexpr auto different_each_time = CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC;
constexpr auto strict_nan = CUDNN_NUMERICAL_NOTE_STRICT_NAN_PROP;
constexpr auto winograd = CUDNN_NUMERICAL_NOTE_WINOGRAD;

/// Heuristic mode A's answers, best first.
const std::vector<EngineInfo>& engines_of(const Convolution& problem) {
    static const std::vector<EngineInfo> forward{{48, true, 16, {tensor_core}},
                                                 {67, false, 16, {tensor_core}},
                                                 {4, false, 4, {winograd}},
                                                 {28},
                                                 {70, true},
                                                 {0, false, 4, {strict_nan}},
                                                 {1, true}};
    static const std::vector<EngineInfo> with_bias{{33, true, 16, {tensor_core}},
                                                   {51, false, 16, {tensor_core}},
                                                   {44, true},
                                                   {11},
                                                   {0, false, 4, {strict_nan}}};
    static const std::vector<EngineInfo> backward_data{
        {25, false, 4, {different_each_time}},
        {76, false, 16, {tensor_core}},
        {2, true},
        {74, true},
        {0, false, 4, {strict_nan}},
        {1, true}};
    static const std::vector<EngineInfo> backward_filter{
        {20, false, 4, {different_each_time}}, {40, true, 16, {tensor_core}},
        {68, false, 16, {tensor_core}},        {1},
        {0, false, 4, {strict_nan}},           {67, true}};
    switch (problem.pass) {
        case Convolution::Pass::forward:
            return problem.bias ? with_bias : forward;
        case Convolution::Pass::backward_data:
            return backward_data;
        case Convolution::Pass::backward_filter:
            break;
    }
    return backward_filter;
}

bool is_offered(const EngineInfo& engine, const Convolution& problem) {
    const auto aligned = [&](const Tensor& tensor) {
        return tensor.alignment % engine.alignment == 0;
    };
    return std::ranges::all_of(problem.operands(), aligned) &&
           (current_offer() != Offer::transposing || engine.transposes);
}

}  // namespace

Offer current_offer() {
    const char* asked = std::getenv("NENGINE_EMULATOR_CUDNN");
    const std::string_view name = asked == nullptr ? "" : asked;
    return name == "transposing"    ? Offer::transposing
           : name == "late_refusal" ? Offer::late_refusal
           : name == "none"         ? Offer::none
                                    : Offer::hopper;
}

bool EngineInfo::uses_tf32() const {
    return std::ranges::count(notes, tensor_core) > 0;
}

std::size_t EngineInfo::workspace(const Convolution& problem) const {
    const auto numbers = transposes ? problem.x.count() + problem.y.count() : 0;
    return static_cast<std::size_t>(numbers) * sizeof(float);
}

std::vector<const EngineInfo*> offered_engines(const Convolution& problem,
                                               cudnnBackendHeurMode_t mode) {
    std::vector<const EngineInfo*> offered;
    for (const EngineInfo& engine : engines_of(problem)) {
        if (is_offered(engine, problem) &&
            (mode == CUDNN_HEUR_MODE_A || engine.alignment == 4)) {
            offered.push_back(&engine);
        }
    }
    return offered;
}

const EngineInfo* find_engine(const Convolution& problem, std::int64_t index) {
    const auto& all = engines_of(problem);
    const auto found = std::ranges::find(all, index, &EngineInfo::index);
    return found == all.end() ? nullptr : &*found;
}

}  // namespace cuda_emulator
