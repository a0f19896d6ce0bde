#pragma once

#include <cstddef>
#include <initializer_list>
#include <list>
#include <memory>
#include <mutex>
#include <oneapi/dnnl/dnnl.hpp>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "kernels/base/index.hpp"

// What the files that call oneDNN share.

namespace nengine::kernels::onednn {

inline const dnnl::engine& engine() {
    static const dnnl::engine cpu(dnnl::engine::kind::cpu, 0);
    return cpu;
}

/// Memory of somebody else's. oneDNN takes no pointer to const; sources are only read.
inline dnnl::memory wrap(const dnnl::memory::desc& layout, const float* data) {
    return dnnl::memory(layout, engine(), const_cast<float*>(data));
}

/// Whether an implementation is the slow one for what has no other.
inline bool is_reference(const char* implementation) {
    return std::string_view(implementation).find("ref") != std::string_view::npos;
}

/// Adds to what is there, in the place of writing it.
inline dnnl::primitive_attr adding() {
    dnnl::post_ops sum;
    sum.append_sum();
    dnnl::primitive_attr attributes;
    attributes.set_post_ops(sum);
    return attributes;
}

inline std::size_t hash_of(std::initializer_list<Index> numbers) {
    std::size_t hash = 0;
    for (const Index number : numbers) {
        hash = hash * 0x9E3779B97F4A7C15u + static_cast<std::size_t>(number) + 1;
    }
    return hash;
}

/// Compiled primitives by what they are for, the least recently used dropped first.
/// Safe to use from several threads. A Key has `hash()`.
template <class Key, class Compiled>
class PrimitiveCache {
public:
    using Compile = std::shared_ptr<const Compiled> (*)(const Key&);
    /// @param compile  nullptr: oneDNN has nothing fast; so has a dnnl::error
    explicit PrimitiveCache(Compile compile) : compile_(compile) {}

    /// nullptr: oneDNN cannot do it, which is remembered too.
    std::shared_ptr<const Compiled> find(const Key& key) {
        const std::lock_guard lock(mutex_);
        if (const auto found = index_.find(key); found != index_.end()) {
            entries_.splice(entries_.begin(), entries_, found->second);
            return found->second->second;
        }
        std::shared_ptr<const Compiled> made;
        try {
            made = compile_(key);
        } catch (const dnnl::error&) {
            // No implementation: the caller's own one it is.
        }
        entries_.emplace_front(key, made);
        index_.emplace(key, entries_.begin());
        if (entries_.size() > capacity) {
            index_.erase(entries_.back().first);
            entries_.pop_back();
        }
        return made;
    }

private:
    struct Hash {
        std::size_t operator()(const Key& key) const { return key.hash(); }
    };
    static constexpr std::size_t capacity = 256;
    using Entries = std::list<std::pair<Key, std::shared_ptr<const Compiled>>>;

    Compile compile_;
    std::mutex mutex_;
    Entries entries_;
    std::unordered_map<Key, typename Entries::iterator, Hash> index_;
};

}  // namespace nengine::kernels::onednn
