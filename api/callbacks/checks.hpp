#pragma once

#include <string>

namespace nengine::detail {

// `option` is "KIND.OPTION".

/// @throws ValidationError  "fit: callbacks: OPTION: got GOT, needs NEEDED"
[[noreturn]] void refuse_option(const std::string& option, const std::string& got,
                                const std::string& needed);
void need_at_least(int value, int least, const std::string& option);
void need_finite(double value, const std::string& option);

}  // namespace nengine::detail
