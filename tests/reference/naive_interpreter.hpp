#pragma once

#include <map>
#include <memory>
#include <vector>

#include "engine/ir/model.hpp"

namespace nengine::reference {

using namespace engine;

/// Values that replace a base signal's initial ones: parameters under test.
using Overrides = std::map<SignalId, std::vector<double>>;

/// Numbers of a call, `[batch, steps, size]`; one step is held for the whole call.
struct Data {
    Index batch = 1, steps = 1, size = 1;
    std::vector<double> values;

    /// Row `step` (counted from 0) of one item.
    std::vector<double> row(Index item, Index step) const;
};

/// What Model means, and nothing else: double precision, one item, one step at a time,
/// one operator at a time, in an order that follows from Nengo's rule (per element:
/// sets, incs, reads, updates). The oracle for every plan.
class NaiveInterpreter {
public:
    /// `training`: spiking neurons are replaced by their rate curves. `item`: which one
    /// of the batch, where processes give each a signal of its own.
    /// @throws BuildError  an override does not fill its signal
    explicit NaiveInterpreter(const Model& model, const Overrides& overrides = {},
                              bool training = false, Index item = 0);
    ~NaiveInterpreter();

    /// Feeds `item` of the data to an input, instead of what its producer computes.
    void feed(int input, const Data& data, Index item = 0);

    /// @throws BuildError         a cycle within the step, or shapes that do not fit
    /// @throws SimulationError    the data of a feed has ended
    void step() { step_together({this}); }
    void run(Index n_steps);
    /// A step of all items of a minibatch, each in an interpreter of its own of the
    /// same model: what is computed over items is computed over these.
    static void step_together(const std::vector<NaiveInterpreter*>& items);

    /// What a signal holds now, row by row.
    std::vector<double> value(SignalId signal) const;
    /// Everything that a probe has sampled so far, `[samples, size]`.
    const std::vector<double>& samples(int probe) const;

    /// The order in which the operators of a step run (indices into the model).
    const std::vector<int>& order();

private:
    struct Feed {
        const Data* data;
        Index item;
    };

    void write_feeds();
    void execute(const Operator& op);
    static void execute_moments(const Operator& op,
                                const std::vector<NaiveInterpreter*>& items);
    void sample();
    bool replaced(int op) const;

    const Model& model_;
    bool training_;
    Index step_ = 0;
    std::unique_ptr<class NaiveMemory> memory_;
    std::unique_ptr<struct NaiveProcesses> processes_;
    std::map<int, Feed> feeds_;
    std::vector<int> order_;
    bool ordered_ = false;
    std::vector<std::vector<double>> samples_;
};

/// Operators [skipped ones left out] in an order that Nengo's rule allows; of those
/// that are free to run, the first of the model comes first.
/// @throws BuildError  there is a cycle
std::vector<int> naive_order(const Model& model, const std::vector<bool>& skipped);

/// The elements of its base that a signal names, row by row.
std::vector<Index> naive_elements(const Model& model, SignalId signal);

}  // namespace nengine::reference
