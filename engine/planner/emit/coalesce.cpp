#include <algorithm>
#include <compare>

#include "engine/planner/emit/emit.hpp"
#include "kernels/elementwise.hpp"
#include "kernels/rows.hpp"

// The backward pass zeroes, loads and stores version by version. What lies side by side
// becomes one command, so that a thousand populations launch as much as ten.

namespace nengine::engine {
namespace {

enum class MoveKind { other, zeros, load, store };

/// What two moves must agree on to become one, and where it begins, which comes last
/// for sorting.
struct MoveKey {
    MoveKind kind = MoveKind::other;
    BufferId buffer, history;
    Index shift = 0;
    bool accumulate = false;
    Rows in_time{};
    Index offset = 0;

    auto operator<=>(const MoveKey&) const = default;
};

struct Move {
    MoveKey key;
    Index end = 0;  ///< the offset at which the next one must begin

    bool moves() const { return key.kind != MoveKind::other; }
};

bool plain(const Operand& operand) {
    return operand.rows == 1 && operand.count == 1 && operand.col_stride == 1;
}

Move move_of(const Command& command) {
    if (const auto* fill = args_of<FillArgs>(command);
        fill != nullptr && fill->value == 0.0 && plain(fill->dst)) {
        const Operand& dst = fill->dst;
        return {{.kind = MoveKind::zeros,
                 .buffer = dst.buffer,
                 .shift = dst.shift,
                 .in_time = dst.in_time,
                 .offset = dst.offset},
                dst.offset + dst.cols};
    }
    if (const auto* row = args_of<MoveRowArgs>(command)) {
        const bool load = row->kind == RowMove::load;
        return {{.kind = load ? MoveKind::load : MoveKind::store,
                 .buffer = row->row.buffer,
                 .history = row->history.buffer,
                 .shift = row->shift,
                 .accumulate = row->accumulate,
                 .offset = row->row.offset},
                row->row.offset + row->row.cols};
    }
    return {};
}

bool adjacent(const Move& a, const Move& b) {
    MoveKey expected = a.key;
    expected.offset = a.end;
    return expected == b.key;
}

void extend(Command& command, Index by) {
    if (auto* fill = args_of<FillArgs>(command)) {
        fill->dst.cols += by;
    } else {
        auto* row = args_of<MoveRowArgs>(command);
        row->row.cols += by;
        row->history.cols += by;
    }
}

}  // namespace

void coalesce(std::vector<Command>& commands) {
    std::vector<Command> result;
    for (auto first = commands.begin(); first != commands.end();) {
        // Moves of one kind that follow one another touch different elements: any order
        // will do.
        const Move head = move_of(*first);
        auto last = first + 1;
        while (head.moves() && last != commands.end() &&
               move_of(*last).key.kind == head.key.kind) {
            ++last;
        }
        std::stable_sort(first, last, [](const Command& a, const Command& b) {
            return move_of(a).key < move_of(b).key;
        });
        Move before;
        for (; first != last; ++first) {
            const Move here = move_of(*first);
            if (before.moves() && adjacent(before, here)) {
                extend(result.back(), here.end - before.end);
                before.end = here.end;
            } else {
                result.push_back(std::move(*first));
                before = here;
            }
        }
    }
    commands = std::move(result);
}

}  // namespace nengine::engine
