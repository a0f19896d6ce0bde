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
        for (const int root : successors_.ids()) {
            if (index_[root] < 0) {
                visit(root);
            }
        }
    }

    int count() const { return count_; }
    /// Per vertex; what others lead to comes first.
    const IndexedVector<int, int>& components() const { return component_; }

private:
    struct Frame {
        int vertex;
        std::size_t next = 0;
    };

    void visit(int root) {
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

    void enter(int v) {
        frames_.push_back({v});
        index_[v] = low_[v] = counter_++;
        open_.push_back(v);
    }

    void follow(int v, int to) {
        if (index_[to] < 0) {
            enter(to);
        } else if (component_[to] < 0) {
            low_[v] = std::min(low_[v], index_[to]);
        }
    }

    void leave(int v) {
        if (low_[v] == index_[v]) {
            close(v);
        }
        frames_.pop_back();
        if (!frames_.empty()) {
            const int parent = frames_.back().vertex;
            low_[parent] = std::min(low_[parent], low_[v]);
        }
    }

    /// What has been entered since `first` and is still open leads back to it.
    void close(int first) {
        int member = 0;
        do {
            member = open_.back();
            open_.pop_back();
            component_[member] = count_;
        } while (member != first);
        ++count_;
    }

    const IndexedVector<int, SmallList<int>>& successors_;
    IndexedVector<int, int> component_;
    int count_ = 0;
    IndexedVector<int, int> index_, low_;
    std::vector<int> open_;
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
        ++first_[component + 1];
    }
    std::partial_sum(first_.begin(), first_.end(), first_.begin());
    IndexedVector<int, int> next = first_;
    vertices_.resize(of_.size());
    for (const int v : of_.ids()) {
        vertices_[next[of_[v]]++] = v;
    }
}

std::span<const int> Components::operator[](int component) const {
    const auto all = vertices_.begin();
    return {all + first_[component], all + first_[component + 1]};
}

}  // namespace nengine::engine
