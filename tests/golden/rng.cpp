#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "api/numerics/random_state.hpp"
#include "kernels/base/error.hpp"
#include "tests/golden/golden_test.hpp"

namespace nengine::test {

namespace {

using Json = nlohmann::json;
using Values = std::vector<double>;
/// Draws `count` numbers as a golden case describes.
using Drawer =
    std::function<Values(RandomState&, const Json& params, std::size_t count)>;

/// A drawer that repeats a scalar draw.
Drawer each(std::function<double(RandomState&, const Json&)> draw) {
    return [draw](RandomState& rng, const Json& params, std::size_t count) {
        Values values(count);
        for (double& value : values) {
            value = draw(rng, params);
        }
        return values;
    };
}

Values widened(const std::vector<std::int64_t>& values) {
    return {values.begin(), values.end()};
}

Values shuffled_range(RandomState& rng, std::size_t count) {
    Values values(count);
    for (std::size_t i = 0; i < count; ++i) {
        values[i] = static_cast<double>(i);
    }
    rng.shuffle(std::span(values));
    return values;
}

Values shuffled_rows(RandomState& rng, std::int64_t rows) {
    Values values;
    for (const double row : shuffled_range(rng, static_cast<std::size_t>(rows))) {
        values.push_back(2.0 * row);
        values.push_back(2.0 * row + 1.0);
    }
    return values;
}

Values mixed_draws(RandomState& rng) {
    Values values{rng.standard_normal(), rng.random_sample()};
    values.push_back(rng.normal(1.0, 0.5));
    values.push_back(static_cast<double>(rng.randint(100)));
    values.push_back(rng.random_sample());
    values.push_back(static_cast<double>(rng.draw_seed()));
    values.push_back(rng.standard_normal());
    values.push_back(rng.exponential(1.0));
    values.push_back(rng.standard_normal());
    values.push_back(static_cast<double>(rng.poisson(3.0)));
    values.push_back(rng.beta(0.5, 1.5));
    values.push_back(rng.standard_normal());
    return values;
}

Values poissons(RandomState& rng, const Json& params, std::size_t count) {
    Values values;
    for (std::size_t i = 0; i < count; ++i) {
        const auto& lam = params.at("lam");
        const double mean =
            lam.is_array() ? lam.at(i).get<double>() : lam.get<double>();
        values.push_back(static_cast<double>(rng.poisson(mean)));
    }
    return values;
}

/// How to draw each kind of case, by the start of its name; the longest start wins.
const std::map<std::string, Drawer>& drawers() {
    static const std::map<std::string, Drawer> table{
        {"random_sample", each([](auto& r, auto&) { return r.random_sample(); })},
        {"uniform",
         each([](auto& r, auto& p) { return r.uniform(p["low"], p["high"]); })},
        {"standard_normal", each([](auto& r, auto&) { return r.standard_normal(); })},
        {"normal",
         each([](auto& r, auto& p) { return r.normal(p["loc"], p["scale"]); })},
        {"randint", each([](auto& r, auto& p) {
             return static_cast<double>(r.randint(p.value("low", 0), p["high"]));
         })},
        {"exponential",
         each([](auto& r, auto& p) { return r.exponential(p["scale"]); })},
        {"beta", each([](auto& r, auto& p) { return r.beta(p["a"], p["b"]); })},
        {"gamma", each([](auto& r, auto& p) { return r.standard_gamma(p["shape"]); })},
        {"poisson", poissons},
        {"permutation",
         [](auto& r, auto& p, auto) { return widened(r.permutation(p["n"])); }},
        {"choice",
         [](auto& r, auto& p, auto count) {
             const std::int64_t n = p["n"];
             return widened(r.choice(n, static_cast<std::int64_t>(count)));
         }},
        {"choice_unique",
         [](auto& r, auto& p, auto count) {
             const std::int64_t n = p["n"];
             return widened(r.choice_unique(n, static_cast<std::int64_t>(count)));
         }},
        {"choice_p",
         [](auto& r, auto&, auto count) {
             const std::vector<double> p{0.2, 0.5, 0.3};
             return widened(r.choice(p, static_cast<std::int64_t>(count)));
         }},
        {"shuffle",
         [](auto& r, auto&, auto count) { return shuffled_range(r, count); }},
        {"shuffle_rows",
         [](auto& r, auto& p, auto) { return shuffled_rows(r, p["shape"][0]); }},
        {"mixed", [](auto& r, auto&, auto) { return mixed_draws(r); }},
    };
    return table;
}

const Drawer& drawer_for(const std::string& name) {
    const Drawer* best = nullptr;
    for (const auto& [start, drawer] : drawers()) {
        if (name.rfind(start, 0) == 0) {
            best = &drawer;  // ordered by name: a longer match comes later
        }
    }
    if (best == nullptr) {
        throw Error("no drawer for the case " + name);
    }
    return *best;
}

/// All cases of one seed.
void check_draws(const GoldenEntry& golden) {
    for (const auto& golden_case : golden.manifest().at("cases")) {
        const auto& params = golden_case.at("params");
        const auto& reference = golden_case.at("arrays").at("values");
        const auto want = golden.array(reference).values;
        RandomState rng(params.at("seed").get<std::uint32_t>());
        const auto got = drawer_for(golden_case.at("name"))(rng, params, want.size());

        // Logarithms and powers may differ from numpy's in the last digit.
        const bool exact =
            reference.at("dtype") == "<i8" || golden_case.at("name") == "random_sample";
        ASSERT_EQ(got.size(), want.size()) << golden_case.at("name");
        for (std::size_t i = 0; i < want.size(); ++i) {
            const double allowed =
                exact ? 0.0 : 1e-14 * std::max(1.0, std::abs(want[i]));
            EXPECT_NEAR(got[i], want[i], allowed)
                << golden_case.at("name") << " element " << i;
        }
    }
}

}  // namespace

GOLDEN_TABLES(rng_seed_0) {
    check_draws(golden);
}
GOLDEN_TABLES(rng_seed_1) {
    check_draws(golden);
}
GOLDEN_TABLES(rng_seed_12345) {
    check_draws(golden);
}
GOLDEN_TABLES(rng_seed_max) {
    check_draws(golden);
}

}  // namespace nengine::test
