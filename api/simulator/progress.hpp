#pragma once

#include <chrono>
#include <cstdint>
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

    void update(std::int64_t done);
    /// Replaces the time that is left by `result`.
    void finish(const std::string& result);
    /// The bar as text; `seconds` since the start.
    std::string line(std::int64_t done, double seconds) const;

private:
    using Clock = std::chrono::steady_clock;

    double seconds() const;
    void write(const std::string& text);

    bool shown_;
    bool open_ = false;
    std::string title_, unit_;
    std::int64_t total_;
    std::size_t width_ = 0;  ///< of the longest line so far
    Clock::time_point start_, last_;
};

/// Whether a person sees what is written to standard error.
bool stderr_is_terminal();

}  // namespace nengine
