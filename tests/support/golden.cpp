#include "tests/support/golden.hpp"

#include <cstring>
#include <fstream>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace nengine::test {
namespace {

[[noreturn]] void fail(const std::filesystem::path& file, const std::string& what) {
    throw std::runtime_error("golden data " + file.string() + ": " + what);
}

std::string read_bytes(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in) {
        fail(file, "cannot be opened");
    }
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// Where the numbers of an npy file of version 1 start; checks the header's type.
std::size_t payload_start(const std::filesystem::path& file, const std::string& bytes,
                          const std::string& dtype) {
    constexpr std::string_view magic("\x93NUMPY\x01", 7);
    if (bytes.size() < 10 || std::string_view(bytes).substr(0, 7) != magic) {
        fail(file, "is no npy file of version 1");
    }
    const auto low = static_cast<unsigned char>(bytes[8]);
    const auto high = static_cast<unsigned char>(bytes[9]);
    const std::size_t start = 10U + low + 256U * high;
    const auto header = std::string_view(bytes).substr(10, start - 10);
    if (start > bytes.size() || header.find("'" + dtype + "'") == header.npos ||
        header.find("'fortran_order': False") == header.npos) {
        fail(file, "header is not that of a C-ordered array of " + dtype);
    }
    return start;
}

template <class T>
void append_as_double(const char* source, std::size_t count, std::vector<double>& out) {
    for (std::size_t i = 0; i < count; ++i) {
        T value;
        std::memcpy(&value, source + i * sizeof(T), sizeof(T));
        out.push_back(static_cast<double>(value));
    }
}

/// What tells arrays apart: where they are.
std::pair<std::string, std::size_t> place_of(const nlohmann::json& reference) {
    return {reference.at("file").get<std::string>(),
            reference.value("offset", std::size_t{0})};
}

const nlohmann::json& find_in(const nlohmann::json& list, const std::string& kind,
                              const std::string& name, const std::string& where) {
    for (const auto& entry : list) {
        if (entry.at("name") == name && (kind.empty() || entry.at("kind") == kind)) {
            return entry;
        }
    }
    throw std::runtime_error(where + ": has no " + kind + " '" + name + "'");
}

}  // namespace

GoldenEntry::GoldenEntry(std::filesystem::path folder)
    : folder_(std::move(folder)),
      manifest_(nlohmann::json::parse(read_bytes(folder_ / "manifest.json"))),
      read_(std::make_shared<std::set<std::pair<std::string, std::size_t>>>()) {}

GoldenArray GoldenEntry::array(const nlohmann::json& reference) const {
    const auto [name, first] = place_of(reference);
    read_->emplace(name, first);
    const std::filesystem::path file = folder_ / name;
    const auto dtype = reference.at("dtype").get<std::string>();
    const std::string bytes = read_bytes(file);
    const std::size_t start = payload_start(file, bytes, dtype);

    GoldenArray result{reference.at("shape").get<std::vector<std::int64_t>>(), {}};
    if (dtype == "<c16") {
        result.shape.push_back(2);
    } else if (dtype != "<f8" && dtype != "<i8") {
        fail(file, "type " + dtype + " is not supported");
    }
    std::size_t count = 1;
    for (const auto extent : result.shape) {
        count *= static_cast<std::size_t>(extent);
    }
    const std::size_t item = dtype == "<c16" ? 16 : 8;
    const auto offset = first * item;
    if (start + offset + count * 8 > bytes.size()) {
        fail(file, "is too short");
    }
    const char* source = bytes.data() + start + offset;
    if (dtype == "<i8") {
        append_as_double<std::int64_t>(source, count, result.values);
    } else {
        append_as_double<double>(source, count, result.values);
    }
    return result;
}

std::vector<std::string> GoldenEntry::unread_arrays() const {
    std::vector<std::string> result;
    for (const std::string list : {"cases", "objects"}) {
        for (const auto& owner : manifest_.value(list, nlohmann::json::array())) {
            const auto arrays = owner.value("arrays", nlohmann::json::object());
            for (const auto& [name, reference] : arrays.items()) {
                if (!read_->contains(place_of(reference))) {
                    result.push_back(owner.at("name").get<std::string>() + '.' + name);
                }
            }
        }
    }
    return result;
}

const nlohmann::json& GoldenEntry::find_case(const std::string& name) const {
    return find_in(manifest_.at("cases"), "", name, folder_.string());
}

const nlohmann::json& GoldenEntry::object(const std::string& kind,
                                          const std::string& name) const {
    return find_in(manifest_.at("objects"), kind, name, folder_.string());
}

GoldenEntry golden(const std::string& group, const std::string& entry) {
    return GoldenEntry(std::filesystem::path(NENGINE_TEST_DATA) / group / entry);
}

}  // namespace nengine::test
