// Statements with a wrong option. The comment behind one is what the message must hold:
// of every compiler (`says`), or of one. g++ does not look into the braces of an
// argument, clang does, unless functions of one name differ in what they take.

#include "nengine/nengine.hpp"

using namespace nengine;

void misspelt(Network net, Ensemble a, Probe p, Simulator& sim) {
    net.ensemble(20, 1, EnsembleOptions{.radus = 2.0});          // says: radus
    net.node(None, NodeOptions{.size_inn = 1});                  // says: size_inn
    net.node(NodeOptions{.size_inn = 1});                        // says: size_inn
    net.connect(a, a, ConnectionOptions{.synaps = 0.1});         // says: synaps
    net.probe(a, ProbeOptions{.synaps = 0.1});                   // says: synaps
    net.layer(Dense{.unit = 10}, a);                             // says: unit
    net.layer(Dense{.units = 1}, a, LayerOptions{.shap = {1}});  // says: shap
    Network other(NetworkOptions{.sed = 1});                     // says: sed
    Simulator run(net, SimulatorOptions{.minibatch = 2});        // says: minibatch
    sim.compile({.optimizer = Adam{.learnin_rate = 0.1}});       // says: learnin_rate
    sim.compile(CompileOptions{.optimiser = Adam{}});            // says: optimiser
    sim.fit({}, {}, FitOptions{.epoch = 1});                     // says: epoch
    sim.evaluate({}, {}, EvaluateOptions{.steps = 1});           // says: steps
    sim.predict({}, PredictOptions{.n_step = 1});                // says: n_step
    sim.run(1.0, RunOptions{.statefull = true});                 // says: statefull
    sim.reset(ResetOptions{.include_probe = true});              // says: include_probe
    net.ensemble(20, 1, {.neuron_type = LIF{.tau = 0.02}});      // says: tau
    EnsembleArray(net, 10, 2, EnsembleArrayOptions{.lable = "x"});  // says: lable

    net.ensemble(20, 1, {.radus = 2.0});           // Clang says: radus
    net.connect(a, a, {.synaps = 0.1});            // Clang says: synaps
    net.probe(a, {.synaps = 0.1});                 // Clang says: synaps
    net.layer(Dense{.units = 1}, a, {.shap = 1});  // Clang says: shap
    net.subnetwork({.sed = 1});                    // Clang says: sed
    sim.compile({.optimiser = Adam{}});            // Clang says: optimiser
    sim.fit({}, {}, {.epoch = 1});                 // Clang says: epoch
    sim.evaluate({}, {}, {.steps = 1});            // Clang says: steps
    sim.predict({}, {.n_step = 1});                // Clang says: n_step
    sim.run(1.0, {.statefull = true});             // Clang says: statefull
}

void wrong_values(Network net, Ensemble a, Simulator& sim) {
    net.ensemble(20, 1, EnsembleOptions{.radius = "two"});    // says: OrDefault<
    net.connect(a, a, ConnectionOptions{.synapse = "slow"});  // says: OrDefault<
    net.connect(a, a, ConnectionOptions{.function = 3});      // says: OrDefault<
    Simulator run(net, SimulatorOptions{.dt = "fast"});       // says: double
    sim.fit({}, {}, FitOptions{.epochs = "all"});             // says: int
}

void wrong_order(Network net, Ensemble a) {
    net.connect(a, a, {.synapse = 0.1, .seed = 1});     // says: seed
    Simulator run(net, {.dt = 0.01, .device = "cpu"});  // says: device
}

/// What docs/coming-from-nengo.md quotes of g++ ("When the compiler refuses").
void quoted(Network net) {
    net.ensemble(20, 1, {.radus = 2.0});  // GNU says: cannot convert '<brace-enclosed

    using Named = EnsembleOptions;
    net.ensemble(20, 1, Named{.radus = 2.0});  // GNU says: non-static data member named

    net.ensemble(20, 1, Named{.radius = "two"});  // GNU says: could not convert '"two"'

    net.ensemble(20, 1, {.seed = 1, .label = "a"});  // GNU says: designator order for
}
