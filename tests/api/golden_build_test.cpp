#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "api/builder/build_state.hpp"
#include "golden_networks.hpp"
#include "tests/support/golden.hpp"

namespace nengine::test {

namespace {

/// The objects' network, from any of its objects.
const detail::NetworkData& data_of(const Network& network) {
    if (!network.nodes().empty()) {
        return *ObjectView(network.nodes().front()).object()->network.lock();
    }
    return *ObjectView(network.ensembles().front()).object()->network.lock();
}

template <class Parts>
const detail::ObjectData* find_object(
    const std::unordered_map<const detail::ObjectData*, Parts>& built,
    const std::string& name, const std::string& kind = {}) {
    for (const auto& [object, parts] : built) {
        if (detail::name(*object) == name &&
            (kind.empty() || object->kind_name == kind)) {
            return object;
        }
    }
    return nullptr;
}

void expect_near(const GoldenArray& want, const double* got, std::size_t count,
                 double tolerance, const std::string& what) {
    ASSERT_EQ(want.values.size(), count) << what;
    double largest = 0.0;
    for (const double value : want.values) {
        largest = std::max(largest, std::abs(value));
    }
    const double bound = tolerance * (largest > 0.1 ? std::max(1.0, largest) : largest);
    for (std::size_t i = 0; i < count; ++i) {
        ASSERT_NEAR(want.values[i], got[i], bound) << what << '[' << i << ']';
    }
}

void expect_ensemble(const GoldenEntry& entry, const nlohmann::json& object,
                     const BuiltEnsembleParts& parts) {
    const auto& arrays = object.at("arrays");
    const auto name = object.at("name").get<std::string>();
    const auto check = [&](const char* attribute, const auto& values) {
        expect_near(entry.array(arrays.at(attribute)), values.data(),
                    static_cast<std::size_t>(values.size()), 1e-9,
                    name + '.' + attribute);
    };
    check("encoders", parts.encoders);
    check("scaled_encoders", parts.scaled_encoders);
    check("gain", parts.gain);
    check("bias", parts.bias);
    check("max_rates", parts.max_rates);
    check("intercepts", parts.intercepts);
    if (arrays.contains("eval_points")) {
        check("eval_points", parts.eval_points);
    } else {
        EXPECT_EQ(object.at("eval_points_rows").get<Index>(), parts.eval_points.rows());
        const Matrix head = parts.eval_points.topRows(16);
        check("eval_points_head", head);
    }
}

class GoldenBuild : public ::testing::TestWithParam<GoldenNetwork> {};

TEST_P(GoldenBuild, GivesTheSeedsEnsemblesAndWeightsOfNengo) {
    const GoldenEntry entry = golden(GetParam().group, GetParam().entry);
    const Network network = GetParam().make();

    const BuiltNetwork built = build(data_of(network), 0.001);

    built.model->validate();
    int compared = 0;
    for (const auto& object : entry.manifest().at("objects")) {
        const auto kind = object.at("kind").get<std::string>();
        const auto name = object.at("name").get<std::string>();
        if (kind == "Ensemble") {
            const auto* found = find_object(built.ensembles, name);
            ASSERT_NE(found, nullptr) << name;
            EXPECT_EQ(object.at("seed").get<std::uint32_t>(), built.seeds.at(found));
            expect_ensemble(entry, object, built.ensembles.at(found));
            ++compared;
        }
        // Where an entry also has parts that are yet to come (triangular filters), its
        // connections are still found by name, but their seeds are others.
        const auto* connection =
            kind == "Connection" ? find_object(built.connections, name) : nullptr;
        if (connection != nullptr && object.at("arrays").contains("weights")) {
            const auto& parts = built.connections.at(connection);
            ASSERT_NE(parts.weights, no_signal) << name;
            const auto& values = built.model->signal(parts.weights).initial;
            expect_near(entry.array(object.at("arrays").at("weights")), values.data(),
                        values.size(), 1e-9, name + ".weights");
            EXPECT_EQ(object.at("seed").get<std::uint32_t>(),
                      built.seeds.at(connection));
            ++compared;
        }
    }
    const bool only_nodes = built.ensembles.empty();
    EXPECT_TRUE(compared > 0 || only_nodes);
}

INSTANTIATE_TEST_SUITE_P(Networks, GoldenBuild, ::testing::ValuesIn(golden_networks()),
                         [](const auto& one) { return one.param.entry; });

}  // namespace
}  // namespace nengine::test
