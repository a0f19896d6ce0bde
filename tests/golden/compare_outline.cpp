#include <gtest/gtest.h>

#include <map>

#include "tests/golden/compare.hpp"
#include "tests/golden/manifest_outline.hpp"

namespace nengine::test {

namespace {

/// Objects of an outline in words, without addresses.
class Describer {
public:
    std::vector<std::string> describe(const outline::Network& network) {
        std::vector<std::string> result;
        for (const auto& object : network) {
            result.push_back(
                std::visit([this](const auto& o) { return this->text(o); }, object));
        }
        return result;
    }

private:
    /// "ensemble 3": the third object of the network.
    std::string begin(const std::string& kind, outline::Id id) {
        const int number = static_cast<int>(numbers_.size()) + 1;
        numbers_.emplace(id, number);
        return kind + ' ' + std::to_string(number);
    }

    static std::string text(const std::vector<std::string>& states) {
        std::string result;
        for (const auto& state : states) {
            result += ' ' + state;
        }
        return result;
    }
    static std::string text(const outline::Process& process) {
        return process.seed ? "process of seed " + std::to_string(*process.seed)
                            : "process";
    }
    static std::string text(const outline::MaybeProcess& process) {
        return process ? text(*process) : "none";
    }
    std::string text(const outline::View& view) const {
        std::string result = std::to_string(numbers_.at(view.object));
        result += view.neurons ? ".neurons" : "";
        result += view.rule ? ".rule" + std::to_string(*view.rule) : "";
        const auto& part = view.part;
        if (part.kind == outline::Part::Kind::list) {
            result += "[list]";
        } else if (part.kind == outline::Part::Kind::range) {
            result += '[' + std::to_string(part.count) + " from " +
                      std::to_string(part.first) + " by " + std::to_string(part.step) +
                      ']';
        }
        return result;
    }
    static std::string text(const outline::Rule& rule) {
        return " rule " + std::to_string(static_cast<int>(rule.kind)) + " (" +
               text(rule.pre_synapse) + ", " + text(rule.post_synapse) + ", " +
               text(rule.theta_synapse) + ')';
    }

    std::string text(const outline::Ensemble& ensemble) {
        return begin("ensemble", ensemble.id) + (ensemble.direct ? ", direct" : "") +
               ", states" + text(ensemble.states) + ", of base type" +
               (ensemble.has_base_type ? text(ensemble.base_states) : " none") +
               ", noise " + text(ensemble.noise);
    }
    std::string text(const outline::Node& node) {
        return begin("node", node.id) + " of kind " +
               std::to_string(static_cast<int>(node.kind)) +
               (node.has_input ? ", input" : "") + (node.has_output ? ", output" : "") +
               ", " + text(node.process);
    }
    std::string text(const outline::Connection& connection) {
        std::string result = begin("connection", connection.id) + " from " +
                             text(connection.pre) + " to " + text(connection.post);
        result += connection.has_function ? ", function" : "";
        result += connection.full_weights ? ", full weights" : "";
        result += ", transform " +
                  std::to_string(static_cast<int>(connection.transform)) +
                  ", synapse " + text(connection.synapse);
        for (const auto& rule : connection.rules) {
            result += text(rule);
        }
        return result;
    }
    std::string text(const outline::Probe& probe) {
        return begin("probe", probe.id) + " of " + probe.attribute + " of " +
               text(probe.target) + ", synapse " + text(probe.synapse);
    }

    std::map<outline::Id, int> numbers_;
};

bool has_parameters(const nlohmann::json& manifest) {
    for (const auto& object : manifest.at("objects")) {
        if (object.at("kind") != "Network") {
            return object.contains("params");
        }
    }
    return false;
}

}  // namespace

void compare_outline(const nlohmann::json& manifest, const outline::Network& network) {
    if (has_parameters(manifest)) {
        EXPECT_EQ(Describer().describe(outline_of(manifest)),
                  Describer().describe(network));
    }
}

}  // namespace nengine::test
