#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <set>

#include "api/numerics/random_state.hpp"
#include "nengine/batches.hpp"
#include "nengine/io.hpp"
#include "tests/api/helpers.hpp"

namespace nengine::test {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A folder for the files of a test.
class NpyFiles : public ::testing::Test {
protected:
    NpyFiles() { fs::create_directories(folder_); }
    ~NpyFiles() override { fs::remove_all(folder_); }

    fs::path path(const std::string& name) const { return folder_ / name; }

    fs::path save(const std::string& name, const Tensor& tensor) const {
        save_npy(path(name), tensor);
        return path(name);
    }

    /// As numpy writes it, by hand.
    template <class Number>
    fs::path write(const std::string& name, const std::string& dtype,
                   const std::string& shape, const std::vector<Number>& numbers,
                   const std::string& fortran = "False") const {
        std::string text = "{'descr': '" + dtype + "', 'fortran_order': " + fortran +
                           ", 'shape': " + shape + ", }\n";
        std::string bytes = "\x93NUMPY\x01";
        bytes += '\0';
        bytes += static_cast<char>(text.size());
        bytes += '\0';
        bytes += text;
        const std::size_t begin = bytes.size();
        bytes.resize(begin + numbers.size() * sizeof(Number));
        std::memcpy(bytes.data() + begin, numbers.data(),
                    numbers.size() * sizeof(Number));
        std::ofstream(path(name), std::ios::binary) << bytes;
        return path(name);
    }

private:
    fs::path folder_ = fs::path(::testing::TempDir()) / "nengine_npy_batches";
};

/// 0, 1, 2 ... as items of 2 steps and 3 numbers.
Tensor counted(std::int64_t items) {
    std::vector<float> values(static_cast<std::size_t>(items * 6));
    std::iota(values.begin(), values.end(), 0.0F);
    return {{items, 2, 3}, values};
}

/// The first number of each item over six: which items of `counted` they are.
std::vector<std::int64_t> items_of(const Tensor& tensor) {
    std::vector<std::int64_t> items;
    for (std::int64_t i = 0; i < tensor.extent(0); ++i) {
        items.push_back(static_cast<std::int64_t>(tensor(i, 0, 0)) / 6);
    }
    return items;
}

/// Those of an epoch, batch by batch.
std::vector<std::vector<std::int64_t>> epoch_of(BatchSource& source, int epoch) {
    std::vector<std::vector<std::int64_t>> batches;
    source.restart(epoch);
    while (const auto batch = source.next()) {
        batches.push_back(items_of(batch->x[0].values));
    }
    return batches;
}

TEST_F(NpyFiles, GiveTheirItemsInOrder) {
    const auto x = save("x.npy", counted(5));
    const auto y = save("y.npy", Tensor({5, 1, 1}, {0.0, 1.0, 2.0, 3.0, 4.0}));

    const std::shared_ptr<BatchSource> source = NpyBatches{.x = {{"node", x}},
                                                           .y = {{"probe", y, 0.5}},
                                                           .minibatch_size = 2,
                                                           .shuffle = false};

    EXPECT_EQ(source->batches(), 3);
    for (const int epoch : {0, 1}) {
        EXPECT_THAT(epoch_of(*source, epoch),
                    ElementsAre(ElementsAre(0, 1), ElementsAre(2, 3), ElementsAre(4)));
    }
    source->restart(2);
    const auto batch = source->next();
    ASSERT_TRUE(batch);
    ASSERT_EQ(batch->x.size(), 1U);
    ASSERT_EQ(batch->y.size(), 1U);
    EXPECT_EQ(std::get<std::string>(batch->x[0].key.value()), "node");
    EXPECT_EQ(std::get<std::string>(batch->y[0].key.value()), "probe");
    EXPECT_EQ(batch->x[0].values.to_vector(), counted(5).items(0, 2).to_vector());
    EXPECT_EQ(batch->x[0].values.shape(), Tensor::Shape({2, 2, 3}));
    EXPECT_EQ(batch->y[0].values.to_vector(), (std::vector<double>{0, 1}));
    EXPECT_EQ(batch->y[0].scale, 0.5);
}

TEST_F(NpyFiles, GiveEachItemOnceInAnOrderOfTheSeedAndEpoch) {
    const auto x = save("x.npy", counted(20));
    const auto make = [&](Seed seed) -> std::shared_ptr<BatchSource> {
        return NpyBatches{.x = {{"x", x}}, .minibatch_size = 8, .seed = seed};
    };
    const auto joined = [](const auto& batches) {
        std::vector<std::int64_t> items;
        for (const auto& batch : batches) {
            items.insert(items.end(), batch.begin(), batch.end());
        }
        return items;
    };
    const auto source = make(3), again = make(3), other = make(4);

    const auto first = joined(epoch_of(*source, 0));
    const auto second = joined(epoch_of(*source, 1));

    EXPECT_EQ(std::set<std::int64_t>(first.begin(), first.end()).size(), 20U);
    EXPECT_NE(first, second);
    EXPECT_EQ(first, RandomState(3).permutation(20));
    EXPECT_EQ(second, RandomState(4).permutation(20));
    EXPECT_EQ(joined(epoch_of(*again, 1)), second);
    EXPECT_EQ(joined(epoch_of(*other, 0)), second);
}

TEST_F(NpyFiles, KeepTheTypesThatTensorsHold) {
    const std::vector<double> values = {1, 0, 1, 0, 1, 1};
    const auto check = [&]<class Number>(Number, const std::string& dtype,
                                         DType wanted) {
        SCOPED_TRACE(dtype);
        const std::vector<Number> numbers(values.begin(), values.end());
        const std::shared_ptr<BatchSource> source =
            NpyBatches{.x = {{"x", write("x.npy", dtype, "(3, 1, 2)", numbers)}},
                       .shuffle = false};

        const auto batch = source->next();

        ASSERT_TRUE(batch);
        EXPECT_EQ(batch->x[0].values.dtype(), wanted);
        EXPECT_EQ(batch->x[0].values.to_vector(), values);
    };
    check(float{}, "<f4", DType::float32);
    check(double{}, "<f8", DType::float64);
    check(std::int8_t{}, "|i1", DType::int32);
    check(std::int32_t{}, "<i4", DType::int32);
    check(std::int64_t{}, "<i8", DType::float64);
    check(std::uint8_t{}, "|u1", DType::uint8);
    check(std::uint8_t{}, "|b1", DType::uint8);
}

TEST_F(NpyFiles, GiveWholeNumbersToTheLastPlace) {
    const std::int64_t large = (std::int64_t{1} << 53) - 1;
    const auto x = write("x.npy", "<i8", "(2, 1, 1)",
                         std::vector<std::int64_t>{-large, 4 * large});
    const std::shared_ptr<BatchSource> source =
        NpyBatches{.x = {{"x", x}}, .minibatch_size = 1, .shuffle = false};

    EXPECT_EQ(source->next()->x[0].values[0], -static_cast<double>(large));
    EXPECT_THAT(message<FileError>([&] { source->next(); }),
                HasSubstr("x.npy': got the integer"));
}

TEST_F(NpyFiles, AreCheckedBeforeTheFirstBatch) {
    const auto x = save("x.npy", counted(5));
    const auto open = [](const NpyBatches& batches) {
        const std::shared_ptr<BatchSource> source = batches;
    };
    const auto open_x = [&](const fs::path& file) {
        return message<FileError>([&] { open({.x = {{"x", file}}}); });
    };

    EXPECT_THAT(open_x(path("nowhere.npy")), HasSubstr("nowhere.npy': cannot open"));
    EXPECT_THAT(open_x(path(".")), HasSubstr("got a folder"));
    std::ofstream(path("empty.npy")).flush();
    EXPECT_THAT(open_x(path("empty.npy")), HasSubstr("no npy data"));
    fs::copy_file(x, path("cut.npy"));
    fs::resize_file(path("cut.npy"), fs::file_size(x) - 1);
    EXPECT_THAT(open_x(path("cut.npy")),
                HasSubstr("cut.npy': got 119 bytes of data, needs those of shape "
                          "[5, 2, 3] in <f4"));
    EXPECT_THAT(
        open_x(write("fortran.npy", "<f4", "(2, 1, 2)", std::vector<float>(4), "True")),
        HasSubstr("Fortran order"));
    EXPECT_THAT(
        open_x(write("half.npy", "<f2", "(2, 1, 2)", std::vector<std::int16_t>(4))),
        HasSubstr("got dtype '<f2'"));
    EXPECT_THAT(message<ShapeError>([&] {
                    open({.x = {{"x", write("flat.npy", "<f4", "(2, 2)",
                                            std::vector<float>(4))}}});
                }),
                HasSubstr("flat.npy': got shape [2, 2], needs [items, steps, size]"));
    EXPECT_THAT(message<ShapeError>([&] {
                    open({.x = {{"x", x}}, .y = {{"p", save("y.npy", counted(4))}}});
                }),
                HasSubstr("y.npy': got 4 items, needs 5 as in the other files"));
    EXPECT_THAT(message<ValidationError>([&] { open({}); }), HasSubstr("got no files"));
    EXPECT_THAT(message<ValidationError>([&] {
                    open({.x = {{"x", x}}, .minibatch_size = 0});
                }),
                HasSubstr("minibatch_size: got 0"));
}

/// What is not looked at is not read: a file may be larger than the memory.
TEST_F(NpyFiles, AreReadNoFurtherThanBatchesNeed) {
    const std::int64_t items = std::int64_t{1} << 30;
    const auto x = write("x.npy", "|u1", "(" + std::to_string(items) + ", 1, 1024)",
                         std::vector<std::uint8_t>{});
    std::error_code error;
    const auto header = fs::file_size(x);
    fs::resize_file(x, header + static_cast<std::uintmax_t>(items) * 1024, error);
    if (error) {
        GTEST_SKIP() << "no file of a terabyte: " << error.message();
    }
    const std::shared_ptr<BatchSource> source =
        NpyBatches{.x = {{"x", x}}, .minibatch_size = 3, .shuffle = false};

    EXPECT_EQ(source->next()->x[0].values.to_vector(), std::vector<double>(3 * 1024));
}

}  // namespace
}  // namespace nengine::test
