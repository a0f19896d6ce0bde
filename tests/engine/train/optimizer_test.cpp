// Optimizers beside Keras's, whose numbers tests/keras/make_optimizers.py has written.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>

#include "engine/train/optimizer_state.hpp"
#include "tests/support/on_each_device.hpp"

namespace nengine::test {
namespace {

using engine::OptimizerState;
using kernels::OptimizerFormula;
using nlohmann::json;
using Values = std::vector<double>;

const json& keras() {
    static const json data = json::parse(
        std::ifstream(NENGINE_SOURCE_DIR "/tests/keras/data/optimizers.json"));
    return data;
}

std::string name_of(const AnyOptimizer& optimizer) {
    return std::visit(
        []<class Options>(const Options&) -> std::string {
            return OptimizerFormula<Options>::name;
        },
        optimizer);
}

/// Sets each option that `given` names. Every name has to be one of them.
template <class Options>
void set_options(Options& options, json given) {
    const auto set = [&](const char* name, auto& member, kernels::OptionRange = {}) {
        if (given.contains(name)) {
            given.at(name).get_to(member);
            given.erase(name);
        }
    };
    OptimizerFormula<Options>::visit_options(options, set);
    double rate = options.learning_rate(0);
    set("learning_rate", rate);
    options.learning_rate = rate;
    set("weight_decay", options.weight_decay);
    set("use_ema", options.use_ema);
    set("ema_momentum", options.ema_momentum);
    EXPECT_TRUE(given.empty()) << given;
}

AnyOptimizer optimizer_of(const json& of_case) {
    std::optional<AnyOptimizer> result;
    kernels::for_each_optimizer([&](auto options) {
        if (name_of(options) == of_case.at("optimizer").get<std::string>()) {
            set_options(options, of_case.at("options"));
            result = options;
        }
    });
    return result.value();
}

class OptimizerBesideKeras : public OnEachDevice {
protected:
    /// Parameters after each update; with use_ema their averages at the end.
    template <class Real>
    std::vector<Values> trained(const AnyOptimizer& optimizer) const {
        OptimizerState state(device(),
                             sizeof(Real) == 4 ? DType::float32 : DType::float64);
        state.set(optimizer);
        const auto start = keras().at("start").get<std::vector<Real>>();
        const kernels::Buffer p = upload(start);
        std::vector<Values> result;
        for (const json& gradient : keras().at("gradients")) {
            const kernels::Buffer g = upload(gradient.get<std::vector<Real>>());
            state.update(static_cast<Index>(start.size()), p.data(), g.data(), nullptr);
            result.push_back(widened(download<Real>(p)));
        }
        if (state.take_averages(p.data())) {
            result.push_back(widened(download<Real>(p)));
        }
        return result;
    }

    template <class Real>
    void compare(double tolerance) const {
        for (const json& of_case : keras().at("cases")) {
            auto want = of_case.at("parameters").get<std::vector<Values>>();
            if (of_case.contains("averages")) {
                want.push_back(of_case.at("averages").get<Values>());
            }
            const auto got = trained<Real>(optimizer_of(of_case));
            ASSERT_EQ(got.size(), want.size()) << of_case.at("options");
            for (std::size_t k = 0; k < want.size(); ++k) {
                for (std::size_t i = 0; i < want[k].size(); ++i) {
                    EXPECT_NEAR(got[k][i], want[k][i],
                                tolerance * std::max(1.0, std::abs(want[k][i])))
                        << of_case.at("optimizer") << of_case.at("options")
                        << ": parameter " << i << ", update " << k + 1;
                }
            }
        }
    }

private:
    template <class Real>
    static Values widened(const std::vector<Real>& values) {
        return {values.begin(), values.end()};
    }
};

TEST_P(OptimizerBesideKeras, MakesTheSameParametersInDouble) {
    compare<double>(1e-14);
}

TEST_P(OptimizerBesideKeras, MakesNearlyTheSameInSingle) {
    compare<float>(2e-6);
}

TEST(OptimizersOfKeras, AreAllCompared) {
    std::set<std::string> compared, all;
    for (const json& of_case : keras().at("cases")) {
        compared.insert(of_case.at("optimizer").get<std::string>());
    }
    kernels::for_each_optimizer([&](const auto& o) { all.insert(name_of(o)); });
    EXPECT_EQ(compared, all);
}

INSTANTIATE_TEST_SUITE_P(Devices, OptimizerBesideKeras,
                         ::testing::ValuesIn(device_names()), device_label);

}  // namespace
}  // namespace nengine::test
