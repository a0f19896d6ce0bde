#pragma once

#include <map>
#include <span>
#include <vector>

#include "engine/ir/names.hpp"
#include "kernels/base/view.hpp"

namespace nengine::engine {

/// What functions of the user's have given, call by call, for steps that are not past:
/// a step that is run again because a later one failed, another tile of the batch, and
/// the chunk after a failure take it from here, so that no function is called twice for
/// a step.
class CallLog {
public:
    /// The results of operator `op` for an item in a step, if it has been called:
    /// `size` numbers.
    const double* find(int op, Index step, Index item) const;
    /// Whether operator `op` has been called at all.
    bool has(int op) const { return series_.contains(op); }
    /// Keeps the results of a call; those of an item come in the order of steps.
    void add(int op, Index step, Index item, std::span<const double> results);
    /// The steps before `step` are past.
    void forget_before(Index step);
    /// Operator `op` is called again from `step` on.
    void forget_from(int op, Index step);

private:
    /// The calls for one item: of steps `first`, `first` + 1, and so on.
    struct Series {
        Index first = 0, count = 0;
        std::size_t size = 0;
        std::vector<double> values;
    };

    std::map<int, std::vector<Series>> series_;  ///< by operator, then item
};

}  // namespace nengine::engine
