#include "engine/ir/model.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/base/error.hpp"
#include "kernels/base/host_memory.hpp"

namespace nengine::engine {
namespace {

/// Smallest and largest element that a view names.
std::pair<Index, Index> element_range(const Signal& signal) {
    Index low = signal.offset, high = signal.offset;
    for (std::size_t d = 0; d < signal.shape.size(); ++d) {
        const Index reach = (signal.shape[d] - 1) * signal.strides[d];
        (reach < 0 ? low : high) += reach;
    }
    return {low, high};
}

template <class Fn>
void for_each_element(const Signal& signal, Fn&& fn) {
    const auto strides =
        signal.is_view() ? signal.strides : dense_strides(signal.shape);
    std::vector<Index> at(signal.shape.size(), 0);
    for (Index i = 0; i < signal.size(); ++i) {
        Index element = signal.offset;
        for (std::size_t d = 0; d < at.size(); ++d) {
            element += at[d] * strides[d];
        }
        fn(element);
        for (std::size_t d = at.size(); d-- > 0;) {
            if (++at[d] < signal.shape[d]) {
                break;
            }
            at[d] = 0;
        }
    }
}

/// Who sets or updates each element: at most one operator.
class Owners {
public:
    explicit Owners(const Model& model)
        : model_(model), owner_(model.signal_count()), is_set_(model.signal_count()) {}

    /// @throws BuildError  the elements have another owner, or the rest of the
    ///                     signal is written in another way
    void claim(const Slot& slot, int n) {
        const SignalId base = model_.base(slot.signal);
        const Signal& whole = model_.signal(base);
        const bool set = slot.role == Role::set;
        if (!owner_[base].empty() && set != is_set_[base]) {
            throw BuildError(name(n) + ": got signal '" + whole.name +
                             "' that is set in one part and updated in another, needs "
                             "signals of their own");
        }
        is_set_[base] = set;
        owner_[base].resize(static_cast<std::size_t>(whole.size()), -1);
        const Signal& written = model_.signal(slot.signal);
        for_each_element(written, [&](Index element) {
            int& by = owner_[base][element];
            if (by >= 0) {
                throw BuildError(name(n) + ": got signal '" + written.name +
                                 "', which " + name(by) +
                                 " sets or updates too, needs one writer");
            }
            by = n;
        });
    }

