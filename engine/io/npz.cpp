#include "engine/io/npz.hpp"

#include <zip.h>

#include <algorithm>
#include <memory>
#include <string_view>
#include <system_error>
#include <utility>

#include "engine/io/atomic_file.hpp"
#include "engine/io/in_quotes.hpp"
#include "engine/io/zip_directory.hpp"
#include "kernels/base/error.hpp"

namespace nengine::engine {
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
    ZipError(const ZipError&) = delete;
    ZipError& operator=(const ZipError&) = delete;
    ~ZipError() { zip_error_fini(&error_); }
    zip_error_t* get() { return &error_; }
    std::string text() { return zip_error_strerror(&error_); }

private:
    zip_error_t error_;
};

Archive open_archive(Source source, zip_error_t* error, int flags) {
    Archive archive(source ? zip_open_from_source(source.get(), flags, error)
                           : nullptr);
    if (archive) {
        static_cast<void>(source.release());  // the archive's from here on
    }
    return archive;
}

/// Reads the arrays of an archive; `size` is that of the file.
class ArchiveReader {
public:
    ArchiveReader(Source source, ZipError& error, zip_uint64_t size,
                  const std::string& where)
        : unclaimed_(size), where_(where) {
        if (size == 0) {  // which libzip takes for an archive without members
            throw FileError(where_ + ": got an empty file, needs a zip archive");
        }
        if (source) {
            check_zip_directory(source.get(), size, where_);
        }
        archive_ =
            open_archive(std::move(source), error.get(), ZIP_RDONLY | ZIP_CHECKCONS);
        if (!archive_) {
            throw FileError(where_ +
                            ": cannot be read as a zip archive: " + error.text());
        }
    }

    std::map<std::string, NpyArray> arrays() {
        std::map<std::string, NpyArray> result;
        const zip_int64_t n_members = zip_get_num_entries(archive_.get(), 0);
        for (zip_int64_t i = 0; i < n_members; ++i) {
            const auto index = static_cast<zip_uint64_t>(i);
            const char* raw_name = zip_get_name(archive_.get(), index, 0);
            std::string name = raw_name == nullptr ? "" : raw_name;
            if (!name.ends_with(".npy")) {
                continue;
            }
            const std::string where = where_ + ", member " + in_quotes(name);
            name.resize(name.size() - std::string_view(".npy").size());
            if (result.contains(name)) {  // written in different encodings
                throw FileError(where + ": got two of this name");
            }
            result.emplace(std::move(name), parse_npy(member(index, where), where));
        }
        return result;
    }

private:
    /// What the directory says of a member, if that can be.
    zip_stat_t checked_info(zip_uint64_t index, const std::string& where) {
        zip_stat_t info;
        constexpr zip_uint64_t needed =
            ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD;
        if (zip_stat_index(archive_.get(), index, 0, &info) != 0 ||
            (info.valid & needed) != needed) {
            throw FileError(where + ": damaged zip directory");
        }
        // Other methods' decoders take the memory that the data ask for.
        if (info.comp_method != ZIP_CM_STORE && info.comp_method != ZIP_CM_DEFLATE) {
            throw FileError(where + ": got compression method " +
                            std::to_string(info.comp_method) +
                            ", needs 0 (stored) or 8 (deflate)");
        }
        // Members that share their bytes would hold more in all than their file can.
        if (info.comp_size > unclaimed_) {
            throw FileError(where + ": got " + std::to_string(info.comp_size) +
                            " bytes, needs a size that fits the file");
        }
        unclaimed_ -= info.comp_size;
        // Deflate expands no more than 1032 times.
        if (info.size > 1032 * (info.comp_size + 64)) {
            throw FileError(where + ": got a size of " + std::to_string(info.size) +
                            " bytes, needs one that fits the file");
        }
        return info;
    }

