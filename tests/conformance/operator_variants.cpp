#include "tests/conformance/operator_variants.hpp"

#include <algorithm>

#include "engine/operators/copy.hpp"
#include "engine/operators/elementwise_inc.hpp"
#include "tests/conformance/operator_conformance.hpp"

namespace nengine::test {

using namespace engine;
namespace {

/// The operators labelled "op", and what takes their place while training.
std::vector<std::shared_ptr<const Operator>> tested(const SlotCase& slot_case,
                                                    ModelMaker& maker) {
    Slots slots(maker, "", Holds::value);
    const auto form = slot_case.make(maker, slots);
    std::vector<std::shared_ptr<const Operator>> all;
    for (const auto& op : maker.model->operators()) {
        if (op->label == "op") {
            all.push_back(op->clone());
        }
    }
    all.push_back(form);
    return all;
}

}  // namespace

std::size_t Variants::count(const SlotCase& slot_case) {
    ModelMaker maker(1);
    return tested(slot_case, maker).size();
}

Variants::Variants(const SlotCase& slot_case, std::size_t which)
    : op_(tested(slot_case, maker)[which]) {
    maker.model->probes.clear();
}

bool Variants::has_memory() const {
    return std::ranges::any_of(op_->slots(), [](const Slot& slot) {
        return slot.role != Role::read && slot.role != Role::set;
    });
}

int Variants::result() const {
    int found = -1;
    for (int s = 0; s < n_slots(); ++s) {
        if (role(s) == Role::set) {
            return s;
        }
        const bool written = role(s) == Role::inc || role(s) == Role::update;
        found = found < 0 && written ? s : found;
    }
    return found;
}

SignalId Variants::like(SignalId of) {
    const Signal& signal = maker.model->signal(of);
    const std::vector<double> initial(signal.initial.begin(), signal.initial.end());
    return maker.signal("like" + std::to_string(counter_++), signal.shape, initial);
}

bool Variants::is_written(SignalId id, const std::vector<Role>& roles) const {
    return std::ranges::any_of(maker.model->operators(), [&](const auto& op) {
        return std::ranges::any_of(op->slots(), [&](const Slot& slot) {
            return maker.model->base(slot.signal) == id && slot.role != Role::read &&
                   (roles.empty() || std::ranges::count(roles, slot.role) > 0);
        });
    });
}

bool Variants::reads_memory(int slot) const {
    const SignalId id = signal_of(slot);
    return reads(slot) && !is_constant(id) && !is_written(id, {Role::set});
}

SignalId Variants::joined(SignalId first, SignalId second) {
    const Index n = signal(first).size();
    const std::string name = "joined" + std::to_string(counter_++);
    if (is_constant(first)) {
        std::vector<double> values(signal(first).initial);
        values.insert(values.end(), signal(second).initial.begin(),
                      signal(second).initial.end());
        return maker.constant(name, {2 * n}, values);
    }
    const SignalId all = maker.signal(name, {2 * n});
    maker.add(Copy(first, maker.slice(all, 0, n), false), name + ".first");
    maker.add(Copy(second, maker.slice(all, n, n), false), name + ".second");
    return all;
}

std::vector<Slot> Variants::fresh_slots() {
    std::vector<Slot> slots = op_->slots();
    for (Slot& slot : slots) {
        if (slot.role != Role::read) {
            slot.signal = like(slot.signal);
        }
    }
    return slots;
}

SignalId Variants::add(const std::vector<Slot>& slots) {
    add(op_, slots);
    return slots[static_cast<std::size_t>(result())].signal;
}

void Variants::add(std::shared_ptr<const Operator> op, const std::vector<Slot>& slots) {
    maker.add(Rewired(std::move(op), slots), "variant" + std::to_string(counter_++));
}

SignalId Variants::scaled(SignalId of, double factor) {
    const SignalId made = like(of);
    Signal& signal = maker.model->signal(made);
    if (is_constant(of)) {
        std::vector<double> values(signal.initial.begin(), signal.initial.end());
        for (double& value : values) {
            value *= factor;
        }
        signal.initial = values;
    } else {
        maker.add(ElementwiseInc(maker.constant(signal.name + ".factor", {},
                                                std::vector<double>{factor}),
                                 of, made, false),
                  signal.name);
    }
    return made;
}

std::vector<std::vector<double>> Variants::run(const Device& device,
                                               const std::vector<SignalId>& probed,
                                               double noise) {
    for (const SignalId id : probed) {
        SignalId seen = id;
        if (is_constant(id)) {
            seen = like(id);
            maker.add(Copy(id, seen, false), "seen");
        }
        maker.probe(seen);
    }
    InputData data;
    Draw draw(17);
    for (std::size_t i = 0; i < maker.model->inputs.size(); ++i) {
        const Index size = signal(maker.model->inputs[i].signal).size();
        data[static_cast<int>(i)] = {items, steps, size,
                                     draw.numbers(items * steps * size, -noise, noise)};
    }
    ReplicaOptions options = in_float64(items);
    options.planner.simplify = options.planner.fuse = options.planner.layout = false;
    options.planner.merge = MergePlanner::none;
    return run_simulation(maker.model, device, options, items, steps, data);
}

}  // namespace nengine::test
