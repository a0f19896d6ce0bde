#include "api/simulator/progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

namespace nengine {

namespace {

/// "3:05" or "1:02:03".
std::string clock_text(double seconds) {
    const long long whole = std::llround(seconds);
    char text[32];
    if (whole >= 3600) {
        std::snprintf(text, sizeof text, "%lld:%02lld:%02lld", whole / 3600,
                      whole / 60 % 60, whole % 60);
    } else {
        std::snprintf(text, sizeof text, "%lld:%02lld", whole / 60, whole % 60);
    }
    return text;
}

}  // namespace

std::string values_text(const std::map<std::string, double>& values) {
    std::string text;
    for (const auto& [name, value] : values) {
        char number[32];
        std::snprintf(number, sizeof number, "%.4g", value);
        text += (text.empty() ? "" : "  ") + name + ' ' + number;
    }
    return text;
}

bool stderr_is_terminal() {
    return isatty(STDERR_FILENO) == 1;
}

ProgressBar::ProgressBar(bool shown, std::string title, std::int64_t total,
                         std::string unit)
    : shown_(shown && total > 0),
      title_(std::move(title)),
      unit_(std::move(unit)),
      total_(total),
      start_(Clock::now()),
      last_(start_) {}

ProgressBar::~ProgressBar() {
    if (open_) {
        std::fputc('\n', stderr);
    }
}

double ProgressBar::seconds() const {
    return std::chrono::duration<double>(Clock::now() - start_).count();
}

std::string ProgressBar::line(std::int64_t done, double seconds) const {
    std::string result = line_so_far(done, seconds);
    if (done > 0 && done < total_ && seconds > 0.0) {
        const double each = seconds / static_cast<double>(done);
        result +=
            "  " + clock_text(static_cast<double>(total_ - done) * each) + " left";
    }
    return result;
}

std::string ProgressBar::line_so_far(std::int64_t done, double seconds) const {
    constexpr std::int64_t cells = 24;
    const std::int64_t filled = total_ > 0 ? cells * done / total_ : cells;
    const double rate = seconds > 0.0 ? static_cast<double>(done) / seconds : 0.0;
    char text[96];
    std::snprintf(text, sizeof text, " %lld/%lld %s  %.4g %s/s",
                  static_cast<long long>(done), static_cast<long long>(total_),
                  unit_.c_str(), rate, unit_.c_str());
    std::string bar(static_cast<std::size_t>(filled), '=');
    bar.resize(static_cast<std::size_t>(cells), ' ');
    return title_ + " [" + bar + ']' + text;
}

void ProgressBar::update(std::int64_t done, const std::function<std::string()>& note) {
    constexpr auto pause = std::chrono::milliseconds(100);
    done_ = done;
    const auto now = Clock::now();
    if (!shown_ || now - last_ < pause) {
        return;
    }
    last_ = now;
    write(line(done, seconds()) + (note ? "  " + note() : ""));
}

void ProgressBar::finish(const std::string& result) {
    if (!shown_) {
        return;
    }
    const double taken = seconds();
    write(line_so_far(done_.value_or(total_), taken) + "  " + clock_text(taken) +
          (result.empty() ? "" : "  " + result));
    std::fputc('\n', stderr);
    open_ = false;
}

void ProgressBar::write(const std::string& text) {
    width_ = std::max(width_, text.size());
    std::string padded = text;
    padded.resize(width_, ' ');
    std::fprintf(stderr, "\r%s", padded.c_str());
    std::fflush(stderr);
    open_ = true;
}

}  // namespace nengine
