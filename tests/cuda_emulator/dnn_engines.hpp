#pragma once

#include <span>
#include <vector>

#include "dnn_convolution.hpp"

namespace cuda_emulator {

/// One of the engines of an operation, as cuDNN describes them.
struct EngineInfo {
    std::int64_t index;
    /// Copies x and y into its workspace, in another layout.
    bool transposes = false;
    /// What all addresses have to be multiples of, bytes.
    std::int64_t alignment = 4;
    std::vector<cudnnBackendNumericalNote_t> notes = {};

    bool uses_tf32() const;
    std::size_t workspace(const Convolution& problem) const;
};

/// What NENGINE_EMULATOR_CUDNN asks for; it is read at each question.
enum class Offer {
    hopper,        ///< unset: what cuDNN 9.19 lists for an H100
    transposing,   ///< "transposing": only engines that want a workspace
    late_refusal,  ///< "late_refusal": those that want none turn out not to run
    none,          ///< "none": a part of cuDNN that cannot be opened
};
Offer current_offer();

/// In the order of the heuristics.
std::vector<const EngineInfo*> offered_engines(const Convolution& problem,
                                               cudnnBackendHeurMode_t mode);
const EngineInfo* find_engine(const Convolution& problem, std::int64_t index);

}  // namespace cuda_emulator
