#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace nengine::test {

/// One array of the golden data, widened to double (exact below 2^53), slowest axis
/// first. A complex array has one more axis of length 2: real part, imaginary part.
struct GoldenArray {
    std::vector<std::int64_t> shape;
    std::vector<double> values;
};

/// One entry of the golden data: a manifest and the arrays that it refers to.
class GoldenEntry {
public:
    /// Opens `<folder>/manifest.json`.
    /// @throws std::runtime_error  if it is missing or is not JSON
    explicit GoldenEntry(std::filesystem::path folder);

    const nlohmann::json& manifest() const { return manifest_; }

    /// The array that a reference `{"file", "shape", "dtype", "offset"}` names.
    /// @throws std::runtime_error  if the file is damaged, too short or of another type
    GoldenArray array(const nlohmann::json& reference) const;

    /// Names of the arrays of `cases` and `objects` that `array` was not asked for.
    std::vector<std::string> unread_arrays() const;

    /// The element of `cases` (tables) with this name.
    /// @throws std::runtime_error  if there is none
    const nlohmann::json& find_case(const std::string& name) const;

    /// The element of `objects` (networks) with this kind and name.
    /// @throws std::runtime_error  if there is none
    const nlohmann::json& object(const std::string& kind,
                                 const std::string& name) const;

private:
    std::filesystem::path folder_;
    nlohmann::json manifest_;
    /// Files and offsets. Shared by the copies, as what was read is.
    std::shared_ptr<std::set<std::pair<std::string, std::size_t>>> read_;
};

/// The entry `tests/golden/data/<group>/<entry>`.
GoldenEntry golden(const std::string& group, const std::string& entry);

}  // namespace nengine::test
