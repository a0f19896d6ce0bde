#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

// What the manifests hold is compared, or there is a reason why it is not.

namespace nengine::test {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using Keys = std::set<std::string>;

/// The known keys of one kind of object in a manifest.
struct Known {
    Keys compared;
    /// What was simulated and how, or what an object was made from: seen in what the
    /// comparison of the rest gives.
    Keys used = {};
    /// Facts about Nengo that have no counterpart.
    Keys nengos = {};

    bool contains(const std::string& key) const {
        return compared.contains(key) || used.contains(key) || nengos.contains(key);
    }
};

const std::map<std::string, Known>& known() {
    static const std::map<std::string, Known> result = {
        {"manifest",
         {.compared = {"network_seed", "process_seeds", "step_order", "objects",
                       "cases", "rejected"},
          .used = {"name", "group", "kind", "about", "dt", "n_steps", "sim_seed",
                   "float32"},
          // Of Nengo with and without its optimizer, with noise, in single precision.
          .nengos = {"optimize", "optimizer_difference", "perturbed_difference",
                     "float32_difference"}}},
        // The type is that of the owner, or of a filter, which uses no seed.
        {"process_seeds",
         {.compared = {"owner", "given", "seed"}, .used = {}, .nengos = {"process"}}},

        {"Network", {.compared = {"kind", "name", "seed", "seeded", "label"}}},
        {"Ensemble",
         {.compared = {"kind", "name", "seed", "seeded", "params", "eval_points_rows",
                       "eval_points_sum", "arrays"}}},
        {"Node", {.compared = {"kind", "name", "seed", "seeded", "params"}}},
        {"Connection",
         {.compared = {"kind", "name", "seed", "seeded", "pre", "post", "params",
                       "arrays", "solver_info"}}},
        {"Probe",
         {.compared = {"kind", "name", "seed", "seeded", "target", "params",
                       "arrays"}}},

        {"Ensemble.params",
         {.compared = {"n_neurons", "dimensions", "radius", "normalize_encoders",
                       "n_eval_points"},
          .used = {"encoders", "intercepts", "max_rates", "eval_points", "gain", "bias",
                   "neuron_type", "noise"}}},
        {"Node.params", {.compared = {"size_in", "size_out"}, .used = {"output"}}},
        {"Connection.params",
         {.compared = {"size_in", "size_mid", "size_out", "scale_eval_points"},
          .used = {"transform", "solver", "synapse", "function", "eval_points",
                   "learning_rule_type"}}},
        {"Probe.params",
         {.compared = {"attr", "sample_every"}, .used = {"solver", "synapse"}}},

        {"Ensemble.arrays",
         {.compared = {"encoders", "scaled_encoders", "gain", "bias", "max_rates",
                       "intercepts", "eval_points", "eval_points_head"}}},
        {"Connection.arrays", {.compared = {"weights", "eval_points"}}},
        {"Probe.arrays", {.compared = {"data"}}},
        // The rest describes the system that was solved rather than its solution.
        {"Connection.solver_info",
         {.compared = {"rmses", "iterations"},
          .used = {},
          .nengos = {"residuals", "rank", "singular_values", "info"}}},
    };
    return result;
}

void check_keys(const std::string& what, const json& object, Keys& unknown) {
    for (const auto& item : object.items()) {
        if (!known().at(what).contains(item.key())) {
            unknown.insert(what + " '" + item.key() + '\'');
        }
    }
}

void check_manifest(const json& manifest, Keys& unknown) {
    check_keys("manifest", manifest, unknown);
    for (const auto& process : manifest.value("process_seeds", json::array())) {
        check_keys("process_seeds", process, unknown);
    }
    for (const auto& object : manifest.value("objects", json::array())) {
        const auto kind = object.at("kind").get<std::string>();
        check_keys(kind, object, unknown);
        for (const std::string part : {"params", "arrays", "solver_info"}) {
            if (object.contains(part)) {
                check_keys(kind + '.' + part, object.at(part), unknown);
            }
        }
    }
}

TEST(GoldenManifests, HoldNothingThatIsNotComparedOrExplained) {
    Keys unknown;
    int n_manifests = 0;
    for (const auto& file : fs::recursive_directory_iterator(NENGINE_TEST_DATA)) {
        if (file.path().filename() == "manifest.json") {
            std::ifstream in(file.path());
            check_manifest(json::parse(in), unknown);
            ++n_manifests;
        }
    }
    EXPECT_GE(n_manifests, 209);
    EXPECT_EQ(unknown, Keys());
}

}  // namespace

}  // namespace nengine::test
