#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "engine/operators/dot_inc.hpp"
#include "engine/operators/reset.hpp"
#include "engine/operators/sim_filter.hpp"
#include "engine/operators/sim_neurons.hpp"
#include "engine/simulation/simulation.hpp"
#include "kernels/base/host_memory.hpp"

// What a plan keeps on the host is looked at before it is allocated, as the device's
// memory is.

namespace nengine::test {

using namespace engine;
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr std::size_t mebibyte = std::size_t{1} << 20;

/// A model in the making.
struct Made {
    std::shared_ptr<Model> model = std::make_shared<Model>(0.001);

    SignalId add(const std::string& name, Shape shape, bool trainable = false) const {
        const auto size = static_cast<std::size_t>(shape_size(shape));
        const bool constant = name.front() == '=';
        return model->add_signal({.name = constant ? name.substr(1) : name,
                                  .shape = std::move(shape),
                                  .initial = constant ? std::vector<double>(size, 0.5)
                                                      : std::vector<double>{},
                                  .trainable = trainable});
    }
    SignalId input(Index n) const {
        const std::string name = "x" + std::to_string(model->inputs.size());
        const SignalId x = add(name, {n});
        model->inputs.push_back({name, x, -1});
        return x;
    }
    void probe(SignalId signal) const {
        model->probes.push_back({.name = "p", .signal = signal});
    }

    /// What a step says that has no more memory than this.
    std::string refused(std::size_t left) const {
        Simulation simulation(model, Device::cpu(1), {});
        std::vector<std::vector<float>> data;
        Feeds feeds;
        for (std::size_t i = 0; i < model->inputs.size(); ++i) {
            const Index n = model->signal(model->inputs[i].signal).size();
            data.emplace_back(static_cast<std::size_t>(n), 0.5F);
        }
        for (std::size_t i = 0; i < data.size(); ++i) {
            feeds[static_cast<int>(i)] = {data[i].data(), DType::float32, 1, 1,
                                          static_cast<Index>(data[i].size())};
        }
        const HostMemoryLimit limit(left);
        try {
            simulation.run(1, feeds,
                           [](int, Index, Index, Index, Index, const void*) {});
        } catch (const MemoryError& error) {
            return error.what();
        }
        return "nothing";
    }
};

TEST(HostTables, OfStatesAreRefusedWhereTheyDoNotFit) {
    constexpr Index n = 100000;
    const Made m;
    const SignalId out = m.add("out", {n});
    m.model->add(SimFilter(FilterForm::first_order, 1, m.input(n), out,
                           m.add("=coefficients", {2}), m.add("memory", {1, n})));
    m.probe(out);

    EXPECT_THAT(m.refused(4 * mebibyte),
                AllOf(HasSubstr("state 'out'"), HasSubstr("4.6 MiB"),
                      HasSubstr("tables of 300000 indices"), HasSubstr("lower its")));
    EXPECT_EQ(m.refused(5 * mebibyte), "nothing");
}

TEST(HostTables, OfParametersAreRefusedWhereTheyDoNotFit) {
    constexpr Index n = 50000;
    const Made m;
    for (const char* name : {"a", "b"}) {
        const SignalId out = m.add(std::string(name) + ".out", {n});
        m.model->add(
            SimNeurons(neuron_type("RectifiedLinear"), m.input(n), out, {},
                       {m.add("=" + std::string(name) + ".amplitude", {1}, true)}));
        m.probe(out);
    }

    EXPECT_THAT(m.refused(5 * mebibyte / 4),
                AllOf(HasSubstr("parameter 'a.amplitude'"),
                      HasSubstr("tables of 100000 indices")));
}

TEST(HostTables, CopiesOfConstantsAreRefusedWhereTheyDoNotFit) {
    const Made m;
    const SignalId out = m.add("out", {2000});
    m.model->add(Reset(out));
    m.model->add(DotInc(m.add("=weights", {2000, 500}), m.input(500), out));
    m.probe(out);

    EXPECT_THAT(m.refused(12 * mebibyte),
                AllOf(HasSubstr("constants of 'weights'"),
                      HasSubstr("copies of 2000000 numbers")));
    EXPECT_EQ(m.refused(16 * mebibyte), "nothing");
}

}  // namespace
}  // namespace nengine::test
