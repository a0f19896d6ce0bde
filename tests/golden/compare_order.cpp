#include <gtest/gtest.h>

#include "tests/golden/compare.hpp"

namespace nengine::test {

namespace {

using Role = OrderedProcess::Role;

std::string owner_of(const OrderedProcess& process, const NameOf& name_of_object) {
    switch (process.role) {
        case Role::node_output:
            return "node " + name_of_object(process.owner);
        case Role::noise:
            return "noise of " + name_of_object(process.owner);
        default:
            return "filter";
    }
}

void compare_seeds(const nlohmann::json& manifest, const StepOrder& order,
                   const NameOf& name_of_object) {
    const auto& want = manifest.at("process_seeds");
    const auto seeds =
        process_seeds(order.processes, manifest.at("sim_seed").get<std::uint32_t>());
    const bool whole = want.size() == seeds.size();  // long lists leave out filters
    std::size_t next = 0;
    for (std::size_t i = 0; i < seeds.size(); ++i) {
        const OrderedProcess& process = order.processes[i];
        const auto owner = owner_of(process, name_of_object);
        if (!whole && owner == "filter") {
            continue;
        }
        ASSERT_LT(next, want.size()) << "processes";
        EXPECT_EQ(want[next].at("owner"), owner) << "process " << i;
        EXPECT_EQ(want[next].at("given"), process.own_seed.has_value()) << owner;
        EXPECT_EQ(want[next].at("seed"), seeds[i]) << owner;
        ++next;
    }
    EXPECT_EQ(want.size(), next) << "processes";
}

}  // namespace

void compare_order(const nlohmann::json& manifest, const outline::Network& network,
                   const NameOf& name_of_object) {
    const StepOrder order = step_order(network);
    if (manifest.contains("step_order")) {
        std::vector<std::string> names;
        for (const auto op : order.operators) {
            names.emplace_back(name_of(op));
        }
        EXPECT_EQ(manifest.at("step_order").get<std::vector<std::string>>(), names);
    }
    compare_seeds(manifest, order, name_of_object);
}

void compare_order(const GoldenEntry& entry, const Network& network) {
    const outline::Network outline = outline_of(*data_of(network));
    compare_outline(entry.manifest(), outline);
    compare_order(entry.manifest(), outline, [](outline::Id id) {
        return detail::name(*static_cast<const detail::ObjectData*>(id));
    });
}

const detail::NetworkData* data_of(const Network& network) {
    std::shared_ptr<detail::NetworkData> data;
    if (!network.all_nodes().empty()) {
        data = ObjectView(network.all_nodes().front()).object()->network.lock();
    } else {
        data = ObjectView(network.all_ensembles().front()).object()->network.lock();
    }
    while (const auto parent = data->parent.lock()) {
        data = parent;
    }
    return data.get();
}

}  // namespace nengine::test
