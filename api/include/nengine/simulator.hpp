#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kernels/base/export.hpp"
#include "nengine/batches.hpp"
#include "nengine/network.hpp"
#include "nengine/simulator_options.hpp"
#include "nengine/training_options.hpp"

namespace nengine {

/// Recordings by probe, each [batch, samples, size].
class NENGINE_API Predictions {
public:
    /// @throws ValidationError  not a probe of this call
    const Tensor& operator[](const DataKey& probe) const;

private:
    friend class Simulator;
    std::function<int(const DataKey&)> find_;
    std::map<int, Tensor> tensors_;
};

/// An ensemble as built, with what training has changed since.
struct BuiltEnsemble {
    Array eval_points;                        ///< [points, dimensions]
    Array encoders;                           ///< [n_neurons, dimensions]
    Array scaled_encoders;                    ///< encoders * gain / radius
    Array max_rates, intercepts, gain, bias;  ///< [n_neurons]
};

struct BuiltConnection {
    /// Where decoders were solved for, [points, dimensions], times the radius.
    std::optional<Array> eval_points;
    /// If it has any: decoders or full weights with the transform in them, a number,
    /// vector or matrix, the values of a sparse matrix, or a kernel.
    std::optional<Array> weights;
    std::optional<SparseMatrix> sparse_weights;  ///< of a sparse transform
    std::vector<double> rmses;                   ///< of decoders, per component
    Transform transform;                         ///< as the user gave it
    /// Of a solver that iterates: per component, or of all together.
    std::vector<std::int64_t> iterations;
};

struct Parameter {
    /// "network/object.attribute"; where labels repeat, "object#2.attribute" and so on.
    std::string name;
    std::vector<std::int64_t> shape;
    bool trainable;
};

/// Runs and trains a network. Simulators are independent of each other and of later
/// changes to the network. Not for use by several threads at once.
///
///     Simulator sim(net, {.minibatch_size = 200, .seed = 0});
///     sim.compile({.optimizer = Adam{0.001}, .loss = {{p, MeanSquaredError{}}}});
///     sim.fit({{x, inputs}}, {{p, targets}}, {.epochs = 10});
///     sim.run(1.0);
///     const Tensor out = sim.data(p);
///
/// After `close()` all calls but `data` and those that only tell throw SimulatorClosed;
/// so do all calls but `close` and `closed` of one that was moved from. Where memory
/// ends, calls throw MemoryError.
class NENGINE_API Simulator {
public:
    /// @throws ValidationError, BuildError, DeviceError, MemoryError
    explicit Simulator(const Network& network, SimulatorOptions options = {});
    Simulator(Simulator&&) noexcept;
    Simulator& operator=(Simulator&&) noexcept;
    ~Simulator();

    /// Advances by `round(seconds / dt)` steps (halves to even) and adds to the probes'
    /// data; warns if these are none.
    /// @throws ValidationError  a negative time or number of steps, or data that does
    ///                          not fit, also into the simulator's dtype
    /// @throws MemoryError      what probes would record is more than there is memory
    ///                          for; nothing has been computed then
    /// @throws SimulationError  a function's value is not finite or of the wrong size
    void run(double seconds, RunOptions options = {});
    void run_steps(std::int64_t n_steps, RunOptions options = {});
    void step(RunOptions options = {});

    /// Runs each item from the present state, to which it returns afterwards; only
    /// weights that learning rules have changed stay changed. Any number of items.
    Predictions predict(const Data& x = {}, PredictOptions options = {});

    /// Names losses, metrics and the optimizer, whose state starts anew.
    /// @throws ValidationError  an unknown probe, or one that would need labels and
    ///                          values as targets
    void compile(CompileOptions options);
    /// Trains on all items; spiking neurons are replaced by their rate curves.
    /// A target has a step for each sample that `predict` shows of its probe, or one
    /// that is compared with every sample.
    /// @throws SimulationError  not compiled; or a loss, a gradient or what an update
    ///                          made of a parameter is not finite: parameters are as
    ///                          before that minibatch, but for the last of these
    /// @throws ValidationError  data that do not fit, or are not finite; options that
    ///                          cannot be
    /// @throws FileError        what a callback writes cannot be written
    History fit(const Data& x, const Data& y, FitOptions options = {});
    /// With what a source gives: `std::make_shared<MyBatches>()`, `from_function(...)`,
    /// `NpyBatches{...}`. Its batches have at most as many items as a minibatch; all
    /// those of an epoch as many steps. `steps_per_epoch` ends an epoch early;
    /// `shuffle` is the source's affair.
    /// @throws SimulationError  the source throws: names epoch and batch; the
    /// parameters
    ///                          are those before that batch
    template <std::convertible_to<std::shared_ptr<BatchSource>> Source>
    History fit(Source source, FitOptions options = {}) {
        return fit_source(std::move(source), options);
    }
    /// Losses and metrics, with neurons as they are simulated; data and targets as in
    /// `fit`.
    EvaluationResult evaluate(const Data& x, const Data& y,
                              EvaluateOptions options = {});
    /// Compares the gradients of what probes give in the training phase, with random
    /// numbers as weights, by every trainable parameter and every node that gets data,
    /// with central differences, in float64, for the first minibatch. Nodes get zeros
    /// where there is no data at all. The simulator stays as it is.
    /// @throws SimulationError  they do not agree, or one is not finite: names
    /// parameter
    ///                          or node and the number in it
    GradientCheck check_gradients(const Data& x = {},
                                  GradientCheckOptions options = {}) const;
    /// @throws SimulationError  not compiled
    double learning_rate() const;
    /// Callbacks may set it after a minibatch, too.
    void set_learning_rate(double learning_rate);

