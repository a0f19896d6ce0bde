#include "engine/io/in_quotes.hpp"

#include <algorithm>

namespace nengine::engine {

std::string in_quotes(std::string_view text) {
    constexpr std::size_t longest = 80;
    std::size_t size = std::min(text.size(), longest);
    const auto is_inside_character = [&](std::size_t at) {  // of UTF-8
        return (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80;
    };
    while (size < text.size() && size > 0 && is_inside_character(size)) {
        --size;
    }
    std::string result(text.substr(0, size));
    std::ranges::replace_if(
        result, [](unsigned char byte) { return byte < 0x20 || byte == 0x7f; }, '?');
    return '\'' + result + (size < text.size() ? "...'" : "'");
}

}  // namespace nengine::engine
