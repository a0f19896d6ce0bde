#include "nengine/random.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "api/numerics/distributions.hpp"
#include "api/numerics/text.hpp"
#include "kernels/base/host_memory.hpp"
#include "nengine/error.hpp"

namespace nengine {

RandomStream::RandomStream(Seed seed) : state_(std::make_unique<RandomState>(seed)) {}
RandomStream::RandomStream(const RandomStream& other)
    : state_(std::make_unique<RandomState>(other.there())) {}
RandomStream& RandomStream::operator=(const RandomStream& other) {
    state_ = std::make_unique<RandomState>(other.there());
    return *this;
}
RandomStream::RandomStream(RandomStream&&) noexcept = default;
RandomStream& RandomStream::operator=(RandomStream&&) noexcept = default;
RandomStream::~RandomStream() = default;

RandomState& RandomStream::state() {
    return there();
}
RandomState& RandomStream::there() const {
    if (state_ == nullptr) {
        throw ValidationError(
            "RandomStream: got one that was moved to another, needs one that something "
            "was assigned to since");
    }
    return *state_;
}

double RandomStream::uniform(double low, double high) {
    return state().uniform(low, high);
}
double RandomStream::normal(double mean, double deviation) {
    return state().normal(mean, deviation);
}
std::int64_t RandomStream::randint(std::int64_t low, std::int64_t high) {
    return state().randint(low, high);
}

namespace {

void need_at_least_0(std::int64_t value, const char* what) {
    if (value < 0) {
        throw ValidationError(std::string(what) + ": got " + std::to_string(value) +
                              ", needs at least 0");
    }
}

/// @param count  of numbers of 8 bytes
void need_memory(std::int64_t count, const char* call, const char* lower) {
    kernels::need_host_memory(kernels::array_bytes({count}, sizeof(std::int64_t)), [&] {
        return kernels::MemoryUse{call, std::to_string(count) + " numbers", lower};
    });
}

/// The dimensions that samples have unless the caller says: none, so that they are
/// numbers, or some.
std::optional<std::int64_t> own_dimensions(const Distribution& distribution) {
    if (std::holds_alternative<QuasirandomSequence>(distribution) ||
        std::holds_alternative<ScatteredHypersphere>(distribution)) {
        return 1;
    }
    const auto* choice = std::get_if<Choice>(&distribution);
    if (choice != nullptr && choice->options.rank() == 2) {
        return choice->options.extent(1);
    }
    if (std::holds_alternative<UniformHypersphere>(distribution)) {
        throw ValidationError(
            "sample: got no d, needs the dimensions of UniformHypersphere's points");
    }
    return std::nullopt;
}

void check_probabilities(const std::vector<double>& p, std::int64_t n) {
    constexpr double tolerance = 1.5e-8;  // the root of double's precision
    if (static_cast<std::int64_t>(p.size()) != n) {
        throw ValidationError("choice: got " + std::to_string(p.size()) +
                              " probabilities, needs one for each of " +
                              std::to_string(n));
    }
    for (const double one : p) {
        if (!(one >= 0.0)) {
            throw ValidationError("choice: got the probability " + number_text(one) +
                                  ", needs at least 0");
        }
    }
    const double sum = std::accumulate(p.begin(), p.end(), 0.0);
    if (!(std::abs(sum - 1.0) <= tolerance)) {
        throw ValidationError("choice: got probabilities of sum " + number_text(sum) +
                              ", needs a sum of 1");
    }
}

}  // namespace

Array RandomStream::sample(const Distribution& distribution, std::int64_t n,
                           std::optional<std::int64_t> d) {
    need_at_least_0(n, "sample: n");
    if (d) {
        need_at_least_0(*d, "sample: d");
    } else {
        d = own_dimensions(distribution);
    }
    if (!d) {
        const Vector numbers = nengine::sample(distribution, n, state());
        return Array(std::vector<double>(numbers.begin(), numbers.end()));
    }
    const Matrix rows = nengine::sample(distribution, n, *d, state());
    return Array({rows.rows(), rows.cols()}, {rows.data(), rows.data() + rows.size()});
}

std::vector<std::int64_t> RandomStream::swaps(std::int64_t n) {
    std::vector<std::int64_t> others;
    state().shuffle(n, [&](std::int64_t, std::int64_t j) { others.push_back(j); });
    return others;
}

void RandomStream::shuffle(Array& array) {
    if (array.rank() == 0) {
        throw ShapeError("shuffle", "a number", "an array with an axis");
    }
    const std::int64_t n = array.extent(0);
    const std::int64_t width =
        n == 0 ? 0 : static_cast<std::int64_t>(array.values.size()) / n;
    state().shuffle(n, [&](std::int64_t i, std::int64_t j) {
        const auto row = array.values.begin() + i * width;
        if (i != j) {
            std::swap_ranges(row, row + width, array.values.begin() + j * width);
        }
    });
}

std::vector<std::int64_t> RandomStream::permutation(std::int64_t n) {
    need_at_least_0(n, "permutation: n");
    need_memory(n, "permutation", "n");
    return state().permutation(n);
}

Array RandomStream::permutation(Array array) {
    shuffle(array);
    return array;
}

std::vector<std::int64_t> RandomStream::choice(std::int64_t n, std::int64_t size,
                                               const ChoiceOptions& options) {
    need_at_least_0(n, "choice: n");
    need_at_least_0(size, "choice: size");
    if (!options.p.empty()) {
        check_probabilities(options.p, n);
        need_memory(options.replace ? size : n, "choice", "size or n");
        return options.replace ? state().choice(options.p, size)
                               : state().choice_unique(options.p, size);
    }
    if (!options.replace) {
        need_memory(n, "choice", "n, of which all are put in order");
        return state().choice_unique(n, size);
    }
    if (n == 0 && size > 0) {
        throw ValidationError("choice: got nothing to choose from, needs n above 0");
    }
    need_memory(size, "choice", "size");
    return state().choice(n, size);
}

}  // namespace nengine
