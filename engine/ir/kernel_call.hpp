#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "engine/ir/any_block.hpp"
#include "engine/ir/operand.hpp"
#include "kernels/base/args.hpp"
#include "kernels/base/device.hpp"
#include "kernels/base/dtype.hpp"
#include "kernels/base/math_policy.hpp"
#include "kernels/filter_scan.hpp"

// A kernel's arguments as a plan has them, and how they become a call.

namespace nengine::engine {

/// Arguments that refer to operands and tables of a plan.
struct Planned {
    /// What only the executor knows.
    enum class Context { step_size, seconds, first_step, step_counter, origin };

    using Number = double;
    using Read = Operand;
    using Write = Operand;
    using Group = Operand;
    using Param = Operand;
    using ReadArray = Operand;
    using WriteArray = Operand;
    using Coefficients = Operand;
    /// A filter as it was prepared for the device's convolutions.
    struct PreparedFilter {
        Operand filter;
        Index out_c = 0;
    };
    struct Math {
        double max_ratio = 0;  ///< kernels::choose_math
    };
    using Table = TableId;
    template <Context what>
    using From = std::integral_constant<Context, what>;
    using StepSize = From<Context::step_size>;
    using Seconds = From<Context::seconds>;
    using FirstStep = From<Context::first_step>;
    using StepCounter = From<Context::step_counter>;
    using Origin = From<Context::origin>;

    static bool present(const Operand& operand) { return operand.present(); }
};

/// A command with its addresses resolved: nothing but a call.
using Call = std::function<void()>;

/// Where the first row that an operand means lies in memory, and how many follow.
struct OperandPlace {
    void* data;
    Index steps, items;
    Index time_stride, batch_stride;
};

/// Resolves what arguments of a plan refer to, for one chunk and one tile.
class BindContext {
public:
    virtual ~BindContext() = default;
    virtual const Device& device() const = 0;
    virtual DType dtype(const Operand& operand) const = 0;
    virtual OperandPlace place(const Operand& operand) const = 0;
    /// Of the elements in a buffer's first row.
    virtual void* address(const Operand& operand) const = 0;
    virtual Index* table(TableId id) const = 0;
    virtual double dt() const = 0;
    virtual Index first_step() const = 0;
    virtual Index* step_counter() const = 0;
    virtual const RandomOrigin* origin() const = 0;
    /// A filter at this address that was prepared for convolutions; null: it was not.
    virtual const void* prepared_filter(const void* filter, Index out_c) const = 0;
};

/// The numbers of an operand at a place, for so many steps and items of it.
inline AnyBlock block_at(const Operand& operand, const OperandPlace& place, DType dtype,
                         Index steps, Index items) {
    return {.dtype = dtype,
            .data = place.data,
            .steps = steps,
            .batch = items,
            .rows = operand.rows,
            .cols = operand.cols,
            .time_stride = place.time_stride,
            .batch_stride = place.batch_stride,
            .row_stride = operand.row_stride,
            .col_stride = operand.col_stride};
}

/// Copies a member of planned arguments to the bound ones, as what it is there.
template <class Real>
class MemberBinder {
public:
    /// `like` has the extents of the block that a member may be.
    MemberBinder(const BindContext& context, const Operand* like, bool of_group)
        : context_(context), like_(like), of_group_(of_group) {}

    template <class T>
    void operator()(const T& from, T& to) const {
        to = from;
    }
    void operator()(const double& from, float& to) const {
        to = static_cast<float>(from);
    }
    template <class To>
    void operator()(const Operand& from, Block<To>& to) const {
        if (from.present()) {
            to = of_group_ ? members(from) : block(from);
        }
    }
    void operator()(const Operand& from, BlockGroup<Real>& to) const {
        to = {block(from), from.count, from.group_stride};
    }
    void operator()(const Operand& from, ParamView<Real>& to) const {
        to = {address(from), from.col_stride};
    }
    void operator()(const Operand& from, FilterCoefficients<Real>& to) const {
        to = {address(from), from.row_stride, from.col_stride};
    }
    template <class To>
    void operator()(const Operand& from, To*& to) const {
        to = address(from);
    }
    void operator()(const Planned::PreparedFilter& from, const Real*& to) const {
        to = static_cast<const Real*>(
            context_.prepared_filter(address(from.filter), from.out_c));
    }
    void operator()(const Planned::Math& from, MathPolicy& to) const {
        to = choose_math(dtype_of<Real>, from.max_ratio);
    }
    void operator()(const TableId& from, const Index*& to) const {
        to = from == no_table ? nullptr : context_.table(from);
    }
    template <Planned::Context what, class To>
    void operator()(std::integral_constant<Planned::Context, what>, To& to) const {
        using enum Planned::Context;
        if constexpr (what == step_size || what == seconds) {
            to = static_cast<To>(context_.dt());
        } else if constexpr (what == first_step) {
            to = context_.first_step();
        } else if constexpr (what == step_counter) {
            to = context_.step_counter();
        } else {
            to = context_.origin();
        }
    }
    template <class From, class To, std::size_t n>
    void operator()(const std::array<From, n>& from, std::array<To, n>& to) const {
        for (std::size_t i = 0; i < n; ++i) {
            (*this)(from[i], to[i]);
        }
    }

private:
    Real* address(const Operand& operand) const {
        return operand.present() ? static_cast<Real*>(context_.address(operand))
                                 : nullptr;
    }
    Block<Real> block(const Operand& operand) const {
        const OperandPlace place = context_.place(operand);
        const OperandPlace wide =
            like_ == nullptr || like_ == &operand ? place : context_.place(*like_);
        return block_at(operand, place, dtype_of<Real>, wide.steps, wide.items)
            .template as<Real>();
    }
    /// A block per member of a group, as steps.
    Block<Real> members(const Operand& operand) const {
        Block<Real> result = block(operand);
        result.steps = operand.count;
        result.time_stride = operand.group_stride;
        return result;
    }