    std::vector<std::byte> member(zip_uint64_t index, const std::string& where) {
        const zip_stat_t info = checked_info(index, where);
        const Member file(zip_fopen_index(archive_.get(), index, 0));
        if (!file) {
            throw FileError(where + ": " + zip_strerror(archive_.get()));
        }
        std::vector<std::byte> bytes(info.size);
        zip_uint64_t done = 0;
        // Until the end is seen, because the checksum is compared there.
        for (zip_int64_t n = 1; n > 0;) {
            std::byte beyond{};
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

    Archive archive_;
    zip_uint64_t unclaimed_;
    std::string where_;
};

/// Adds one stored member. `bytes` must live until the archive is closed.
void add_member(zip_t* archive, const std::string& name,
                std::span<const std::byte> bytes, const std::string& where) {
    Source source(zip_source_buffer(archive, bytes.data(), bytes.size(), 0));
    const zip_int64_t index =
        source ? zip_file_add(archive, name.c_str(), source.get(), ZIP_FL_ENC_UTF_8)
               : -1;
    if (index < 0) {
        throw FileError(where + ": cannot add " + in_quotes(name) + ": " +
                        zip_strerror(archive));
    }
    static_cast<void>(source.release());  // the archive's from here on
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

std::vector<std::byte> format(const std::map<std::string, NpyArray>& arrays,
                              DType dtype, const std::string& where) {
    std::map<std::string, std::vector<std::byte>> members;  // outlives the archive
    for (const auto& [name, array] : arrays) {
        members[name + ".npy"] = format_npy(array, dtype);
    }
    // An archive is one end-of-directory record at least, which libzip leaves out when
    // nothing is in it.
    if (members.empty()) {
        std::vector<std::byte> end_of_directory(22);
        constexpr unsigned char magic[4] = {'P', 'K', 5, 6};
        std::ranges::copy(std::as_bytes(std::span(magic)), end_of_directory.begin());
        return end_of_directory;
    }
    ZipError error;
    Source source(zip_source_buffer_create(nullptr, 0, 0, error.get()));
    if (source) {
        zip_source_keep(source.get());  // closing the archive drops a reference
    }
    const Source written(source.get());
    Archive archive = open_archive(std::move(source), error.get(), ZIP_TRUNCATE);
    if (!archive) {
        throw FileError(where + ": " + error.text());
    }
    for (const auto& [name, bytes] : members) {
        add_member(archive.get(), name, bytes, where);
    }
    if (zip_close(archive.get()) != 0) {
        throw FileError(where + ": " + zip_strerror(archive.get()));
    }
    static_cast<void>(archive.release());  // closed
    return take_bytes(written.get(), where);
}

}  // namespace

std::map<std::string, NpyArray> parse_npz(std::span<const std::byte> bytes,
                                          const std::string& where) {
    ZipError error;
    Source source(zip_source_buffer_create(bytes.data(), bytes.size(), 0, error.get()));
    return ArchiveReader(std::move(source), error, bytes.size(), where).arrays();
}

std::vector<std::byte> format_npz(const std::map<std::string, NpyArray>& arrays,
                                  DType dtype) {
    return format(arrays, dtype, "format_npz");
}

std::map<std::string, NpyArray> read_npz(const fs::path& path) {
    const std::string where = "read_npz('" + path.string() + "')";
    ZipError error;
    Source source(zip_source_file_create(path.c_str(), 0, -1, error.get()));
    std::error_code no_size;
    const zip_uint64_t size = fs::file_size(path, no_size);
    if (no_size) {
        throw FileError(where + ": cannot open the file: " + no_size.message());
    }
    return ArchiveReader(std::move(source), error, size, where).arrays();
}

void write_npz(const fs::path& path, const std::map<std::string, NpyArray>& arrays,
               DType dtype) {
    // Made in memory: writing the file is then one atomic act.
    write_file_atomically(path,
                          format(arrays, dtype, "write_npz('" + path.string() + "')"));
}

}  // namespace nengine::engine
