#include "api/callbacks/event_file.hpp"

#include <bit>
#include <cmath>

#include "tests/api/callbacks/line_task.hpp"
#include "tests/engine/io/files.hpp"

// The bytes are read back as the formats are described: TFRecord and protobuf, by a
// reader that shares no code with the writer.

namespace nengine::test {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;

/// CRC-32C bit by bit, from its polynomial reversed.
std::uint32_t crc_of(const std::string& data) {
    std::uint32_t crc = 0xFFFFFFFF;
    for (const char c : data) {
        crc ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit) {
            crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82F63B78 : 0);
        }
    }
    return ~crc;
}

std::uint64_t number(const std::string& bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = bytes.size(); i-- > 0;) {
        value = value << 8 | static_cast<unsigned char>(bytes[i]);
    }
    return value;
}

double real(const std::string& bytes) {
    return bytes.size() == 4
               ? std::bit_cast<float>(static_cast<std::uint32_t>(number(bytes)))
               : std::bit_cast<double>(number(bytes));
}

std::vector<double> reals(const std::string& packed) {
    std::vector<double> values;
    for (std::size_t i = 0; i < packed.size(); i += 8) {
        values.push_back(real(packed.substr(i, 8)));
    }
    return values;
}

/// Takes bytes off its front.
class Reader {
public:
    explicit Reader(std::string bytes) : bytes_(std::move(bytes)) {}
    bool at_end() const { return at_ == bytes_.size(); }
    std::string take(std::size_t count) {
        if (count > bytes_.size() - at_) {
            throw std::runtime_error("the file ends too soon");
        }
        at_ += count;
        return bytes_.substr(at_ - count, count);
    }
    std::uint64_t varint() {
        std::uint64_t value = 0;
        for (int shift = 0;; shift += 7) {
            const auto byte = number(take(1));
            value |= (byte & 0x7f) << shift;
            if (byte < 0x80) {
                return value;
            }
        }
    }

private:
    std::string bytes_;
    std::size_t at_ = 0;
};

/// A protobuf message: the bytes of its fields by number; of a whole number, eight.
std::map<int, std::string> fields(const std::string& message) {
    std::map<int, std::string> result;
    for (Reader reader(message); !reader.at_end();) {
        const auto key = reader.varint();
        const auto field = static_cast<int>(key >> 3);
        switch (key & 7) {
            case 0: {
                const auto value = reader.varint();
                for (int i = 0; i < 8; ++i) {
                    result[field] += static_cast<char>(value >> (8 * i) & 0xff);
                }
                break;
            }
            case 1:
                result[field] = reader.take(8);
                break;
            case 2:
                result[field] = reader.take(reader.varint());
                break;
            default:
                result[field] = reader.take(4);
        }
    }
    return result;
}

std::uint32_t unmasked(std::uint32_t checksum) {
    return std::rotl(checksum - 0xA282EAD8U, 15);
}

/// The events of the only file in a folder.
std::vector<std::map<int, std::string>> events(const fs::path& folder) {
    const std::vector<fs::path> files{fs::directory_iterator(folder),
                                      fs::directory_iterator()};
    EXPECT_EQ(files.size(), 1u);
    EXPECT_THAT(files.at(0).filename().string(),
                ::testing::StartsWith("events.out.tfevents."));
    std::vector<std::map<int, std::string>> result;
    for (Reader reader(read_text(files.at(0))); !reader.at_end();) {
        const std::string size = reader.take(8);
        EXPECT_EQ(unmasked(static_cast<std::uint32_t>(number(reader.take(4)))),
                  crc_of(size));
        const std::string data = reader.take(number(size));
        EXPECT_EQ(unmasked(static_cast<std::uint32_t>(number(reader.take(4)))),
                  crc_of(data));
        result.push_back(fields(data));
    }
    return result;
}

/// The only value of a summary.
std::map<int, std::string> value_of(const std::map<int, std::string>& event) {
    return fields(fields(event.at(5)).at(1));
}

