#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/ir/model.hpp"
#include "engine/ir/options.hpp"
#include "engine/ir/plan_mode.hpp"
#include "engine/train/training.hpp"
#include "kernels/base/device.hpp"

namespace nengine::engine {

/// Borrowed numbers of the caller's, `[batch, steps, size]`, row-major on the host.
struct HostTensor {
    const void* data = nullptr;
    DType dtype = DType::float32;
    Index batch = 0, steps = 0, size = 0;
};

/// Data for inputs, by index into Model::inputs. A tensor of one step is held for the
/// whole call.
using Feeds = std::map<int, HostTensor>;
/// Targets, by index into Model::probes: a step for each sample that the probe shows of
/// the call (CallSamples), or one that is compared with every sample.
using Targets = std::map<int, HostTensor>;

/// How many items a call has: as many as are fed or wanted, or a minibatch.
Index items_of(const Feeds& feeds, const Targets& targets, Index minibatch);

/// Receives samples of a probe: `values` [items, rows, size], of the session's
/// dtype, for items [first_item, first_item + items) and samples [first_row, first_row
/// + rows) of the call. Of a probe without a history it may get several, one after the
/// other: the last one counts.
using ProbeSink = std::function<void(int probe, Index first_item, Index items,
                                     Index first_row, Index rows, const void* values)>;

struct SessionOptions {
    Index minibatch = 1;
    DType dtype = DType::float32;
    std::uint64_t seed = 0;  ///< of numbers that the device draws
    PlannerOptions planner;
};

/// A parameter as the user sees it.
struct ParameterInfo {
    std::string name;
    Shape shape;
    bool trainable;
};

/// One model on one device with one minibatch size: its parameters, its state, and the
/// plans made for it. Everything the front-end's Simulator does rests on these calls.
/// Not thread-safe; sessions are independent of each other.
class Session {
public:
    /// @throws BuildError, DeviceError, MemoryError
    Session(std::shared_ptr<const Model> model, Device device, SessionOptions options);
    Session(Session&&) noexcept;
    Session& operator=(Session&&) noexcept;
    ~Session();

    const Model& model() const;
    const SessionOptions& options() const;
    const Device& device() const;

    /// Steps simulated so far by stateful calls; while one runs, those before the chunk
    /// at hand.
    Index step() const;
    /// @throws SimulationError  a call is under way: functions of the user's may look
    /// at
    ///                          the session, but neither run nor change it
    void need_idle(const std::string& call) const;
    /// Back to step 0 and the initial state; `parameters` also restores every
    /// parameter. A seed takes the place of the one that random numbers have had.
    void reset(bool parameters, std::optional<std::uint64_t> seed = std::nullopt);

    /// Runs `n_steps` for one minibatch (every feed has batch == minibatch), carrying
    /// state on, and hands the samples to `sink`. An exception from a host function
    /// leaves the session before the step that threw: step(), state and what was handed
    /// to the sink agree, and running on begins with that step. Functions without an
    /// input are not called twice for a step. The same holds for a look that throws: it
    /// and those before it are called for that step once more. Looks have seen every
    /// step before the one that threw when an exception leaves.
    /// @throws SimulationError, and whatever a host function throws
    void run(Index n_steps, const Feeds& feeds, const ProbeSink& sink,
             Phase phase = Phase::inference);

    /// Runs `n_steps` for each minibatch of the feeds, isolated: from the state at the
    /// moment of the call, which is also the state afterwards, but for learned weights:
    /// those of each place in the minibatch go on from what was learned there before.
    /// Any number of items: the last, partial minibatch is padded and the padding is
    /// not handed to the sink, nor seen by looks. What throws, a function or a look,
    /// ends the call: looks have seen the chunks before, and, where functions are
    /// called within the steps, every step before. `probes`: indices wanted (empty:
    /// all). `progress(done, total)` counts items.
    using Progress = std::function<void(Index done, Index total)>;
    void predict(Index n_steps, const Feeds& feeds, const std::vector<int>& probes,
                 const ProbeSink& sink, const Progress& progress = {},
                 Phase phase = Phase::inference);

    /// Losses and metrics over all items, isolated.
    Scores evaluate(Index n_steps, const Feeds& feeds, const Targets& targets,
                    const Objective& objective, const Progress& progress = {},
                    Phase phase = Phase::inference);

    /// The optimizer that train() uses; its state starts anew.
    void set_optimizer(const Optimizer& optimizer);
    /// Also while train() waits for its callback: from the next minibatch on.
    void set_learning_rate(double learning_rate);
    double learning_rate() const;
    /// The end of training by an optimizer that averages parameters (use_ema): their
    /// averages take their place. Does nothing for others.
    void take_averages();

    /// How far a call of train() is.
    struct Trained {
        Index done, total;  ///< items
        /// Of the items done so far. Waits for the device.
        std::function<Scores()> scores;
    };
    /// Called after each minibatch; false ends the call.
    using AfterMinibatch = std::function<bool(const Trained&)>;

    /// One epoch: for each minibatch of `order` (item numbers), forward with rate
    /// curves, backward, update. Padded items of the last minibatch have no weight. The
    /// scores are those of the items that were trained.
    /// @throws SimulationError  a loss or gradient became NaN or infinite, or a square
    ///     that the optimizer needs would: names minibatch, parameter, step and signal
    ///     where it began; the parameters are those before that minibatch. Or an update
    ///     made a parameter so.
    Scores train(Index n_steps, const Feeds& feeds, const Targets& targets,
                 const Objective& objective, const std::vector<Index>& order,
                 const AfterMinibatch& after = {});

    /// Gradients of the objective for the first minibatch of the feeds, by parameters
    /// and, if asked for, by what is fed, in training mode; nothing is updated.
    Gradients gradients(Index n_steps, const Feeds& feeds, const Targets& targets,
                        const Objective& objective, bool by_inputs = false);

    std::vector<ParameterInfo> parameters() const;
    /// Current values of a parameter by its name (Signal::parameter); of learned
    /// weights, those of the first item. Setting them sets all items'.
    /// @throws ValidationError  no such parameter, wrong size, or a value that is not
    /// finite
    std::vector<double> parameter(const std::string& name) const;
    void set_parameter(const std::string& name, const std::vector<double>& values);
    /// Several at once: all are checked before the first is changed. A neuron state
    /// that is saved by name ("lif_1.voltage") is its initial value: it takes effect at
    /// once before the first step, else at the next reset().
    void set_parameters(const std::map<std::string, std::vector<double>>& values);

    /// The plan that a call with these feeds would run, as a table; once it has run,
    /// with the time that each stage has taken.
    std::string explain(Index n_steps, const Feeds& feeds, bool training = false);
    /// Bytes of device memory that the session holds, and the most it has held.
    std::size_t memory_bytes() const;
    std::size_t peak_memory_bytes() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace nengine::engine
