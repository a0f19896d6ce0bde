#include "samples/support/plot.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <system_error>

#include "nengine/error.hpp"

extern char** environ;

namespace nengine::samples {
namespace {

namespace fs = std::filesystem;

/// One colour per class or series, told apart by most eyes.
constexpr const char* colours[] = {"#1f77b4", "#ff7f0e", "#2ca02c", "#d62728",
                                   "#9467bd", "#8c564b", "#e377c2", "#7f7f7f",
                                   "#bcbd22", "#17becf"};

const char* colour(std::size_t i) {
    return colours[i % std::size(colours)];
}

/// A gnuplot string: in single quotes, where only the quote itself is special.
std::string quoted(const std::string& text) {
    std::string result = "'";
    for (const char c : text) {
        result += c == '\'' ? "''" : std::string(1, c == '\n' ? ' ' : c);
    }
    return result + "'";
}

/// A number that gnuplot reads; what is not finite becomes a gap in the line.
std::string number(double value) {
    std::ostringstream text;
    text.precision(9);
    if (std::isfinite(value)) {
        text << value;
    } else {
        text << '?';
    }
    return text.str();
}

std::string begin_picture(const fs::path& file, int width, int height) {
    std::ostringstream script;
    script << "set terminal " << (file.extension() == ".svg" ? "svg" : "pngcairo")
           << " size " << width << ',' << height
           << " noenhanced background rgb 'white' font 'Sans,11'\n"
           << "set output " << quoted(file.string()) << "\n"
           << "set datafile missing '?'\n"
           << "set border 3 lc rgb '#444444'\nset tics nomirror out\n"
           << "set grid lc rgb '#dddddd' lt 1\n";
    return script.str();
}

/// A file for the script, deleted with this object.
class ScriptFile {
public:
    explicit ScriptFile(const std::string& script) {
        std::string name = (fs::temp_directory_path() / "nengine_plot.XXXXXX").string();
        const int descriptor = mkstemp(name.data());
        if (descriptor >= 0) {
            close(descriptor);
        }
        path_ = name;
        std::ofstream(path_) << script;
    }
    ScriptFile(const ScriptFile&) = delete;
    ScriptFile& operator=(const ScriptFile&) = delete;
    ~ScriptFile() { unlink(path_.c_str()); }
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

/// Runs gnuplot on the script and checks that the picture is there.
void run_gnuplot(const std::string& script, const fs::path& file) {
    const std::string where = "picture '" + file.string() + "'";
    const ScriptFile script_file(script);
    std::string program = "gnuplot", argument = script_file.path();
    char* arguments[] = {program.data(), argument.data(), nullptr};
    pid_t child = 0;
    const int code =
        posix_spawnp(&child, program.c_str(), nullptr, nullptr, arguments, environ);
    if (code == ENOENT) {
        throw Error(where + ": the program gnuplot is missing; install it (Debian: " +
                    "apt-get install gnuplot-nox)");
    }
    int status = 0;
    if (code != 0 || waitpid(child, &status, 0) != child) {
        throw Error(where + ": gnuplot could not be started: " +
                    std::generic_category().message(code != 0 ? code : errno));
    }
    std::error_code error;
    if (status != 0 || fs::file_size(file, error) == 0 || error) {
        throw Error(where + ": gnuplot failed (its own message is above)");
    }
}

void check_length(std::size_t got, std::size_t needed, const std::string& what) {
    if (got != needed) {
        throw ShapeError("plot", std::to_string(got) + " values for " + what,
                         std::to_string(needed));
    }
}

void add_data(std::ostringstream& script, const std::string& name,
              const Series& series) {
    check_length(series.y.size(), series.x.size(), "series '" + series.label + "'");
    script << '$' << name << " << EOD\n";
    for (std::size_t i = 0; i < series.x.size(); ++i) {
        script << number(series.x[i]) << ' ' << number(series.y[i]) << '\n';
    }
    script << "EOD\n";
}

void add_range(std::ostringstream& script, char axis,
               const std::optional<std::pair<double, double>>& range) {
    script << "set " << axis << "range [";
    if (range) {
        script << number(range->first) << ':' << number(range->second) << "]\n";
    } else {
        script << "*:*]\n";
    }
}

/// Where the x axis goes if that of the data is not meant: time begins at 0, though the
/// first sample is one step later, and bars have a width.
std::optional<std::pair<double, double>> x_range(const Panel& panel) {
    double first = 0, last = 0;
    bool bars = false;
    for (const Series& series : panel.series) {
        if (!series.x.empty()) {
            first = series.x.front();
            last = std::max(last, series.x.back());
            bars = bars || series.mark == Mark::bars;
        }
    }
    if (bars) {
        return std::pair(first - 1, last + 1);
    }
    if (first > 0 && first < 0.02 * last) {
        return std::pair(0.0, last);
    }
    return std::nullopt;
}

/// What gnuplot calls the way in which the i-th series is drawn.
std::string style(Mark mark, std::size_t i) {
    const std::string in_colour = std::string(" lc rgb '") + colour(i) + "' ";
    switch (mark) {
        case Mark::points:
            return "points pt 7 ps 0.9" + in_colour;
        case Mark::bars:
            return "boxes fs solid 0.35 noborder" + in_colour;
        case Mark::guide:
            return "lines lw 1 dt 2 lc rgb '#555555' ";
        case Mark::line:
            break;
    }
    return "lines lw 2" + in_colour;
}

/// @param bottom, top  where it lies, as fractions of the picture from below
void add_panel(std::ostringstream& script, const Panel& panel, std::size_t index,
               double bottom, double top) {
    const std::string data = "panel" + std::to_string(index) + "_";
    for (std::size_t i = 0; i < panel.series.size(); ++i) {
        add_data(script, data + std::to_string(i), panel.series[i]);
    }
    script << "set title " << quoted(panel.title) << "\nset xlabel "
           << quoted(panel.x_label) << "\nset ylabel " << quoted(panel.y_label)
           << "\nset origin 0," << number(bottom) << "\nset size "
           << (panel.square ? "ratio -1" : "noratio") << " 1," << number(top - bottom)
           << '\n';
    // A square picture of two quantities shows the same range of both.
    add_range(script, 'x', panel.square ? panel.y_range : x_range(panel));
    add_range(script, 'y', panel.y_range);
    script << "plot ";
    for (std::size_t i = 0; i < panel.series.size(); ++i) {
        const Series& series = panel.series[i];
        script << (i > 0 ? ", " : "") << '$' << data << i << " using 1:2 with "
               << style(series.mark, i)
               << (series.label.empty() ? "notitle" : "title " + quoted(series.label));
    }
    script << '\n';
}

constexpr int row_height = 150, picture_width = 900, head_height = 90, foot_height = 50;

/// Where one row of the picture of images lies, as fractions of the whole from below.
struct Row {
    double bottom, top;
};

Row row_place(std::size_t row, std::size_t n_rows) {
    const double total =
        static_cast<double>(n_rows) * row_height + head_height + foot_height;
    const double top =
        1.0 - (head_height + static_cast<double>(row) * row_height) / total;
    const double bottom = top - row_height / total;
    return {bottom + 22 / total, top - 14 / total};
}

void add_image(std::ostringstream& script, const ClassifiedImage& image,
               std::size_t row, const Row& place) {
    // 1 stands in for an image that is black everywhere.
    const double most = *std::ranges::max_element(image.pixels);
    const double brightest = most > 0.0 ? most : 1.0;
    script << "$image" << row << " << EOD\n";
    for (int y = 0; y < image.height; ++y) {
        for (int x = 0; x < image.width; ++x) {
            script << number(
                          image.pixels[static_cast<std::size_t>(y * image.width + x)])
                   << ' ';
        }
        script << '\n';
    }
    script << "EOD\nset lmargin at screen 0.02\nset rmargin at screen 0.2\n"
           << "set bmargin at screen " << place.bottom << "\nset tmargin at screen "
           << place.top << "\nset size ratio -1\nunset border\nunset tics\nunset grid\n"
           << "unset xlabel\nunset ylabel\nunset title\nunset key\nunset colorbox\n"
           << "set palette gray\nset cbrange [0:" << number(brightest) << "]\n"
           << "set xrange [-0.5:" << image.width - 0.5 << "]\nset yrange ["
           << image.height - 0.5 << ":-0.5]\n"
           << "plot $image" << row << " matrix with image notitle\n";
}

std::string class_name(const std::vector<std::string>& names, std::size_t index) {
    return index < names.size() ? names[index] : std::to_string(index);
}

std::size_t winner(const ClassifiedImage& image) {
    const auto last = image.probabilities.end() - image.n_classes;
    return static_cast<std::size_t>(std::max_element(last, image.probabilities.end()) -
                                    last);
}

void add_probabilities(std::ostringstream& script, const ClassifiedImage& image,
                       std::size_t row, double dt) {
    const auto n_classes = static_cast<std::size_t>(image.n_classes);
    const std::size_t n_steps = image.probabilities.size() / n_classes;
    script << "$course" << row << " << EOD\n";
    for (std::size_t step = 0; step < n_steps; ++step) {
        script << number(1000.0 * dt * static_cast<double>(step + 1));
        for (std::size_t k = 0; k < n_classes; ++k) {
            script << ' ' << number(image.probabilities[step * n_classes + k]);
        }
        script << '\n';
    }
    script << "EOD\nset lmargin at screen 0.28\nset rmargin at screen 0.82\n"
           << "set size noratio\nset border 3 lc rgb '#444444'\nset tics nomirror out\n"
           << "set grid lc rgb '#dddddd' lt 1\nset xrange [*:*]\nset yrange [0:1.02]\n"
           << "set ytics nomirror 0.5\nset xtics nomirror autofreq\n"
           << "set ylabel 'probability'\n";
}

/// The true class and the answer, to the right of a row.
void add_verdict(std::ostringstream& script, const ClassifiedImage& image,
                 const std::vector<std::string>& names, const Row& place) {
    const double middle = (place.top + place.bottom) / 2;
    script << "set label 1 "
           << quoted("true: " +
                     class_name(names, static_cast<std::size_t>(image.label)))
           << " at screen 0.84, screen " << middle << " offset 0,0.6\nset label 2 "
           << quoted("answer: " + class_name(names, winner(image)))
           << " at screen 0.84, screen " << middle << " offset 0,-0.6\n";
}

void add_lines(std::ostringstream& script, const ClassifiedImage& image,
               const std::vector<std::string>& names, std::size_t row) {
    script << "plot ";
    for (int k = 0; k < image.n_classes; ++k) {
        script << (k > 0 ? ", " : "") << "$course" << row << " using 1:" << k + 2
               << " with lines lw " << (k == image.label ? 4 : 1.5) << " lc rgb '"
               << colour(static_cast<std::size_t>(k)) << "' notitle";
    }
    for (int k = 0; k < image.n_classes && row == 0; ++k) {
        script << ", keyentry with lines lw 2.5 lc rgb '"
               << colour(static_cast<std::size_t>(k)) << "' title "
               << quoted(class_name(names, static_cast<std::size_t>(k)));
    }
    script << "\nunset label 1\nunset label 2\nunset key\n";
}

void check(const ClassifiedImage& image) {
    check_length(
        image.pixels.size(),
        static_cast<std::size_t>(image.height) * static_cast<std::size_t>(image.width),
        "an image");
    if (image.n_classes < 1 || image.probabilities.empty() ||
        image.probabilities.size() % static_cast<std::size_t>(image.n_classes) != 0) {
        throw ShapeError(
            "plot", std::to_string(image.probabilities.size()) + " probabilities",
            "a multiple of " + std::to_string(image.n_classes) + " classes");
    }
}

}  // namespace

namespace {

/// Room for the longest label in each panel's legend, so that charts above each other
/// are equally wide. In characters.
std::size_t legend_width(const std::vector<Panel>& panels) {
    std::size_t longest = 0;
    for (const Panel& panel : panels) {
        for (const Series& series : panel.series) {
            longest = std::max(longest, series.label.size());
        }
    }
    return longest == 0 ? 3 : longest + 7;
}

}  // namespace

void plot_lines(const fs::path& file, const std::string& title,
                const std::vector<Panel>& panels) {
    constexpr double title_height = 60, panel_height = 290;
    double height = title_height;
    for (const Panel& panel : panels) {
        height += panel_height * panel.height;
    }
    std::ostringstream script;
    script << begin_picture(file, picture_width, static_cast<int>(height))
           << "set key at graph 1.02, graph 1 left top Left reverse samplen 1.5\n"
           << "set lmargin 10\nset rmargin " << legend_width(panels)
           << "\nset autoscale xfixmax\nset boxwidth 0.7\nset offsets graph 0, 0, "
              "0.05, 0.05\n"
           << "set multiplot title " << quoted(title) << " font 'Sans,14'\n";
    double top = 1.0 - title_height / height / 2;
    for (std::size_t i = 0; i < panels.size(); ++i) {
        const double bottom = top - panel_height * panels[i].height / height;
        add_panel(script, panels[i], i, bottom, top);
        top = bottom;
    }
    script << "unset multiplot\n";
    run_gnuplot(script.str(), file);
}

void plot_classified_images(const fs::path& file, const std::string& title,
                            const std::vector<ClassifiedImage>& images, double dt,
                            const std::vector<std::string>& class_names) {
    std::ostringstream script;
    const std::size_t n = images.size();
    const int height = static_cast<int>(n) * row_height + head_height + foot_height;
    script << begin_picture(file, picture_width, height) << "set multiplot title "
           << quoted(title) << " font 'Sans,14'\n";
    for (std::size_t row = 0; row < n; ++row) {
        check(images[row]);
        const Row place = row_place(row, n);
        add_image(script, images[row], row, place);
        add_probabilities(script, images[row], row, dt);
        add_verdict(script, images[row], class_names, place);
        if (row == 0) {  // one legend for all
            script << "set key at screen 0.98, screen " << 1.0 - 60.0 / height
                   << " right center horizontal maxrows 2 Left reverse samplen 1.5\n";
        }
        if (row + 1 == n) {
            script << "set xlabel 'simulated time (ms)'\n";
        }
        add_lines(script, images[row], class_names, row);
    }
    script << "unset multiplot\n";
    run_gnuplot(script.str(), file);
}

}  // namespace nengine::samples
