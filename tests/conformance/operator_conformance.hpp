#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <ostream>

#include "tests/conformance/operator_cases.hpp"
#include "tests/support/on_each_device.hpp"

namespace nengine::test {

using namespace engine;

struct Conformance {
    std::size_t operator_case;
    const char* device;
};

inline void PrintTo(const Conformance& tested, std::ostream* out) {
    *out << operator_cases()[tested.operator_case].name << " on " << tested.device;
}

/// Every case on every backend.
inline std::vector<Conformance> all_pairs() {
    std::vector<Conformance> pairs;
    for (std::size_t i = 0; i < operator_cases().size(); ++i) {
        for (const char* device : device_names()) {
            pairs.push_back({i, device});
        }
    }
    return pairs;
}

inline std::string pair_label(const ::testing::TestParamInfo<Conformance>& tested) {
    return operator_cases()[tested.param.operator_case].name + '_' +
           tested.param.device;
}

class OperatorConformance : public ::testing::TestWithParam<Conformance> {
protected:
    void SetUp() override { open_device(GetParam().device, 2, device_); }

    const OperatorCase& operator_case() const {
        return operator_cases()[GetParam().operator_case];
    }
    const Device& device() const { return *device_; }

    Recordings run(const ReplicaOptions& options, Index items, Index steps) const {
        return run_simulation(case_.model, device(), options, items, steps,
                              case_.data(items, steps));
    }

    CaseModel case_{operator_case()};

private:
    std::optional<Device> device_;
};

inline constexpr Index n_steps = 11;

inline ReplicaOptions in_float64(Index minibatch = 1) {
    ReplicaOptions options;
    options.minibatch = minibatch;
    options.dtype = DType::float64;
    return options;
}

/// One switch of the planner away from the defaults.
struct Switch {
    const char* name;
    void (*turn)(PlannerOptions& options);
};

inline const std::vector<Switch>& switches() {
    static const std::vector<Switch> all{
        {"defaults", [](PlannerOptions&) {}},
        {"no simplify", [](PlannerOptions& o) { o.simplify = false; }},
        {"no fuse", [](PlannerOptions& o) { o.fuse = false; }},
        {"no merge", [](PlannerOptions& o) { o.merge = MergePlanner::none; }},
        {"tree merge", [](PlannerOptions& o) { o.merge = MergePlanner::tree; }},
        {"no layout", [](PlannerOptions& o) { o.layout = false; }},
        {"no reuse", [](PlannerOptions& o) { o.reuse_buffers = false; }},
        {"direct", [](PlannerOptions& o) { o.executor = ExecutorMode::direct; }},
        {"nothing", [](PlannerOptions& o) {
             o.simplify = o.fuse = o.layout = o.reuse_buffers = false;
             o.merge = MergePlanner::none;
         }}};
    return all;
}

}  // namespace nengine::test
