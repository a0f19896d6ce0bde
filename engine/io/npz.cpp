#include "engine/io/npz.hpp"

#include <zip.h>

#include <memory>
#include <string_view>
#include <system_error>
#include <utility>

#include "engine/io/atomic_file.hpp"
#include "kernels/base/error.hpp"

namespace nengine {
namespace {

namespace fs = std::filesystem;

struct DiscardArchive {
    void operator()(zip_t* archive) const noexcept { zip_discard(archive); }
};
using Archive = std::unique_ptr<zip_t, DiscardArchive>;
struct CloseMember {
    void operator()(zip_file_t* file) const noexcept { zip_fclose(file); }
};
using Member = std::unique_ptr<zip_file_t, CloseMember>;
struct FreeSource {
    void operator()(zip_source_t* source) const noexcept { zip_source_free(source); }
};
using Source = std::unique_ptr<zip_source_t, FreeSource>;

/// A zip_error_t with its lifetime.
class ZipError {
public:
    ZipError() { zip_error_init(&error_); }
    explicit ZipError(int code) { zip_error_init_with_code(&error_, code); }
    ZipError(const ZipError&) = delete;
    ZipError& operator=(const ZipError&) = delete;
    ~ZipError() { zip_error_fini(&error_); }
    zip_error_t* get() { return &error_; }
    std::string text() { return zip_error_strerror(&error_); }

private:
    zip_error_t error_;
};

Archive open_archive(const fs::path& path, const std::string& where) {
    int code = 0;
    Archive archive(zip_open(path.c_str(), ZIP_RDONLY | ZIP_CHECKCONS, &code));
    if (!archive) {
        throw FileError(where +
                        ": cannot be read as a zip archive: " + ZipError(code).text());
    }
    return archive;
}

/// Deflate cannot expand by more than this, so a larger claim is damage, found before
/// its memory is allocated.
constexpr zip_uint64_t max_expansion = 1032;

std::vector<std::byte> read_member(zip_t* archive, zip_uint64_t index,
                                   zip_uint64_t file_size, const std::string& where) {
    zip_stat_t info;
    constexpr zip_uint64_t needed = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE;
    if (zip_stat_index(archive, index, 0, &info) != 0 ||
        (info.valid & needed) != needed) {
        throw FileError(where + ": damaged zip directory");
    }
    if (info.comp_size > file_size ||
        info.size > max_expansion * (info.comp_size + 64)) {
        throw FileError(where + ": got a size of " + std::to_string(info.size) +
                        " bytes, needs one that fits the file");
    }
    const Member file(zip_fopen_index(archive, index, 0));
    if (!file) {
        throw FileError(where + ": " + zip_strerror(archive));
    }
    std::vector<std::byte> bytes(info.size);
    zip_uint64_t done = 0;
    // Until the end is seen, because the checksum is compared there.
    for (zip_int64_t n = 1; n > 0;) {
        std::byte beyond;
        const bool full = done == info.size;
        n = zip_fread(file.get(), full ? &beyond : bytes.data() + done,
                      full ? 1 : info.size - done);
        if (n < 0 || (full && n > 0)) {
            throw FileError(where + ": damaged: " +
                            (n < 0 ? zip_file_strerror(file.get()) : "too long"));
        }
        done += static_cast<zip_uint64_t>(n);
    }
    if (done != info.size) {
        throw FileError(where + ": truncated: got " + std::to_string(done) +
                        " bytes, needs " + std::to_string(info.size));
    }
    return bytes;
}

/// Adds one stored member. `bytes` must live until the archive is closed.
void add_member(zip_t* archive, const std::string& name,
                std::span<const std::byte> bytes, const std::string& where) {
    zip_source_t* source = zip_source_buffer(archive, bytes.data(), bytes.size(), 0);
    const zip_int64_t index =
        source == nullptr
            ? -1
            : zip_file_add(archive, name.c_str(), source, ZIP_FL_ENC_UTF_8);
    if (index < 0) {
        zip_source_free(source);  // the archive owns it from here on only on success
        throw FileError(where + ": cannot add '" + name +
                        "': " + zip_strerror(archive));
    }
    const auto member = static_cast<zip_uint64_t>(index);
    zip_set_file_compression(archive, member, ZIP_CM_STORE, 0);
    // 1980-01-01, zip's first day: equal arrays give equal files.
    zip_file_set_dostime(archive, member, 0, 0x21, 0);
}

/// All bytes of a source that an archive was written to.
std::vector<std::byte> take_bytes(zip_source_t* source, const std::string& where) {
    zip_stat_t info;
    zip_stat_init(&info);
    bool ok = zip_source_stat(source, &info) == 0 && zip_source_open(source) == 0;
    std::vector<std::byte> bytes(ok ? info.size : 0);
    ok = ok && zip_source_read(source, bytes.data(), bytes.size()) ==
                   static_cast<zip_int64_t>(bytes.size());
    if (!ok) {
        throw FileError(where + ": " + zip_error_strerror(zip_source_error(source)));
    }
    zip_source_close(source);
    return bytes;
}

}  // namespace

std::map<std::string, NpyArray> read_npz(const fs::path& path) {
    const std::string where = "read_npz('" + path.string() + "')";
    const Archive archive = open_archive(path, where);
    std::error_code error;
    const zip_uint64_t file_size = fs::file_size(path, error);
    if (error) {
        throw FileError(where + ": " + error.message());
    }
    std::map<std::string, NpyArray> arrays;
    const zip_int64_t n_members = zip_get_num_entries(archive.get(), 0);
    for (zip_int64_t i = 0; i < n_members; ++i) {
        const auto index = static_cast<zip_uint64_t>(i);
        const char* raw_name = zip_get_name(archive.get(), index, 0);
        std::string name = raw_name == nullptr ? "" : raw_name;
        if (!name.ends_with(".npy")) {
            continue;
        }
        const std::string member = where + ", member '" + name + "'";
        const auto bytes = read_member(archive.get(), index, file_size, member);
        name.resize(name.size() - std::string_view(".npy").size());
        arrays.insert_or_assign(std::move(name), parse_npy(bytes, member));
    }
    return arrays;
}

void write_npz(const fs::path& path, const std::map<std::string, NpyArray>& arrays,
               RealType real) {
    const std::string where = "write_npz('" + path.string() + "')";
    std::map<std::string, std::vector<std::byte>> members;  // outlives the archive
    for (const auto& [name, array] : arrays) {
        members[name + ".npy"] = format_npy(array, real);
    }
    // Made in memory: writing the file is then one atomic act. An archive is one
    // end-of-directory record at least, which libzip leaves out when nothing is in it.
    if (members.empty()) {
        constexpr unsigned char end_of_directory[22] = {'P', 'K', 5, 6};
        write_file_atomically(path, std::as_bytes(std::span(end_of_directory)));
        return;
    }
    ZipError error;
    const Source source(zip_source_buffer_create(nullptr, 0, 0, error.get()));
    Archive archive(source
                        ? zip_open_from_source(source.get(), ZIP_TRUNCATE, error.get())
                        : nullptr);
    if (!archive) {
        throw FileError(where + ": " + error.text());
    }
    zip_source_keep(source.get());  // closing the archive drops a reference
    for (const auto& [name, bytes] : members) {
        add_member(archive.get(), name, bytes, where);
    }
    if (zip_close(archive.get()) != 0) {
        throw FileError(where + ": " + zip_strerror(archive.get()));
    }
    static_cast<void>(archive.release());  // closed
    write_file_atomically(path, take_bytes(source.get(), where));
}

}  // namespace nengine