    const BindContext& context_;
    const Operand* like_;
    bool of_group_;
};

template <class Real, template <class> class Args>
Args<Bound<Real>> bind_args(const Args<Planned>& planned, const BindContext& context) {
    Args<Bound<Real>> bound{};
    const auto copy_field = [&](const auto& from, const auto& to) {
        const auto& like = planned.*from.like;
        const Operand* block = nullptr;
        if constexpr (std::is_same_v<decltype(like), const Operand&>) {
            block = &like;
        }
        MemberBinder<Real>(context, block, from.of_group)(planned.*from.member,
                                                          bound.*to.member);
    };
    std::apply(
        [&](const auto&... from) {
            std::apply([&](const auto&... to) { (copy_field(from, to), ...); },
                       bound.fields());
        },
        planned.fields());
    return bound;
}

/// Any kernel with its arguments: a value.
class KernelCall {
public:
    template <template <class> class Args>
    requires requires(const Args<Planned>& args) { args.fields(); }
    KernelCall(const Args<Planned>& args)  // NOLINT: the arguments say which kernel
        : held_(std::make_unique<Held<Args>>(args)) {
        static_assert(n_fields<Args<Planned>> == n_members<Args<Planned>>,
                      "fields() names every member once");
    }
    KernelCall(const KernelCall& other) : held_(other.held_->clone()) {}
    KernelCall(KernelCall&&) noexcept = default;
    KernelCall& operator=(KernelCall other) noexcept {
        held_ = std::move(other.held_);
        return *this;
    }
    ~KernelCall() = default;

    /// Everything that the call needs is copied into it.
    Call bind(const BindContext& context) const { return held_->bind(context); }
    using Visit = std::function<void(const Operand&, FieldAccess)>;
    /// What is read and written; not what is absent.
    void for_each_operand(const Visit& visit) const { held_->for_each_operand(visit); }
    /// Whether the place of random numbers is asked for.
    bool draws() const { return held_->draws(); }

    /// The arguments of a kernel that one has to know; null: it is another.
    template <template <class> class Args>
    const Args<Planned>* as() const {
        const auto* held = dynamic_cast<const Held<Args>*>(held_.get());
        return held == nullptr ? nullptr : &held->args;
    }
    template <template <class> class Args>
    Args<Planned>* as() {
        auto* held = dynamic_cast<Held<Args>*>(held_.get());
        return held == nullptr ? nullptr : &held->args;
    }

private:
    struct Holder {
        virtual ~Holder() = default;
        virtual std::unique_ptr<Holder> clone() const = 0;
        virtual Call bind(const BindContext& context) const = 0;
        virtual void for_each_operand(const Visit& visit) const = 0;
        virtual bool draws() const = 0;
    };

    template <template <class> class Args>
    struct Held final : Holder {
        explicit Held(const Args<Planned>& given) : args(given) {}

        std::unique_ptr<Holder> clone() const override {
            return std::make_unique<Held>(args);
        }
        Call bind(const BindContext& context) const override {
            return with_real(dtype(context),
                             [&]<class Real>(Real) { return bind_as<Real>(context); });
        }
        /// Operands agree (Plan::check_dtypes): that of the first.
        DType dtype(const BindContext& context) const {
            std::optional<DType> first;
            each_member([&](const auto& member, FieldAccess access) {
                visit_operands(member, access,
                               [&](const Operand& operand, FieldAccess) {
                                   first = first ? first : context.dtype(operand);
                               });
            });
            return first.value();
        }
        template <class Real>
        Call bind_as(const BindContext& context) const {
            const auto bound = bind_args<Real>(args, context);
            if constexpr (requires { bound.prepared(); }) {
                return call_of(context.device(), bound.prepared());
            } else {
                return call_of(context.device(), bound);
            }
        }
        template <class Kernel>
        static Call call_of(const Device& device, const Kernel& kernel) {
            return [device, kernel] {
                device.run([&](const auto& exec) { kernel.run(exec); });
            };
        }
        void for_each_operand(const Visit& visit) const override {
            each_member([&](const auto& member, FieldAccess access) {
                visit_operands(member, access, visit);
            });
        }
        bool draws() const override {
            bool result = false;
            each_member([&]<class T>(const T&, FieldAccess) {
                result = result || std::is_same_v<T, Planned::Origin>;
            });
            return result;
        }

        template <class Fn>
        void each_member(const Fn& fn) const {
            std::apply(
                [&](const auto&... field) {
                    (fn(args.*field.member, field.access), ...);
                },
                args.fields());
        }

        Args<Planned> args;
    };

    template <class T, class Fn>
    static void visit_operands(const T& member, FieldAccess access, const Fn& visit) {
        if constexpr (std::is_same_v<T, Operand>) {
            if (member.present()) {
                visit(member, access);
            }
        } else if constexpr (requires { member.begin(); }) {
            for (const auto& each : member) {
                visit_operands(each, access, visit);
            }
        }
    }

    std::unique_ptr<Holder> held_;
};

}  // namespace nengine::engine
