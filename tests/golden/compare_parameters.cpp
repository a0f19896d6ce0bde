#include <gtest/gtest.h>

#include <type_traits>

#include "tests/golden/compare.hpp"

namespace nengine::test {

namespace {

/// The parameters of one object. A key that is missing is None.
class Parameters {
public:
    explicit Parameters(const nlohmann::json& object)
        : object_(object), there_(object.contains("params")) {}

    template <class T>
    void expect(const std::string& key, const T& got) const {
        if (there_) {
            EXPECT_EQ(object_.at("params").at(key).template get<T>(), got)
                << object_.at("name") << '.' << key;
        }
    }
    template <class T>
    void expect(const std::string& key, const std::optional<T>& got) const {
        if (!there_) {
            return;
        }
        EXPECT_EQ(object_.at("params").contains(key), got.has_value())
            << object_.at("name") << '.' << key;
        if (object_.at("params").contains(key) && got) {
            expect(key, *got);
        }
    }

private:
    const nlohmann::json& object_;
    bool there_;
};

}  // namespace

void compare_parameters(const nlohmann::json& object,
                        const detail::EnsembleData& ensemble) {
    const Parameters want(object);
    want.expect("n_neurons", ensemble.n_neurons);
    want.expect("dimensions", ensemble.dimensions);
    want.expect("radius", ensemble.radius);
    want.expect("normalize_encoders", ensemble.normalize_encoders);
    want.expect("n_eval_points", ensemble.n_eval_points);
}

void compare_parameters(const nlohmann::json& object, const detail::NodeData& node) {
    const Parameters want(object);
    want.expect("size_in", node.size_in);
    want.expect("size_out", node.size_out);
}

void compare_parameters(const nlohmann::json& object, const Connection& connection) {
    const Parameters want(object);
    want.expect("size_in", connection.size_in());
    want.expect("size_mid", connection.size_mid());
    want.expect("size_out", connection.size_out());
    want.expect("scale_eval_points", connection.scale_eval_points);
}

void compare_parameters(const nlohmann::json& object, const detail::ProbeData& probe) {
    const Parameters want(object);
    want.expect("sample_every", probe.sample_every);
}

}  // namespace nengine::test
