#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>

#include "engine/ir/names.hpp"
#include "kernels/base/view.hpp"

// What passes know of an operator beside its slots. They ask for these properties,
// never for its type, so that a new operator takes part in every pass by what it
// states.

namespace nengine::engine {

/// Some of an operator's slots.
class SlotSet {
public:
    constexpr SlotSet() = default;
    constexpr SlotSet(std::initializer_list<int> slots) {
        for (const int slot : slots) {
            bits_ |= bit(slot);
        }
    }
    constexpr bool contains(int slot) const { return (bits_ & bit(slot)) != 0; }
    constexpr bool empty() const { return bits_ == 0; }

private:
    static constexpr std::uint64_t bit(int slot) { return std::uint64_t{1} << slot; }

    std::uint64_t bits_ = 0;
};

/// A result that is elements of a slot.
struct CopiedElements {
    enum class Kind {
        none,      ///< it is something else
        by_index,  ///< those that the operator lists, which may repeat, be added up, or
                   ///< leave elements of the result alone
        in_order   ///< all, one after the other; repeated by numpy's rules if fewer
    };
    Kind kind = Kind::none;
    int source = -1;  ///< slot
};

/// A result that is the product of two slots.
struct Product {
    enum class Kind {
        none,      ///< it is something else
        elements,  ///< a * x, each repeated by numpy's rules
        matrix     ///< a x for a matrix `a` and a vector
    };
    Kind kind = Kind::none;
    int a = -1, x = -1;  ///< slots
};

/// How members of a group, operators with equal merge keys and no path between them,
/// become fewer commands.
enum class Merging {
    never,  ///< they are no group: nothing would be gained by their lying together
    evenly_spaced,  ///< one command, if their operands lie evenly spaced
    elementwise  ///< one on the concatenation: element i of what is written depends on
                 ///< element i of what is read, so that members may differ in size
};

/// Calls of functions of the user's; each of these says more than those before it.
enum class UsersCalls {
    none,
    free,        ///< which may do more than return a value, or throw: never dropped
    ordered,     ///< may share variables with others: one order, step by step
    within_step  ///< and must be called when its step is simulated: it takes an input,
                 ///< or is called for what it does. A model without any calls its
                 ///< functions of time ahead
};

/// What an operator is to the passes. "The result" is the slot that it sets, increments
/// or updates.
///
/// The first part are promises, from which passes make something simpler; an operator
/// that makes none is planned rightly, and for some of them slower. The second part are
/// warnings: what holds must be stated. Those of slots and gradients, which backward
/// passes keep, are Operator::gradient.
struct OperatorProperties {
    // What the result is. One of these is only stated of operators that write nothing
    // else; tests/conformance/operator_properties_test.cpp holds operators to them.

    /// This number, in all elements. A value that nothing else writes is then known
    /// when planning; zeros go where increments cover them.
    std::optional<double> constant = std::nullopt;
    /// Readers may look at the source instead; a copy of constants runs along with what
    /// is added to it.
    CopiedElements copy = {};
    /// A known factor of one leaves a copy of the other; equal products may be computed
    /// once.
    Product product = {};
    /// Linear in each of these slots: zeros in one of them are a result of zero.
    SlotSet linear = {};
    /// Proportional to this slot, a factor for all elements or one for each: it may be
    /// 1, and a product behind the operator makes up for it. -1: none.
    int amplitude = -1;
    /// This slot may be made gain * x + bias: Operator::with_affine. -1: none.
    int affine = -1;
    /// Spikes: nothing but in some steps, whatever it reads.
    bool spiking = false;

    // How it is written.

    /// What it sets may be added to what is there, whatever role the slot was given;
    /// and set instead of added, but for copies by index.
    bool may_add = false;
    /// What it sets may be any elements of a larger value, in order: what would be
    /// copied there is written there at once; and added there, with `may_add`.
    bool writes_anywhere = false;

    // What a group of merged operators may become.

    Merging merging = Merging::never;
    /// A constant in one of these slots belongs to the operator as a whole: a filter's
    /// coefficients. Others are per element, or one for all.
    SlotSet coefficients = {};

    // Warnings.

    /// A state slot is [state_planes, n]: the planes of merged operators interleave.
    Index state_planes = 1;
    /// A set leaves elements of its slot as others have set them.
    bool sets_some = false;
    /// Varies from step to step by itself, whatever it reads.
    bool has_clock = false;
    /// Gives each item of the batch its own value, whatever it reads.
    bool differs_by_item = false;
    /// Reads all items of a minibatch at once, but those of padding, and writes what is
    /// the same for each: one tile.
    bool reads_all_items = false;
    /// Is there for what a minibatch of training leaves behind: in plans that train,
    /// from which it is never dropped, and in no others.
    bool only_trains = false;
    /// Writes what has no history, a matrix that changes: its readers and it run step
    /// by step.
    bool stepped = false;
    /// Computed on the host, step by step: no launch.
    bool is_host = false;
    UsersCalls calls = UsersCalls::none;

    constexpr bool has_effects() const {
        return calls != UsersCalls::none || only_trains;
    }
    constexpr bool is_ordered() const { return calls >= UsersCalls::ordered; }
    constexpr bool acts_within_step() const { return calls == UsersCalls::within_step; }
};

}  // namespace nengine::engine
