#pragma once

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "engine/train/objective_run.hpp"

namespace nengine::engine {

/// What of training was not finite: the values that updates left are looked at last.
enum class NonFinite { nothing = 0, loss = 1, gradient = 2, parameter = 3 };

/// What probes give is compared with targets, minibatch after minibatch: sums of losses
/// and metrics on the device, and for training the gradients of the total loss.
class Scoring {
public:
    /// Of calls of `n_steps`.
    Scoring(Replica& replica, ObjectiveRuns& runs,
            std::shared_ptr<const Objective> objective, Index n_steps, bool training);

    const Objective& objective() const { return *objective_; }
    Index n_steps() const { return n_steps_; }
    /// What a plan has to show.
    Observed observed() const;
    /// @throws ValidationError  stateful calls would differ in the samples that are
    ///     compared; names the probe
    void check(Calls calls) const;

    /// Sums begin anew.
    void restart();
    /// The runner whose probes are compared from now on, in calls from the replica's
    /// step on.
    void use(std::shared_ptr<PlanRunner> runner);
    /// Compares a tile of a minibatch after its forward pass. Items of padding add
    /// nothing.
    void add(const Batch& batch, const ChunkExtent& extent);
    /// What parameters add to the loss by themselves, in training also to their
    /// gradients: once while so many items see the same parameters.
    void add_penalty(Index items);

    /// The sums so far. Waits for the device.
    struct Sums {
        std::vector<double> of_entries;
        double penalty = 0;
        /// Minibatches that were counted (count_minibatch) before one was not finite.
        Index minibatches = 0;
        NonFinite non_finite = NonFinite::nothing;
    };
    Sums read() const;
    void write(const Sums& sums);
    /// Means over the `items` that have been added.
    Scores scores(const Sums& sums, Index items) const;

    /// On the device: a NonFinite.
    int* flag() const { return &tail()->flag; }
    /// One more minibatch is through, if all was finite.
    void count_minibatch() const;

private:
    /// The samples that a probe gives in a tile, where their gradient goes (if
    /// anywhere), and what they should be.
    struct Compared {
        Index n = 0;        ///< samples in the tile
        Index before = 0;   ///< and in the call's earlier chunks
        Index of_call = 0;  ///< those of a call that are compared
        AnyBlock prediction, gradient, target;
        /// All steps; predictions and gradients are some of them, or copies.
        AnyBlock all, all_gradient;
        /// If copies: which steps they are of; and for each step its row in the
        /// gradient's copy, which ends with a row of zeros.
        const Index *steps = nullptr, *rows_of_gradient = nullptr;
        std::vector<Buffer> memory;
    };
    /// A probe of a plan that one loss or metric sees.
    struct Seen {
        std::size_t at;  ///< in Plan::probes
        int probe;
        bool last_step;
    };
    struct CompareKey {
        std::size_t at;
        Index first_step, steps, first_item;

        auto operator<=>(const CompareKey&) const = default;
    };
    /// On the device, behind the sums.
    struct Tail {
        double penalty;
        Index minibatches;
        int flag;
    };

    Tail* tail() const {
        return reinterpret_cast<Tail*>(memory_.as<double>() + objective_->entries());
    }
    /// Of a tile's items those that count.
    static Index valid_in(const Batch& batch, const ChunkExtent& extent);
    /// Gradients are those of a mean over so many items; sums are of items.
    double items_of_mean(const Batch& batch) const;
    /// Null where no sample of the chunk counts.
    const Compared* compare(const Batch& batch, const Seen& seen,
                            const ChunkExtent& extent);
    const Compared& rows_of(const Seen& seen, const ChunkExtent& extent,
                            Index target_size);
    void take_rows(Compared& to, const std::vector<Index>& steps) const;
    void take_values(const Compared& rows) const;
    AnyBlock add_memory(Compared& to, Index steps, const AnyBlock& like) const;
    const Index* add_table(Compared& to, const std::vector<Index>& table) const;
    void add_loss(const Compared& rows, const LossSpec& loss, const Batch& batch,
                  Index valid, double* sum) const;
    /// Flags a sum that is not finite.
    void flag_loss(const double* sum) const;
    void add_correct(const Compared& rows, Index valid, double* sum) const;

    // Losses and metrics that are programs (scoring_programs.cpp).

    /// Runs the program of a tile once all that probes give in a call is there.
    /// `first`: of its probes, in Plan::probes; `sums`: of all entries.
    void add_program(const Batch& batch, const ChunkExtent& extent, std::size_t first,
                     double* sums);
    void add_values(const Batch& batch, const ChunkExtent& extent, double* sums);
    void take_samples(int input, const ProbeRows& probe,
                      const ChunkExtent& extent) const;
    void give_gradient(int input, const ProbeRows& probe,
                       const ChunkExtent& extent) const;
    void take_given(int input, const Sources& sources, int probe, const Batch& batch,
                    const ChunkExtent& extent) const;
    void add_loss_value(const LossSpec& loss, const Batch& batch,
                        const ChunkExtent& extent, double* sum) const;

    Replica& replica_;
    Device device_;
    std::shared_ptr<const Objective> objective_;
    Index n_steps_;
    bool training_;
    ParameterRulesRun& rules_;
    std::shared_ptr<ObjectiveRun> run_;  ///< null: nothing is a program
    Buffer memory_;                      ///< a double for each entry, and the Tail
    std::shared_ptr<PlanRunner> runner_;
    /// Of its tiles, in training, whose chunk is the call.
    std::map<CompareKey, Compared> compared_;
};

}  // namespace nengine::engine
