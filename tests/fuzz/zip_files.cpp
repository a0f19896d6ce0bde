#include "tests/fuzz/zip_files.hpp"

#include <zlib.h>

#include "tests/fuzz/gzip.hpp"

namespace nengine::fuzz {

namespace {

constexpr std::size_t longest = 1 << 16;  // of a member

std::uint32_t checksum(const std::string& content) {
    const auto* bytes = reinterpret_cast<const Bytef*>(content.data());
    return static_cast<std::uint32_t>(
        crc32(0, bytes, static_cast<uInt>(content.size())));
}

/// What a member's headers say from the version on, up to the lengths.
struct Entry {
    std::uint16_t method;
    std::uint32_t checksum, stored_size, size;
};

void append_entry(std::string& bytes, const Entry& entry) {
    append_number(bytes, 20, 2);  // version 2.0
    append_number(bytes, 0, 2);   // flags
    append_number(bytes, entry.method, 2);
    append_number(bytes, 0x21'0000, 4);  // 1980-01-01, midnight
    append_number(bytes, entry.checksum, 4);
    append_number(bytes, entry.stored_size, 4);
    append_number(bytes, entry.size, 4);
}

void replace_number(std::string& bytes, std::size_t at, std::uint32_t value) {
    std::string number;
    append_number(number, value, 4);
    if (at + 4 <= bytes.size()) {
        bytes.replace(at, 4, number);
    }
}

/// A member whose local header is at `at`.
struct Found {
    std::size_t at, end;
    ZipMember member;
};

const std::string local_magic = "PK\3\4", entry_magic = "PK\1\2", end_magic = "PK\5\6";

std::vector<Found> find_members(const std::string& archive) {
    std::vector<Found> result;
    std::size_t at = archive.find(local_magic);
    while (at != std::string::npos) {
        const std::size_t name_size = number_at(archive, at + 26, 2);
        const std::size_t data = at + 30 + name_size + number_at(archive, at + 28, 2);
        const std::size_t size = number_at(archive, at + 18, 4);
        const std::uint64_t method = number_at(archive, at + 8, 2);
        if (data > archive.size() || size > archive.size() - data) {
            at = archive.find(local_magic, at + 1);
            continue;
        }
        auto content = std::optional(archive.substr(data, size));
        if (method == Z_DEFLATED) {
            content = inflated(*content, Wrapping::none, longest);
        }
        if (content) {
            result.push_back(
                {at,
                 data + size,
                 {archive.substr(at + 30, name_size), *content, method == Z_DEFLATED}});
        }
        at = archive.find(local_magic, data + size);
    }
    return result;
}

}  // namespace

std::string zip_archive(const std::vector<ZipMember>& members) {
    std::string archive, directory;
    for (const ZipMember& member : members) {
        const std::string data = member.is_deflated
                                     ? deflated(member.content, Wrapping::none)
                                     : member.content;
        const Entry entry{static_cast<std::uint16_t>(member.is_deflated ? 8 : 0),
                          checksum(member.content),
                          static_cast<std::uint32_t>(data.size()),
                          static_cast<std::uint32_t>(member.content.size())};
        directory += entry_magic;
        append_number(directory, 20, 2);  // made by version 2.0
        append_entry(directory, entry);
        append_number(directory, member.name.size(), 2);
        directory.append(12, '\0');  // lengths of more fields, disk, attributes
        append_number(directory, archive.size(), 4);
        directory += member.name;
        archive += local_magic;
        append_entry(archive, entry);
        append_number(archive, member.name.size(), 2);
        append_number(archive, 0, 2);
        archive += member.name + data;
    }
    const std::size_t begin = archive.size();
    archive += directory + end_magic + std::string(4, '\0');
    append_number(archive, members.size(), 2);
    append_number(archive, members.size(), 2);
    append_number(archive, directory.size(), 4);
    append_number(archive, begin, 4);
    append_number(archive, 0, 2);
    return archive;
}

std::vector<ZipMember> zip_members(const std::string& archive) {
    std::vector<ZipMember> result;
    for (const Found& found : find_members(archive)) {
        result.push_back(found.member);
    }
    return result;
}

std::string with_checksums(const std::string& archive) {
    std::string result = archive;
    for (const Found& found : find_members(archive)) {
        const std::uint32_t sum = checksum(found.member.content);
        const auto size = static_cast<std::uint32_t>(found.member.content.size());
        replace_number(result, found.at + 14, sum);
        replace_number(result, found.at + 22, size);
        for (std::size_t at = archive.find(entry_magic); at != std::string::npos;
             at = archive.find(entry_magic, at + 1)) {
            if (number_at(archive, at + 42, 4) == found.at) {
                replace_number(result, at + 16, sum);
                replace_number(result, at + 24, size);
            }
        }
    }
    return result;
}

std::string with_long_end(const std::string& archive) {
    const std::size_t end = archive.rfind(end_magic);
    if (end == std::string::npos) {
        return archive;
    }
    std::string record = "PK\6\6";
    append_number(record, 44, 8);
    append_number(record, 45, 2);
    append_number(record, 45, 2);
    append_number(record, 0, 8);  // disks
    append_number(record, number_at(archive, end + 8, 2), 8);
    append_number(record, number_at(archive, end + 10, 2), 8);
    append_number(record, number_at(archive, end + 12, 4), 8);
    append_number(record, number_at(archive, end + 16, 4), 8);
    record += "PK\6\7";
    append_number(record, 0, 4);
    append_number(record, end, 8);
    append_number(record, 1, 4);
    return archive.substr(0, end) + record + archive.substr(end);
}

}  // namespace nengine::fuzz
