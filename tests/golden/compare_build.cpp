#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "api/builder/build.hpp"
#include "api/numerics/seeds.hpp"
#include "tests/golden/compare.hpp"

namespace nengine::test {

namespace {

using namespace detail;

/// `tolerance` is relative to the largest number that is wanted.
void expect_near(const GoldenArray& want, const double* got, std::size_t count,
                 double tolerance, const std::string& what) {
    ASSERT_EQ(want.values.size(), count) << what;
    const double bound = tolerance * largest_of(want.values);
    for (std::size_t i = 0; i < count; ++i) {
        if (std::isnan(want.values[i])) {
            ASSERT_TRUE(std::isnan(got[i])) << what << '[' << i << ']';
        } else if (std::isinf(want.values[i])) {
            ASSERT_EQ(want.values[i], got[i]) << what << '[' << i << ']';
        } else {
            ASSERT_NEAR(want.values[i], got[i], bound) << what << '[' << i << ']';
        }
    }
}

/// The seeds that the user set.
template <class T>
std::vector<std::optional<std::uint32_t>> own_seeds(
    const std::vector<std::shared_ptr<T>>& objects) {
    std::vector<std::optional<std::uint32_t>> seeds;
    for (const auto& object : objects) {
        seeds.push_back(object->seed);
    }
    return seeds;
}

/// Walks the objects of the manifest beside those of the network: each network,
/// followed by its ensembles, nodes, connections and probes, then by the networks
/// inside.
class BuildComparison {
public:
    BuildComparison(const GoldenEntry& entry, const Network& network,
                    const GoldenOptions& options)
        : entry_(entry),
          objects_(entry.manifest().at("objects")),
          options_(options),
          built_(build(*data_of(network), entry.manifest().at("dt").get<double>())),
          sim_(network, {.dt = entry.manifest().at("dt").get<double>(),
                         .dtype = DType::float64,
                         .progress_bar = false}) {
        built_.model->validate();
        if (entry.manifest().contains("network_seed")) {
            EXPECT_EQ(entry.manifest().at("network_seed"), built_.network_seed);
        }
        visit(*data_of(network), built_.network_seed);
        EXPECT_EQ(objects_.size(), next_) << "objects";
    }

private:
    void visit(const NetworkData& data, std::uint32_t seed) {
        take("Network", data.label, seed);
        for (const auto& ensemble : data.ensembles) {
            if (const auto* object = take("Ensemble", ensemble)) {
                compare(*object, *ensemble);
            }
        }
        for (const auto& node : data.nodes) {
            if (const auto* object = take("Node", node)) {
                compare_parameters(*object, *node);
            }
        }
        for (const auto& connection : data.connections) {
            if (const auto* object = take("Connection", connection)) {
                compare_parameters(*object, Connection(connection));
                compare(*object, Connection(connection));
            }
        }
        for (const auto& probe : data.probes) {
            if (const auto* object = take("Probe", probe)) {
                compare_parameters(*object, *probe);
            }
        }
        const auto seeds =
            child_seeds(seed, {.connections = own_seeds(data.connections),
                               .ensembles = own_seeds(data.ensembles),
                               .networks = own_seeds(data.networks),
                               .nodes = own_seeds(data.nodes),
                               .probes = own_seeds(data.probes)});
        for (std::size_t i = 0; i < data.networks.size(); ++i) {
            visit(*data.networks[i], seeds.networks[i]);
        }
    }

    const nlohmann::json* take(const std::string& kind, const std::string& label,
                               std::uint32_t seed) {
        if (next_ == objects_.size()) {
            ADD_FAILURE() << kind << " '" << label << "' is not in the entry";
            return nullptr;
        }
        const auto& object = objects_[next_++];
        const auto name = object.at("name").get<std::string>();
        const auto own = name.substr(name.rfind('/') + 1);
        if (object.at("kind") != kind || !own.starts_with(label)) {
            ADD_FAILURE() << "got " << kind << " '" << label << "', needs "
                          << object.at("kind") << " '" << name << '\'';
            return nullptr;
        }
        // Nengo made every seed from the network's, none from its global generator.
        EXPECT_TRUE(object.at("seeded").get<bool>()) << kind << ' ' << name;
        EXPECT_EQ(object.at("seed").get<std::uint32_t>(), seed) << kind << ' ' << name;
        // The outermost network's is in no name, and definitions leave it out.
        if (next_ > 1 && object.contains("label") && !object.at("label").is_null()) {
            EXPECT_EQ(object.at("label").get<std::string>(), label);
        }
        return &object;
    }

