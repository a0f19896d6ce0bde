#include "api/builder/nengo_order/operator_list.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <span>
#include <utility>

#include "kernels/base/error.hpp"

namespace nengine {

namespace {

using Signal = OperatorList::Signal;
using Uses = OperatorList::Uses;
using Extent = OperatorList::Extent;

constexpr Index unbounded = std::numeric_limits<Index>::max();

/// Lists of numbers by number, in one block.
class Lists {
public:
    /// @param pairs  (which list, what to append), in order
    Lists(std::size_t count, const std::vector<std::pair<int, int>>& pairs)
        : first_(count + 1, 0), values_(pairs.size()) {
        for (const auto& [list, value] : pairs) {
            ++first_[static_cast<std::size_t>(list) + 1];
        }
        std::partial_sum(first_.begin(), first_.end(), first_.begin());
        std::vector<std::size_t> next(first_.begin(), first_.end() - 1);
        for (const auto& [list, value] : pairs) {
            values_[next[static_cast<std::size_t>(list)]++] = value;
        }
    }

    std::span<const int> operator[](int list) const {
        const auto at = static_cast<std::size_t>(list);
        return {values_.data() + first_[at], first_[at + 1] - first_[at]};
    }

private:
    std::vector<std::size_t> first_;
    std::vector<int> values_;
};

/// The operators that use each signal in one role.
class Users {
public:
    Users(const OperatorList& list, std::vector<Signal> Uses::*role)
        : Users(list.signals().size(), pairs(list, role)) {}

    std::span<const int> of(Signal signal) const { return operators_[signal]; }
    /// The signals in order of first use.
    const std::vector<Signal>& signals() const { return signals_; }

private:
    using Pairs = std::vector<std::pair<int, int>>;

    Users(std::size_t n_signals, const Pairs& uses) : operators_(n_signals, uses) {
        std::vector<char> seen(n_signals, 0);
        for (const auto& [signal, op] : uses) {
            if (!std::exchange(seen[static_cast<std::size_t>(signal)], 1)) {
                signals_.push_back(signal);
            }
        }
    }

    static Pairs pairs(const OperatorList& list, std::vector<Signal> Uses::*role) {
        Pairs result;
        for (std::size_t i = 0; i < list.operators().size(); ++i) {
            for (const Signal signal : list.operators()[i].uses.*role) {
                result.emplace_back(signal, static_cast<int>(i));
            }
        }
        return result;
    }

    Lists operators_;
    std::vector<Signal> signals_;
};

/// Finds the signals that overlap one: an interval tree over the views of each base,
/// because ten thousand ensembles may each use an element of one signal.
class Overlaps {
public:
    explicit Overlaps(const std::vector<Extent>& extents)
        : extents_(extents), views_(extents.size(), views_by_base(extents)) {
        highest_.resize(extents.size());
        first_.resize(extents.size());
        std::size_t first = 0;
        for (std::size_t base = 0; base < extents.size(); ++base) {
            first_[base] = first;
            const auto views = views_[static_cast<int>(base)];
            find_highest(views, first);
            first += views.size();
        }
    }

    /// Calls visit(signal) for all that overlap, itself included.
    template <class Visit>
    void visit(Signal signal, const Visit& visit) const {
        const Extent& wanted = extent(signal);
        search(views_[wanted.base], first_[static_cast<std::size_t>(wanted.base)],
               wanted, visit);
    }

private:
    const Extent& extent(int signal) const {
        return extents_[static_cast<std::size_t>(signal)];
    }

    static std::vector<std::pair<int, int>> views_by_base(
        const std::vector<Extent>& extents) {
        std::vector<int> order(extents.size());
        std::iota(order.begin(), order.end(), 0);
        const auto low = [&](int view) {
            return extents[static_cast<std::size_t>(view)].low;
        };
        std::ranges::stable_sort(order, {}, low);
        std::vector<std::pair<int, int>> result;
        result.reserve(order.size());
        for (const int view : order) {
            result.emplace_back(extents[static_cast<std::size_t>(view)].base, view);
        }
        return result;
    }

    /// The middle of a range is its root; `highest_` of the root is the highest end
    /// within the range.
    Index find_highest(std::span<const int> views, std::size_t first) {
        if (views.empty()) {
            return 0;
        }
        const std::size_t middle = views.size() / 2;
        const Index below =
            std::max(find_highest(views.first(middle), first),
                     find_highest(views.subspan(middle + 1), first + middle + 1));
        return highest_[first + middle] = std::max(below, extent(views[middle]).high);
    }

    template <class Visit>
    void search(std::span<const int> views, std::size_t first, const Extent& wanted,
                const Visit& visit) const {
        const std::size_t middle = views.size() / 2;
        if (views.empty() || highest_[first + middle] <= wanted.low) {
            return;
        }
        search(views.first(middle), first, wanted, visit);
        const Extent& root = extent(views[middle]);
        if (root.low >= wanted.high) {
            return;
        }
        if (root.high > wanted.low) {
            visit(views[middle]);
        }
        search(views.subspan(middle + 1), first + middle + 1, wanted, visit);
    }

