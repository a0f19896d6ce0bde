#pragma once

#include <any>
#include <functional>
#include <optional>
#include <type_traits>

#include "engine/ir/bind_args.hpp"

// A kernel with its arguments, whichever it is: what a plan holds.

namespace nengine::engine {

/// A command with its addresses resolved: nothing but a call.
using Call = std::function<void()>;

class KernelCall {
public:
    template <template <class> class Args>
    requires requires(const Args<Planned>& args) { args.fields(); }
    KernelCall(const Args<Planned>& args)  // NOLINT: the arguments say which kernel
        : args_(args),
          kernel_{bind_as<Args>, visit_as<Args>, has_origin<Args<Planned>>} {
        static_assert(n_fields<Args<Planned>> == n_members<Args<Planned>>,
                      "fields() names every member once");
    }

    /// Everything that the call needs is copied into it.
    Call bind(const BindContext& context) const { return kernel_.bind(*this, context); }
    /// What is read and written; not what is absent.
    void for_each_operand(const VisitOperand& visit) const {
        kernel_.visit(*this, visit);
    }
    /// Whether it draws random numbers, from a place that it asks for.
    bool draws() const { return kernel_.draws; }

    /// The arguments of a kernel that one has to know; null: it is another.
    template <template <class> class Args>
    const Args<Planned>* as() const {
        return std::any_cast<Args<Planned>>(&args_);
    }
    template <template <class> class Args>
    Args<Planned>* as() {
        return std::any_cast<Args<Planned>>(&args_);
    }

private:
    template <template <class> class Args>
    static Call bind_as(const KernelCall& self, const BindContext& context) {
        return with_real(self.dtype(context), [&]<class Real>(Real) {
            const auto bound = bind_args<Real>(*self.as<Args>(), context);
            if constexpr (requires { bound.prepared(); }) {
                return call_of(context.device(), bound.prepared());
            } else {
                return call_of(context.device(), bound);
            }
        });
    }
    static Call call_of(const Device& device, const auto& kernel) {
        return [device, kernel] {
            device.run([&](const auto& exec) { kernel.run(exec); });
        };
    }
    /// Operands agree (Plan::check_dtypes): that of the first.
    DType dtype(const BindContext& context) const {
        std::optional<DType> first;
        for_each_operand([&](const Operand& operand, FieldAccess) {
            first = first ? first : context.block(operand).dtype;
        });
        return first.value();
    }

    template <template <class> class Args>
    static void visit_as(const KernelCall& self, const VisitOperand& visit) {
        const Args<Planned>& args = *self.as<Args>();
        std::apply(
            [&](const auto&... field) {
                (visit_member(args.*field.member, field.access, visit), ...);
            },
            args.fields());
    }
    template <class T>
    static void visit_member(const T& member, FieldAccess access,
                             const VisitOperand& visit) {
        if constexpr (std::is_same_v<T, Operand>) {
            if (member.present()) {
                visit(member, access);
            }
        } else if constexpr (requires { member.begin(); }) {
            for (const auto& each : member) {
                visit_member(each, access, visit);
            }
        }
    }

    template <class Args>
    static constexpr bool has_origin = requires(const Args& args) {
        args.origin;
    };

    /// What only the constructor knows: which arguments they are.
    struct Kernel {
        Call (*bind)(const KernelCall& self, const BindContext& context);
        void (*visit)(const KernelCall& self, const VisitOperand& visit);
        bool draws;
    };
    std::any args_;
    Kernel kernel_;
};

}  // namespace nengine::engine
