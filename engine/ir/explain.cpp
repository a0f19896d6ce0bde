#include <algorithm>
#include <cstdio>

#include "engine/ir/plan.hpp"

namespace nengine::engine {
namespace {

const char* kind_name(StageKind kind) {
    switch (kind) {
        case StageKind::once:
            return "once";
        case StageKind::folded:
            return "folded";
        default:
            return "stepped";
    }
}

void add_line(std::string& text, const std::string& stage, const char* kind,
              const Command& command, bool per_step) {
    char line[256];
    std::snprintf(line, sizeof(line), "%-10s %-8s %-36.36s %7d %9s %12.0f %14.0f\n",
                  stage.c_str(), kind, command.label.c_str(), command.members,
                  per_step ? "1" : "1/chunk", command.bytes, command.flops);
    text += line;
}

int count_launches(const Plan& plan, StageKind kind) {
    int launches = 0;
    for (const auto* stages : {&plan.forward, &plan.backward}) {
        for (const Stage& stage : *stages) {
            launches +=
                stage.kind == kind ? static_cast<int>(stage.commands.size()) : 0;
        }
    }
    return launches;
}

}  // namespace

std::string Plan::explain() const {
    char line[256];
    std::snprintf(line, sizeof(line), "%-10s %-8s %-36s %7s %9s %12s %14s\n", "stage",
                  "kind", "command", "merged", "launches", "elements", "flops");
    std::string text = line;
    for (const auto* stages : {&forward, &backward}) {
        for (std::size_t s = 0; s < stages->size(); ++s) {
            const Stage& stage = (*stages)[s];
            const std::string name =
                (stage.backward ? "back " : "") + std::to_string(s);
            for (const Command& command : stage.commands) {
                add_line(text, name, kind_name(stage.kind), command,
                         stage.kind == StageKind::stepped);
            }
        }
    }
    std::snprintf(line, sizeof(line),
                  "launches: %d once and %d folded per chunk, %d per step; "
                  "elements and flops are per step and item\n",
                  count_launches(*this, StageKind::once),
                  count_launches(*this, StageKind::folded),
                  count_launches(*this, StageKind::stepped));
    return text + line;
}

}  // namespace nengine::engine
