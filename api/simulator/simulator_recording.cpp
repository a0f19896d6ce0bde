#include <algorithm>
#include <limits>
#include <numeric>

#include "api/simulator/collector.hpp"
#include "api/simulator/simulator_impl.hpp"
#include "engine/ir/sampling.hpp"
#include "engine/simulation/check_call.hpp"
#include "kernels/base/host_memory.hpp"

// What probes record.

namespace nengine {

using namespace detail;

std::vector<int> Simulator::Impl::all_probes() const {
    std::vector<int> probes(model().probes.size());
    std::iota(probes.begin(), probes.end(), 0);
    return probes;
}

Index Simulator::Impl::samples(int probe, Index first, Index n_steps) const {
    return engine::CallSamples(model().probes[static_cast<std::size_t>(probe)], first,
                               n_steps)
        .count();
}

Index Simulator::Impl::probe_size(int probe) const {
    return model()
        .signal(model().probes[static_cast<std::size_t>(probe)].signal)
        .size();
}

namespace {

constexpr const char* less_recorded =
    "the number of steps or what is recorded (a longer sample_every, keep_history = "
    "false)";

}  // namespace

void Simulator::Impl::need_memory_to_record(const std::string& call,
                                            const std::vector<int>& probes, Index items,
                                            Index n_steps) const {
    std::size_t total = 0, most = 0;
    int largest = 0;
    for (const int probe : probes) {
        const std::size_t bytes = kernels::array_bytes(
            {items, samples(probe, simulation->step(), n_steps), probe_size(probe)},
            itemsize(options.dtype));
        if (__builtin_add_overflow(total, bytes, &total)) {
            total = std::numeric_limits<std::size_t>::max();
        }
        if (bytes > most) {
            most = bytes;
            largest = probe;
        }
    }
    kernels::need_host_memory(total, [&] {
        const std::size_t others = probes.size() - 1;
        const auto& probe = *built.probes[static_cast<std::size_t>(largest)];
        std::string what =
            std::to_string(samples(largest, simulation->step(), n_steps)) +
            " samples of " + describe(probe);
        if (others > 0) {
            what += " and those of " + std::to_string(others) + " more";
        }
        return kernels::MemoryUse{call, what, less_recorded};
    });
}

void Simulator::Impl::need_memory_to_read(int probe, Index rows) const {
    kernels::need_host_memory(
        kernels::array_bytes({minibatch(), rows, probe_size(probe)},
                             itemsize(options.dtype)),
        [&] {
            const auto& object = *built.probes[static_cast<std::size_t>(probe)];
            return kernels::MemoryUse{
                "data",
                "a copy of " + std::to_string(rows) + " samples of " + describe(object),
                less_recorded};
        });
}

Tensor Simulator::Impl::joined(int probe, const std::vector<Tensor>& parts) const {
    if (parts.size() == 1) {
        return parts.front();
    }
    Index rows = 0;
    for (const auto& part : parts) {
        rows += part.extent(1);
    }
    need_memory_to_read(probe, rows);
    Collector merged(minibatch(), rows, probe_size(probe), options.dtype);
    Index row = 0;
    for (const auto& part : parts) {
        merged.put(0, minibatch(), row, part.extent(1), part.raw());
        row += part.extent(1);
    }
    return merged.take();
}

Index Simulator::Impl::rows_so_far(int probe) const {
    return samples(probe, running->start, simulation->step() - running->start);
}

Tensor Simulator::Impl::recorded(int probe) const {
    const auto p = static_cast<std::size_t>(probe);
    auto& parts = recordings[p].parts;
    if (running) {  // a function looks at what its run has recorded
        const Index rows = rows_so_far(probe);
        const bool adds = model().probes[p].keep_history || rows == 0;
        std::vector<Tensor> all = adds ? parts : std::vector<Tensor>{};
        need_memory_to_read(probe, rows);
        all.push_back(running->collectors.at(probe).copy_of(rows));
        return joined(probe, all);
    }
    parts = {joined(probe, parts)};
    return parts.front();
}

void Simulator::Impl::clear_recordings() {
    for (auto& recording : recordings) {
        recording.parts.clear();
    }
}

std::map<int, Collector> Simulator::Impl::collectors(const std::vector<int>& probes,
                                                     Index items, Index n_steps) const {
    std::map<int, Collector> result;
    for (const int probe : probes) {
        result.emplace(probe,
                       Collector(items, samples(probe, simulation->step(), n_steps),
                                 probe_size(probe), options.dtype));
    }
    return result;
}

void Simulator::Impl::keep_running() {
    for (auto& [probe, collector] : running->collectors) {
        const auto p = static_cast<std::size_t>(probe);
        auto& parts = recordings[p].parts;
        const Index rows = rows_so_far(probe);
        if (rows > 0 && !model().probes[p].keep_history) {
            parts.clear();
        }
        if (rows > 0) {
            parts.push_back(collector.take(rows));
        }
    }
    running.reset();
}

void Simulator::Impl::record(Index n_steps, const engine::Feeds& feeds, Phase phase) {
    simulation->need_idle("run");
    running.emplace(simulation->step(), collectors(all_probes(), minibatch(), n_steps));
    try {
        simulation->run(
            n_steps, feeds,
            [&](int probe, Index first_item, Index items, Index first_row, Index rows,
                const void* values) {
                running->collectors.at(probe).put(first_item, items, first_row, rows,
                                                  values);
            },
            engine_phase(phase));
    } catch (...) {
        keep_running();  // what was simulated before the error stays
        throw;
    }
    keep_running();
}

namespace {

std::map<int, Tensor> take_all(std::map<int, Collector>& collectors) {
    std::map<int, Tensor> result;
    for (auto& [probe, collector] : collectors) {
        result.emplace(probe, collector.take());
    }
    return result;
}

}  // namespace

std::map<int, Tensor> Simulator::Impl::predict_isolated(const CallData& data,
                                                        const std::vector<int>& probes,
                                                        const std::string& call,
                                                        Phase phase) {
    need_memory_to_record(call, probes, data.items, data.n_steps);
    auto recorded = collectors(probes, data.items, data.n_steps);
    ProgressBar bar(shows_progress(), "predicting", data.items, "items");
    simulation->predict(
        data.n_steps, data.feeds, probes,
        [&](int probe, Index first_item, Index items, Index first_row, Index rows,
            const void* values) {
            recorded.at(probe).put(first_item, items, first_row, rows, values);
        },
        [&](Index done, Index) { bar.update(done); }, engine_phase(phase));
    bar.finish("");
    return take_all(recorded);
}

std::map<int, Tensor> Simulator::Impl::predict_stateful(const CallData& data,
                                                        const std::vector<int>& probes,
                                                        Phase phase) {
    engine::need_whole_minibatches("predict", data.items, minibatch());
    need_memory_to_record("predict", probes, data.items, data.n_steps);
    auto recorded = collectors(probes, data.items, data.n_steps);
    for (Index first = 0; first < data.items; first += minibatch()) {
        engine::Feeds feeds = data.feeds;
        for (auto& [input, tensor] : feeds) {
            const auto width = static_cast<Index>(itemsize(tensor.dtype));
            tensor.data = static_cast<const std::byte*>(tensor.data) +
                          first * tensor.steps * tensor.size * width;
            tensor.batch = minibatch();
        }
        simulation->run(
            data.n_steps, feeds,
            [&](int probe, Index first_item, Index items, Index first_row, Index rows,
                const void* values) {
                const auto at = recorded.find(probe);
                if (at != recorded.end()) {
                    at->second.put(first + first_item, items, first_row, rows, values);
                }
            },
            engine_phase(phase));
    }
    return take_all(recorded);
}

}  // namespace nengine
