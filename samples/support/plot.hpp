#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// Pictures for the samples, drawn by the program gnuplot. A file name that ends in
/// .svg gives SVG, any other PNG.
namespace nengine::samples {

/// How a series is drawn. Guides are thin grey lines to compare others with.
enum class Mark { line, points, bars, guide };

/// One line of a chart: y over x, of equal length.
struct Series {
    std::string label;
    std::vector<double> x, y;
    Mark mark = Mark::line;
};

/// One chart; charts of one picture are stacked. Axes fit the data unless a range is
/// given. Without labels there is no legend.
struct Panel {
    std::string title, x_label, y_label;
    std::vector<Series> series;
    std::optional<std::pair<double, double>> y_range;
    /// The same unit length on both axes.
    bool square = false;
    double height = 1.0;  ///< beside other panels
};

/// Draws line charts above each other.
/// @throws ShapeError  if a series' x and y differ in length
/// @throws Error       if gnuplot is missing or fails; the message says how to get it
void plot_lines(const std::filesystem::path& file, const std::string& title,
                const std::vector<Panel>& panels);

/// A grey image and what a classifier thought of it, step by step.
struct ClassifiedImage {
    int height = 28, width = 28;
    std::vector<double> pixels;  ///< [height, width], 0 is black
    int label = 0;               ///< the true class
    int n_classes = 10;
    std::vector<double> probabilities;  ///< [steps, n_classes], each 0..1
};

/// Draws each image beside its class probabilities over time, one image per row; the
/// line of the true class is thick, and each row says which class won on the last step.
/// @param dt  time between two steps, in seconds; the axis is in milliseconds
/// @throws ShapeError, Error  as `plot_lines`
void plot_classified_images(const std::filesystem::path& file, const std::string& title,
                            const std::vector<ClassifiedImage>& images, double dt,
                            const std::vector<std::string>& class_names = {});

}  // namespace nengine::samples