TEST(EventFiles, HoldAVersionAndScalars) {
    const TemporaryFolder folder;
    detail::EventFile file(folder / "a/train");
    const std::string long_tag(300, 'x');
    file.add_scalar("epoch_loss", 3, 0.1);
    file.add_scalar(long_tag, 1000000, -2.5);

    const auto got = events(folder / "a/train");

    ASSERT_EQ(got.size(), 3u);
    EXPECT_EQ(got[0].at(3), "brain.Event:2");
    EXPECT_GT(real(got[0].at(1)), 1.7e9) << "seconds since 1970";
    EXPECT_EQ(number(got[1].at(2)), 3u);
    EXPECT_EQ(value_of(got[1]).at(1), "epoch_loss");
    EXPECT_EQ(real(value_of(got[1]).at(2)), 0.1F);
    EXPECT_EQ(number(got[2].at(2)), 1000000u);
    EXPECT_EQ(value_of(got[2]).at(1), long_tag);
    EXPECT_EQ(real(value_of(got[2]).at(2)), -2.5);
}

TEST(EventFiles, HoldHistograms) {
    const TemporaryFolder folder;
    detail::EventFile file(folder / "a");
    std::vector<double> values;
    for (int i = 0; i <= 60; ++i) {
        values.push_back(i / 2.0 - 10.0);  // from -10 to 20, two in each of 30 ranges
    }
    file.add_histogram("w", 2, values);

    const auto got = events(folder / "a");
    const auto histogram = fields(value_of(got.at(1)).at(5));

    EXPECT_EQ(real(histogram.at(1)), -10.0);
    EXPECT_EQ(real(histogram.at(2)), 20.0);
    EXPECT_EQ(real(histogram.at(3)), 61.0);
    EXPECT_EQ(real(histogram.at(4)), 61 * 5.0);
    EXPECT_NEAR(real(histogram.at(5)), 61 * 25 + 30 * 31 * 61 / 12.0, 1e-9);
    std::vector<double> limits, counts(30, 2.0);
    for (int i = 1; i <= 30; ++i) {
        limits.push_back(-10.0 + i);
    }
    counts.back() = 3.0;  // the last one has both of its ends
    EXPECT_THAT(reals(histogram.at(6)), near_to(limits));
    EXPECT_EQ(reals(histogram.at(7)), counts);
}

TEST(EventFiles, HoldEqualValuesInOneRangeAndNothingOfNone) {
    const TemporaryFolder folder;
    detail::EventFile file(folder / "a");
    file.add_histogram("none", 0, {});
    file.add_histogram("b", 0, std::vector{0.5, 0.5});

    const auto got = events(folder / "a");

    ASSERT_EQ(got.size(), 2u);
    const auto histogram = fields(value_of(got[1]).at(5));
    EXPECT_THAT(reals(histogram.at(6)), ElementsAre(0.5));
    EXPECT_THAT(reals(histogram.at(7)), ElementsAre(2.0));
}

TEST(EventFiles, OfOneFolderHaveDifferentNames) {
    const TemporaryFolder folder;
    const detail::EventFile one(folder / ""), two(folder / "");

    EXPECT_EQ(folder.n_files(), 2u);
}

TEST(EventFiles, AreReadAsTrainingWroteThem) {
    const TemporaryFolder folder;
    LineTask task;

    const History history = task.fit(
        {.epochs = 3,
         .callbacks = {TensorBoard{
             .log_dir = folder / "", .histogram_freq = 2, .histograms = {"d.kernel"}}},
         .validation_split = 0.3});

    std::map<std::string, std::vector<double>> curves;
    std::vector<std::uint64_t> histogram_steps;
    for (const char* part : {"train", "validation"}) {
        for (const auto& event : events(folder / part)) {
            if (!event.contains(5)) {
                continue;
            }
            const auto value = value_of(event);
            if (value.contains(5)) {
                EXPECT_EQ(value.at(1), "d.kernel/histogram");
                histogram_steps.push_back(number(event.at(2)));
            } else {
                curves[part + ('/' + value.at(1))].push_back(real(value.at(2)));
            }
        }
    }
    EXPECT_THAT(histogram_steps, ElementsAre(0, 2));
    const auto floats = [&](const std::string& name) {
        return std::vector<float>(history[name].begin(), history[name].end());
    };
    EXPECT_EQ(curves.size(), 4u);
    EXPECT_THAT(curves["train/epoch_loss"],
                ::testing::ElementsAreArray(floats("loss")));
    EXPECT_THAT(curves["train/epoch_y_loss"],
                ::testing::ElementsAreArray(floats("y_loss")));
    EXPECT_THAT(curves["validation/epoch_loss"],
                ::testing::ElementsAreArray(floats("val_loss")));
    EXPECT_THAT(curves["validation/epoch_y_loss"],
                ::testing::ElementsAreArray(floats("val_y_loss")));
}

}  // namespace
}  // namespace nengine::test
