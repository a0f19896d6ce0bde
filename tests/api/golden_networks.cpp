#include "golden_networks.hpp"

#include <ostream>

namespace nengine::test {

std::vector<GoldenNetwork> golden_ensembles();
std::vector<GoldenNetwork> golden_connections();
std::vector<GoldenNetwork> golden_probes();

void PrintTo(const GoldenNetwork& network, std::ostream* out) {
    *out << network.entry;
}

const std::vector<GoldenNetwork>& golden_networks() {
    static const std::vector<GoldenNetwork> all = [] {
        std::vector<GoldenNetwork> list;
        for (const auto& part :
             {golden_ensembles(), golden_connections(), golden_probes()}) {
            list.insert(list.end(), part.begin(), part.end());
        }
        return list;
    }();
    return all;
}

}  // namespace nengine::test
