#pragma once

#include <algorithm>

#include "engine/operators/sim_neurons.hpp"
#include "tests/support/random_model.hpp"

// How random_model() works: not for tests.

namespace nengine::test {

/// A vector that later units may read, and about how large its elements are.
struct Source {
    engine::SignalId signal;
    Index size;
    double scale;
};

class Generator {
public:
    Generator(std::uint64_t seed, const RandomModelOptions& options)
        : options_(options),
          draw_(seed),
          model_(std::make_shared<engine::Model>(0.001)) {
        result_.seed = seed;
    }

    RandomModel generate();

private:
    // What a signal is made of.
    engine::SignalId signal(const std::string& name, Shape shape,
                            std::vector<double> initial = {});
    engine::SignalId constant(const std::string& name, Shape shape, double low,
                              double high);
    /// A constant that training may change.
    engine::SignalId parameter(const std::string& name, Shape shape, double low,
                               double high);
    /// A scalar, or a vector of one value per element.
    engine::SignalId per_element(const std::string& name, Index size, double low,
                                 double high);
    std::string fresh(const std::string& name) {
        return name + std::to_string(counter_++);
    }
    template <class Op>
    int add(Op op, const std::string& label) {
        op.label = label;
        return model_->add(std::move(op));
    }
    const Source& any_source() { return draw_.one_of(sources_); }
    void offer(engine::SignalId id, Index size, double scale) {
        sources_.push_back({id, size, std::max(scale, 1e-3)});
        seen_.push_back(id);
    }

    // Sources.
    void make_input();
    void make_constant();
    void make_time();
    void make_function();
    void make_process();
    void make_random();

    // Units.
    void population();
    engine::SimNeurons neurons(kernels::NeuronType type, engine::SignalId current,
                               engine::SignalId output, Index n,
                               const std::string& name);
    void product(const Source& x, engine::SignalId y, Index rows, double target,
                 bool inc, const std::string& name);
    void random_spikes();
    void stochastic_spikes(engine::SignalId rates, engine::SignalId output,
                           engine::SignalId amplitude, Index n,
                           const std::string& name);
    void decoder();
    void filter();
    void scale_unit();
    void multiply();
    void slices();
    void index_lists();
    void matrix_copy();
    void image();
    void learning();
    engine::SignalId lowpass(engine::SignalId x, Index size, engine::Role role,
                             const std::string& name);
    void sparse_product();
    void volume();
    void function_of_x();
    void process_of_x();
    void loop_start();
    void close_loops();
    void probes();

    RandomModelOptions options_;
    Draw draw_;
    std::shared_ptr<engine::Model> model_;
    RandomModel result_;
    int counter_ = 0;
    std::vector<Source> sources_;
    std::vector<Source> filtered_;  ///< outputs with role update: may close a loop
    std::vector<Source> open_;      ///< signals that wait for a loop's end
    std::vector<engine::SignalId> seen_;  ///< signals worth probing
};

}  // namespace nengine::test
