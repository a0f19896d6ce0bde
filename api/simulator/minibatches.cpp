#include "api/simulator/minibatches.hpp"

#include "engine/simulation/check_call.hpp"
#include "kernels/base/host_memory.hpp"

namespace nengine {
namespace {

Index items_of_epoch(const FitOptions& options, Index items, Index minibatch) {
    if (!options.steps_per_epoch) {
        return items;
    }
    const Index count = *options.steps_per_epoch;
    kernels::need_host_memory(
        kernels::array_bytes({count, minibatch}, sizeof(Index)), [&] {
            return kernels::MemoryUse{
                "fit", "an order of items of " + std::to_string(count) + " minibatches",
                "steps_per_epoch"};
        });
    return count * minibatch;
}

}  // namespace

Simulator::Impl::ItemMinibatches::ItemMinibatches(Impl& impl, CallData data,
                                                  const FitOptions& options,
                                                  engine::DataBudget& budget)
    : impl_(impl),
      data_(std::move(data)),
      on_device_(impl.minibatches_of(data_, budget)),
      shuffle_(options.shuffle),
      items_per_epoch_(items_of_epoch(options, data_.items, impl.minibatch())),
      stream_(data_.items, options.shuffle,
              [&impl] { return impl.seed + impl.epochs_run++; }) {
    if (options.stateful) {
        engine::need_whole_minibatches("fit", items_per_epoch_, impl.minibatch());
    }
}

void Simulator::Impl::ItemMinibatches::begin(int /*epoch*/) {
    on_device_.set_order(stream_.take(items_per_epoch_));
    next_ = 0;
}

auto Simulator::Impl::ItemMinibatches::next() -> std::optional<One> {
    if (next_ == on_device_.minibatches()) {
        return std::nullopt;
    }
    return One{on_device_.batch(next_++), data_.objective, data_.n_steps};
}

void Simulator::Impl::ItemMinibatches::prepare() {
    if (next_ < on_device_.minibatches()) {
        on_device_.prepare(next_);
    }
}

std::vector<double> Simulator::Impl::ItemMinibatches::shape() const {
    return {static_cast<double>(data_.items), static_cast<double>(items_per_epoch_),
            static_cast<double>(data_.n_steps), static_cast<double>(impl_.minibatch()),
            static_cast<double>(shuffle_)};
}

Simulator::Impl::SourceMinibatches::SourceMinibatches(
    Impl& impl, std::shared_ptr<BatchSource> source, const FitOptions& options)
    : impl_(impl),
      options_(options),
      source_(std::move(source)),
      reader_(source_, "fit") {
    if (!options.sample_weight.empty() || options.validation_split != 0.0) {
        throw ValidationError(
            "fit: got a source of batches and sample_weight or validation_split, which "
            "are of tensors; needs Batch::weights, or validation_data");
    }
}

void Simulator::Impl::SourceMinibatches::begin(int epoch) {
    reader_.begin(epoch, options_.steps_per_epoch);
    epoch_ = epoch;
    number_ = -1;
    objective_ = nullptr;
}

auto Simulator::Impl::SourceMinibatches::next() -> std::optional<One> {
    std::optional<Batch> batch = reader_.next();
    if (!batch) {
        return std::nullopt;
    }
    ++number_;
    const std::string where = "fit: epoch " + std::to_string(epoch_) + ", batch " +
                              std::to_string(number_) + " (each counted from 0)";
    const CallTargets wanted{batch->y, batch->weights, options_.class_weight};
    CallData data = impl_.call_data(batch->x, &wanted, options_.n_steps, where);
    if (data.items > impl_.minibatch()) {
        throw ShapeError(
            where, std::to_string(data.items) + " items",
            "at most the minibatch size, " + std::to_string(impl_.minibatch()));
    }
    if (options_.stateful) {
        engine::need_whole_minibatches(where, data.items, impl_.minibatch());
    }
    if (objective_ != nullptr && data.objective != objective_) {
        throw ShapeError(where, "steps or sizes of their own",
                         "those of the epoch's first batch");
    }
    objective_ = data.objective;
    on_device_.reset();
    on_device_.emplace(stage(data));
    held_ = std::make_unique<Held>(Held{std::move(*batch), std::move(data)});
    return One{*on_device_, objective_, held_->data.n_steps};
}

engine::Batch Simulator::Impl::SourceMinibatches::stage(const CallData& data) {
    const engine::HostData given = data.host();
    impl_.simulation->check(data.n_steps, given, *data.objective);
    if (!staged_ || !staged_->fits(given)) {
        staged_.reset();  // before there is another one
        staged_.emplace(impl_.simulation->device(), given, impl_.minibatch());
    }
    const engine::PaddedOrder all(engine::first_indices(data.items), impl_.minibatch());
    staged_->prepare(given, all.of_minibatch(0));
    return staged_->take(data.items);
}

std::optional<engine::Batch> Simulator::Impl::SourceMinibatches::of(Index number) {
    return number == number_ ? on_device_ : std::nullopt;
}

void Simulator::Impl::SourceMinibatches::pass(Index count) {
    on_device_.reset();
    for (; count > 0 && reader_.next(); --count) {
        ++number_;
    }
}

std::optional<Index> Simulator::Impl::SourceMinibatches::items() const {
    const std::optional<Index> batches =
        options_.steps_per_epoch ? options_.steps_per_epoch : source_->batches();
    return batches ? std::optional(*batches * impl_.minibatch()) : std::nullopt;
}

std::vector<double> Simulator::Impl::SourceMinibatches::shape() const {
    return {static_cast<double>(options_.steps_per_epoch.value_or(0)),
            static_cast<double>(options_.n_steps.value_or(0)),
            static_cast<double>(impl_.minibatch())};
}

}  // namespace nengine
