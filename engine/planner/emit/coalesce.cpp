#include <algorithm>
#include <tuple>

#include "engine/planner/emit/emit.hpp"
#include "kernels/elementwise.hpp"
#include "kernels/rows.hpp"

// The backward pass zeroes, loads and stores version by version. What lies side by side
// becomes one command, so that a thousand populations launch as much as ten.

namespace nengine::engine {
namespace {

/// What two moves must agree on to become one; the offset comes last, for sorting.
using MoveKey = std::tuple<int, BufferId, BufferId, Index, bool, int, Index>;

struct Move {
    MoveKey key;
    Index end = -1;  ///< the offset at which the next one must begin
};

bool plain(const Operand& operand) {
    return operand.rows == 1 && operand.count == 1 && operand.col_stride == 1;
}

/// A fill of zeros or a move of rows; `end` -1 for any other command.
Move move_of(const Command& command) {
    if (const auto* fill = args_of<FillArgs>(command);
        fill != nullptr && fill->value == 0.0 && plain(fill->dst)) {
        const Operand& dst = fill->dst;
        return {{0, dst.buffer, no_buffer, dst.shift, false,
                 static_cast<int>(dst.in_time), dst.offset},
                dst.offset + dst.cols};
    }
    if (const auto* row = args_of<MoveRowArgs>(command)) {
        const int kind = row->kind == RowMove::load ? 1 : 2;
        return {{kind, row->row.buffer, row->history.buffer, row->shift,
                 row->accumulate, 0, row->row.offset},
                row->row.offset + row->row.cols};
    }
    return {};
}

bool adjacent(const Move& a, const Move& b) {
    MoveKey expected = a.key;
    std::get<6>(expected) = a.end;
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
        while (head.end >= 0 && last != commands.end() && move_of(*last).end >= 0 &&
               std::get<0>(move_of(*last).key) == std::get<0>(head.key)) {
            ++last;
        }
        std::stable_sort(first, last, [](const Command& a, const Command& b) {
            return move_of(a).key < move_of(b).key;
        });
        Move before;
        for (; first != last; ++first) {
            const Move here = move_of(*first);
            if (before.end >= 0 && adjacent(before, here)) {
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
