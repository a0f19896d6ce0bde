#pragma once

#include "nengine/nengine.hpp"

namespace nengine::test {

/// The tutorial's layer with a weight of its own.
struct Scaled {
    static constexpr const char* kind_name = "scaled";
    Expression w = 0.0;
    void build(NodeBuild& node) {
        w = node.parameter({.name = "w", .shape = {1}, .initializer = 0.5});
    }
    Expression operator()(Expression x) const { return x * w; }
};

}  // namespace nengine::test
