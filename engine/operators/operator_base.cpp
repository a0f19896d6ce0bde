#include "engine/operators/operator_base.hpp"

#include <utility>

namespace nengine::engine {

void append(std::vector<Index>& numbers, const Shape& shape) {
    numbers.push_back(static_cast<Index>(shape.size()));
    numbers.insert(numbers.end(), shape.begin(), shape.end());
}

MergeKey shape_key(std::string type, const std::vector<Shape>& shapes) {
    MergeKey key{std::move(type), {}};
    for (const Shape& shape : shapes) {
        append(key.numbers, shape);
    }
    return key;
}

}  // namespace nengine::engine
