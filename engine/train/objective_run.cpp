#include "engine/train/objective_run.hpp"

#include <algorithm>
#include <string>

#include "engine/ir/signal.hpp"
#include "engine/planner/make_plan.hpp"
#include "kernels/base/error.hpp"

namespace nengine::engine {

std::shared_ptr<const Plan> ObjectiveRun::plan_of(const Objective& objective,
                                                  DType dtype,
                                                  const PlannerOptions& options,
                                                  bool gradients) {
    const ObjectiveProgram& program = *objective.program;
    PlanRequest request{.model = program.model,
                        .fed = std::vector<int>(program.model->inputs.size(), 1),
                        .dtype = dtype,
                        .mode = {.phase = Phase::inference, .gradients = gradients},
                        .options = options};
    for (const LossSpec& loss : objective.losses) {
        if (loss.kind == LossKind::program) {
            request.observed.probes.push_back(loss.value);
        }
    }
    for (const MetricSpec& metric : objective.metrics) {
        if (metric.value >= 0) {
            request.observed.only_seen.push_back(metric.value);
        }
    }
    for (const ObjectiveProgram::Compared& compared : program.compared) {
        if (compared.by_loss) {
            request.differentiated.push_back(compared.output);
        }
    }
    auto plan = std::make_shared<Plan>(make_plan(request));
    for (std::size_t i = 0; gradients && i < request.observed.probes.size(); ++i) {
        if (!plan->probes[i].gradient.present()) {
            throw BuildError("training: got " +
                             program.model->probe(request.observed.probes[i]).name +
                             ", which has no slope by what it compares; needs losses "
                             "that have one: it can be a metric");
        }
    }
    return plan;
}

ObjectiveRun::ObjectiveRun(const Device& device, const ReplicaOptions& options,
                           const Objective& objective, bool gradients)
    : device_(device),
      dtype_(options.dtype),
      program_(objective.program),
      parameters_(device, *program_->model, options.dtype),
      state_(device, *program_->model, options.minibatch, options.dtype),
      processes_(options.minibatch, options.seed),
      runner_(device, plan_of(objective, options.dtype, options.planner, gradients),
              options.planner, {.steps = 1, .items = options.minibatch}, parameters_,
              state_) {
    processes_.prepare(runner_.plan());
    runner_.use(processes_);
    runner_.load_state(state_);
    for (const Input& input : program_->model->inputs) {
        const Index width = program_->model->signal(input.signal).size();
        inputs_.push_back(device_.allocate(
            static_cast<std::size_t>(options.minibatch * width) * itemsize(dtype_),
            "samples that an objective compares"));
        device_.zero(inputs_.back().data(), inputs_.back().bytes());
    }
}

std::size_t ObjectiveRun::bytes() const {
    std::size_t total = runner_.bytes();
    for (const Buffer& input : inputs_) {
        total += input.bytes();
    }
    return total;
}

/// Of a tile that is all of the minibatch they are where the program reads them; else
/// they wait elsewhere until the call's last chunk, tile beside tile.
AnyBlock ObjectiveRun::rows(int input, Index first_item, Index items, Index first_row,
                            Index steps, Index size) const {
    const auto& inputs = runner_.plan().inputs;
    const auto read = std::ranges::find(inputs, input, &PlanInput::input);
    AnyBlock all;
    if (items == runner_.chunk().items && read != inputs.end()) {
        all = runner_.block(read->rows, {.items = items});
    } else {
        const auto& of_model = program_->model->inputs[static_cast<std::size_t>(input)];
        const Index width = program_->model->signal(of_model.signal).size();
        all.data = element_at(inputs_[static_cast<std::size_t>(input)].data(), dtype_,
                              first_item * width);
        all.batch_stride = width;
    }
    return {.dtype = dtype_,
            .data = element_at(all.data, dtype_, first_row * size),
            .steps = steps,
            .batch = items,
            .cols = size,
            .time_stride = size,
            .batch_stride = all.batch_stride};
}

void ObjectiveRun::forward(const ChunkExtent& tile) {
    for (const PlanInput& input : runner_.plan().inputs) {
        if (tile.items == runner_.chunk().items) {
            break;
        }
        const AnyBlock to = runner_.block(input.rows, one_step(tile));
        copy_block(device_,
                   rows(input.input, tile.first_item, tile.items, 0, 1, to.cols), to);
    }
    runner_.forward(one_step(tile));
}

std::size_t ObjectiveRun::place_of(int which) const {
    const auto& probes = runner_.plan().probes;
    return static_cast<std::size_t>(
        std::ranges::find(probes, which, &ProbeRows::probe) - probes.begin());
}

AnyBlock ObjectiveRun::value(int which, const ChunkExtent& tile) const {
    return runner_.block(runner_.plan().probes[place_of(which)].rows, one_step(tile))
        .over(1, tile.items);
}

AnyBlock ObjectiveRun::value_gradient(int which, const ChunkExtent& tile) const {
    const Operand& gradient = runner_.plan().probes[place_of(which)].gradient;
    return gradient.present() ? runner_.block(gradient, one_step(tile)) : AnyBlock{};
}

AnyBlock ObjectiveRun::gradient(int input, const ChunkExtent& tile, Index steps,
                                Index size) const {
    const auto& inputs = runner_.plan().inputs;
    const auto found = std::ranges::find(inputs, input, &PlanInput::input);
    if (found == inputs.end() || !found->gradient.present()) {
        return {};
    }
    AnyBlock block = runner_.block(found->gradient, one_step(tile));
    block.steps = steps;
    block.time_stride = size;
    block.cols = size;
    return block;
}

ObjectiveRuns::ObjectiveRuns(Replica& replica) : replica_(replica), rules_(replica) {
    replica_.count_also([this] { return bytes(); });
}

std::shared_ptr<ObjectiveRun> ObjectiveRuns::of(const Objective& objective,
                                                bool gradients) {
    constexpr std::size_t kept = 4;
    const auto found = std::ranges::find_if(runs_, [&](const auto& entry) {
        return entry.first == gradients &&
               &entry.second->program() == objective.program.get();
    });
    if (found != runs_.end()) {
        runs_.splice(runs_.begin(), runs_, found);
    } else {
        while (runs_.size() >= kept) {
            runs_.pop_back();
        }
        runs_.emplace_front(gradients, std::make_shared<ObjectiveRun>(
                                           replica_.device(), replica_.options(),
                                           objective, gradients));
        replica_.note_memory();
    }
    return runs_.front().second;
}

std::size_t ObjectiveRuns::bytes() const {
    std::size_t total = 0;
    for (const auto& [gradients, run] : runs_) {
        total += run->bytes();
    }
    return total;
}

}  // namespace nengine::engine
