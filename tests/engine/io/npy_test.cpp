#include "engine/io/npy.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <numeric>
#include <span>
#include <string>
#include <utility>

#include "tests/engine/io/files.hpp"

namespace nengine::engine {
namespace {

using test::contains;
using test::file_error;
using test::TemporaryFolder;

/// An npy file as numpy writes it, by hand: `version`, the dictionary, the data.
std::string npy(const std::string& dict, const std::string& data, int version = 1) {
    std::string text = "\x93NUMPY";
    text += static_cast<char>(version);
    text += '\0';
    const std::size_t length_bytes = version == 1 ? 2 : 4;
    for (std::size_t i = 0; i < length_bytes; ++i) {
        text += static_cast<char>(dict.size() >> (8 * i) & 0xff);
    }
    return text + dict + data;
}

std::string dict(const std::string& dtype, const std::string& shape,
                 const std::string& fortran = "False") {
    return "{'descr': '" + dtype + "', 'fortran_order': " + fortran +
           ", 'shape': " + shape + ", }      \n";
}

template <class T>
std::string raw(std::initializer_list<T> values) {
    std::string text(values.size() * sizeof(T), '\0');
    std::memcpy(text.data(), std::data(values), text.size());
    return text;
}

NpyArray parse(const std::string& text) {
    return parse_npy(std::as_bytes(std::span(text)), "here");
}

std::string parse_error(const std::string& text) {
    return file_error([&] { parse(text); });
}

TEST(Npy, ReadsEveryElementType) {
    const std::vector<double> want{1, -2, 3};
    EXPECT_EQ(parse(npy(dict("<f4", "(3,)"), raw<float>({1, -2, 3}))).values, want);
    EXPECT_EQ(parse(npy(dict("<f8", "(3,)"), raw<double>({1, -2, 3}))).values, want);
    EXPECT_EQ(parse(npy(dict("<i4", "(3,)"), raw<std::int32_t>({1, -2, 3}))).values,
              want);
    EXPECT_EQ(parse(npy(dict("<i8", "(3,)"), raw<std::int64_t>({1, -2, 3}))).values,
              want);
    EXPECT_EQ(parse(npy(dict("|i1", "(3,)"), raw<std::int8_t>({1, -2, 3}))).values,
              want);
    EXPECT_EQ(parse(npy(dict("|u1", "(2,)"), raw<std::uint8_t>({1, 254}))).values,
              (std::vector<double>{1, 254}));
    EXPECT_EQ(parse(npy(dict("|b1", "(2,)"), raw<std::uint8_t>({1, 0}))).values,
              (std::vector<double>{1, 0}));
}

TEST(Npy, ReadsEveryFormatVersionAndKeyOrder) {
    for (const int version : {1, 2, 3}) {
        const auto array =
            parse(npy("{'shape':(2,1),\"fortran_order\":False,'descr':'<f4'}",
                      raw<float>({5, 6}), version));

        EXPECT_EQ(array.shape, (std::vector<Index>{2, 1}));
        EXPECT_EQ(array.values, (std::vector<double>{5, 6}));
    }
}

TEST(Npy, ReadsScalarsAndEmptyArrays) {
    EXPECT_EQ(parse(npy(dict("<f8", "()"), raw<double>({2.5}))).values,
              std::vector<double>{2.5});
    EXPECT_TRUE(parse(npy(dict("<f8", "()"), raw<double>({2.5}))).shape.empty());
    EXPECT_TRUE(parse(npy(dict("<f8", "(0, 7)"), "")).values.empty());
}

TEST(Npy, TurnsFortranOrderIntoRowMajor) {
    // [[0, 1, 2], [3, 4, 5]] column by column.
    const auto array =
        parse(npy(dict("<f4", "(2, 3)", "True"), raw<float>({0, 3, 1, 4, 2, 5})));

    EXPECT_EQ(array.values, (std::vector<double>{0, 1, 2, 3, 4, 5}));
}

TEST(Npy, WhatIsWrittenIsReadBack) {
    const TemporaryFolder folder;
    std::vector<double> values(5 * 3 * 7);
    std::iota(values.begin(), values.end(), 0.1);
    const std::vector<float> floats(values.begin(), values.end());
    const std::vector<Index> shape{5, 3, 7};

    write_npy(folder / "d.npy", shape, std::span<const double>(values));
    write_npy(folder / "f.npy", shape, std::span<const float>(floats));

    EXPECT_EQ(read_npy(folder / "d.npy").values, values);
    EXPECT_EQ(read_npy(folder / "d.npy").shape, shape);
    EXPECT_EQ(read_npy(folder / "f.npy").values,
              std::vector<double>(floats.begin(), floats.end()));
    const auto text = test::read_text(folder / "f.npy");
    EXPECT_EQ((text.size() - floats.size() * sizeof(float)) % 64, 0u);
}

TEST(Npy, EveryTruncationIsAnError) {
    const std::string whole = npy(dict("<f4", "(3,)"), raw<float>({1, 2, 3}));
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const auto message = parse_error(whole.substr(0, size));

        EXPECT_TRUE(message.starts_with("here: ")) << size << ": " << message;
    }
}

TEST(Npy, DamagedHeadersAreErrors) {
    const std::string data = raw<float>({1, 2, 3});
    for (const std::string& bad :
         {std::string("{'descr': '<f4', 'fortran_order': False}"),
          std::string("{'descr': '<f4', 'fortran_order': Maybe, 'shape': (3,)}"),
          std::string("{'descr': '<f4', 'fortran_order': False, 'shape': (-3,)}"),
          std::string("{'descr': '<f4', 'fortran_order': False, 'shape': (3,"),
          std::string(
              "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), 'x': 1}"),
          std::string("{'descr': '<f4', 'fortran_order': False, 'shape': (3,)} more"),
          std::string(
              "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (3,)}"),
          std::string("")}) {
        EXPECT_TRUE(contains(parse_error(npy(bad, data)), "damaged npy header")) << bad;
    }
}

TEST(Npy, SizesThatDoNotFitAreErrorsBeforeAnyAllocation) {
    const std::string data = raw<float>({1, 2, 3});
    for (const std::string shape :
         {"(4,)", "(2,)", "(9223372036854775807,)", "(4294967296, 4294967296)",
          "(4294967296, 4294967296, 0)", "(0, 4294967296, 4294967296)",
          "(99999999999999999999,)"}) {
        EXPECT_TRUE(parse_error(npy(dict("<f4", shape), data)).starts_with("here: "))
            << shape;
    }
}

std::string ones(int n_dims) {
    std::string text = "(";
    for (int axis = 0; axis < n_dims; ++axis) {
        text += "1, ";
    }
    return text + ")";
}

TEST(Npy, AtMost64DimensionsAreRead) {
    // So many that walking over them for each value would take for ever.
    const std::string column_major = "True", data = raw<float>({1});

    EXPECT_EQ(parse(npy(dict("<f4", ones(64), column_major), data)).shape.size(), 64U);
    EXPECT_TRUE(contains(parse_error(npy(dict("<f4", ones(65), column_major), data)),
                         "more than 64 dimensions"));
    EXPECT_TRUE(contains(parse_error(npy(dict("<f4", ones(1'000'000)), data, 2)),
                         "more than 64 dimensions"));
}

TEST(Npy, AtMost64DimensionsAreWritten) {
    EXPECT_NO_THROW(format_npy({std::vector<Index>(64, 1), {1.0}}, DType::float32));
    // A version 1 header, whose length is a number below 65536, would not hold these.
    EXPECT_THROW(format_npy({std::vector<Index>(65, 1), {1.0}}, DType::float32),
                 ShapeError);
}

TEST(Npy, TextFromTheFileIsCutAndMadePrintableInMessages) {
    const std::string data = raw<float>({1});
    const std::string dtype = "\x1b[31m\n" + std::string(60'000, 'x');

    const auto message = parse_error(npy(dict(dtype, "(1,)"), data));

    EXPECT_TRUE(contains(message, "got dtype '?[31m?xxx")) << message;
    EXPECT_LT(message.size(), 300U);
}

TEST(Npy, OtherElementTypesAreNamed) {
    for (const std::string dtype : {">f4", "<f2", "<c8", "|O", "<U3"}) {
        const auto message =
            parse_error(npy(dict(dtype, "(3,)"), raw<float>({1, 2, 3})));

        EXPECT_TRUE(contains(message, "got dtype '" + dtype + "', needs one of <f4"))
            << message;
    }
}

TEST(Npy, AnIntegerThatDoubleCannotHoldIsAnError) {
    const auto message = parse_error(
        npy(dict("<i8", "(1,)"), raw<std::int64_t>({(std::int64_t{1} << 53) + 1})));

    EXPECT_TRUE(contains(message, "9007199254740993")) << message;
}

TEST(Npy, AMissingFileAndAFolderAreNamed) {
    const TemporaryFolder folder;

    EXPECT_TRUE(contains(file_error([&] { read_npy(folder / "no.npy"); }), "no.npy"));
    EXPECT_TRUE(contains(file_error([&] { read_npy(folder / ""); }), "folder"));
}

TEST(Npy, WritingAShapeThatDoesNotFitIsAnError) {
    const std::vector<float> values(6);
    const std::vector<Index> shape{2, 2};

    EXPECT_THROW(write_npy("unused", shape, std::span<const float>(values)),
                 ShapeError);
    try {
        format_npy({{3}, {1, 2}}, DType::float32);
        FAIL();
    } catch (const ShapeError& error) {
        EXPECT_EQ(error.object(), "format_npy");
        EXPECT_EQ(error.got(), "2 values");
        EXPECT_EQ(error.needed(), "as many as the shape [3] holds");
    }
}

}  // namespace
}  // namespace nengine::engine
