#include "samples/support/plot.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "kernels/base/error.hpp"

namespace nengine::samples {
namespace {

namespace fs = std::filesystem;

class Plot : public ::testing::Test {
protected:
    Plot() {
        std::string name = (fs::temp_directory_path() / "nengine.XXXXXX").string();
        folder_ = mkdtemp(name.data());
        if (std::system("gnuplot --version > /dev/null 2>&1") != 0) {
            has_gnuplot_ = false;
        }
    }
    ~Plot() override { fs::remove_all(folder_); }
    void SetUp() override {
        if (!has_gnuplot_) {
            GTEST_SKIP() << "gnuplot is not installed";
        }
    }

    static std::string read(const fs::path& path) {
        std::ifstream file(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    /// Width and height from a PNG's header.
    static std::pair<int, int> png_size(const std::string& png) {
        const auto number = [&](std::size_t at) {
            int value = 0;
            for (std::size_t i = 0; i < 4; ++i) {
                value = value * 256 + static_cast<unsigned char>(png[at + i]);
            }
            return value;
        };
        return {number(16), number(20)};
    }

    fs::path folder_;
    bool has_gnuplot_ = true;
};

Series sine(const std::string& label) {
    Series series{label, {}, {}};
    for (int i = 0; i < 100; ++i) {
        series.x.push_back(i * 0.01);
        series.y.push_back(std::sin(i * 0.1));
    }
    return series;
}

ClassifiedImage image(int label) {
    ClassifiedImage result;
    result.height = 5;
    result.width = 7;
    result.pixels.assign(35, 100.0);
    result.label = label;
    result.n_classes = 3;
    result.probabilities = {0.3, 0.3, 0.4, 0.1, 0.1, 0.8};
    return result;
}

TEST_F(Plot, DrawsPanelsIntoOnePng) {
    Series gap = sine("with a gap, a quote ' and _underscores_");
    gap.y[50] = std::nan("");

    plot_lines(folder_ / "a picture.png", "It's a title",
               {{"one", "time (s)", "value", {sine("a"), gap}, {}},
                {"two", "time (s)", "value", {sine("")}, std::pair{-2.0, 2.0}}});

    const std::string png = read(folder_ / "a picture.png");
    ASSERT_TRUE(png.starts_with("\x89PNG"));
    EXPECT_EQ(png_size(png), (std::pair{900, 640}));
}

TEST_F(Plot, DrawsSvgThatHoldsTheTexts) {
    plot_lines(folder_ / "a.svg", "the title",
               {{"the panel", "time (s)", "the value", {sine("the label")}, {}}});

    const std::string svg = read(folder_ / "a.svg");
    for (const std::string text :
         {"<svg", "the title", "the panel", "time (s)", "the value", "the label"}) {
        EXPECT_NE(svg.find(text), std::string::npos) << text;
    }
}

TEST_F(Plot, PanelsHaveTheHeightsAskedFor) {
    plot_lines(
        folder_ / "a.png", "t",
        {{.title = "low", .series = {sine("a")}, .height = 0.5},
         {.title = "high",
          .series = {{.label = "b", .x = {0, 1}, .y = {2, 3}, .mark = Mark::bars},
                     {.label = "c", .x = {0, 1}, .y = {2, 3}, .mark = Mark::points},
                     {.label = "d", .x = {0, 1}, .y = {2, 3}, .mark = Mark::guide}},
          .height = 2.0}});

    EXPECT_EQ(png_size(read(folder_ / "a.png")), (std::pair{900, 785}));
}

TEST_F(Plot, DrawsImagesBesideTheirProbabilities) {
    plot_classified_images(folder_ / "a.svg", "digits", {image(0), image(2)}, 0.001,
                           {"cat", "dog"});

    const std::string svg = read(folder_ / "a.svg");
    for (const std::string text : {"true: cat", "true: 2", "answer: 2", ">dog<",
                                   "simulated time (ms)", "<image"}) {
        EXPECT_NE(svg.find(text), std::string::npos) << text;
    }
}

TEST_F(Plot, APathThatCannotBeWrittenIsAnError) {
    EXPECT_THROW(
        plot_lines(folder_ / "none/a.png", "t", {{"p", "x", "y", {sine("a")}, {}}}),
        Error);
}

TEST_F(Plot, LengthsThatDoNotFitAreErrors) {
    Series bad = sine("bad");
    bad.y.pop_back();
    ClassifiedImage small = image(0);
    small.pixels.pop_back();
    ClassifiedImage odd = image(0);
    odd.probabilities.pop_back();

    EXPECT_THROW(plot_lines(folder_ / "a.png", "t", {{"p", "x", "y", {bad}, {}}}),
                 ShapeError);
    EXPECT_THROW(plot_classified_images(folder_ / "a.png", "t", {small}, 1),
                 ShapeError);
    EXPECT_THROW(plot_classified_images(folder_ / "a.png", "t", {odd}, 1), ShapeError);
}

TEST_F(Plot, AMissingGnuplotIsNamed) {
    const std::string path = std::getenv("PATH");
    setenv("PATH", folder_.c_str(), 1);
    std::string message;
    try {
        plot_lines(folder_ / "a.png", "t", {{"p", "x", "y", {sine("a")}, {}}});
    } catch (const Error& error) {
        message = error.what();
    }
    setenv("PATH", path.c_str(), 1);

    EXPECT_NE(message.find("gnuplot is missing"), std::string::npos) << message;
}

}  // namespace
}  // namespace nengine::samples
