#pragma once

#include <string>
#include <string_view>

namespace nengine::engine {

/// Text from a file, in quotation marks, as an error message can show it: long text is
/// cut, and bytes that are no text are question marks.
std::string in_quotes(std::string_view text);

}  // namespace nengine::engine
