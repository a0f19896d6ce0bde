#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

#include "api/data/batch_reader.hpp"
#include "api/simulator/item_stream.hpp"
#include "api/simulator/simulator_impl.hpp"

namespace nengine {

/// What `fit` trains with, epoch after epoch, minibatch after minibatch.
class Minibatches {
public:
    struct One {
        engine::Batch batch;
        std::shared_ptr<const engine::Objective> objective;
        Index n_steps;
    };

    Minibatches() = default;
    Minibatches(const Minibatches&) = delete;
    Minibatches& operator=(const Minibatches&) = delete;
    virtual ~Minibatches() = default;

    virtual void begin(int epoch) = 0;
    /// The next one, which lasts until the one after it is asked for; nothing where the
    /// epoch ends.
    virtual std::optional<One> next() = 0;
    /// The one at hand is under way: a good moment to bring the next one to the device,
    /// if that takes no waiting for it. It is not what next() gives yet.
    virtual void prepare() {}
    /// The one of that number in the epoch, counted from 0, if it is still there. The
    /// one that was given before need not be there any more.
    virtual std::optional<engine::Batch> of(Index number) = 0;
    /// Of an epoch, if that is known.
    virtual std::optional<Index> items() const = 0;
    /// So many of the epoch's next ones have been trained with.
    virtual void pass(Index count) = 0;
    /// An epoch has been trained with: that of a call from which this one goes on.
    virtual void pass_epoch() {}
    /// What has to be the same for the order of items to be.
    virtual std::vector<double> shape() const = 0;
};

/// The items of tensors, in an order that changes from epoch to epoch if they are
/// shuffled. They lie on the device as long as this lives, if they fit.
class Simulator::Impl::ItemMinibatches : public Minibatches {
public:
    ItemMinibatches(Impl& impl, CallData data, const FitOptions& options,
                    engine::DataBudget& budget);

    void begin(int epoch) override;
    std::optional<One> next() override;
    void prepare() override;
    std::optional<engine::Batch> of(Index number) override {
        return on_device_.batch(number);
    }
    std::optional<Index> items() const override { return items_per_epoch_; }
    void pass(Index count) override {
        next_ = std::min(next_ + count, on_device_.minibatches());
    }
    void pass_epoch() override { stream_.take(items_per_epoch_); }
    std::vector<double> shape() const override;

private:
    Impl& impl_;
    CallData data_;
    engine::MinibatchData on_device_;
    bool shuffle_;
    Index items_per_epoch_;
    ItemStream stream_;
    Index next_ = 0;
};

/// Those of a source.
class Simulator::Impl::SourceMinibatches : public Minibatches {
public:
    SourceMinibatches(Impl& impl, std::shared_ptr<BatchSource> source,
                      const FitOptions& options);

    void begin(int epoch) override;
    /// @throws SimulationError  the source throws; with the epoch and the batch
    /// @throws ValidationError, ShapeError  its batch does not fit, as of `fit`'s data
    std::optional<One> next() override;
    std::optional<engine::Batch> of(Index number) override;
    void pass(Index count) override;
    std::optional<Index> items() const override;
    std::vector<double> shape() const override;

private:
    /// A batch, and what of it a call is given, which refers to it.
    struct Held {
        Batch given;
        CallData data;
    };

    /// To the device, where the batch lasts until the next one comes.
    engine::Batch stage(const CallData& data);

    Impl& impl_;
    const FitOptions& options_;
    std::shared_ptr<BatchSource> source_;
    BatchReader reader_;
    int epoch_ = 0;
    Index number_ = -1;                         ///< of the batch at hand
    std::unique_ptr<Held> held_;                ///< the CPU reads it where it is
    std::optional<engine::StagedData> staged_;  ///< for batches like the last one
    std::optional<engine::Batch> on_device_;
    std::shared_ptr<const engine::Objective> objective_;  ///< of the epoch's batches
};

}  // namespace nengine
