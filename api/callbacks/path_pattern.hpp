#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "nengine/callbacks.hpp"

namespace nengine::detail {

/// A path with fields in braces as Python's `format` has them: `{epoch:02d}`,
/// `{val_loss:.2f}`, `{loss}`; `{{` and `}}` are braces.
class PathPattern {
public:
    /// @param option  names it in errors
    /// @throws ValidationError  braces or a format that are none of these
    PathPattern(const std::filesystem::path& pattern, std::string option);

    /// @param epoch  as it is written
    /// @throws ValidationError  the pattern names a value that `logs` lacks
    std::filesystem::path path(int epoch, const Logs& logs) const;

private:
    struct Part {
        std::string text = {};   ///< before the field
        std::string field = {};  ///< empty at the end
        /// printf's, for an int or a double; empty: the shortest.
        std::string format = {};
        bool is_whole = false;  ///< the format is for an int
    };
    Part part_of(const std::string& text, const std::string& braced) const;
    std::string field_text(const Part& part, int epoch, const Logs& logs) const;

    std::string option_;
    std::vector<Part> parts_;
};

}  // namespace nengine::detail
