#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "kernels/cuda/convolution_graph.hpp"

namespace nengine::kernels::cuda {

/// The device that engines are chosen for: one at hand, or one that is described by its
/// properties alone (a DEVICEPROP descriptor), which can run nothing.
struct DnnDevice {
    cudnnHandle_t handle = nullptr;
    const DnnDescriptor* properties = nullptr;
};

/// One of cuDNN's implementations, made for a graph.
struct Engine {
    DnnDescriptor plan;
    std::int64_t number;    ///< cuDNN's index among those of the operation
    bool tensor_cores;      ///< rounds operands to tf32
    std::size_t workspace;  ///< bytes, beside the operands
};

/// What cuDNN offers for a problem, in the order of its heuristics: by expected speed,
/// then what nearly always works. Nothing is timed: equal problems get equal engines.
///
/// Only engines that give the same bits in every run are taken, that need no compiler,
/// and that sum products of float32, or of tf32 where that is allowed: no Winograd or
/// Fourier transform, no half precision.
class EngineChoices {
public:
    EngineChoices(const DnnDevice& device, const ConvolutionProblem& problem);

    /// The best one that was not given out yet.
    /// @param workspace_limit  bytes
    std::optional<Engine> next(std::size_t workspace_limit);

    /// What became of the others: for messages.
    std::string reasons() const;

private:
    void ask(cudnnBackendHeurMode_t mode);
    std::optional<Engine> make_engine(const DnnDescriptor& choice,
                                      std::size_t workspace_limit);

    DnnDevice device_;
    bool tensor_cores_;
    std::optional<ConvolutionGraph> graph_;
    std::vector<DnnDescriptor> offered_;
    std::size_t next_ = 0;
    std::size_t unsuitable_ = 0, too_large_ = 0;
    std::string refused_;  ///< the last reason that cuDNN gave
};

}  // namespace nengine::kernels::cuda
