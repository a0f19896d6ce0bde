#pragma once

#include <string>
#include <vector>

#include "tests/fuzz/random.hpp"

// Zip archives by hand, so that mutations get past their checksums.

namespace nengine::fuzz {

struct ZipMember {
    std::string name;
    std::string content;
    bool is_deflated = false;
};

std::string zip_archive(const std::vector<ZipMember>& members);

/// What members there are, as their local headers say; damaged ones are left out.
std::vector<ZipMember> zip_members(const std::string& archive);

/// The archive with the checksums, and sizes before deflation, that its members' data
/// have.
std::string with_checksums(const std::string& archive);

/// The archive with the record before its end that long archives have.
std::string with_long_end(const std::string& archive);

}  // namespace nengine::fuzz
