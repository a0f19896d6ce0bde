#pragma once

#include "engine/ir/host_call.hpp"
#include "engine/operators/operator_base.hpp"

namespace nengine::engine {

/// A process on the host (Nengo's SimProcess): output = one step of (t, x).
///
/// Without x it folds: a chunk of steps at once, items side by side. With x it is
/// called where its input is known. Processes share nothing, so that they need no place
/// in the order of the user's functions, unless they call one themselves.
///
/// Slots: output (role `set`; `update` is seen one step later), then x.
class SimProcess : public OperatorBase<SimProcess> {
public:
    enum { output, x };
    struct Options {
        Role role = Role::set;
        bool per_item = true;    ///< false: one signal, the same for all items
        bool users_own = false;  ///< calls a function of the user's
        bool pure = false;       ///< which shares nothing with others
    };
    SimProcess(ProcessFactory factory, SignalId output, SignalId x, Options options);
    const ProcessFactory& factory() const { return *factory_; }
    /// What its commands hold of it.
    HostCallee callee() const;
    bool has_x() const { return slots().size() > x; }
    bool per_item() const { return options_.per_item; }
    bool users_own() const { return options_.users_own; }

    /// What takes its place while training; null: it stays.
    std::shared_ptr<const Operator> trained_as;
    std::shared_ptr<const Operator> training_form() const override {
        return trained_as;
    }

    std::string_view type() const override { return "SimProcess"; }
    void check(const std::vector<Shape>& shapes) const override;
    MergeKey merge_key(const std::vector<Shape>& shapes) const override;
    OperatorProperties properties() const override;
    SlotGradient gradient(int) const override { return SlotGradient::zero; }
    void lower(Lowering& lowering) const override;
    double flops(const std::vector<Shape>&) const override { return 0; }

private:
    UsersCalls calls() const;

    std::shared_ptr<const ProcessFactory> factory_;
    Options options_;
};

}  // namespace nengine::engine
