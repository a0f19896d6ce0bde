#include "engine/io/npz.hpp"

#include <gtest/gtest.h>
#include <zip.h>

#include <map>
#include <string>
#include <vector>

#include "tests/engine/io/files.hpp"

namespace nengine::engine {
namespace {

using test::contains;
using test::file_error;
using test::TemporaryFolder;

const std::map<std::string, NpyArray> arrays{
    {"net/sub/ens.bias", {{3}, {0.5, -1.25, 3}}},
    {"conv_1.kernel", {{1, 2, 2}, {1, 2, 3, 4}}},
    {"scalar", {{}, {7}}},
};

void expect_same(const std::map<std::string, NpyArray>& got) {
    ASSERT_EQ(got.size(), arrays.size());
    for (const auto& [name, want] : arrays) {
        ASSERT_TRUE(got.contains(name)) << name;
        EXPECT_EQ(got.at(name).shape, want.shape) << name;
        EXPECT_EQ(got.at(name).values, want.values) << name;
    }
}

/// Makes a zip archive of one member with libzip.
void write_zip(const std::filesystem::path& path, const std::string& name,
               const std::string& content, zip_int32_t method) {
    int code = 0;
    zip_t* archive = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code);
    zip_source_t* source =
        zip_source_buffer(archive, content.data(), content.size(), 0);
    const auto index = zip_file_add(archive, name.c_str(), source, 0);
    zip_set_file_compression(archive, static_cast<zip_uint64_t>(index), method, 0);
    ASSERT_EQ(zip_close(archive), 0);
}

std::string npy_text(const NpyArray& array) {
    const auto bytes = format_npy(array, DType::float64);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST(Npz, WhatIsWrittenIsReadBack) {
    const TemporaryFolder folder;
    for (const DType real : {DType::float32, DType::float64}) {
        write_npz(folder / "p.npz", arrays, real);

        expect_same(read_npz(folder / "p.npz"));
    }
    EXPECT_EQ(folder.n_files(), 1u);
}

TEST(Npz, AnEmptyArchiveIsReadBack) {
    const TemporaryFolder folder;
    write_npz(folder / "p.npz", {});

    EXPECT_TRUE(read_npz(folder / "p.npz").empty());
}

TEST(Npz, WhatIsFormattedIsParsedBack) {
    for (const DType real : {DType::float32, DType::float64}) {
        expect_same(parse_npz(format_npz(arrays, real), "here"));
    }
    EXPECT_TRUE(parse_npz(format_npz({}, DType::float32), "here").empty());
}

TEST(Npz, NoBytesAreNoArchive) {
    const TemporaryFolder folder;
    test::write_text(folder / "empty.npz", "");

    EXPECT_EQ(file_error([] { parse_npz({}, "here"); }),
              "here: got an empty file, needs a zip archive");
    EXPECT_TRUE(contains(file_error([&] { read_npz(folder / "empty.npz"); }),
                         "got an empty file"));
}

TEST(Npz, EqualArraysGiveEqualBytes) {
    const TemporaryFolder folder;
    write_npz(folder / "a.npz", arrays);
    write_npz(folder / "b.npz", arrays);

    EXPECT_EQ(test::read_text(folder / "a.npz"), test::read_text(folder / "b.npz"));
}

TEST(Npz, ReadsDeflatedMembersAndPassesOverOthers) {
    const TemporaryFolder folder;
    const NpyArray zeros{{1000}, std::vector<double>(1000, 0.0)};
    write_zip(folder / "p.npz", "zeros.npy", npy_text(zeros), ZIP_CM_DEFLATE);
    write_zip(folder / "q.npz", "notes.txt", "hello", ZIP_CM_DEFLATE);

    EXPECT_EQ(read_npz(folder / "p.npz").at("zeros").values, zeros.values);
    EXPECT_TRUE(read_npz(folder / "q.npz").empty());
}

TEST(Npz, EveryTruncationIsAnErrorThatNamesTheFile) {
    const TemporaryFolder folder;
    write_npz(folder / "p.npz", arrays);
    const std::string whole = test::read_text(folder / "p.npz");
    for (std::size_t size = 0; size < whole.size(); size += 7) {
        test::write_text(folder / "cut.npz", whole.substr(0, size));

        const auto message = file_error([&] { read_npz(folder / "cut.npz"); });

        EXPECT_TRUE(contains(message, "cut.npz")) << size << ": " << message;
    }
}

TEST(Npz, ADamagedMemberIsNamed) {
    const TemporaryFolder folder;
    write_npz(folder / "p.npz", arrays);
    std::string text = test::read_text(folder / "p.npz");
    // The last data byte of the first member: only the checksum can find it.
    const auto second = text.find("PK\3\4", 4);
    ASSERT_NE(second, std::string::npos);
    text[second - 1] = static_cast<char>(text[second - 1] ^ 0x10);
    test::write_text(folder / "bad.npz", text);

    const auto message = file_error([&] { read_npz(folder / "bad.npz"); });

    EXPECT_TRUE(contains(message, "bad.npz")) << message;
    EXPECT_TRUE(contains(message, "member 'conv_1.kernel.npy'")) << message;
}

TEST(Npz, DamagedDeflateDataIsNamed) {
    const TemporaryFolder folder;
    std::vector<double> values(500);
    for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = static_cast<double>(i * i % 97);
    }
    write_zip(folder / "p.npz", "x.npy", npy_text({{500}, values}), ZIP_CM_DEFLATE);
    const std::string whole = test::read_text(folder / "p.npz");
    for (std::size_t at = 60; at < 300; at += 13) {
        std::string text = whole;
        text[at] = static_cast<char>(~text[at]);
        test::write_text(folder / "bad.npz", text);

        const auto message = file_error([&] { read_npz(folder / "bad.npz"); });

        EXPECT_TRUE(contains(message, "member 'x.npy'")) << at << ": " << message;
    }
}

TEST(Npz, ASizeThatTheFileCannotHoldIsRefusedBeforeAllocation) {
    const TemporaryFolder folder;
    write_zip(folder / "p.npz", "x.npy", npy_text({{2}, {1, 2}}), ZIP_CM_DEFLATE);
    std::string text = test::read_text(folder / "p.npz");
    // Uncompressed size: 22 bytes into the local header, 24 into the directory's entry.
    const auto entry = text.find("PK\1\2");
    ASSERT_NE(entry, std::string::npos);
    const std::string huge = "\xff\xff\xff\x7f";
    text.replace(22, 4, huge);
    text.replace(entry + 24, 4, huge);
    test::write_text(folder / "bad.npz", text);

    const auto message = file_error([&] { read_npz(folder / "bad.npz"); });

    EXPECT_TRUE(contains(message, "got a size of 2147483647")) << message;
}

/// Little-endian.
std::string number(std::size_t value, std::size_t size) {
    std::string text;
    for (std::size_t i = 0; i < size; ++i) {
        text += static_cast<char>(value & 0xff);
        value >>= 8;
    }
    return text;
}

/// The directory's entries in an archive.
std::string entries_of(const std::string& archive) {
    const auto begin = archive.find("PK\1\2");
    return archive.substr(begin, archive.find("PK\5\6") - begin);
}

TEST(Npz, MembersThatShareTheirBytesAreRefused) {
    // Many members in one another could unpack to a million times their file's size.
    const TemporaryFolder folder;
    write_zip(folder / "in.npz", "in.npy",
              npy_text({{1000}, std::vector<double>(1000, 1.0)}), ZIP_CM_STORE);
    const std::string inner = test::read_text(folder / "in.npz");
    write_zip(folder / "out.npz", "out.npy", inner.substr(0, inner.find("PK\1\2")),
              ZIP_CM_STORE);
    const std::string outer = test::read_text(folder / "out.npz");
    std::string inner_entry = entries_of(inner);
    inner_entry.replace(42, 4, number(outer.find("PK\3\4", 4), 4));
    const std::string directory = inner_entry + entries_of(outer);
    const auto begin = outer.find("PK\1\2");
    test::write_text(folder / "both.npz",
                     outer.substr(0, begin) + directory + "PK\5\6" +
                         std::string(4, '\0') + number(2, 2) + number(2, 2) +
                         number(directory.size(), 4) + number(begin, 4) + number(0, 2));

    const auto message = file_error([&] { read_npz(folder / "both.npz"); });

    EXPECT_TRUE(contains(message, "member 'out.npy': got ")) << message;
    EXPECT_TRUE(contains(message, "needs a size that fits the file")) << message;
}

TEST(Npz, MoreMembersThanTheDirectoryCanHoldAreRefusedBeforeAllocation) {
    const TemporaryFolder folder;
    write_npz(folder / "p.npz", arrays);
    const std::string whole = test::read_text(folder / "p.npz");
    const auto begin = whole.find("PK\1\2"), end = whole.find("PK\5\6");
    std::string many = whole;
    many.replace(end + 8, 4, number(60'000, 2) + number(60'000, 2));
    test::write_text(folder / "many.npz", many);
    // The same in the record for long archives, whose numbers have 64 bits.
    const std::string record = "PK\6\6" + number(44, 8) + number(45, 2) +
                               number(45, 2) + number(0, 8) + number(100'000'000, 8) +
                               number(100'000'000, 8) + number(end - begin, 8) +
                               number(begin, 8);
    const std::string locator = "PK\6\7" + number(0, 4) + number(end, 8) + number(1, 4);
    test::write_text(folder / "long.npz",
                     whole.substr(0, end) + record + locator + whole.substr(end));

    // A directory of no bytes that does not reach to the end of what is before it.
    test::write_text(folder / "apart.npz", "PK" + number(5, 1) + "PK\5\6" +
                                               number(0, 4) + number(65535, 2) +
                                               number(65535, 2) + number(0, 10));

    EXPECT_TRUE(contains(file_error([&] { read_npz(folder / "many.npz"); }),
                         "got 60000 members in a directory of "));
    EXPECT_TRUE(contains(file_error([&] { read_npz(folder / "apart.npz"); }),
                         "got 65535 members in a directory of 0 bytes"));
    EXPECT_TRUE(contains(file_error([&] { read_npz(folder / "long.npz"); }),
                         "got 100000000 members in a directory of "));
}

TEST(Npz, OtherCompressionMethodsAreNamed) {
    const TemporaryFolder folder;
    write_zip(folder / "p.npz", "x.npy", npy_text({{2}, {1, 2}}), ZIP_CM_STORE);
    std::string text = test::read_text(folder / "p.npz");
    // 14 is LZMA, whose header says how much memory it takes. The method is 8 bytes
    // into the local header, 10 into the directory's entry.
    text.replace(8, 2, number(14, 2));
    text.replace(text.find("PK\1\2") + 10, 2, number(14, 2));
    test::write_text(folder / "lzma.npz", text);

    const auto message = file_error([&] { read_npz(folder / "lzma.npz"); });

    EXPECT_TRUE(contains(message, "member 'x.npy': got compression method 14, needs 0"))
        << message;
}

TEST(Npz, LongNamesAreCutInMessages) {
    const TemporaryFolder folder;
    write_zip(folder / "p.npz", std::string(500, 'x') + ".npy", "none", ZIP_CM_STORE);

    const auto message = file_error([&] { read_npz(folder / "p.npz"); });

    EXPECT_TRUE(contains(message, "xxx...': no npy data")) << message;
    EXPECT_LT(message.size(), 300U);
}

TEST(Npz, WhatIsNoNpyDataIsNamed) {
    const TemporaryFolder folder;
    write_zip(folder / "p.npz", "x.npy", "hello", ZIP_CM_STORE);

    const auto message = file_error([&] { read_npz(folder / "p.npz"); });

    EXPECT_TRUE(contains(message, "member 'x.npy': no npy data")) << message;
}

TEST(Npz, AMissingFileIsNamed) {
    const TemporaryFolder folder;

    const auto message = file_error([&] { read_npz(folder / "no.npz"); });

    EXPECT_TRUE(contains(message, "no.npz")) << message;
    EXPECT_TRUE(contains(message, "No such file")) << message;
}

TEST(Npz, AFailedSaveKeepsTheOldFile) {
    const TemporaryFolder folder;
    write_npz(folder / "p.npz", arrays);

    EXPECT_THROW(write_npz(folder / "p.npz", {{"x", {{3}, {1, 2}}}}), ShapeError);

    expect_same(read_npz(folder / "p.npz"));
}

}  // namespace
}  // namespace nengine::engine
