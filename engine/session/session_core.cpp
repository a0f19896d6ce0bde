#include "engine/session/session_core.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/planner/make_plan.hpp"
#include "engine/planner/memory/chunk.hpp"
#include "engine/session/look_calls.hpp"
#include "kernels/base/error.hpp"
#include "kernels/base/host_memory.hpp"
#include "kernels/elementwise.hpp"
#include "kernels/gather.hpp"

namespace nengine::engine {
namespace {

/// Runners keep their memory: the few that a program alternates between.
constexpr std::size_t kept_runners = 4;

/// 0, 1, ..., n - 1
template <class Int>
std::vector<Int> first_indices(Index n) {
    std::vector<Int> indices(static_cast<std::size_t>(n));
    std::iota(indices.begin(), indices.end(), Int{0});
    return indices;
}

/// Numbers of one dtype as another.
std::vector<std::byte> converted(const HostTensor& tensor, DType dtype) {
    const auto n = static_cast<std::size_t>(tensor.batch * tensor.steps * tensor.size);
    std::vector<std::byte> result(n * itemsize(dtype));
    with_real(tensor.dtype, [&]<class From>(From) {
        with_real(dtype, [&]<class To>(To) {
            const auto* from = static_cast<const From*>(tensor.data);
            std::transform(from, from + n, reinterpret_cast<To*>(result.data()),
                           [](From v) { return static_cast<To>(v); });
        });
    });
    return result;
}

}  // namespace

ItemSource::ItemSource(const Device& device, const HostTensor& tensor, DType dtype)
    : dtype_(dtype), items_(tensor.batch), steps_(tensor.steps), size_(tensor.size) {
    const bool same = tensor.dtype == dtype;
    if (!same) {
        need_host_memory(array_bytes({items_, steps_, size_}, itemsize(dtype)), [&] {
            return MemoryUse{"data of a call",
                             "numbers of shape " + to_string({items_, steps_, size_}) +
                                 " in another precision",
                             "the number of items or steps, or give the data in the "
                             "simulator's dtype"};
        });
        converted_ = converted(tensor, dtype);
    }
    void* const host = same ? const_cast<void*>(tensor.data) : converted_.data();
    if (!device.is_cuda()) {
        data_ = host;
        return;
    }
    owned_ = device.allocate(array_bytes({items_, steps_, size_}, itemsize(dtype)),
                             "data of a call");
    device.upload(owned_.data(), host, owned_.bytes());
    converted_.clear();
    data_ = owned_.data();
}

AnyBlock ItemSource::rows(Index first_step, Index steps) const {
    const bool held = steps_ == 1;
    return {.dtype = dtype_,
            .data = element_at(data_, dtype_, held ? 0 : first_step * size_),
            .steps = steps,
            .batch = items_,
            .rows = 1,
            .cols = size_,
            .time_stride = held ? 0 : size_,
            .batch_stride = steps_ * size_};
}

SessionCore::SessionCore(std::shared_ptr<Model> model, Device device,
                         const SessionOptions& options)
    : model_(std::move(model)),
      device_(device),
      options_(options),
      parameters_(device, *model_, options.dtype),
      state_(device, *model_, options.minibatch, options.dtype),
      processes_(options.minibatch, options.seed),
      optimizer_(device, options.dtype) {
    for (const SignalId s : model_->signal_ids()) {
        const Signal& signal = model_->signal(s);
        built_.push_back(signal.parameter.empty() ? SharedValues{} : signal.initial);
    }
    for (const Input& input : model_->inputs) {
        need_dtype(model_->signal(input.signal), options.dtype, "input");
    }
    for (const ProbePoint& probe : model_->probes) {
        need_dtype(model_->signal(probe.signal), options.dtype, "probe of");
    }
    for (const Look& look : model_->looks) {
        for (const SignalId seen : look.signals) {
            need_dtype(model_->signal(seen), options.dtype, "look at");
        }
    }
    note_memory(0);
}

SessionCore::RunnerKey SessionCore::plan_key(const Feeds& feeds, Observed observed,
                                             PlanMode mode) const {
    RunnerKey key{.fed = std::vector<int>(model_->inputs.size(), 0),
                  .observed = std::move(observed),
                  .mode = mode};
    for (const auto& [input, tensor] : feeds) {
        key.fed[static_cast<std::size_t>(input)] = tensor.steps == 1 ? 2 : 1;
    }
    return key;
}

Observed SessionCore::all_probes() const {
    return {.probes = first_indices<int>(static_cast<Index>(model_->probes.size()))};
}

std::shared_ptr<const Plan> SessionCore::plan_for(const RunnerKey& key) {
    RunnerKey plain = key;
    plain.steps = plain.items = 0;
    std::shared_ptr<const Plan>& plan = plans_[plain];
    if (plan != nullptr && plan->relies_on_parameters && !parameters_.as_built()) {
        runners_.remove_if(
            [&](const auto& entry) { return &entry.second->plan() == plan.get(); });
        plan = nullptr;
    }
    if (plan == nullptr) {
        plan = std::make_shared<Plan>(make_plan({.model = model_,
                                                 .fed = key.fed,
                                                 .observed = key.observed,
                                                 .differentiated = key.differentiated,
                                                 .dtype = options_.dtype,
                                                 .mode = key.mode,
                                                 .as_built = parameters_.as_built(),
                                                 .options = options_.planner}));
    }
    return plan;
}

PlanRunner& SessionCore::runner_for(Index n_steps, const Feeds& feeds,
                                    Observed observed, PlanMode mode,
                                    std::vector<int> differentiated) {
    RunnerKey key = plan_key(feeds, std::move(observed), mode);
    key.differentiated = std::move(differentiated);
    const std::shared_ptr<const Plan> plan = plan_for(key);
    const ChunkSize chunk = choose_chunk(*plan, options_.planner, n_steps,
                                         options_.minibatch, device_.is_cuda());
    key.steps = chunk.steps;
    key.items = chunk.items;
    auto found =
        std::ranges::find(runners_, key, [](const auto& entry) { return entry.first; });
    if (found == runners_.end()) {
        while (runners_.size() >= kept_runners) {
            runners_.pop_back();
        }
        runners_.emplace_front(
            key, std::make_unique<Runner>(device_, plan, options_.planner, chunk,
                                          parameters_, state_));
        note_memory(0);
    } else {
        runners_.splice(runners_.begin(), runners_, found);
    }
    Runner& runner = *runners_.front().second;
    runner.refresh_parameters();
    processes_.prepare(*plan);
    return runner;
}

PlanRunner& SessionCore::isolated_runner(Index n_steps, const Feeds& feeds,
                                         Observed observed, Phase phase) {
    const PlanMode mode{phase};
    const std::shared_ptr<const Plan> plan = plan_for(plan_key(feeds, observed, mode));
    const bool in_turn = plan->calls_within_steps && !plan->looks.empty();
    return runner_for(in_turn ? 1 : n_steps, feeds, std::move(observed), mode);
}

SessionCore::Sources SessionCore::make_sources(
    const std::map<int, HostTensor>& tensors) const {
    Sources sources;
    for (const auto& [index, tensor] : tensors) {
        sources.emplace(index, ItemSource(device_, tensor, options_.dtype));
    }
    return sources;
}

ItemOrder SessionCore::make_order(std::vector<Index> order) const {
    ItemOrder result;
    result.items = static_cast<Index>(order.size());
    while (static_cast<Index>(order.size()) % options_.minibatch != 0) {
        order.push_back(order.back());
    }
    result.device = upload_table(device_, order);
    result.host = std::move(order);
    return result;
}

ItemOrder SessionCore::all_in_order(Index items) const {
    return make_order(first_indices<Index>(items));
}

void SessionCore::select(const AnyBlock& source, const Index* items,
                         const AnyBlock& target) const {
    run_as(device_, target.dtype, [&]<class Real>(const auto& exec, Real) {
        select_items(exec, source.as<const Real>(), items, target.as<Real>());
    });
}

void SessionCore::fill_inputs(Runner& runner, const Sources& sources,
                              const Index* items, const ChunkExtent& extent,
                              Index call_step) {
    for (const PlanInput& input : runner.plan().inputs) {
        const ItemSource& source = sources.at(input.input);
        const AnyBlock target = runner.block(input.rows, extent);
        select(source.rows(call_step, target.steps), items + extent.first_item, target);
    }
}

void SessionCore::run_chunk(Runner& runner, Index first_step, Index steps,
                            const Sources& sources, const Index* items, Index call_step,
                            const AfterTile& each) {
    const Index tile = runner.chunk().items;
    for (Index item = 0; item < options_.minibatch; item += tile) {
        const ChunkExtent extent{.steps = steps,
                                 .items = std::min(tile, options_.minibatch - item),
                                 .first_item = item,
                                 .first_step = first_step};
        fill_inputs(runner, sources, items, extent, call_step);
        runner.forward(extent);
        each(extent, call_step);
    }
}

void SessionCore::run_minibatch(Runner& runner, Index n_steps, const Sources& sources,
                                const Index* items, const AfterTile& each) {
    const Index chunk = runner.chunk().steps;
    for (Index done = 0; done < n_steps; done += chunk) {
        run_chunk(runner, step_ + done, std::min(chunk, n_steps - done), sources, items,
                  done, each);
    }
}

void SessionCore::predict(Index n_steps, const Feeds& feeds,
                          const std::vector<int>& probes, const ProbeSink& sink,
                          const Session::Progress& progress, Phase phase) {
    const Observed wanted = probes.empty() ? all_probes() : Observed{.probes = probes};
    Runner& runner = isolated_runner(n_steps, feeds, wanted, phase);
    const Sources sources = make_sources(feeds);
    const Index items =
        feeds.empty() ? options_.minibatch : feeds.begin()->second.batch;
    const ItemOrder order = all_in_order(items);
    for (Index first = 0; first < items; first += options_.minibatch) {
        runner.load_state(state_);
        ProcessStates processes = processes_;
        runner.use(processes);
        const Index valid = std::min(options_.minibatch, items - first);
        LookCalls looks(runner, device_, options_.minibatch, valid);
        run_minibatch(runner, n_steps, sources, order.device.as<Index>() + first,
                      [&](const ChunkExtent& extent, Index call_step) {
                          looks.after_tile(extent);
                          emit_samples(runner, extent, call_step, n_steps, first, valid,
                                       sink);
                      });
        runner.save_learned(state_);
        if (progress) {
            progress(first + valid, items);
        }
    }
}

}  // namespace nengine::engine