    const std::vector<Extent>& extents_;
    Lists views_;  ///< of each base, by their low end
    std::vector<Index> highest_;
    std::vector<std::size_t> first_;
};

/// Which operators wait for which. The edges of one operator stand in the order in
/// which Nengo finds them: increments wait for sets, then reads for sets and
/// increments, then updates for all three, each going through the signals in order of
/// first use.
class Dependencies {
public:
    explicit Dependencies(const OperatorList& list)
        : overlaps_(list.signals()),
          sets_(list, &Uses::sets),
          incs_(list, &Uses::incs),
          reads_(list, &Uses::reads),
          updates_(list, &Uses::updates),
          successors_(list.operators().size(), find()) {}

    /// May name an operator twice.
    std::span<const int> successors(int op) const { return successors_[op]; }

private:
    std::vector<std::pair<int, int>> find() const {
        std::vector<std::pair<int, int>> edges;
        wait(incs_, std::array{&sets_}, edges);
        wait(reads_, std::array{&sets_, &incs_}, edges);
        wait(updates_, std::array{&sets_, &incs_, &reads_}, edges);
        return edges;
    }

    template <std::size_t n>
    void wait(const Users& later, const std::array<const Users*, n>& earlier,
              std::vector<std::pair<int, int>>& edges) const {
        for (const Signal signal : later.signals()) {
            overlaps_.visit(signal, [&](Signal other) {
                for (const Users* users : earlier) {
                    for (const int from : users->of(other)) {
                        for (const int to : later.of(signal)) {
                            edges.emplace_back(from, to);
                        }
                    }
                }
            });
        }
    }

    Overlaps overlaps_;
    Users sets_, incs_, reads_, updates_;
    Lists successors_;
};

/// Calls visit(to) once for each operator that waits for `from`.
class DistinctSuccessors {
public:
    DistinctSuccessors(const Dependencies& dependencies, std::size_t n_operators)
        : dependencies_(dependencies), seen_(n_operators, -1) {}

    template <class Visit>
    void visit(int from, const Visit& visit) {
        for (const int to : dependencies_.successors(from)) {
            if (std::exchange(seen_[static_cast<std::size_t>(to)], from) != from) {
                visit(to);
            }
        }
    }

private:
    const Dependencies& dependencies_;
    std::vector<int> seen_;
};

}  // namespace

std::string_view name_of(NengoOperator op) {
    static constexpr std::array<std::string_view, 17> names = {
        "TimeUpdate", "Reset",        "Copy",       "ElementwiseInc",
        "DotInc",     "SparseDotInc", "ConvInc",    "ConvTransposeInc",
        "SimPyFunc",  "SimNeurons",   "SimProcess", "SimProbe",
        "SimPES",     "SimRLS",       "SimBCM",     "SimOja",
        "SimVoja"};
    return names[static_cast<std::size_t>(op)];
}

OperatorList::Signal OperatorList::add_signal() {
    const auto id = static_cast<Signal>(signals_.size());
    signals_.push_back({id, 0, unbounded});
    return id;
}

OperatorList::Signal OperatorList::add_view(Signal whole, Index low, Index high) {
    const auto id = static_cast<Signal>(signals_.size());
    const Signal base = signals_[static_cast<std::size_t>(whole)].base;
    signals_.push_back({base, low, high});
    return id;
}

int OperatorList::add(NengoOperator type, Uses uses) {
    operators_.push_back({type, std::move(uses)});
    return static_cast<int>(operators_.size()) - 1;
}

std::vector<int> execution_order(const OperatorList& list) {
    const std::size_t n_operators = list.operators().size();
    const Dependencies dependencies(list);
    std::vector<int> waits_for(n_operators, 0), order;
    order.reserve(n_operators);
    DistinctSuccessors counted(dependencies, n_operators);
    for (std::size_t op = 0; op < n_operators; ++op) {
        counted.visit(static_cast<int>(op),
                      [&](int to) { ++waits_for[static_cast<std::size_t>(to)]; });
    }
    for (std::size_t op = 0; op < n_operators; ++op) {
        if (waits_for[op] == 0) {
            order.push_back(static_cast<int>(op));
        }
    }
    DistinctSuccessors released(dependencies, n_operators);
    for (std::size_t done = 0; done < order.size(); ++done) {
        released.visit(order[done], [&](int to) {
            if (--waits_for[static_cast<std::size_t>(to)] == 0) {
                order.push_back(to);
            }
        });
    }
    if (order.size() != n_operators) {
        throw BuildError(
            "got a loop of connections and functions without a synapse, "
            "needs one in every loop");
    }
    return order;
}

}  // namespace nengine
