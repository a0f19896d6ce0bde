#pragma once

#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <utility>
#include <vector>

namespace nengine::engine {

/// The place of something in the list of its kind, named by the class of what is there;
/// -1: of nothing. Ids of different kinds do not mix.
template <class Kind>
struct Id {
    std::int32_t value = -1;

    constexpr Id() = default;
    /// A number that is written down: `.buffer = 2`. One that was computed may be of
    /// another kind, or of none.
    template <std::same_as<int> Literal>
    consteval Id(Literal number) : value(number) {}
    constexpr explicit Id(std::size_t place)
        : value(static_cast<std::int32_t>(place)) {}

    constexpr explicit operator std::size_t() const {
        return static_cast<std::size_t>(value);
    }
    friend constexpr auto operator<=>(const Id&, const Id&) = default;
};

/// The first n ids, in order: those that were there when it was made.
template <class Key>
class IdRange {
public:
    class Iterator {
    public:
        constexpr explicit Iterator(std::size_t place) : place_(place) {}
        constexpr Key operator*() const { return static_cast<Key>(place_); }
        constexpr Iterator& operator++() {
            ++place_;
            return *this;
        }
        constexpr bool operator==(const Iterator&) const = default;

    private:
        std::size_t place_;
    };

    constexpr explicit IdRange(std::size_t n) : n_(n) {}
    constexpr Iterator begin() const { return Iterator(0); }
    constexpr Iterator end() const { return Iterator(n_); }

private:
    std::size_t n_;
};

/// A vector in which things are found by id, or by int where what is counted has no id
/// of its own: nodes, slots, stages. As fast as the vector, and as unchecked.
template <class Key, class T>
class IndexedVector {
public:
    IndexedVector() = default;
    explicit IndexedVector(std::size_t n) : items_(n) {}
    explicit IndexedVector(std::size_t n, const T& value) : items_(n, value) {}
    IndexedVector(std::initializer_list<T> items) : items_(items) {}

    T& operator[](Key id) { return items_[static_cast<std::size_t>(id)]; }
    const T& operator[](Key id) const { return items_[static_cast<std::size_t>(id)]; }

    std::size_t size() const { return items_.size(); }
    bool empty() const { return items_.empty(); }
    IdRange<Key> ids() const { return IdRange<Key>(size()); }
    auto begin() { return items_.begin(); }
    auto begin() const { return items_.begin(); }
    auto end() { return items_.end(); }
    auto end() const { return items_.end(); }

    /// @return  the id of what was added
    template <class From = T>
    Key push_back(From&& item) {
        items_.push_back(std::forward<From>(item));
        return static_cast<Key>(size() - 1);
    }
    Key emplace_back() {
        items_.emplace_back();
        return static_cast<Key>(size() - 1);
    }
    void reserve(std::size_t n) { items_.reserve(n); }
    void resize(std::size_t n) { items_.resize(n); }
    void resize(std::size_t n, const T& value) { items_.resize(n, value); }
    void assign(std::size_t n, const T& value) { items_.assign(n, value); }
    void clear() { items_.clear(); }
    /// What is left closes up: it has other ids.
    template <class Gone>
    void erase_if(const Gone& gone) {
        std::erase_if(items_, gone);
    }

private:
    std::vector<T> items_;
};

}  // namespace nengine::engine
