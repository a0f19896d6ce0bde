#include "api/callbacks/path_pattern.hpp"

#include <array>
#include <cstdio>
#include <regex>

#include "api/callbacks/checks.hpp"
#include "api/callbacks/monitor.hpp"
#include "api/numerics/text.hpp"

namespace nengine::detail {

namespace {

/// The number in printf's format, which has been checked.
template <class Number>
std::string formatted(const std::string& format, Number value) {
    std::array<char, 512> text{};
    const int size = std::snprintf(text.data(), text.size(), format.c_str(), value);
    return {text.data(), static_cast<std::size_t>(size)};
}

}  // namespace

PathPattern::PathPattern(const std::filesystem::path& pattern, std::string option)
    : option_(std::move(option)) {
    const std::string all = pattern.string();
    std::string text;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const bool is_brace = all[i] == '{' || all[i] == '}';
        if (!is_brace || (i + 1 < all.size() && all[i + 1] == all[i])) {
            text += all[i];
            i += is_brace ? 1 : 0;
            continue;
        }
        const std::size_t end = all[i] == '{' ? all.find('}', i) : std::string::npos;
        if (end == std::string::npos) {
            refuse_option(option_, "'" + all + "'",
                          "braces in pairs, or '{{' and '}}' for braces");
        }
        parts_.push_back(part_of(text, all.substr(i + 1, end - i - 1)));
        text.clear();
        i = end;
    }
    parts_.push_back({.text = text});
}

PathPattern::Part PathPattern::part_of(const std::string& text,
                                       const std::string& braced) const {
    static const std::regex known(
        R"(([^:{}]+)(?::(0?[0-9]{0,2})((?:\.[0-9]{1,2})?)([defg]?))?)");
    std::smatch found;
    const bool is_known = std::regex_match(braced, found, known);
    const std::string kind = is_known ? found[4].str() : "";
    if (!is_known || (kind == "d" && (found[1] != "epoch" || found[3].length() > 0))) {
        refuse_option(option_, "'{" + braced + "}'",
                      "a name of a value, perhaps with a width, a precision and e, f "
                      "or g, or the epoch with a width and d: '{val_loss:.2f}', "
                      "'{epoch:02d}'");
    }
    const std::string size = found[2].str() + found[3].str();
    const bool is_whole =
        found[1] == "epoch" && found[3].length() == 0 && (kind.empty() || kind == "d");
    std::string format = "%" + size + (is_whole ? "d" : kind.empty() ? "g" : kind);
    if (size.empty() && kind.empty() && !is_whole) {
        format.clear();
    }
    return {text, found[1].str(), format, is_whole};
}

std::string PathPattern::field_text(const Part& part, int epoch,
                                    const Logs& logs) const {
    if (part.is_whole) {
        return formatted(part.format, epoch);
    }
    double value = epoch;
    if (part.field != "epoch") {
        const auto at = logs.find(part.field);
        if (at == logs.end()) {
            refuse_option(option_, "'{" + part.field + "}'",
                          "a value of the epoch: epoch, " + names_of(logs));
        }
        value = at->second;
    }
    return part.format.empty() ? number_text(value) : formatted(part.format, value);
}

std::filesystem::path PathPattern::path(int epoch, const Logs& logs) const {
    std::string text;
    for (const Part& part : parts_) {
        text += part.text;
        if (!part.field.empty()) {
            text += field_text(part, epoch, logs);
        }
    }
    return text;
}

}  // namespace nengine::detail
