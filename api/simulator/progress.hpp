#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace nengine {

/// One line on standard error: what is done, how fast, and how long it still takes.
class ProgressBar {
public:
    /// `title` tells what runs, `unit` what is counted ("items", "steps").
    ProgressBar(bool shown, std::string title, std::int64_t total, std::string unit);
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;
    ~ProgressBar();

    /// `note` is asked for what comes behind the time that is left, if a line is
    /// written.
    void update(std::int64_t done, const std::function<std::string()>& note = {});
    /// Replaces the time that is left by `result`. What the last update said is done
    /// stays done; all, if there was none.
    void finish(const std::string& result);
    /// The bar as text; `seconds` since the start.
    std::string line(std::int64_t done, double seconds) const;

private:
    using Clock = std::chrono::steady_clock;

    double seconds() const;
    /// What is done, without the time that is left.
    std::string line_so_far(std::int64_t done, double seconds) const;
    void write(const std::string& text);

    bool shown_;
    bool open_ = false;
    std::string title_, unit_;
    std::int64_t total_;
    std::optional<std::int64_t> done_;
    std::size_t width_ = 0;  ///< of the longest line so far
    Clock::time_point start_, last_;
};

/// "loss 0.25  val_loss 0.5"
std::string values_text(const std::map<std::string, double>& values);

/// Whether a person sees what is written to standard error.
bool stderr_is_terminal();

}  // namespace nengine
