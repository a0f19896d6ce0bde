// Optimizers beside Keras's, whose numbers tests/keras/make_optimizers.py has written.

#include "kernels/optimizer.hpp"

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
    /// @param from  has the parameters, their gradients and, if not all are one vector,
    ///              shapes
    template <class Real>
    std::vector<Values> trained(const AnyOptimizer& optimizer, const json& from) const {
        OptimizerState state(device(),
                             sizeof(Real) == 4 ? DType::float32 : DType::float64);
        state.set(optimizer);
        const auto start = from.at("start").get<std::vector<Real>>();
        const auto shapes = shapes_of(from);
        const kernels::Buffer p = upload(start);
        std::vector<Values> result;
        for (const json& gradient : from.at("gradients")) {
            if (skips_between_) {
                const kernels::Buffer nothing =
                    upload(std::vector<Real>(start.size(), static_cast<Real>(NAN)));
                const kernels::Buffer skip = upload(std::vector<int>{1});
                state.update(static_cast<Index>(start.size()), p.data(), nothing.data(),
                             skip.as<int>(), shapes);
                state.count_update();
            }
            const kernels::Buffer g = upload(gradient.get<std::vector<Real>>());
            state.update(static_cast<Index>(start.size()), p.data(), g.data(), nullptr,
                         shapes);
            state.count_update();
            result.push_back(widened(download<Real>(p)));
        }
        if (state.take_averages(p.data())) {
            result.push_back(widened(download<Real>(p)));
        }
        return result;
    }

    template <class Real>
    void compare(double tolerance, const char* cases = "cases") const {
        for (const json& of_case : keras().at(cases)) {
            auto want = of_case.at("parameters").get<std::vector<Values>>();
            if (of_case.contains("averages")) {
                want.push_back(of_case.at("averages").get<Values>());
            }
            const auto got = trained<Real>(
                optimizer_of(of_case), of_case.contains("start") ? of_case : keras());
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

    bool skips_between_ = false;

private:
    static std::vector<kernels::ParameterShape> shapes_of(const json& from) {
        std::vector<kernels::ParameterShape> result;
        Index first = 0;
        for (const auto& shape : from.value("shapes", std::vector<Shape>())) {
            result.push_back(engine::shape_among(shape, first));
            first += result.back().size();
        }
        return result;
    }

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

TEST_P(OptimizerBesideKeras, MakesTheSameOfMatricesInDouble) {
    compare<double>(1e-13, "shaped");
}

TEST_P(OptimizerBesideKeras, MakesNearlyTheSameOfMatricesInSingle) {
    compare<float>(5e-6, "shaped");
}

TEST_P(OptimizerBesideKeras, SkippedUpdatesLeaveNoTrace) {
    skips_between_ = true;
    compare<double>(1e-14);
    compare<double>(1e-13, "shaped");
}

TEST(OptimizersOfKeras, AdafactorKeepsARowAndAColumnOfMatrices) {
    std::vector<kernels::ParameterShape> shapes;
    for (const auto& [shape, factors] :
         {std::pair(Shape{7}, 7), std::pair(Shape{}, 1), std::pair(Shape{50, 20}, 70),
          std::pair(Shape{3, 3, 50, 20}, 9 * 70)}) {
        shapes.push_back(engine::shape_among(shape, 0));
        EXPECT_EQ(shapes.back().factors(), factors);
    }
    EXPECT_EQ(kernels::optimizer_memory<float>(Adafactor{}, 10008, shapes).average_size,
              7 + 1 + 70 + 9 * 70);
}

TEST(OptimizersOfKeras, AreAllCompared) {
    std::set<std::string> compared, all;
    for (const json& of_case : keras().at("cases")) {
        compared.insert(of_case.at("optimizer").get<std::string>());
    }
    kernels::for_each_optimizer([&](const auto& o) { all.insert(name_of(o)); });
    EXPECT_EQ(compared, all);
}

/// The schedule of an entry of the data.
Rate schedule_of(const std::string& name, const json& of) {
    const double initial = of.value("initial_learning_rate", 0.0);
    const auto steps = of.value("decay_steps", std::int64_t{0});
    const bool staircase = of.value("staircase", false);
    if (name == "ExponentialDecay") {
        return ExponentialDecay{initial, steps, of.at("decay_rate"), staircase};
    }
    if (name == "InverseTimeDecay") {
        return InverseTimeDecay{initial, steps, of.at("decay_rate"), staircase};
    }
    if (name == "PolynomialDecay") {
        PolynomialDecay decay{initial, steps};
        decay.end_learning_rate =
            of.value("end_learning_rate", decay.end_learning_rate);
        decay.power = of.value("power", decay.power);
        decay.cycle = of.value("cycle", decay.cycle);
        return decay;
    }
    if (name == "PiecewiseConstantDecay") {
        return PiecewiseConstantDecay{of.at("boundaries"), of.at("values")};
    }
    if (name == "CosineDecay") {
        return CosineDecay{initial, steps, of.value("alpha", 0.0)};
    }
    EXPECT_EQ(name, "CosineDecayRestarts");
    CosineDecayRestarts restarts{initial, of.at("first_decay_steps")};
    restarts.t_mul = of.value("t_mul", restarts.t_mul);
    restarts.m_mul = of.value("m_mul", restarts.m_mul);
    restarts.alpha = of.value("alpha", restarts.alpha);
    return restarts;
}

TEST(SchedulesOfKeras, GiveTheSameRates) {
    for (const json& of_case : keras().at("schedules")) {
        const Rate rate = schedule_of(of_case.at("schedule"), of_case.at("options"));
        const auto want = of_case.at("rates").get<Values>();
        for (std::size_t k = 0; k < want.size(); ++k) {
            EXPECT_NEAR(rate(static_cast<std::int64_t>(k)), want[k], 1e-15)
                << of_case.at("schedule") << of_case.at("options") << " update " << k;
        }
    }
}

TEST(SchedulesOfKeras, RestartWhereAWaveEnds) {
    // 3 (1 + 3 + ... + 81) = 363, where floor(log(243) / log(3)) is 4.
    const CosineDecayRestarts restarts{
        .initial_learning_rate = 1, .first_decay_steps = 3, .t_mul = 3};
    EXPECT_NEAR(restarts(362), 0, 1e-3);
    EXPECT_EQ(restarts(363), 1);
    EXPECT_THROW((CosineDecayRestarts{1, 3, 0.5}(9)), ValidationError);
}

INSTANTIATE_TEST_SUITE_P(Devices, OptimizerBesideKeras,
                         ::testing::ValuesIn(device_names()), device_label);

}  // namespace
}  // namespace nengine::test
