#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "nengine/data.hpp"
#include "nengine/gemm_math.hpp"
#include "nengine/rng.hpp"
#include "nengine/seed.hpp"
#include "nengine/spike_gradient.hpp"
#include "nengine/tensor.hpp"

// Options of a simulator, and of the calls that run it.

namespace nengine {

/// How the network is planned and executed; the results are the same.
struct PlanOptions {
    enum class Merge { none, greedy, tree };
    bool simplify = true;
    bool fold = true;  ///< over time; false: everything step by step
    bool fuse = true;
    bool layout = true;
    Merge merge = Merge::greedy;
    bool recorded = true;          ///< steps are recorded once and replayed
    std::int64_t chunk_steps = 0;  ///< 0: chosen by size
    std::int64_t tile_items = 0;   ///< 0: chosen by size
};

struct SimulatorOptions {
    /// How many items are simulated at once. Unset: one, and `data` has no batch axis.
    std::optional<std::int64_t> minibatch_size = std::nullopt;
    /// "cpu", "cuda", "cuda:1" or "auto": what the environment variable NENGINE_DEVICE
    /// names; without it the first GPU if there is one and a step of the network, for
    /// all items, is enough work for it (a million operations; about 30000 neurons).
    std::string device = "auto";
    /// Unset: the network's seed + 1, or a different one each time.
    std::optional<Seed> seed = std::nullopt;
    Rng rng = Rng::numpy;
    double dt = 0.001;  ///< seconds per step
    DType dtype = DType::float32;
    /// On CUDA with dtype float32, products of weights and convolutions may be faster
    /// and less exact; neurons, synapses and sums stay float32. The CPU computes in
    /// float32, whatever is said here.
    GemmMath gemm_math = GemmMath::float32;
    /// How many bytes of a GPU's memory the data of a call of `fit`, `evaluate` or
    /// `predict` may take. What fits lies there for the length of the call, first the
    /// items that are trained with, then those of a validation. Other data, and what a
    /// source of batches gives, are uploaded minibatch by minibatch while the GPU
    /// computes. Unset: half of what is free when the call begins; more than is free is
    /// never taken. The results are the same, bit for bit. The CPU reads data where
    /// they are, whatever is said here.
    std::optional<std::size_t> data_budget = std::nullopt;
    /// Unset: if standard error is a terminal.
    std::optional<bool> progress_bar = std::nullopt;
    /// What the spikes of spiking neurons are to gradients, where neither their
    /// ensemble nor a config says it.
    SpikeGradient spike_gradient = RateGradient{};
    PlanOptions plan = {};
    /// Receives warnings; unset: they are written to standard error.
    std::function<void(const std::string& message)> on_warning = {};
    /// Receives what `print` writes, a line for each step and `print`, without its end;
    /// the rows of a matrix are further lines within it. Steps come in their order, but
    /// many at a time: after the chunk of steps that is computed at once. Where it
    /// throws, a call ends as where a node's function throws (NodeOutput). Unset:
    /// standard output.
    std::function<void(const std::string& line)> on_print = {};
};

/// How neurons behave.
enum class Phase {
    inference,  ///< as they are simulated: spiking ones spike
    training    ///< as while training: spiking ones are their rate curves
};

struct PredictOptions {
    std::optional<std::int64_t> n_steps = std::nullopt;
    /// Which probes; empty: all.
    std::vector<DataKey> probes = {};
    /// Carries the state from one minibatch to the next and on to the next call.
    bool stateful = false;
    Phase phase = Phase::inference;
};

struct RunOptions {
    Data data = {};
    bool stateful = true;
    Phase phase = Phase::inference;
};

struct ResetOptions {
    std::optional<Seed> seed = std::nullopt;
    bool include_trainable = true;
    bool include_probes = true;
    /// Whether processes begin again, with the seed. If not, noise and the like go on
    /// from where they are; numbers of Rng::philox begin again with the steps.
    bool include_processes = true;
};

}  // namespace nengine
