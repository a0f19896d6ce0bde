#include "samples/support/interrupt.hpp"

#include <csignal>

namespace nengine::samples {

namespace {

std::atomic<bool> pressed = false;
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler sets it");

extern "C" void note_interrupt(int /*signal*/) {
    pressed = true;
}

void handle(void (*handler)(int)) {
    struct sigaction action {};
    action.sa_handler = handler;
    action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
    sigaction(SIGINT, &action, nullptr);
}

}  // namespace

CtrlC::CtrlC() {
    pressed = false;
    handle(note_interrupt);
}

CtrlC::~CtrlC() {
    handle(SIG_DFL);
}

const std::atomic<bool>& CtrlC::was_pressed() {
    return pressed;
}

}  // namespace nengine::samples
