#pragma once

#include <vector>

#include "engine/ir/host_call.hpp"
#include "engine/operators/sim_process.hpp"
#include "tests/reference/naive_interpreter.hpp"

namespace nengine::reference {

using namespace engine;

/// The numbers of all base signals, reached through views.
class NaiveMemory {
public:
    NaiveMemory(const Model& model, const Overrides& overrides);

    std::vector<double> read(SignalId signal) const;
    void assign(SignalId signal, const std::vector<double>& values);
    /// Repeated elements of the signal add up.
    void add(SignalId signal, const std::vector<double>& values);

private:
    std::vector<double>& base(SignalId signal);

    const Model& model_;
    IndexedVector<SignalId, std::vector<Index>> elements_;
    IndexedVector<SignalId, std::vector<double>> values_;  ///< empty for views
};

/// The step functions of one item's processes, each made when it is first run.
struct NaiveProcesses {
    Index item = 0;
    std::map<const Operator*, ProcessStep> steps = {};

    ProcessStep& of(const SimProcess& op);
};

/// What an operator computes from what it reads: a list of (signal, values) to write.
struct NaiveWrite {
    Role role;
    SignalId signal;
    std::vector<double> values;
};

std::vector<NaiveWrite> naive_execute(const Model& model, const Operator& op,
                                      const NaiveMemory& memory,
                                      NaiveProcesses& processes, Index step,
                                      bool training);

}  // namespace nengine::reference
