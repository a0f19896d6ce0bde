#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "engine/train/gradient_clip.hpp"
#include "engine/train/minibatch_recordings.hpp"
#include "engine/train/optimizer_state.hpp"
#include "engine/train/scoring.hpp"

namespace nengine::engine {

/// Trains a replica's parameters, one minibatch after the other: forward with rate
/// curves, backward, update. What is done with the minibatches, their order, epochs and
/// callbacks, is a loop of the caller's:
///
///     for (each epoch) {
///         const auto entered = replica.enter("train");
///         trainer.begin_epoch(objective, n_steps, batch_of);
///         for (each minibatch) trainer.step(batch);
///         scores = trainer.end_epoch();
///     }
///
/// On a GPU nothing waits for the device but `scores` and `end_epoch`, unless the
/// network calls functions of the user's; a minibatch whose like has been seen before
/// is one launch.
class Trainer {
public:
    Trainer(Replica& replica, ObjectiveRuns& runs);
    Trainer(const Trainer&) = delete;
    Trainer& operator=(const Trainer&) = delete;

    /// The optimizer of later steps, whose state starts anew, and how gradients are
    /// clipped before it sees them. `rate_factors`: what times the learning rate that
    /// of a parameter is, by name; of others it is the optimizer's.
    /// @throws ValidationError  no parameter of this name that is trained
    void set_optimizer(const Optimizer& optimizer, const Clipping& clipping = {},
                       const std::map<std::string, double>& rate_factors = {});
    void set_learning_rate(double learning_rate) {
        optimizer_.set_learning_rate(learning_rate);
    }
    double learning_rate() const { return optimizer_.learning_rate(); }
    /// The end of training by an optimizer that averages parameters (use_ema): their
    /// averages take their place. Does nothing for others.
    void take_averages() { optimizer_.take_averages(replica_.parameters()); }
    /// Minibatches so far: the items of each have random streams of their own.
    void reset() { trained_ = 0; }

    /// The minibatch of that number in the epoch, counted from 0, if its data are still
    /// there: to find what was not finite.
    using BatchOf = std::function<std::optional<Batch>(Index number)>;
    /// Later steps make the objective small, in calls of `n_steps`; scores begin anew.
    /// What has been made ready for an epoch is used again by the next one of the same
    /// objective. No gradient goes back from a stateful call into the one before it.
    void begin_epoch(std::shared_ptr<const Objective> objective, Index n_steps,
                     BatchOf batch_of, Calls calls = Calls::isolated);
    /// Padded items have no weight; of stateful calls there may be none.
    /// @throws SimulationError  a loss or gradient became NaN or infinite, or a square
    ///     that the optimizer needs would: names minibatch, parameter, step and signal
    ///     where it began; the parameters are those before that minibatch, and so is
    ///     the state. On a GPU end_epoch says so, but for stateful calls.
    void step(const Batch& batch);
    /// Of the items that have been trained in this epoch. Waits for the device.
    Scores scores() const;
    /// The same, at the epoch's end.
    /// @throws SimulationError  as step(), or an update made a parameter NaN or
    /// infinite
    Scores end_epoch();

    /// Parameters, learned weights of every item, the optimizer's state and how many
    /// minibatches there have been.
    Checkpoint save() const;
    /// @throws ValidationError  the checkpoint is of another network or optimizer;
    ///     nothing has changed then
    void load(const Checkpoint& from);
    /// How far the epoch is: after `begin_epoch`, `load_epoch` goes on in its middle.
    Checkpoint save_epoch() const;
    void load_epoch(const Checkpoint& from);

    /// Gradients of the objective for the first minibatch of the data, by parameters
    /// and, if asked for, by what is fed; nothing is updated.
    Gradients gradients(Index n_steps, const DataSet& data, const Objective& objective,
                        bool by_inputs = false);

private:
    /// A factor for each element of the parameters; none where there are none by name.
    std::vector<double> elements_of(std::map<std::string, double> rate_factors) const;
    /// Called when a tile's gradients are there.
    using AfterTile = std::function<void(const ChunkExtent& extent)>;

    /// What gradients are of, and where they are computed.
    struct Pass {
        Scoring scoring;
        Calls calls = Calls::isolated;
        PlanKey key = {};
        std::shared_ptr<PlanRunner> runner = nullptr;
        std::uint64_t plans_version = 0;
        Index step = -1;  ///< of the replica, from which the minibatches go on
    };

    /// Makes the runner ready that the batch needs. `differentiated`: inputs.
    void use_runner(Pass& pass, const Batch& batch,
                    const std::vector<int>& differentiated = {});
    /// The processes of a minibatch of training, the `number`-th of all. `known`: calls
    /// that are not made again.
    ProcessStates processes_of(const PlanRunner& runner, Calls calls, Index number,
                               CallLog known) const;
    CallLog known_calls(Calls calls, Index number) const;
    /// Forward and backward, with the processes that the runner uses.
    void differentiate(Pass& pass, const Batch& batch, const AfterTile& after = {});
    /// Whether forward, backward and update can be one launch.
    bool can_record() const;
    void launch_recording(const Batch& batch);
    void update();
    /// Flags what is not finite, or overflows in the optimizer's formulas, or would
    /// make an update that is out of range.
    void check_gradients();
    /// Flags what the last update has made of the parameters.
    void check_parameters();
    /// What a tile's gradients by inputs are, [items, steps, size] each.
    void read_input_gradients(const PlanRunner& runner, const ChunkExtent& extent,
                              std::map<int, std::vector<double>>& to) const;

    // What was not finite (trainer_faults.cpp).

    /// Where a number first became non-finite.
    struct Fault {
        Index step = -1;
        int stage = 0;
        std::string buffer;
        bool is_earlier(const Fault& other, bool backward) const;
    };
    Index bad_row_of(const PlanRunner& runner, BufferId buffer,
                     const std::vector<char>& written, const ChunkExtent& extent,
                     bool backward) const;
    void find_fault(const PlanRunner& runner, const ChunkExtent& extent, bool backward,
                    Fault& fault) const;
    Fault run_again(const Batch& batch, Index number, bool backward,
                    const CallLog& calls);
    std::string describe(Index minibatch, bool backward, const CallLog& calls);
    std::string describe_parameters() const;
    std::string describe_gradients() const;
    /// @throws SimulationError  the sums say that something was not finite
    void throw_if_not_finite(const Scoring::Sums& sums, const CallLog& calls);

    Replica& replica_;
    ObjectiveRuns& runs_;
    Device device_;
    OptimizerState optimizer_;
    GradientClip clip_;
    std::optional<Pass> pass_;  ///< of steps
    MinibatchRecordings recordings_;
    Buffer items_table_;  ///< of the minibatch at hand, for recordings
    Index trained_ = 0;   ///< minibatches
    // Of the epoch.
    BatchOf batch_of_;
    Index items_ = 0;
    Index first_trained_ = 0, first_update_ = 0;
};

}  // namespace nengine::engine
