#pragma once

#include <cstdlib>
#include <string>

namespace nengine::test {

/// Asks the emulated device for something (options.hpp) as long as it lives.
class Emulated {
public:
    Emulated(const char* variable, const std::string& value) : variable_(variable) {
        setenv(variable, value.c_str(), 1);
    }
    Emulated(const Emulated&) = delete;
    Emulated& operator=(const Emulated&) = delete;
    ~Emulated() { unsetenv(variable_); }

private:
    const char* variable_;
};

}  // namespace nengine::test
