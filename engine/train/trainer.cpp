#include "engine/train/trainer.hpp"

#include <algorithm>

#include "engine/runtime/look_calls.hpp"
#include "kernels/loss.hpp"

namespace nengine::engine {

Trainer::Trainer(Replica& replica, ObjectiveRuns& runs)
    : replica_(replica),
      runs_(runs),
      device_(replica.device()),
      optimizer_(device_, replica.options().dtype),
      clip_(device_),
      recordings_(device_),
      items_table_(device_.allocate(
          static_cast<std::size_t>(replica.minibatch()) * sizeof(Index),
          "the items of a minibatch")) {
    replica_.count_also([this] { return optimizer_.bytes() + clip_.bytes(); });
}

void Trainer::set_optimizer(const Optimizer& optimizer, const Clipping& clipping,
                            const std::map<std::string, double>& rate_factors) {
    optimizer_.set(optimizer, elements_of(rate_factors));
    clip_.set(clipping);
    recordings_.clear();
}

std::vector<double> Trainer::elements_of(
    std::map<std::string, double> rate_factors) const {
    if (rate_factors.empty()) {
        return {};
    }
    const ParameterStore& parameters = replica_.parameters();
    std::vector<double> factors(static_cast<std::size_t>(parameters.trained_size()),
                                1.0);
    for (const auto& [signal, offset] : parameters.layout()) {
        const Signal& of = replica_.model().signal(signal);
        if (!of.trainable) {
            continue;
        }
        if (const auto found = rate_factors.extract(of.known_as())) {
            std::fill_n(factors.begin() + offset, of.size(), found.mapped());
        }
    }
    if (!rate_factors.empty()) {
        throw ValidationError("learning_rates: got '" + rate_factors.begin()->first +
                              "', needs names of parameters that are trained");
    }
    return factors;
}

void Trainer::begin_epoch(std::shared_ptr<const Objective> objective, Index n_steps,
                          BatchOf batch_of, Calls calls) {
    if (!pass_ || &pass_->scoring.objective() != objective.get() ||
        pass_->scoring.n_steps() != n_steps) {
        recordings_.clear();
        pass_.emplace(
            Pass{Scoring(replica_, runs_, std::move(objective), n_steps, true)});
    }
    pass_->scoring.restart();
    pass_->scoring.check(calls);
    pass_->calls = calls;
    batch_of_ = std::move(batch_of);
    items_ = 0;
    first_trained_ = trained_;
    first_update_ = optimizer_.updates();
}

void Trainer::use_runner(Pass& pass, const Batch& batch,
                         const std::vector<int>& differentiated) {
    std::vector<int> fed = fed_by(replica_.model(), batch.data.feeds);
    if (pass.runner == nullptr || fed != pass.key.fed ||
        pass.plans_version != replica_.plans_version() ||
        pass.step != replica_.step()) {
        pass.key = {.fed = std::move(fed),
                    .observed = pass.scoring.observed(),
                    .mode = to_train,
                    .differentiated = differentiated};
        pass.runner = replica_.runner_for(pass.scoring.n_steps(), pass.key);
        pass.plans_version = replica_.plans_version();
        pass.step = replica_.step();
        pass.scoring.use(pass.runner);
        recordings_.clear();
    }
}

/// Minibatches of training each have noise of their own, or the network would learn one
/// course of it by heart. That of stateful ones goes on.
ProcessStates Trainer::processes_of(const PlanRunner& runner, Calls calls, Index number,
                                    CallLog known) const {
    ProcessStates processes = replica_.processes();
    processes.calls = std::move(known);
    if (number > 0 && calls == Calls::isolated) {
        processes.restart(runner.plan(), number * replica_.minibatch());
    }
    return processes;
}

CallLog Trainer::known_calls(Calls calls, Index number) const {
    return number > 0 && calls == Calls::isolated ? CallLog{}
                                                  : replica_.processes().calls;
}

void Trainer::differentiate(Pass& pass, const Batch& batch, const AfterTile& after) {
    PlanRunner& runner = *pass.runner;
    runner.refresh_parameters();
    runner.load_state(replica_.state());
    runner.begin_minibatch();
    LookCalls looks(runner, device_, replica_.minibatch(), batch.valid);
    // The chunk of a plan that trains is the whole call.
    for (const ChunkExtent& extent :
         replica_.tiles(runner, pass.scoring.n_steps(), batch)) {
        replica_.forward(runner, batch, extent, 0);
        looks.after_tile(extent);
        pass.scoring.add(batch, extent);
        runner.backward(extent);
        if (after) {
            after(extent);
        }
    }
    runner.collect_gradients();
    pass.scoring.add_penalty(batch.valid);
}

void Trainer::check_gradients() {
    ParameterStore& parameters = replica_.parameters();
    const bool squares = optimizer_.traits().squares_gradients;
    run_as(device_, parameters.dtype(), [&]<class Real>(const auto& exec, Real) {
        flag_non_finite(exec, static_cast<const Real*>(parameters.gradients()),
                        parameters.trained_size(), squares,
                        static_cast<Real>(optimizer_.gradient_scale()),
                        pass_->scoring.flag(), static_cast<int>(NonFinite::gradient));
        if (parameters.statistics_size() > 0) {
            flag_non_finite(
                exec, static_cast<const Real*>(parameters.next_statistics()),
                parameters.statistics_size(), false, Real(1), pass_->scoring.flag(),
                static_cast<int>(NonFinite::gradient));
        }
    });
}

void Trainer::check_parameters() {
    ParameterStore& parameters = replica_.parameters();
    run_as(device_, parameters.dtype(), [&]<class Real>(const auto& exec, Real) {
        flag_non_finite(exec, static_cast<const Real*>(parameters.values()),
                        parameters.size(), false, Real(1), pass_->scoring.flag(),
                        static_cast<int>(NonFinite::parameter));
    });
}

void Trainer::update() {
    ParameterStore& parameters = replica_.parameters();
    clip_.apply(parameters);
    check_gradients();
    pass_->scoring.count_minibatch();
    optimizer_.update(parameters.trained_size(), parameters.values(),
                      parameters.gradients(), pass_->scoring.flag(),
                      parameters.shapes());
    parameters.take_statistics(pass_->scoring.flag());
    runs_.rules().constrain(pass_->scoring.flag());
}

bool Trainer::can_record() const {
    const PlanRunner& runner = *pass_->runner;
    const Index minibatch = replica_.minibatch(), tile = runner.chunk().items;
    return recordings_.can_record(runner.plan(), pass_->scoring.n_steps(),
                                  (minibatch + tile - 1) / tile);
}

void Trainer::launch_recording(const Batch& batch) {
    device_.copy(items_table_.data(), batch.items, items_table_.bytes());
    const Batch in_place{batch.data, items_table_.as<Index>(), batch.valid};
    const bool updates = optimizer_.has_constant_rate();
    recordings_.run(
        {.data = batch.data.number,
         .valid = batch.valid,
         .learning_rate =
             updates ? std::optional(optimizer_.learning_rate()) : std::nullopt},
        [&] {
            differentiate(*pass_, in_place);
            if (updates) {
                update();
            }
        });
    if (!updates) {
        update();
    }
}

void Trainer::step(const Batch& batch) {
    optimizer_.check_learning_rate();
    use_runner(*pass_, batch);
    PlanRunner& runner = *pass_->runner;
    const Calls calls = pass_->calls;
    ProcessStates processes =
        processes_of(runner, calls, trained_, known_calls(calls, trained_));
    runner.use(processes, true);
    if (can_record()) {
        launch_recording(batch);
    } else {
        differentiate(*pass_, batch);
        update();
    }
    replica_.parameters().changed();
    optimizer_.count_update();
    ++trained_;
    items_ += batch.valid;
    // A copy from the device waits for it: there, only the end of the epoch looks, but
    // where the steps wait for functions of the user's anyway, whose results are kept
    // no longer than their minibatch, and where the state from which the minibatch went
    // on is not kept any longer. Nothing has been updated since the first minibatch
    // that was not finite.
    if (!device_.is_cuda() || calls == Calls::stateful || calls_user(runner.plan())) {
        throw_if_not_finite(pass_->scoring.read(), processes.calls);
    }
    replica_.keep(calls, runner, std::move(processes), pass_->scoring.n_steps());
}

Scores Trainer::scores() const {
    return pass_->scoring.scores(pass_->scoring.read(), items_);
}

Scores Trainer::end_epoch() {
    check_parameters();
    const Scoring::Sums sums = pass_->scoring.read();
    throw_if_not_finite(sums, {});
    return pass_->scoring.scores(sums, items_);
}

void Trainer::read_input_gradients(const PlanRunner& runner, const ChunkExtent& extent,
                                   std::map<int, std::vector<double>>& to) const {
    for (const PlanInput& input : runner.plan().inputs) {
        if (!input.gradient.present()) {
            continue;
        }
        const AnyBlock rows = runner.block(input.gradient, extent)
                                  .over(input.held ? 1 : extent.steps, extent.items);
        const Buffer dense = device_.allocate(rows.bytes(), "gradients by an input");
        AnyBlock by_item = without_gaps(rows, dense.data());
        by_item.time_stride = rows.cols;
        by_item.batch_stride = rows.steps * rows.cols;
        copy_block(device_, rows, by_item);
        with_real(rows.dtype, [&]<class Real>(Real) {
            std::vector<Real> numbers(static_cast<std::size_t>(rows.size()));
            device_.download(numbers.data(), dense.data(), dense.bytes());
            auto& all = to[input.input];
            all.insert(all.end(), numbers.begin(), numbers.end());
        });
    }
}

Gradients Trainer::gradients(Index n_steps, const DataSet& data,
                             const Objective& objective, bool by_inputs) {
    const Index most = replica_.minibatch();
    const ItemOrder order(device_, data.items > 0 ? std::min(data.items, most) : most,
                          most);
    const Batch batch{data, order.of_minibatch(0), order.valid(0)};
    std::vector<int> differentiated;
    if (by_inputs) {
        for (const auto& [input, source] : data.feeds) {
            differentiated.push_back(input);
        }
    }
    Pass pass{Scoring(replica_, runs_, std::make_shared<Objective>(objective), n_steps,
                      true)};
    use_runner(pass, batch, differentiated);
    Gradients result;
    ProcessStates processes = processes_of(*pass.runner, pass.calls, trained_,
                                           known_calls(pass.calls, trained_));
    pass.runner->use(processes, true);
    differentiate(pass, batch, [&](const ChunkExtent& extent) {
        read_input_gradients(*pass.runner, extent, result.inputs);
    });
    for (auto& [input, numbers] : result.inputs) {  // not those of padded items
        const ItemSource& given = data.feeds.at(input);
        numbers.resize(
            static_cast<std::size_t>(order.items() * given.steps() * given.size()));
    }
    for (const auto& [signal, offset] : replica_.parameters().layout()) {
        const Signal& of = replica_.model().signal(signal);
        if (!of.trainable) {
            continue;
        }
        result.parameters[of.known_as()] = replica_.parameters().read(signal, true);
    }
    return result;
}

}  // namespace nengine::engine
