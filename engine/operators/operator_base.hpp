#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/ir/operator.hpp"

// What the operators of this folder have in common. Each names its slots in the order
// of an enumeration and stores nothing but signal ids and constants.

namespace nengine::engine {

/// Boilerplate that every concrete operator needs.
template <class Derived>
class OperatorBase : public Operator {
public:
    std::unique_ptr<Operator> clone() const override {
        return std::make_unique<Derived>(static_cast<const Derived&>(*this));
    }

protected:
    using Operator::Operator;
};

/// The role of a slot that an operator writes.
inline Role written(bool inc) {
    return inc ? Role::inc : Role::set;
}

/// The elements of a slot, as a number of operations.
inline double elements(const std::vector<Shape>& shapes, int slot) {
    return static_cast<double>(shape_size(shapes[static_cast<std::size_t>(slot)]));
}

/// The numbers of a shape or a list of indices, so that no two lists run together.
void append(std::vector<Index>& numbers, const Shape& shape);

/// Of operators that are merged with their like on equal shapes only.
MergeKey shape_key(std::string type, const std::vector<Shape>& shapes);

}  // namespace nengine::engine