    template <class Data>
    const nlohmann::json* take(const std::string& kind,
                               const std::shared_ptr<Data>& data) {
        return take(kind, data->label, built_.seeds.at(data.get()));
    }

    template <class Values>
    void check(const nlohmann::json& object, const std::string& attribute,
               const Values& values, double tolerance = 1e-9) {
        expect_near(entry_.array(object.at("arrays").at(attribute)), values.data(),
                    static_cast<std::size_t>(values.size()), tolerance,
                    object.at("name").get<std::string>() + '.' + attribute);
    }

    void compare(const nlohmann::json& object, const EnsembleData& ensemble) {
        compare_parameters(object, ensemble);
        const auto& parts = built_.ensembles.at(&ensemble);
        const auto& arrays = object.at("arrays");
        check(object, "encoders", parts.encoders);
        check(object, "scaled_encoders", parts.scaled_encoders);
        if (arrays.contains("gain")) {  // not of direct mode
            check(object, "gain", parts.gain);
            check(object, "bias", parts.bias);
        }
        if (arrays.contains("max_rates")) {  // not of direct mode with gains
            check(object, "max_rates", parts.max_rates);
            check(object, "intercepts", parts.intercepts);
        }
        compare_eval_points(object, parts.eval_points.values());
    }

    void compare_eval_points(const nlohmann::json& object, const Matrix& points) {
        EXPECT_EQ(object.at("eval_points_rows").get<Index>(), points.rows());
        if (object.at("arrays").contains("eval_points")) {
            check(object, "eval_points", points);
            return;
        }
        const Matrix head = points.topRows(16);
        check(object, "eval_points_head", head);
        if (object.contains("eval_points_sum")) {
            const auto want = object.at("eval_points_sum").get<std::vector<double>>();
            const Vector got = points.colwise().sum();
            ASSERT_EQ(static_cast<Index>(want.size()), got.size());
            // Points of either sign cancel: rounding is that of what was added.
            const double bound = 1e-9 * points.cwiseAbs().colwise().sum().maxCoeff();
            for (std::size_t i = 0; i < want.size(); ++i) {
                EXPECT_NEAR(want[i], got[static_cast<Index>(i)], bound)
                    << object.at("name") << ".eval_points_sum[" << i << ']';
            }
        }
    }

    void compare(const nlohmann::json& object, const Connection& connection) {
        const BuiltConnection built = sim_.data(connection);
        const auto name = object.at("name").get<std::string>();
        if (object.at("arrays").contains("weights")) {
            ASSERT_TRUE(built.weights.has_value()) << name;
            const Array weights = built.sparse_weights
                                      ? built.sparse_weights->to_dense()
                                      : *built.weights;
            check(object, "weights", weights.values, options_.build_tolerance);
        }
        compare_solver_info(object, built);
        if (object.at("arrays").contains("eval_points")) {
            ASSERT_TRUE(built.eval_points.has_value()) << name;
            check(object, "eval_points", built.eval_points->values);
        }
    }

    void compare_solver_info(const nlohmann::json& object,
                             const BuiltConnection& connection) {
        if (!object.contains("solver_info")) {
            return;
        }
        const auto& info = object.at("solver_info");
        const auto name = object.at("name").get<std::string>();
        if (info.contains("rmses")) {
            const GoldenArray want{{}, info.at("rmses").get<std::vector<double>>()};
            expect_near(want, connection.rmses.data(), connection.rmses.size(),
                        options_.build_tolerance, name + ".rmses");
        }
        if (info.contains("iterations")) {
            compare_iterations(info.at("iterations"), connection.iterations, name);
        }
    }

    /// Block conjugate gradients (one number) lose orthogonality by rounding: a product
    /// summed in another order may need one iteration more or less.
    static void compare_iterations(const nlohmann::json& want,
                                   const std::vector<std::int64_t>& got,
                                   const std::string& name) {
        if (want.is_array()) {
            EXPECT_EQ(want.get<std::vector<std::int64_t>>(), got)
                << name << ".iterations";
        } else {
            ASSERT_EQ(got.size(), 1U) << name;
            EXPECT_NEAR(want.get<double>(), static_cast<double>(got[0]), 1.0)
                << name << ".iterations";
        }
    }

    const GoldenEntry& entry_;
    const nlohmann::json& objects_;
    const GoldenOptions& options_;
    BuiltNetwork built_;
    Simulator sim_;
    std::size_t next_ = 0;
};

}  // namespace

void compare_build(const GoldenEntry& entry, const Network& network,
                   const GoldenOptions& options) {
    BuildComparison(entry, network, options);
}

}  // namespace nengine::test
