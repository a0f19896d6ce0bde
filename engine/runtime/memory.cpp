#include "engine/runtime/memory.hpp"

#include <algorithm>
#include <string>

#include "kernels/base/host_memory.hpp"

namespace nengine::engine {
namespace {

constexpr std::size_t alignment = 256;
constexpr int forever = 1 << 30;
/// Bytes that no device has; sums of smaller sizes stay far from overflow.
constexpr std::size_t beyond_all = std::size_t{1} << 50;

std::size_t aligned(std::size_t bytes) {
    return (bytes + alignment - 1) / alignment * alignment;
}

struct Interval {
    BufferId buffer;
    std::size_t bytes;
    int first, last;
    std::size_t offset = 0;
};

bool shares_arena(const BufferSpec& spec) {
    return spec.kind == BufferKind::work || spec.kind == BufferKind::input;
}

std::size_t buffer_bytes(const BufferSpec& spec, ChunkSize capacity, Index minibatch) {
    const Index items = !spec.batched                    ? 1
                        : spec.kind == BufferKind::state ? minibatch
                                                         : capacity.items;
    const Index rows = spec.history ? capacity.steps + spec.extra_rows : 1;
    const std::size_t bytes =
        array_bytes({spec.width, items, rows}, itemsize(spec.dtype));
    return bytes < beyond_all ? aligned(bytes) : bytes;
}

/// First fit, largest first: buffers whose stages overlap must not overlap in memory.
std::size_t place(std::vector<Interval>& intervals) {
    std::ranges::stable_sort(intervals, std::greater<>(), &Interval::bytes);
    std::size_t total = 0;
    std::vector<const Interval*> placed;
    for (Interval& interval : intervals) {
        std::vector<const Interval*> conflicts;
        for (const Interval* other : placed) {
            if (other->first <= interval.last && interval.first <= other->last) {
                conflicts.push_back(other);
            }
        }
        std::ranges::sort(conflicts, {}, &Interval::offset);
        for (const Interval* other : conflicts) {
            if (other->offset >= interval.offset + interval.bytes) {
                break;
            }
            interval.offset = std::max(interval.offset, other->offset + other->bytes);
        }
        placed.push_back(&interval);
        total = std::max(total, interval.offset + interval.bytes);
    }
    return total;
}

std::string arena_purpose(const Plan& plan, const std::vector<Interval>& intervals) {
    std::string purpose = "signals of a chunk";
    const auto largest = std::ranges::max_element(intervals, {}, &Interval::bytes);
    if (largest != intervals.end()) {
        purpose += ", the largest of which, '" + plan.buffers[largest->buffer].name +
                   "', takes " + memory_text(largest->bytes);
    }
    return purpose;
}

}  // namespace

PlanMemory::PlanMemory(const Device& device, const Plan& plan,
                       const PlannerOptions& options, ChunkSize capacity,
                       Index minibatch)
    : addresses_(plan.buffers.size(), nullptr) {
    std::vector<Interval> intervals;
    for (const BufferId b : plan.buffers.ids()) {
        const BufferSpec& spec = plan.buffers[b];
        if (spec.kind == BufferKind::parameter || spec.kind == BufferKind::gradient) {
            continue;  // the replica's
        }
        const std::size_t bytes = buffer_bytes(spec, capacity, minibatch);
        if (!shares_arena(spec) || bytes >= beyond_all) {
            owned_.push_back(device.allocate(bytes, spec.name));
            addresses_[b] = owned_.back().data();
            bytes_ += bytes;
            continue;
        }
        const bool whole = !options.reuse_buffers || spec.kind == BufferKind::input ||
                           spec.last_stage < 0;
        intervals.push_back({b, bytes, whole ? -1 : spec.first_stage,
                             whole ? forever : spec.last_stage});
    }
    const std::size_t total = place(intervals);
    owned_.push_back(device.allocate(total, arena_purpose(plan, intervals)));
    bytes_ += total;
    auto* base = owned_.back().as<std::byte>();
    for (const Interval& interval : intervals) {
        addresses_[interval.buffer] = base + interval.offset;
    }
}

}  // namespace nengine::engine
