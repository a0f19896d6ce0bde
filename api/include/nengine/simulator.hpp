#pragma once

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "kernels/base/export.hpp"
#include "nengine/batches.hpp"
#include "nengine/callbacks.hpp"
#include "nengine/data.hpp"
#include "nengine/gemm_math.hpp"
#include "nengine/network.hpp"
#include "nengine/none.hpp"
#include "nengine/objective.hpp"
#include "nengine/optimizers.hpp"
#include "nengine/rng.hpp"
#include "nengine/seed.hpp"
#include "nengine/tensor.hpp"

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

/// While training, spiking neurons are their rate curves, forward and backward.
struct RateGradient {
    /// Above 0: LIF neurons train with SoftLIFRate's curve of this sigma.
    double lif_smoothing = 0.0;
};

/// RateGradient; or None: spiking neurons spike while training, too, and no gradient
/// comes back through them. A trained parameter whose every way to a loss leads through
/// spikes is then a BuildError that names it.
using SpikeGradient = std::variant<RateGradient, NoneType>;

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
    /// What the spikes of spiking neurons are to gradients.
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

struct CompileOptions {
    AnyOptimizer optimizer = RMSprop{};
    Losses loss = {};
    Metrics metrics = {};
    Clipping clip = {};  ///< of gradients
};

/// Values by name: "loss" (the weighted sum, with what regularizers of parameters add,
/// which is "regularization" if there are any), "<probe>_loss", and "<probe>_accuracy"
/// or another metric's name. Of several losses of a probe, "<probe>_loss" is the sum
/// before they are weighted, and each has a value of its own,
/// "<probe>_mean_squared_error" and so on. What repeats gets "_1", "_2" ... in the
/// order of CompileOptions.
using EvaluationResult = std::map<std::string, double>;

struct FitOptions {
    int epochs = 1;
    /// Needed without data; unset: as many as the data has.
    std::optional<std::int64_t> n_steps = std::nullopt;
    bool shuffle = true;
    /// Nodes' data and probes' targets; adds "val_loss" and so on to the history.
    std::optional<std::pair<Data, Data>> validation_data = std::nullopt;
    /// Called after each epoch, counted from 0, with what the history gets; false ends
    /// the training.
    std::function<bool(int epoch, const EvaluationResult& values)> on_epoch_end = {};
    /// Called in this order; on_epoch_end comes last.
    std::vector<Callback> callbacks = {};
    /// The number of the first epoch; the last one is `epochs - 1`, as in Keras.
    int initial_epoch = 0;
    /// Above 0: this share of the items, the last of them as they are given, is not
    /// trained with but is the validation data. `validation_data` takes its place.
    double validation_split = 0.0;
    /// Validation after every so many epochs; others have no "val_loss" and so on.
    int validation_freq = 1;
    /// How many minibatches an epoch has; unset: as many as the items fill. They go on
    /// through the items from epoch to epoch; when all have been trained with, they are
    /// shuffled and begin again.
    std::optional<std::int64_t> steps_per_epoch = std::nullopt;
    /// When this becomes true, by a signal handler or another thread, the training ends
    /// after the minibatch at hand; the epoch that it was in is not in the history.
    const std::atomic<bool>* interrupt = nullptr;
    /// For each item, [batch], or for each item and sample, [batch, samples], what its
    /// losses count, by probe; metrics count all alike. The mean is over all items: it
    /// is the weighted sum divided by their number, not by the sum of weights.
    Data sample_weight = {};
    /// What samples of a class count, in the losses of all probes whose targets are
    /// classes: labels, or vectors whose largest component says which. Others count 1.
    /// With sample_weight both count.
    std::map<int, double> class_weight = {};
};

/// What happened in each epoch of `fit`.
struct History {
    std::map<std::string, std::vector<double>> values;  ///< "loss", "val_loss" ...
    std::vector<double> seconds;                        ///< without validation
    std::vector<int> epoch;                             ///< the numbers of the epochs

    /// @throws ValidationError  there are no values of this name
    NENGINE_API const std::vector<double>& operator[](const std::string& name) const;
};

/// How neurons behave.
enum class Phase {
    inference,  ///< as they are simulated: spiking ones spike
    training    ///< as while training: spiking ones are their rate curves
};

struct EvaluateOptions {
    std::optional<std::int64_t> n_steps = std::nullopt;
    Phase phase = Phase::inference;
    Data sample_weight = {};  ///< as of FitOptions
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
};

struct ResetOptions {
    std::optional<Seed> seed = std::nullopt;
    bool include_trainable = true;
    bool include_probes = true;
};

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
