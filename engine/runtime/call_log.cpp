#include "engine/runtime/call_log.hpp"

#include <algorithm>
#include <cassert>

namespace nengine::engine {

const double* CallLog::find(int op, Index step, Index item) const {
    // What a call without results has given: an address, but of no number.
    static constexpr double nothing = 0;
    const auto found = series_.find(op);
    const auto i = static_cast<std::size_t>(item);
    if (found == series_.end() || i >= found->second.size()) {
        return nullptr;
    }
    const Series& series = found->second[i];
    const Index at = step - series.first;
    if (at < 0 || at >= series.count) {
        return nullptr;
    }
    return series.size == 0
               ? &nothing
               : series.values.data() + static_cast<std::size_t>(at) * series.size;
}

void CallLog::add(int op, Index step, Index item, std::span<const double> results) {
    std::vector<Series>& items = series_[op];
    const auto i = static_cast<std::size_t>(item);
    items.resize(std::max(items.size(), i + 1));
    Series& series = items[i];
    if (series.count == 0) {
        series = {.first = step, .count = 0, .size = results.size(), .values = {}};
    }
    assert(step == series.first + series.count);
    series.values.insert(series.values.end(), results.begin(), results.end());
    ++series.count;
}

void CallLog::forget_before(Index step) {
    for (auto& [op, items] : series_) {
        for (Series& series : items) {
            const Index past = std::clamp<Index>(step - series.first, 0, series.count);
            series.first += past;
            series.count -= past;
            series.values.erase(series.values.begin(),
                                series.values.begin() +
                                    static_cast<std::ptrdiff_t>(
                                        static_cast<std::size_t>(past) * series.size));
        }
    }
}

void CallLog::forget_from(int op, Index step) {
    const auto found = series_.find(op);
    if (found == series_.end()) {
        return;
    }
    for (Series& series : found->second) {
        series.count = std::clamp<Index>(step - series.first, 0, series.count);
        series.values.resize(static_cast<std::size_t>(series.count) * series.size);
    }
}

}  // namespace nengine::engine
