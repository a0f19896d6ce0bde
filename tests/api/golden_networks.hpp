#pragma once

#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include "nengine/nengine.hpp"

namespace nengine::test {

/// A network of the golden data, written with the front-end.
struct GoldenNetwork {
    std::string group, entry;
    std::function<Network()> make;
};

/// How tests name it.
void PrintTo(const GoldenNetwork& network, std::ostream* out);

const std::vector<GoldenNetwork>& golden_networks();

}  // namespace nengine::test
