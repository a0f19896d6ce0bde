#include "engine/planner/schedule/components.hpp"

#include <algorithm>
#include <numeric>

namespace nengine::engine {
namespace {

/// Tarjan's algorithm with a stack of its own: chains may be hundreds of thousands
/// long.
class Tarjan {
public:
    explicit Tarjan(const Dependencies& dependencies)
        : successors_(dependencies.successors),
          component_(successors_.size(), -1),
          index_(successors_.size(), -1),
          low_(successors_.size(), 0) {
        for (std::size_t root = 0; root < successors_.size(); ++root) {
            if (index_[root] < 0) {
                visit(root);
            }
        }
    }

    int count() const { return count_; }
    /// Per vertex; what others lead to comes first.
    const std::vector<int>& components() const { return component_; }

private:
    struct Frame {
        std::size_t vertex, next = 0;
    };

    void visit(std::size_t root) {
        enter(root);
        while (!frames_.empty()) {
            Frame& frame = frames_.back();
            if (frame.next < successors_[frame.vertex].size()) {
                follow(frame.vertex, successors_[frame.vertex][frame.next++]);
            } else {
                leave(frame.vertex);
            }
        }
    }

    void enter(std::size_t v) {
        frames_.push_back({v});
        index_[v] = low_[v] = counter_++;
        open_.push_back(v);
    }

    void follow(std::size_t v, int successor) {
        const auto to = static_cast<std::size_t>(successor);
        if (index_[to] < 0) {
            enter(to);
        } else if (component_[to] < 0) {
            low_[v] = std::min(low_[v], index_[to]);
        }
    }

    void leave(std::size_t v) {
        if (low_[v] == index_[v]) {
            close(v);
        }
        frames_.pop_back();
        if (!frames_.empty()) {
            const std::size_t parent = frames_.back().vertex;
            low_[parent] = std::min(low_[parent], low_[v]);
        }
    }

    /// What has been entered since `first` and is still open leads back to it.
    void close(std::size_t first) {
        std::size_t member = 0;
        do {
            member = open_.back();
            open_.pop_back();
            component_[member] = count_;
        } while (member != first);
        ++count_;
    }

    const std::vector<SmallList<int>>& successors_;
    std::vector<int> component_;
    int count_ = 0;
    std::vector<int> index_, low_;
    std::vector<std::size_t> open_;
    std::vector<Frame> frames_;
    int counter_ = 0;
};

}  // namespace

Components::Components(const Dependencies& dependencies) {
    const Tarjan tarjan(dependencies);
    of_ = tarjan.components();
    first_.assign(static_cast<std::size_t>(tarjan.count()) + 1, 0);
    for (int& component : of_) {
        component = tarjan.count() - 1 - component;  // sources first
        ++first_[static_cast<std::size_t>(component) + 1];
    }
    std::partial_sum(first_.begin(), first_.end(), first_.begin());
    std::vector<int> next(first_.begin(), first_.end() - 1);
    vertices_.resize(of_.size());
    for (std::size_t v = 0; v < of_.size(); ++v) {
        const int at = next[static_cast<std::size_t>(of_[v])]++;
        vertices_[static_cast<std::size_t>(at)] = static_cast<int>(v);
    }
}

std::span<const int> Components::operator[](int component) const {
    const auto c = static_cast<std::size_t>(component);
    return std::span(vertices_).subspan(
        static_cast<std::size_t>(first_[c]),
        static_cast<std::size_t>(first_[c + 1] - first_[c]));
}

}  // namespace nengine::engine
