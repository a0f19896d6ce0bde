#include "api/numerics/seeds.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "tests/support/golden.hpp"

namespace nengine {
namespace {

using Json = nlohmann::json;
using Own = PerChild<std::optional<std::uint32_t>>;
using Seeds = PerChild<std::uint32_t>;

/// The entries for one kind of object.
template <class T>
std::vector<T>& entries(PerChild<T>& children, const std::string& kind) {
    return kind == "Connection" ? children.connections
           : kind == "Ensemble" ? children.ensembles
           : kind == "Network"  ? children.networks
           : kind == "Node"     ? children.nodes
                                : children.probes;
}

/// The path of the network that an object is in; the top has the empty path.
std::string parent_of(const std::string& name) {
    const auto slash = name.rfind('/');
    return slash == std::string::npos ? "" : name.substr(0, slash);
}

/// Checks all objects of a golden network. `own` holds the seeds that the model sets,
/// by path.
void expect_golden_seeds(const std::string& entry_name,
                         const std::map<std::string, std::uint32_t>& own) {
    const auto entry = test::golden("seeds", entry_name);
    const auto& objects = entry.manifest().at("objects");
    std::map<std::string, Own> own_of;
    std::map<std::string, Seeds> want_of;
    std::map<std::string, std::uint32_t> network_seed;
    for (const auto& object : objects) {
        const auto name = object.at("name").get<std::string>();
        const auto kind = object.at("kind").get<std::string>();
        const auto seed = object.at("seed").get<std::uint32_t>();
        if (&object == &objects.front()) {
            network_seed[""] = seed;
            continue;
        }
        if (kind == "Network") {
            network_seed[name] = seed;
        }
        const auto given = own.find(name);
        entries(own_of[parent_of(name)], kind)
            .push_back(given == own.end() ? std::nullopt
                                          : std::optional(given->second));
        entries(want_of[parent_of(name)], kind).push_back(seed);
    }

    for (auto& [path, want] : want_of) {
        auto got = child_seeds(network_seed.at(path), own_of[path]);
        for (const std::string kind :
             {"Connection", "Ensemble", "Network", "Node", "Probe"}) {
            EXPECT_EQ(entries(got, kind), entries(want, kind)) << path << " " << kind;
        }
    }
}

TEST(Seeds, OfChildrenFollowKindsAndOrderOfCreation) {
    expect_golden_seeds("seeds_flat", {});
}

TEST(Seeds, OfGrandchildrenFollowTheirOwnNetwork) {
    expect_golden_seeds("seeds_nested", {});
}

TEST(Seeds, GivenByTheUserChangeNoOthers) {
    expect_golden_seeds("seeds_explicit",
                        {{"a", 123}, {"ab", 99}, {"sub", 8}, {"sub/d", 0}, {"pd", 4}});
}

}  // namespace
}  // namespace nengine
