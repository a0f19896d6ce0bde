#include <algorithm>
#include <unordered_map>

#include "api/builder/build_state.hpp"
#include "api/builder/nengo_order/step_order.hpp"

namespace nengine {

namespace {

using namespace detail;

/// The objects of connections that carry values within one step.
class InstantGraph {
public:
    explicit InstantGraph(const NetworkData& network) { add(network); }

    /// Objects in a loop, or behind one: what is left when all that wait for nothing
    /// have run.
    std::vector<const ObjectData*> left() const {
        auto waits_for = waits_for_;
        std::vector<std::size_t> ready;
        for (std::size_t i = 0; i < objects_.size(); ++i) {
            if (waits_for[i] == 0) {
                ready.push_back(i);
            }
        }
        for (std::size_t done = 0; done < ready.size(); ++done) {
            for (const std::size_t to : targets_[ready[done]]) {
                if (--waits_for[to] == 0) {
                    ready.push_back(to);
                }
            }
        }
        std::vector<const ObjectData*> result;
        for (std::size_t i = 0; i < objects_.size(); ++i) {
            if (waits_for[i] > 0) {
                result.push_back(objects_[i]);
            }
        }
        return result;
    }

private:
    void add(const NetworkData& network) {
        for (const auto& connection : network.connections) {
            // What reaches a learning rule takes effect in the next step.
            if (connection->synapse.is_none() &&
                as_learning_rule(connection->post) == nullptr) {
                const std::size_t from = place(connection->pre.object().get());
                const std::size_t to = place(connection->post.object().get());
                targets_[from].push_back(to);
                ++waits_for_[to];
            }
        }
        for (const auto& child : network.networks) {
            add(*child);
        }
    }

    std::size_t place(const ObjectData* object) {
        const auto [at, is_new] = places_.emplace(object, objects_.size());
        if (is_new) {
            objects_.push_back(object);
            targets_.emplace_back();
            waits_for_.push_back(0);
        }
        return at->second;
    }

    std::unordered_map<const ObjectData*, std::size_t> places_;
    std::vector<const ObjectData*> objects_;
    std::vector<std::vector<std::size_t>> targets_;
    std::vector<int> waits_for_;
};

}  // namespace

void check_loops(const NetworkData& network) {
    const auto left = InstantGraph(network).left();
    if (left.empty()) {
        return;
    }
    // Components of an object may pass each other, so the operators decide.
    try {
        step_order(outline_of(network));
    } catch (const BuildError& error) {
        std::string names;
        constexpr std::size_t enough = 5;
        for (std::size_t i = 0; i < std::min(left.size(), enough); ++i) {
            names += (i == 0 ? "" : ", ") + describe(*left[i]);
        }
        throw BuildError(names + (left.size() > enough ? " ...: " : ": ") +
                         error.what());
    }
}

}  // namespace nengine