    std::string name(int n) const {
        const Operator& op = *model_.operators()[n];
        return std::string(op.type()) + " '" + op.label + "'";
    }

private:
    const Model& model_;
    IndexedVector<SignalId, IndexedVector<Index, int>> owner_;  ///< by base, element
    IndexedVector<SignalId, char> is_set_;                      ///< by base
};

}  // namespace

SignalId Model::add_signal(Signal signal) {
    Index size = 0;
    if (!multiply_extents(signal.shape, size)) {
        throw BuildError("signal '" + signal.name + "': got shape " +
                         to_string(signal.shape) + ", needs fewer elements than 2^63");
    }
    if (std::ranges::any_of(signal.shape, [](Index extent) { return extent < 0; })) {
        throw BuildError("signal '" + signal.name + "': got shape " +
                         to_string(signal.shape) + ", needs extents of at least 0");
    }
    if (!signal.initial.empty() && static_cast<Index>(signal.initial.size()) != size) {
        throw BuildError("signal '" + signal.name + "': got " +
                         std::to_string(signal.initial.size()) +
                         " initial values, needs " + std::to_string(size) +
                         " for shape " + to_string(signal.shape));
    }
    if (!std::ranges::all_of(signal.initial,
                             [](double v) { return std::isfinite(v); })) {
        throw BuildError(
            "signal '" + signal.name +
            "': got an initial value that is not finite, needs finite ones");
    }
    return signals_.push_back(std::move(signal));
}

SignalId Model::add_view(SignalId of, std::string name, Shape shape, Index offset,
                         std::vector<Index> strides) {
    const Signal parent = signal(of);
    Signal view{.name = std::move(name), .shape = std::move(shape)};
    view.readonly = parent.readonly;
    view.base = base(of);
    // Offsets and strides count elements of the base.
    view.offset = parent.offset + offset;
    view.strides = std::move(strides);
    if (view.strides.size() != view.shape.size()) {
        throw BuildError("view '" + view.name + "': got " +
                         std::to_string(view.strides.size()) + " strides, needs " +
                         std::to_string(view.shape.size()));
    }
    const auto [low, high] = element_range(view);
    if (view.size() > 0 && (low < 0 || high >= signal(view.base).size())) {
        throw BuildError("view '" + view.name + "': got elements " +
                         std::to_string(low) + " to " + std::to_string(high) +
                         ", needs them within '" + signal(view.base).name +
                         "' of size " + std::to_string(signal(view.base).size()));
    }
    return signals_.push_back(std::move(view));
}

SignalId Model::add_slice(SignalId of, Index first, Index count, Index step) {
    const Signal& parent = signal(of);
    if (parent.shape.size() != 1) {
        throw BuildError("slice of '" + parent.name + "': got shape " +
                         to_string(parent.shape) + ", needs a vector");
    }
    const Index stride = parent.is_view() ? parent.strides[0] : 1;
    const std::string name = parent.name + "[" + std::to_string(first) + ":" +
                             std::to_string(first + count * step) + ":" +
                             std::to_string(step) + "]";
    return add_view(of, name, {count}, first * stride, {step * stride});
}

SignalId Model::add_reshape(SignalId of, Shape shape) {
    const Signal& parent = signal(of);
    const bool dense =
        !parent.is_view() || parent.strides == dense_strides(parent.shape);
    if (!dense || shape_size(shape) != parent.size()) {
        throw BuildError("reshape of '" + parent.name + "': got shape " +
                         to_string(shape) + ", needs a dense signal of " +
                         std::to_string(parent.size()) + " elements");
    }
    auto strides = dense_strides(shape);
    return add_view(of, parent.name + ".reshaped", std::move(shape), 0,
                    std::move(strides));
}

SignalId Model::base(SignalId id) const {
    const Signal& s = signal(id);
    return s.is_view() ? s.base : id;
}

Model Model::copy() const {
    Model result(dt_);
    result.signals_ = signals_;
    result.inputs = inputs;
    result.probes = probes;
    result.looks = looks;
    result.rules = rules;
    for (const auto& op : operators_) {
        result.operators_.push_back(op->clone());
    }
    return result;
}

void Model::need_signal(SignalId id, const std::string& what) const {
    if (id < 0 || static_cast<std::size_t>(id) >= signals_.size()) {
        throw BuildError(what + ": got signal " + std::to_string(id.value) +
                         ", needs one below " + std::to_string(signals_.size()));
    }
}

void Model::validate_operators() const {
    Owners owners(*this);
    for (const int n : operators_.ids()) {
        const Operator& op = *operators_[n];
        std::vector<Shape> shapes;
        for (const Slot& slot : op.slots()) {
            need_signal(slot.signal, owners.name(n));
            shapes.push_back(signal(slot.signal).shape);
        }
        op.check(shapes);
        for (const Slot& slot : op.slots()) {
            const Signal& written = signal(slot.signal);
            const bool keeps = written.readonly || signal(base(slot.signal)).statistic;
            if (slot.role != Role::read && keeps) {
                throw BuildError(owners.name(n) + ": got readonly signal '" +
                                 written.name + "' to write to");
            }
            if (slot.role != Role::read && slot.role != Role::inc) {
                owners.claim(slot, n);
            }
        }
    }
}

void Model::validate() const {
    validate_operators();
    for (const Signal& signal : signals_) {
        if (signal.statistic && (signal.trainable || signal.learned)) {
            throw BuildError("statistic '" + signal.name +
                             "': got one that is trained too, needs one or the other");
        }
    }
    for (const Input& input : inputs) {
        need_signal(input.signal, "input '" + input.name + "'");
        if (input.producer >= static_cast<int>(operators_.size())) {
            throw BuildError("input '" + input.name + "': got producer " +
                             std::to_string(input.producer) + ", needs an operator");
        }
    }
    for (const ProbePoint& probe : probes) {
        need_signal(probe.signal, "probe '" + probe.name + "'");
        if (!(probe.period >= 1)) {
            throw BuildError("probe '" + probe.name + "': got a period of " +
                             std::to_string(probe.period) + " steps, needs at least 1");
        }
    }
    for (const Look& look : looks) {
        for (const SignalId seen : look.signals) {
            need_signal(seen, "look '" + look.name + "'");
            if (signal(seen).size() == 0) {
                throw BuildError("look '" + look.name + "': got signal '" +
                                 signal(seen).name + "' of shape " +
                                 to_string(signal(seen).shape) + ", needs elements");
            }
        }
        if (!look.call) {
            throw BuildError("look '" + look.name + "': got no function, needs one");
        }
    }
}

}  // namespace nengine::engine
