// A user's program: it sees the installed headers and links the installed library only.
#include <cmath>
#include <iostream>
#include <nengine/nengine.hpp>

int main() {
    nengine::Network net({.seed = 1});
    const auto input = net.node(0.5);
    const auto ens = net.ensemble(100, 1);
    net.connect(input, ens);
    const auto probe = net.probe(ens, {.synapse = 0.03});

    nengine::Simulator sim(net, {.device = "cpu", .progress_bar = false});
    sim.run(0.5);
    const nengine::Tensor course = sim.data(probe);  // [steps, size]
    const double value = course(course.extent(0) - 1, 0);
    std::cout << "0.5 is represented as " << value << '\n';

    bool caught = false, caught_by_base = false;
    try {
        net.ensemble(0, 1);
    } catch (const nengine::ValidationError& error) {
        caught = true;
    }
    try {
        nengine::load_npy("no such file");
    } catch (const nengine::Error& error) {
        caught_by_base = dynamic_cast<const nengine::FileError*>(&error) != nullptr;
    }
    return std::abs(value - 0.5) < 0.1 && caught && caught_by_base ? 0 : 1;
}
