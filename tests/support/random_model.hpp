#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "engine/ir/model.hpp"
#include "engine/train/objective.hpp"
#include "tests/reference/naive_interpreter.hpp"

namespace nengine::test {

/// Random numbers from one seed that give the same model everywhere (unlike the
/// standard library's distributions).
class Draw {
public:
    explicit Draw(std::uint64_t seed) : engine_(seed) {}

    double uniform(double low, double high) {
        return low + (high - low) * static_cast<double>(engine_() >> 11) * 0x1p-53;
    }
    /// A whole number in [low, high].
    Index between(Index low, Index high) {
        const auto n = static_cast<std::uint64_t>(high - low + 1);
        return low + static_cast<Index>(engine_() % n);
    }
    bool chance(double probability) { return uniform(0, 1) < probability; }
    template <class T>
    const T& one_of(const std::vector<T>& values) {
        return values[static_cast<std::size_t>(
            between(0, static_cast<Index>(values.size()) - 1))];
    }
    std::vector<double> numbers(Index count, double low, double high) {
        std::vector<double> values;
        for (Index i = 0; i < count; ++i) {
            values.push_back(uniform(low, high));
        }
        return values;
    }

private:
    std::mt19937_64 engine_;
};

struct RandomModelOptions {
    int units = 8;  ///< populations, filters, copies ... beside the sources
    bool host_functions = true;
    bool learning = false;
    /// Only neurons whose rate curve has a bounded derivative everywhere but at single
    /// points; no spikes by chance.
    bool gentle_neurons = false;
};

/// A valid model over all operators, small, with odd sizes, and what to feed it.
struct RandomModel {
    enum class Feed { none, steps, held };

    std::uint64_t seed = 0;
    std::shared_ptr<const engine::Model> model;
    std::vector<Feed> feeds;  ///< per input

    using Feeds = std::map<int, reference::Data>;
    Feeds data(Index batch, Index steps) const;
    /// One operator a line: for the report of a failure.
    std::string describe() const;
};

RandomModel random_model(std::uint64_t seed, const RandomModelOptions& options = {});

/// Operators and probes of a model, one a line.
std::string describe(const engine::Model& model);

}  // namespace nengine::test
