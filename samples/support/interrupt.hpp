#pragma once

#include <atomic>

namespace nengine::samples {

/// Ctrl-C sets a flag, once, as long as this lives; the second one ends the program as
/// ever. There may be one at a time.
class CtrlC {
public:
    CtrlC();
    CtrlC(const CtrlC&) = delete;
    CtrlC& operator=(const CtrlC&) = delete;
    ~CtrlC();

    /// For `FitOptions::interrupt`.
    static const std::atomic<bool>& was_pressed();
};

}  // namespace nengine::samples
