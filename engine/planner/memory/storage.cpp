#include "engine/planner/memory/storage.hpp"

#include <algorithm>

namespace nengine::engine {

Storage::Storage(const Graph& graph, const Layout& layout, const GradientNeeds& needs,
                 Plan& plan)
    : graph_(graph), layout_(layout), needs_(needs), plan_(plan) {
    for (auto* of_block :
         {&row_, &history_, &state_, &gradient_row_, &gradient_history_}) {
        of_block->assign(layout.blocks.size(), no_buffer);
    }
}

const Version& Storage::sample(int b) const {
    return graph_.version(block(b).members.front());
}

bool Storage::carried(int b) const {
    const VersionKind kind = sample(b).kind;
    return kind == VersionKind::updated || kind == VersionKind::state ||
           kind == VersionKind::accumulated;
}

int Storage::position(int stage, bool backward) const {
    const int n = static_cast<int>(graph_.stages.size());
    return backward ? 2 * n - stage : stage;
}

void Storage::touch(BufferId buffer, int at) {
    BufferSpec& spec = plan_.buffers[buffer];
    spec.first_stage = std::min(spec.first_stage, at);
    spec.last_stage = std::max(spec.last_stage, at);
}

BufferId Storage::add_buffer(BufferSpec spec) {
    spec.first_stage = 1 << 30;
    spec.last_stage = -1;
    return plan_.buffers.push_back(std::move(spec));
}

BufferId Storage::make(OfBlock& of_block, int b, const char* what, BufferKind kind,
                       bool history) {
    BufferId& id = of_block[b];
    if (id == no_buffer) {
        const Version& v = sample(b);
        id = add_buffer({.name = v.name + what,
                         .kind = kind,
                         .width = block(b).width,
                         .dtype = graph_.dtype(v),
                         .batched = v.batched,
                         .history = history,
                         .extra_rows = history && carried(b) ? 1 : 0});
    }
    return id;
}

BufferId Storage::row(int b) {
    const bool input = sample(b).kind == VersionKind::input;
    return make(row_, b, "", input ? BufferKind::input : BufferKind::work, false);
}

BufferId Storage::history(int b) {
    const bool input = sample(b).kind == VersionKind::input;
    return make(history_, b, " over time", input ? BufferKind::input : BufferKind::work,
                true);
}

BufferId Storage::state(int b) {
    return make(state_, b, " state", BufferKind::state, false);
}

BufferId Storage::gradient_row(int b) {
    return make(gradient_row_, b, " gradient", BufferKind::work, false);
}

BufferId Storage::gradient_history(int b) {
    return make(gradient_history_, b, " gradient over time", BufferKind::work, true);
}

std::map<int, Mirror>& Storage::mirrors(int stage, bool backward) {
    return mirrors_[{stage, backward}];
}

std::map<int, Mirror>& Storage::gradient_mirrors(int stage) {
    return gradient_mirrors_[stage];
}

Place Storage::mirror(std::map<int, Mirror>& mirrors, VersionId id, const char* what) {
    const int b = placement(id).block;
    Mirror& entry = mirrors[b];
    if (entry.row == no_buffer) {
        const Version& v = sample(b);
        entry.row = add_buffer({.name = v.name + what,
                                .kind = BufferKind::work,
                                .width = block(b).width,
                                .dtype = graph_.dtype(v),
                                .batched = v.batched});
    }
    entry.versions.insert(id);
    return {entry.row, Rows::fixed, 0};
}

Place Storage::value(VersionId id, int stage, Role role, bool backward) {
    const Version& v = graph_.version(id);
    const int b = placement(id).block;
    Place place;
    if (!v.in_time) {
        place = {row(b), Rows::fixed, 0};
    } else if (stepped(stage)) {
        const bool own = v.stage == stage && v.kind != VersionKind::input && !backward;
        place = own ? Place{carried(b) ? state(b) : row(b), Rows::fixed, 0}
                    : mirror(mirrors(stage, backward), id, " row");
        if (!own) {
            touch(history(b), position(stage, backward));
        }
    } else if (role == Role::state) {
        place = {state(b), Rows::fixed, 0};
    } else {
        place = {history(b), Rows::history, role == Role::update ? 1 : shift_seen(b)};
    }
    touch(place.buffer, position(stage, backward));
    return place;
}

Place Storage::saved_value(VersionId id, int stage, bool backward) {
    const Version& v = graph_.version(id);
    if (!v.in_time || !stepped(stage)) {
        return value(id, stage, Role::read, backward);
    }
    const BufferId buffer = history(placement(id).block);
    touch(buffer, position(stage, backward));
    return {buffer, Rows::history, shift_seen(placement(id).block)};
}

Place Storage::gradient(VersionId id, int stage, Role role) {
    const Version& v = graph_.version(id);
    const int b = placement(id).block;
    Place place;
    if (!v.in_time) {
        place = {gradient_row(b), Rows::fixed, 0};
    } else if (stepped(stage)) {
        const bool own = v.stage == stage && v.kind != VersionKind::input;
        place = own ? Place{gradient_row(b), Rows::fixed, 0}
                    : mirror(gradient_mirrors(stage), id, " gradient row");
        if (!own) {
            touch(gradient_history(b), position(stage, true));
        }
    } else {
        place = {gradient_history(b), Rows::history, role == Role::update ? 1 : 0};
    }
    touch(place.buffer, position(stage, true));
    return place;
}

Place Storage::saved_gradient(VersionId id, int stage) {
    const Version& v = graph_.version(id);
    if (!v.in_time || !stepped(stage)) {
        return gradient(id, stage, Role::set);
    }
    const BufferId buffer = gradient_history(placement(id).block);
    touch(buffer, position(stage, true));
    return {buffer, Rows::history, 0};
}

}  // namespace nengine::engine
