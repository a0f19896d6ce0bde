#pragma once

#include <functional>
#include <optional>
#include <string>

#include "nengine/nengine.hpp"
#include "tests/support/golden.hpp"

// Tests against the golden data: each is named after its entry, "golden.conn_slices",
// and defined by one of the macros below.

namespace nengine::test {

/// What single precision may do to an entry beside rounding.
enum class Float32 {
    compared,  ///< within the tolerance, but for a few moved spikes
    chaotic,   ///< spikes move in Nengo's own single precision too: only run
};

struct GoldenOptions {
    Float32 float32 = Float32::compared;
    /// Relative, of weights; for iterative solvers and recomputed tables.
    double build_tolerance = 1e-9;
    /// Of samples in double and in single precision, relative to a probe's largest
    /// value; unset: 1e-10 and 1e-5 without ensembles, 1e-8 and 1e-4 with them.
    std::optional<double> tolerance = std::nullopt, float32_tolerance = std::nullopt;
};

/// Builds and simulates the network that `make` makes: seeds, ensembles, weights, the
/// order of operators and probes have to be the entry's.
void compare_with_nengo(const GoldenEntry& entry, const std::function<Network()>& make,
                        const GoldenOptions& options = {});

bool register_golden_test(const std::string& name, const char* file, int line,
                          std::function<void()> body);
bool register_golden_network(const char* entry, const char* file, int line,
                             Network (*make)(), GoldenOptions options = {});
bool register_golden_tables(const char* entry, const char* file, int line,
                            void (*check)(const GoldenEntry& entry));

}  // namespace nengine::test

/// Defines a network as the entry's Python original does. It is built and simulated:
/// seeds, ensembles, weights and probes have to be the entry's. Options may follow.
///
///     GOLDEN_NETWORK(conn_integrator) {
///         Network net({.seed = 99});
///         ...
///         return net;
///     }
#define GOLDEN_NETWORK(entry, ...)                                                  \
    static ::nengine::Network golden_##entry();                                     \
    [[maybe_unused]] static const bool is_registered_##entry =                      \
        ::nengine::test::register_golden_network(                                   \
            #entry, __FILE__, __LINE__, golden_##entry __VA_OPT__(, ) __VA_ARGS__); \
    static ::nengine::Network golden_##entry()

/// Checks an entry of tables; the body sees `golden`, the entry.
#define GOLDEN_TABLES(entry)                                                \
    static void golden_##entry(const ::nengine::test::GoldenEntry& golden); \
    [[maybe_unused]] static const bool is_registered_##entry =              \
        ::nengine::test::register_golden_tables(#entry, __FILE__, __LINE__, \
                                                golden_##entry);            \
    static void golden_##entry(const ::nengine::test::GoldenEntry& golden)
