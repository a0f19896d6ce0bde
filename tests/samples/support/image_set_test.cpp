#include "samples/support/image_set.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "nengine/error.hpp"

namespace nengine::samples {
namespace {

namespace fs = std::filesystem;

const fs::path digits = fs::absolute(digits_folder());

class ImageSetTest : public ::testing::Test {
protected:
    ImageSetTest() {
        std::string name = (fs::temp_directory_path() / "nengine.XXXXXX").string();
        folder_ = mkdtemp(name.data());
    }
    ~ImageSetTest() override { fs::remove_all(folder_); }

    /// Writes an idx file of bytes, not gzipped.
    void write(const std::string& name, const std::vector<std::uint8_t>& shape,
               std::size_t size, char value) const {
        std::ofstream file(folder_ / name, std::ios::binary);
        file << '\0' << '\0' << '\x08' << static_cast<char>(shape.size());
        for (const std::uint8_t extent : shape) {
            file << '\0' << '\0' << '\0' << static_cast<char>(extent);
        }
        file << std::string(size, value);
    }
    ImageSet read(std::int64_t count = 0) const {
        return read_image_set(folder_, "train", count, 1.0, 10);
    }

    fs::path folder_;
};

TEST_F(ImageSetTest, ReadsTheDigitsOfTheRepository) {
    const ImageSet test = read_image_set(digits, "t10k", 0, 255.0, 10);
    EXPECT_EQ(test.size(), 2000);
    EXPECT_EQ(test.images.shape(), (Tensor::Shape{2000, 1, 784}));
    EXPECT_EQ(test.targets.shape(), (Tensor::Shape{2000, 1, 1}));
    EXPECT_EQ(test.images.dtype(), DType::uint8);
    EXPECT_EQ(test.scale, 1.0);
    double largest = 0;
    for (std::int64_t i = 0; i < test.images.size(); ++i) {
        largest = std::max(largest, test.images[i]);
    }
    EXPECT_EQ(largest, 255.0);
}

TEST_F(ImageSetTest, UsesTheFirstImagesAndSaysTheirScale) {
    const ImageSet all = read_image_set(digits, "t10k", 0, 255.0, 10);
    const ImageSet few = read_image_set(digits, "t10k", 7, 1.0, 10);
    ASSERT_EQ(few.size(), 7);
    EXPECT_EQ(few.scale, 1.0 / 255);
    for (std::int64_t i = 0; i < few.images.size(); ++i) {
        EXPECT_EQ(few.images[i], all.images[i]);
    }
    for (std::size_t i = 0; i < 7; ++i) {
        EXPECT_EQ(few.labels[i], all.labels[i]);
        EXPECT_EQ(few.targets[static_cast<std::int64_t>(i)], few.labels[i]);
    }
}

TEST_F(ImageSetTest, ReadsPlainFiles) {
    write("train-images-idx3-ubyte", {3, 28, 28}, 3 * 784, '\xff');
    write("train-labels-idx1-ubyte", {3}, 3, '\x04');
    const ImageSet set = read(100);
    EXPECT_EQ(set.size(), 3);
    EXPECT_EQ(set.images[2 * 784 + 5], 255.0);
    EXPECT_EQ(set.labels, (std::vector<int>{4, 4, 4}));
}

TEST_F(ImageSetTest, RefusesImagesOfAnotherSize) {
    write("train-images-idx3-ubyte", {2, 32, 32}, 2 * 1024, 0);
    write("train-labels-idx1-ubyte", {2}, 2, 0);
    EXPECT_THROW(read(), FileError);
}

TEST_F(ImageSetTest, RefusesAnotherNumberOfLabels) {
    write("train-images-idx3-ubyte", {2, 28, 28}, 2 * 784, 0);
    write("train-labels-idx1-ubyte", {3}, 3, 0);
    EXPECT_THROW(read(), FileError);
}

TEST_F(ImageSetTest, RefusesUnknownClasses) {
    write("train-images-idx3-ubyte", {2, 28, 28}, 2 * 784, 0);
    write("train-labels-idx1-ubyte", {2}, 2, 10);
    EXPECT_THROW(read(), FileError);
}

TEST_F(ImageSetTest, RefusesAFolderThatIsNotThere) {
    EXPECT_THROW(read_image_set(folder_ / "nowhere", "train", 0, 1.0, 10), FileError);
}

}  // namespace
}  // namespace nengine::samples
