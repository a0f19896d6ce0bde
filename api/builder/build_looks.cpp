#include <cstdio>

#include "api/builder/build_state.hpp"
#include "api/numerics/tensor_text.hpp"
#include "api/numerics/text.hpp"

// What the host looks at in each step.

namespace nengine {
namespace {

using Values = engine::Look::Values;

void need_fitting(const BuildState& state, const SeenTensor& x,
                  const std::string& where) {
    const engine::Signal& signal = state.model->signal(x.signal);
    if (engine::shape_size(x.shape) != signal.size()) {
        throw BuildError(where + ": got shape " + shape_text(x.shape) + " for '" +
                         signal.name + "', needs one of " +
                         std::to_string(signal.size()) + " elements");
    }
}

/// In one piece, so that lines of several programs do not mix; at once, so that it is
/// there if the program ends by an exception.
void write_line(const PrintTarget& to, const std::string& line) {
    if (to.write) {
        to.write(line);
        return;
    }
    const std::string whole = line + '\n';
    std::fwrite(whole.data(), 1, whole.size(), stdout);
    std::fflush(stdout);
}

std::string text_of(const SeenTensor& x, std::span<const double> values, DType dtype) {
    const Index size = engine::shape_size(x.shape);
    if (!x.by_item) {
        return tensor_text(x.shape, values.first(static_cast<std::size_t>(size)),
                           dtype);
    }
    Shape shape = x.shape;
    shape.insert(shape.begin(), std::ssize(values) / size);
    return tensor_text(shape, values, dtype);
}

/// Zero is false, and so is NaN.
bool is_true(double value) {
    return value < 0 || value > 0;
}

/// Of the numbers of an item, those that are shown of a check that fails: all, or where
/// each has a condition the ones for which it is not true. Empty: none fails.
std::string failing(const SeenTensor& x, std::span<const double> values,
                    std::span<const double> condition, bool each, DType dtype) {
    std::vector<double> found;
    bool fails = false;
    for (std::size_t i = 0; i < condition.size(); ++i) {
        fails = fails || !is_true(condition[i]);
        if (each && !is_true(condition[i])) {
            found.push_back(values[i]);
        }
    }
    if (!fails) {
        return {};
    }
    return each ? tensor_text({std::ssize(found)}, found, dtype)
                : tensor_text(x.shape, values, dtype);
}

}  // namespace

void add_print(BuildState& state, const std::string& text, const SeenTensor& x) {
    need_fitting(state, x, "print '" + text + "'");
    state.model->looks.push_back(
        {.name = "print '" + text + "'",
         .signals = {x.signal},
         .call = [to = state.built.prints, before = text.empty() ? "" : text + ' ', x](
                     std::int64_t, double, const Values& values) {
             write_line(*to, before + text_of(x, values[0], to->dtype));
         }});
}

void add_check(BuildState& state, const std::string& where, const SeenTensor& x,
               const SeenTensor& condition, const std::string& message) {
    need_fitting(state, x, where + ": check '" + message + "'");
    need_fitting(state, condition, where + ": check '" + message + "'");
    const auto each_x = static_cast<std::size_t>(engine::shape_size(x.shape));
    const auto each_c = static_cast<std::size_t>(engine::shape_size(condition.shape));
    const bool each = x.shape == condition.shape;
    state.model->looks.push_back(
        {.name = where + ": check '" + message + "'",
         .signals = {x.signal, condition.signal},
         .call = [=, to = state.built.prints](std::int64_t step, double t,
                                              const Values& values) {
             for (std::size_t item = 0; item * each_x < values[0].size(); ++item) {
                 const std::string got =
                     failing(x, values[0].subspan(item * each_x, each_x),
                             values[1].subspan(item * each_c, each_c), each, to->dtype);
                 if (!got.empty()) {
                     throw SimulationError(where + ": " + message + ": got " + got +
                                           " for item " + std::to_string(item) +
                                           " at step " + std::to_string(step) +
                                           " (t = " + number_text(t) + ")");
                 }
             }
         }});
}

}  // namespace nengine
