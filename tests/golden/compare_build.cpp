#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "api/builder/build.hpp"
#include "tests/golden/compare.hpp"

namespace nengine::test {

namespace {

void expect_near(const GoldenArray& want, const double* got, std::size_t count,
                 double tolerance, const std::string& what) {
    ASSERT_EQ(want.values.size(), count) << what;
    double largest = 0.0;
    for (const double value : want.values) {
        largest = std::isnan(value) ? largest : std::max(largest, std::abs(value));
    }
    const double bound = tolerance * (largest > 0.1 ? std::max(1.0, largest) : largest);
    for (std::size_t i = 0; i < count; ++i) {
        if (std::isnan(want.values[i])) {
            ASSERT_TRUE(std::isnan(got[i])) << what << '[' << i << ']';
        } else {
            ASSERT_NEAR(want.values[i], got[i], bound) << what << '[' << i << ']';
        }
    }
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
        visit(network);
        EXPECT_EQ(objects_.size(), next_) << "objects";
    }

private:
    void visit(const Network& network) {
        take("Network", network.label);
        for (const auto& ensemble : network.ensembles()) {
            if (const auto* object = take_seeded("Ensemble", ensemble)) {
                compare(*object, ensemble);
            }
        }
        for (const auto& node : network.nodes()) {
            take_seeded("Node", node);
        }
        for (const auto& connection : network.connections()) {
            if (const auto* object = take_seeded("Connection", connection)) {
                compare(*object, connection);
            }
        }
        for (const auto& probe : network.probes()) {
            take("Probe", probe.label);
        }
        for (const auto& inner : network.networks()) {
            visit(inner);
        }
    }

    const nlohmann::json* take(const std::string& kind, const std::string& label) {
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
        return &object;
    }

    template <class Handle>
    const nlohmann::json* take_seeded(const std::string& kind, const Handle& handle) {
        const auto* object = take(kind, handle.label);
        if (object != nullptr) {
            EXPECT_EQ(object->at("seed").template get<std::uint32_t>(),
                      built_.seeds.at(ObjectView(handle).object().get()))
                << kind << ' ' << object->at("name");
        }
        return object;
    }

    template <class Values>
    void check(const nlohmann::json& object, const std::string& attribute,
               const Values& values, double tolerance = 1e-9) {
        expect_near(entry_.array(object.at("arrays").at(attribute)), values.data(),
                    static_cast<std::size_t>(values.size()), tolerance,
                    object.at("name").get<std::string>() + '.' + attribute);
    }

    void compare(const nlohmann::json& object, const Ensemble& ensemble) {
        const auto& parts = built_.ensembles.at(ObjectView(ensemble).object().get());
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
        EXPECT_EQ(object.at("eval_points_rows").get<Index>(),
                  parts.eval_points.values().rows());
        if (arrays.contains("eval_points")) {
            check(object, "eval_points", parts.eval_points.values());
        } else {
            const Matrix head = parts.eval_points.values().topRows(16);
            check(object, "eval_points_head", head);
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
