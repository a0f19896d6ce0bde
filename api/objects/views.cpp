#include "api/objects/objects.hpp"

namespace nengine {
namespace detail {

std::int64_t whole_size(const ObjectView& view, Side side) {
    if (const auto* node = as_node(view)) {
        return side == Side::in ? node->size_in : node->size_out;
    }
    if (const auto* neurons = as_neurons(view)) {
        return is_direct(*neurons) ? 0 : neurons->n_neurons;
    }
    if (const auto* ensemble = as_ensemble(view)) {
        return ensemble->dimensions;
    }
    if (const auto* connection = as_learning_rule(view)) {
        return rule_size_in(*connection, *view.learning_rule());
    }
    return view_positions(as_connection(view)->post, Side::in).count;
}

Positions view_positions(const ObjectView& view, Side side) {
    return positions(view.key(), whole_size(view, side), describe(view));
}

const EnsembleData* as_ensemble(const ObjectView& view) {
    const bool fits =
        view.object()->kind == ObjectData::Kind::ensemble && !view.is_neurons();
    return fits ? static_cast<const EnsembleData*>(view.object().get()) : nullptr;
}
const EnsembleData* as_neurons(const ObjectView& view) {
    return view.is_neurons() ? static_cast<const EnsembleData*>(view.object().get())
                             : nullptr;
}
const NodeData* as_node(const ObjectView& view) {
    return view.object()->kind == ObjectData::Kind::node
               ? static_cast<const NodeData*>(view.object().get())
               : nullptr;
}
const ConnectionData* as_connection(const ObjectView& view) {
    return view.object()->kind == ObjectData::Kind::connection && !view.learning_rule()
               ? static_cast<const ConnectionData*>(view.object().get())
               : nullptr;
}

std::string name(const ObjectData& object) {
    std::string result = object.label.empty()
                             ? object.kind_name + '#' + std::to_string(object.number)
                             : object.label;
    for (auto network = object.network.lock(); network;) {
        auto parent = network->parent.lock();
        if (parent) {
            const std::string& label = network->label;
            result =
                (label.empty() ? "network#" + std::to_string(network->number) : label) +
                '/' + result;
        }
        network = std::move(parent);
    }
    return result;
}

std::string describe(const ObjectData& object) {
    if (object.is_empty) {
        return "an empty " + object.kind_name + " (nothing was assigned to it)";
    }
    return object.kind_name + " '" + name(object) + "'";
}

void need_object(const ObjectData& object, const std::string& where) {
    if (object.is_empty) {
        throw ValidationError(where + ": got " + describe(object) +
                              ", needs what a network has made");
    }
}

void need_made(bool made, const std::string& type, const char* call) {
    if (!made) {
        throw ValidationError(type + "::" + call + ": got an empty " + type +
                              ", needs one that was made");
    }
}

std::string describe(const ObjectView& view) {
    if (const auto* connection = as_learning_rule(view)) {
        const auto& rules = connection->learning_rules.all();
        const std::size_t rule = *view.learning_rule();
        const bool is_there = rule < rules.size();  // its type may have been replaced
        return "learning rule " +
               (is_there ? rule_name(rules[rule].second) : std::to_string(rule + 1)) +
               " of " + describe(*view.object());
    }
    return (view.is_neurons() ? "neurons of " : "") + describe(*view.object());
}

}  // namespace detail
}  // namespace nengine
