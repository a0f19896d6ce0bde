#include "engine/io/idx.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/engine/io/files.hpp"

namespace nengine::engine {
namespace {

using test::contains;
using test::file_error;
using test::TemporaryFolder;

/// An idx file by hand: sizes as big-endian 32 bit, then the data.
std::string idx(const std::vector<std::uint32_t>& shape, const std::string& data,
                char type = 8) {
    std::string text{'\0', '\0', type, static_cast<char>(shape.size())};
    for (const auto size : shape) {
        for (const int shift : {24, 16, 8, 0}) {
            text += static_cast<char>(size >> shift & 0xff);
        }
    }
    return text + data;
}

std::string noise(std::size_t size) {
    std::string text(size, '\0');
    std::uint32_t state = 1;
    std::ranges::generate(text, [&] {
        state = state * 1664525 + 1013904223;
        return static_cast<char>(state >> 24);
    });
    return text;
}

TEST(Idx, ReadsGzippedAndPlainFiles) {
    const TemporaryFolder folder;
    const std::string text = idx({2, 3, 1}, "\1\2\3\4\5\xff");
    test::write_gzip(folder / "a.gz", text);
    test::write_text(folder / "a", text);

    for (const std::string name : {"a.gz", "a"}) {
        const IdxArray array = read_idx(folder / name, 3);

        EXPECT_EQ(array.shape, (std::vector<Index>{2, 3, 1}));
        EXPECT_EQ(array.values, (std::vector<std::uint8_t>{1, 2, 3, 4, 5, 255}));
    }
}

TEST(Idx, GzipStreamsThatFollowEachOtherAreOne) {
    const TemporaryFolder folder;
    const std::string text = idx({2, 3}, "abcdef");
    test::write_gzip(folder / "first.gz", text.substr(0, 9));
    test::write_gzip(folder / "second.gz", text.substr(9));
    const std::string both =
        test::read_text(folder / "first.gz") + test::read_text(folder / "second.gz");
    for (const std::string& end : {std::string(), std::string(512, '\0')}) {
        test::write_text(folder / "both.gz", both + end);

        EXPECT_EQ(read_idx(folder / "both.gz").values,
                  (std::vector<std::uint8_t>{'a', 'b', 'c', 'd', 'e', 'f'}));
    }
}

TEST(Idx, SomethingElseAfterGzipDataIsAnError) {
    const TemporaryFolder folder;
    test::write_gzip(folder / "a.gz", idx({1}, "a"));
    const std::string whole = test::read_text(folder / "a.gz");
    for (const std::string end : {"more", "\x1f", "\x1f\x8b"}) {
        test::write_text(folder / "more.gz", whole + end);

        EXPECT_NE(file_error([&] { read_idx(folder / "more.gz"); }), "(no FileError)")
            << end;
    }
}

TEST(Idx, AStreamThatInflatesToMoreThanItsHeaderSaysIsLeftUnread) {
    const TemporaryFolder folder;
    test::write_gzip(folder / "bomb.gz",
                     idx({3}, std::string(std::size_t{64} << 20, '\0')));

    const auto message = file_error([&] { read_idx(folder / "bomb.gz"); });

    EXPECT_TRUE(contains(message, "more data than its header says")) << message;
}

TEST(Idx, ReadsTheDigitsOfTheRepository) {
    const std::filesystem::path folder = NENGINE_SOURCE_DIR "/samples/data/mnist";

    const auto images = read_idx(folder / "train-images-idx3-ubyte.gz", 3);
    const auto labels = read_idx(folder / "t10k-labels-idx1-ubyte.gz", 1);

    EXPECT_EQ(images.shape, (std::vector<Index>{8000, 28, 28}));
    EXPECT_EQ(images.values.size(), 8000u * 28 * 28);
    EXPECT_EQ(labels.shape, (std::vector<Index>{2000}));
    EXPECT_LE(*std::ranges::max_element(labels.values), 9);
}

TEST(Idx, EveryTruncationOfAGzipFileIsAnError) {
    const TemporaryFolder folder;
    test::write_gzip(folder / "whole.gz", idx({10, 10}, noise(100)));
    const std::string whole = test::read_text(folder / "whole.gz");
    for (std::size_t size = 0; size < whole.size(); ++size) {
        test::write_text(folder / "cut.gz", whole.substr(0, size));

        const auto message = file_error([&] { read_idx(folder / "cut.gz"); });

        EXPECT_TRUE(contains(message, "cut.gz'): ")) << size << ": " << message;
    }
}

TEST(Idx, EveryTruncationOfAPlainFileIsAnError) {
    const TemporaryFolder folder;
    const std::string whole = idx({4, 5}, noise(20));
    for (std::size_t size = 0; size < whole.size(); ++size) {
        test::write_text(folder / "cut", whole.substr(0, size));

        EXPECT_NE(file_error([&] { read_idx(folder / "cut"); }), "(no FileError)")
            << size;
    }
}

TEST(Idx, DamagedGzipDataIsFound) {
    const TemporaryFolder folder;
    test::write_gzip(folder / "whole.gz", idx({10, 10}, noise(100)));
    const std::string whole = test::read_text(folder / "whole.gz");
    // Bytes 4 to 9 of gzip's header (time, system) carry no data and no check.
    for (std::size_t at = 10; at < whole.size(); ++at) {
        std::string text = whole;
        text[at] = static_cast<char>(text[at] ^ 0x04);
        test::write_text(folder / "bad.gz", text);

        EXPECT_NE(file_error([&] { read_idx(folder / "bad.gz"); }), "(no FileError)")
            << at;
    }
}

TEST(Idx, ASizeThatTheFileCannotHoldIsRefusedBeforeAllocation) {
    const TemporaryFolder folder;
    for (const auto& shape : {std::vector<std::uint32_t>{4'000'000'000u},
                              {4'000'000'000u, 4'000'000'000u},
                              {4'000'000'000u, 4'000'000'000u, 4'000'000'000u}}) {
        test::write_gzip(folder / "huge.gz", idx(shape, "abc"));
        test::write_text(folder / "huge", idx(shape, "abc"));

        for (const std::string name : {"huge.gz", "huge"}) {
            const auto message = file_error([&] { read_idx(folder / name); });

            EXPECT_TRUE(contains(message, "more data than the file can hold"))
                << message;
        }
    }
}

TEST(Idx, AnEmptyArrayMayHaveAnyOtherSizes) {
    const TemporaryFolder folder;
    for (const auto& shape :
         {std::vector<std::uint32_t>{0, 28, 28}, {28, 28, 0}, {4'000'000'000u, 0}}) {
        test::write_text(folder / "empty", idx(shape, ""));

        const IdxArray array = read_idx(folder / "empty");

        EXPECT_EQ(array.shape, (std::vector<Index>(shape.begin(), shape.end())));
        EXPECT_TRUE(array.values.empty());
    }
}

TEST(Idx, MoreDataThanPromisedIsAnError) {
    const TemporaryFolder folder;
    test::write_gzip(folder / "long.gz", idx({3}, "abcd"));

    const auto message = file_error([&] { read_idx(folder / "long.gz"); });

    EXPECT_TRUE(contains(message, "more data than its header says")) << message;
}

TEST(Idx, OtherFilesAreNamedForWhatTheyAre) {
    const TemporaryFolder folder;
    test::write_text(folder / "text", "this is a text");
    test::write_text(folder / "floats", idx({1}, "abcd", 0x0d));
    test::write_text(folder / "labels", idx({4}, "abcd"));

    EXPECT_TRUE(
        contains(file_error([&] { read_idx(folder / "text"); }), "no idx file"));
    EXPECT_TRUE(contains(file_error([&] { read_idx(folder / "floats"); }),
                         "got idx element type 13, needs 8"));
    EXPECT_TRUE(contains(file_error([&] { read_idx(folder / "labels", 3); }),
                         "got an idx file of 1 dimension, needs 3 dimensions"));
    EXPECT_TRUE(contains(file_error([&] { read_idx(folder / "missing"); }),
                         "No such file or directory"));
    EXPECT_TRUE(contains(file_error([&] { read_idx(folder / ""); }), "folder"));
}

}  // namespace
}  // namespace nengine::engine
