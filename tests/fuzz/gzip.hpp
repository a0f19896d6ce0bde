#pragma once

#include <optional>
#include <string>

namespace nengine::fuzz {

/// How deflate's data are wrapped.
enum class Wrapping { none, gzip };

std::string deflated(const std::string& bytes, Wrapping wrapping);

/// What the first stream holds, up to `limit` bytes; nothing if it is damaged.
std::optional<std::string> inflated(const std::string& bytes, Wrapping wrapping,
                                    std::size_t limit);

}  // namespace nengine::fuzz
