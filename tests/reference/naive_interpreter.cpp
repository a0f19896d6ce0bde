#include "tests/reference/naive_interpreter.hpp"

#include <cmath>
#include <set>
#include <string>

#include "engine/operators/moments.hpp"
#include "engine/operators/sim_process.hpp"
#include "kernels/base/error.hpp"
#include "tests/reference/naive_broadcast.hpp"
#include "tests/reference/naive_memory.hpp"

namespace nengine::reference {

using namespace engine;
namespace {

std::size_t at(Index i) {
    return static_cast<std::size_t>(i);
}

/// Who touches one element of a base signal within a step, in which role.
struct Touch {
    std::vector<int> sets, incs, reads, updates;

    std::vector<int>& of(Role role) {
        switch (role) {
            case Role::set:
            case Role::state:  // to others the result of the step
                return sets;
            case Role::inc:
                return incs;
            case Role::read:
                return reads;
            default:
                return updates;
        }
    }
};

using Edges = std::vector<std::set<int>>;

void connect(const std::vector<int>& before, const std::vector<int>& after,
             Edges& edges) {
    for (const int from : before) {
        for (const int to : after) {
            if (from != to) {
                edges[at(from)].insert(to);
            }
        }
    }
}

Edges order_edges(const Model& model, const std::vector<bool>& skipped) {
    const std::size_t n = model.operators().size();
    std::map<std::pair<SignalId, Index>, Touch> touches;
    for (const int i : model.operators().ids()) {
        if (skipped[at(i)]) {
            continue;
        }
        for (const Slot& slot : model.operators()[i]->slots()) {
            const SignalId base = model.base(slot.signal);
            for (const Index element : naive_elements(model, slot.signal)) {
                touches[{base, element}].of(slot.role).push_back(i);
            }
        }
    }
    Edges edges(n);
    for (const auto& [element, touch] : touches) {
        connect(touch.sets, touch.incs, edges);
        connect(touch.sets, touch.reads, edges);
        connect(touch.sets, touch.updates, edges);
        connect(touch.incs, touch.reads, edges);
        connect(touch.incs, touch.updates, edges);
        connect(touch.reads, touch.updates, edges);
    }
    return edges;
}

}  // namespace

std::vector<double> Data::row(Index item, Index step) const {
    const Index k = steps == 1 ? 0 : step;
    if (item >= batch || k >= steps) {
        throw SimulationError("reference data: got item " + std::to_string(item) +
                              " and step " + std::to_string(step) +
                              ", needs less than " + std::to_string(batch) + " and " +
                              std::to_string(steps));
    }
    const auto first = values.begin() + (item * steps + k) * size;
    return {first, first + size};
}

std::vector<Index> naive_elements(const Model& model, SignalId id) {
    const Signal& signal = model.signal(id);
    const auto strides =
        signal.is_view() ? signal.strides : dense_strides(signal.shape);
    std::vector<Index> elements{signal.offset};
    for (std::size_t d = 0; d < signal.shape.size(); ++d) {
        std::vector<Index> next;
        for (const Index element : elements) {
            for (Index i = 0; i < signal.shape[d]; ++i) {
                next.push_back(element + i * strides[d]);
            }
        }
        elements = std::move(next);
    }
    return elements;
}

std::vector<int> naive_order(const Model& model, const std::vector<bool>& skipped) {
    const Edges edges = order_edges(model, skipped);
    std::vector<int> waiting(edges.size(), 0), order;
    for (const auto& successors : edges) {
        for (const int to : successors) {
            ++waiting[at(to)];
        }
    }
    std::set<int> ready;
    std::size_t left = 0;
    for (std::size_t i = 0; i < edges.size(); ++i) {
        left += skipped[i] ? 0U : 1U;
        if (!skipped[i] && waiting[i] == 0) {
            ready.insert(static_cast<int>(i));
        }
    }
    while (!ready.empty()) {
        const int op = *ready.begin();
        ready.erase(ready.begin());
        order.push_back(op);
        for (const int to : edges[at(op)]) {
            if (--waiting[at(to)] == 0) {
                ready.insert(to);
            }
        }
    }
    if (order.size() != left) {
        throw BuildError("reference: got a cycle among " +
                         std::to_string(left - order.size()) +
                         " operators, needs a filter in it");
    }
    return order;
}

ProcessStep& NaiveProcesses::of(const SimProcess& op) {
    const auto found = steps.find(&op);
    if (found != steps.end()) {
        return found->second;
    }
    return steps.emplace(&op, op.factory()(op.per_item() ? item : 0)).first->second;
}

NaiveInterpreter::NaiveInterpreter(const Model& model, const Overrides& overrides,
                                   bool training, Index item)
    : model_(model),
      training_(training),
      memory_(std::make_unique<NaiveMemory>(model, overrides)),
      processes_(std::make_unique<NaiveProcesses>(NaiveProcesses{.item = item})),
      samples_(model.probes.size()) {}

NaiveInterpreter::~NaiveInterpreter() = default;

void NaiveInterpreter::feed(int input, const Data& data, Index item) {
    feeds_[input] = {&data, item};
    ordered_ = false;
}

bool NaiveInterpreter::replaced(int op) const {
    for (const auto& [input, feed] : feeds_) {
        if (model_.inputs[at(input)].producer == op) {
            return true;
        }
    }
    return false;
}

const std::vector<int>& NaiveInterpreter::order() {
    if (!ordered_) {
        std::vector<bool> skipped;
        for (const int i : model_.operators().ids()) {
            skipped.push_back(replaced(i));
        }
        order_ = naive_order(model_, skipped);
        ordered_ = true;
    }
    return order_;
}

void NaiveInterpreter::write_feeds() {
    for (const auto& [input, feed] : feeds_) {
        memory_->assign(model_.inputs[at(input)].signal,
                        feed.data->row(feed.item, step_ - 1));
    }
}

void NaiveInterpreter::step_together(const std::vector<NaiveInterpreter*>& items) {
    const std::vector<int>& operators = items.front()->order();
    for (NaiveInterpreter* item : items) {
        ++item->step_;
        item->write_feeds();
    }
    for (const int i : operators) {
        const Operator& op = *items.front()->model_.operators()[i];
        if (dynamic_cast<const Moments*>(&op) != nullptr) {
            execute_moments(op, items);
            continue;
        }
        for (NaiveInterpreter* item : items) {
            item->execute(op);
        }
    }
    for (NaiveInterpreter* item : items) {
        item->sample();
    }
}

void NaiveInterpreter::execute_moments(const Operator& op,
                                       const std::vector<NaiveInterpreter*>& items) {
    const Model& model = items.front()->model_;
    const auto shape = [&](int slot) { return model.signal(op.signal(slot)).shape; };
    const std::vector<Index> result_of =
        broadcast_map(op, shape(Moments::mean), shape(Moments::x));
    const std::size_t n = at(shape_size(shape(Moments::mean)));
    const double by_count =
        static_cast<double>(n) / static_cast<double>(result_of.size() * items.size());
    const auto mean_of = [&](const auto& term) {
        std::vector<double> sums(n, 0.0);
        for (const NaiveInterpreter* item : items) {
            const auto x = item->memory_->read(op.signal(Moments::x));
            for (std::size_t i = 0; i < x.size(); ++i) {
                sums[at(result_of[i])] += term(x[i], at(result_of[i])) * by_count;
            }
        }
        return sums;
    };
    const auto mean = mean_of([](double x, std::size_t) { return x; });
    const auto variance = mean_of([&](double x, std::size_t result) {
        return (x - mean[result]) * (x - mean[result]);
    });
    for (NaiveInterpreter* item : items) {
        item->memory_->assign(op.signal(Moments::mean), mean);
        item->memory_->assign(op.signal(Moments::variance), variance);
    }
}

void NaiveInterpreter::run(Index n_steps) {
    for (Index k = 0; k < n_steps; ++k) {
        step();
    }
}

void NaiveInterpreter::execute(const Operator& op) {
    for (const NaiveWrite& write :
         naive_execute(model_, op, *memory_, *processes_, step_, training_)) {
        if (write.role == Role::inc) {
            memory_->add(write.signal, write.values);
        } else {
            memory_->assign(write.signal, write.values);
        }
    }
}

void NaiveInterpreter::sample() {
    for (std::size_t p = 0; p < model_.probes.size(); ++p) {
        const ProbePoint& probe = model_.probes[p];
        if (std::fmod(static_cast<double>(step_), probe.period) < 1) {
            const auto row = value(probe.signal);
            if (!probe.keep_history) {
                samples_[p].clear();
            }
            samples_[p].insert(samples_[p].end(), row.begin(), row.end());
        }
    }
}

std::vector<double> NaiveInterpreter::value(SignalId signal) const {
    return memory_->read(signal);
}

const std::vector<double>& NaiveInterpreter::samples(int probe) const {
    return samples_[at(probe)];
}

NaiveMemory::NaiveMemory(const Model& model, const Overrides& overrides)
    : model_(model) {
    for (const SignalId s : model.signal_ids()) {
        const Signal& signal = model.signal(s);
        elements_.push_back(naive_elements(model, s));
        std::vector<double> values = signal.is_view() ? SharedValues{} : signal.initial;
        values.resize(signal.is_view() ? 0 : at(signal.size()), 0.0);
        values_.push_back(std::move(values));
    }
    for (const auto& [signal, values] : overrides) {
        if (values.size() != elements_[signal].size()) {
            throw BuildError("reference: got " + std::to_string(values.size()) +
                             " values for '" + model.signal(signal).name + "', needs " +
                             std::to_string(elements_[signal].size()));
        }
        assign(signal, values);
    }
}

std::vector<double>& NaiveMemory::base(SignalId signal) {
    return values_[model_.base(signal)];
}

std::vector<double> NaiveMemory::read(SignalId signal) const {
    std::vector<double> result;
    for (const Index element : elements_[signal]) {
        result.push_back(values_[model_.base(signal)][at(element)]);
    }
    return result;
}

void NaiveMemory::assign(SignalId signal, const std::vector<double>& values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
        base(signal)[at(elements_[signal][i])] = values[i];
    }
}

void NaiveMemory::add(SignalId signal, const std::vector<double>& values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
        base(signal)[at(elements_[signal][i])] += values[i];
    }
}

}  // namespace nengine::reference
