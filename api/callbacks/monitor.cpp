#include "api/callbacks/monitor.hpp"

#include <limits>

#include "api/callbacks/checks.hpp"

namespace nengine::detail {

Monitor::Monitor(std::string callback, std::string name, const std::string& mode,
                 bool larger_by_name)
    : callback_(std::move(callback)),
      name_(std::move(name)),
      larger_(mode == "max" || (mode == "auto" && larger_by_name)) {
    if (mode != "auto" && mode != "min" && mode != "max") {
        refuse_option(callback_ + ".mode", "'" + mode + "'", "'auto', 'min' or 'max'");
    }
}

std::optional<double> Monitor::value(const Training& training, const Logs& logs) {
    const auto at = logs.find(name_);
    if (at != logs.end()) {
        return at->second;
    }
    if (!has_warned_) {
        has_warned_ = true;
        training.warn("fit: callbacks: " + callback_ + ".monitor: epoch " +
                      std::to_string(training.epoch()) + " has no value '" + name_ +
                      "', only " + names_of(logs) +
                      "; epochs without it are passed over");
    }
    return std::nullopt;
}

bool Monitor::is_better(double value, double than) const {
    return larger_ ? value > than : value < than;
}

double Monitor::worsened(double value, double margin) const {
    return larger_ ? value - margin : value + margin;
}

double Monitor::worst() const {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    return larger_ ? -infinity : infinity;
}

std::string names_of(const Logs& logs) {
    std::string text;
    for (const auto& [name, value] : logs) {
        text += (text.empty() ? "" : ", ") + name;
    }
    return text.empty() ? "none" : text;
}

}  // namespace nengine::detail