    /// What a probe recorded in `run`, `run_steps` and `step`: [batch, samples, size],
    /// or [samples, size] without a minibatch size.
    Tensor data(const Probe& probe) const;
    BuiltEnsemble data(const Ensemble& ensemble) const;
    BuiltConnection data(const Connection& connection) const;
    /// The times of the samples that a probe of this period has recorded: `k dt` for
    /// the steps k with `k mod (sample_every / dt) < 1`; in seconds.
    /// @throws ValidationError  a period that is not above 0
    std::vector<double> trange(std::optional<double> sample_every = std::nullopt) const;

    /// Back to step 0.
    void reset(ResetOptions options = {});
    void reset(Seed seed) { reset(ResetOptions{.seed = seed}); }
    void clear_probes();

    /// All parameters by name in an npz file; written whole or not at all. Of weights
    /// that learning rules change, every item of a minibatch has its own: the first
    /// item's are saved, and what is loaded or set becomes all items'.
    void save_params(const std::filesystem::path& path) const;
    /// Initial values of neurons' states take effect at once at step 0, else at
    /// reset().
    /// @throws FileError        damaged or no npz file
    /// @throws ValidationError  names that are missing or unknown, other shapes, or a
    ///                          value that is not finite in the simulator's dtype;
    ///                          nothing has been changed then
    void load_params(const std::filesystem::path& path);
    /// Everything that training goes on from, in an npz file that is written whole or
    /// not at all: parameters, learned weights of each item of the minibatch, the
    /// optimizer's state, and how many minibatches and epochs there have been, on which
    /// random numbers and the order of items depend. Not what runs have left behind.
    /// `BackupAndRestore` keeps such files while `fit` is at work.
    /// @throws SimulationError  not compiled
    void save_checkpoint(const std::filesystem::path& path) const;
    /// @throws FileError        damaged or no checkpoint
    /// @throws ValidationError  it is of another network, optimizer or minibatch size;
    ///                          nothing has been changed then
    /// @throws SimulationError  not compiled
    void load_checkpoint(const std::filesystem::path& path);
    std::vector<Parameter> parameters() const;
    Array parameter(const std::string& name) const;
    /// @throws ValidationError  as load_params
    void set_parameter(const std::string& name, const Array& values);
    /// Writes the present parameters, trained, learned, loaded or set, into the objects
    /// of the simulator's network, or of one inside it, so that a simulator made of it
    /// afterwards begins with them, whatever its seed:
    ///
    /// - ensembles get `gain`, `bias` and `encoders`, and `normalize_encoders = false`.
    ///   The gain, by which connections to neurons are multiplied, is that of before
    ///   the training: encoders = scaled_encoders * radius / gain;
    /// - connections and probes that decode get a `NoSolver` with their weights, which
    ///   is not compositional; function and transform stay, for they are in these;
    /// - other transforms and layers get their values;
    /// - all objects get the seed that they had, so that what is drawn is the same.
    ///
    /// Learning rules stay, and go on from what was learned, the first item's weights
    /// of a minibatch. Of an inner network what is outside, and connections that are,
    /// stay as they were. Exact: in float64 the same numbers come out, bit for bit.
    /// @throws ValidationError  an object that the simulator does not have, or one that
    ///                          has been changed so that its values no longer fit;
    ///                          nothing has been changed then
    /// @throws MemoryError      the copies of the parameters do not fit
    void freeze(const Network& network) const;
    /// How many numbers training changes.
    std::int64_t n_trainable() const;

    std::int64_t n_steps() const;
    double time() const;
    double dt() const;
    std::uint32_t seed() const;
    /// The seed that an object or a network had when the simulator was made, drawn or
    /// its own: Nengo's `model.seeds`.
    /// @throws ValidationError  not one of this simulator's
    std::uint32_t seed(const ObjectView& object) const;
    std::uint32_t seed(const Probe& probe) const;
    std::uint32_t seed(const Network& network) const;
    std::int64_t minibatch_size() const;
    /// Where it runs: "cpu (2 threads, avx512)".
    std::string device() const;
    /// The most bytes of device memory that were held.
    std::size_t peak_memory() const;
    /// Where it runs and why, and the plan of a run of `n_steps` as a table.
    std::string explain(std::int64_t n_steps, bool training = false) const;

    void close();
    bool closed() const;

private:
    struct NENGINE_LOCAL Impl;
    Impl& there(const char* call) const;  ///< perhaps closed, but not moved from
    Impl& open(const char* call) const;
    Impl& open_to_fit(const FitOptions& options) const;
    History fit_source(std::shared_ptr<BatchSource> source, const FitOptions& options);
    std::unique_ptr<Impl> impl_;
};

}  // namespace nengine
