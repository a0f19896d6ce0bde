#include <algorithm>
#include <cmath>
#include <string>

#include "engine/ir/host_call.hpp"
#include "tests/reference/filters.hpp"
#include "tests/reference/naive_execution.hpp"
#include "tests/reference/naive_learning.hpp"
#include "tests/reference/neurons.hpp"

namespace nengine::reference {

using namespace engine;

std::vector<NaiveWrite> Execution::run() {
    const bool known =
        try_run<TimeUpdate>() || try_run<Reset>() || try_run<Copy>() ||
        try_run<ElementwiseInc>() || try_run<DotInc>() || try_run<ConvInc>() ||
        try_run<PoolInc>() || try_run<MaxPoolInc>() || try_run<SimNeurons>() ||
        try_run<SimFilter>() || try_run<HostFunction>() || try_run<SimLearning>() ||
        try_run<WeightInc>() || try_run<SimProcess>() || try_run<SparseDotInc>() ||
        try_run<Pointwise>() || try_run<MatMul>() || try_run<ArgReduce>() ||
        try_run<Reduce>() || try_run<Gather>() || try_run<CumulativeSum>() ||
        try_run<Softmax>() || try_run<StochasticSpikes>() || try_run<PoissonSpikes>() ||
        try_run<SimRandom>() || try_run<MovingAverage>();
    if (!known) {
        misfit(op_, "got an operator that the interpreter does not know");
    }
    return std::move(writes_);
}

void Execution::run(const Pointwise& op) {
    std::vector<Values> x;
    for (int k = 0; k < op.n_inputs(); ++k) {
        x.push_back(read_as(k, shape(op.y())));
    }
    write(op.y(), naive_pointwise(op.function(), x, at(size(op.y()))));
}

void Execution::run(const MatMul&) {
    // Operands repeated to y's first dimensions, so that matrix follows matrix.
    const Shape& to = shape(MatMul::y);
    const auto repeated = [&](int slot) {
        Shape all(to.begin(), to.end() - 2);
        const Shape& own = shape(slot);
        all.insert(all.end(), own.end() - 2, own.end());
        return read_as(slot, all);
    };
    write(MatMul::y, naive_mat_mul(repeated(MatMul::a), repeated(MatMul::b), to,
                                   at(shape(MatMul::a).back())));
}

/// The numbers of x that each of y's stands for.
std::vector<Values> Execution::reduced(int x, int y) const {
    // Each number of x goes to where a y repeated to x's shape has it from.
    const std::vector<Index> to = broadcast_map(op_, shape(y), shape(x));
    const Values values = read(x);
    std::vector<Values> parts(at(size(y)));
    for (std::size_t i = 0; i < values.size(); ++i) {
        parts[at(to[i])].push_back(values[i]);
    }
    return parts;
}

void Execution::run(const Copy& op) {
    if (!op.indexed()) {
        write(Copy::dst, read_as(Copy::src, shape(Copy::dst)));
        return;
    }
    const Values src = read(Copy::src);
    const Index n_src = size(Copy::src), n_dst = size(Copy::dst);
    const std::size_t n = !op.src_index().empty()   ? op.src_index().size()
                          : !op.dst_index().empty() ? op.dst_index().size()
                                                    : at(n_dst);
    // What no index names keeps its value, or gets nothing added.
    Values dst = op.inc() ? Values(at(n_dst), 0.0) : read(Copy::dst);
    for (std::size_t i = 0; i < n; ++i) {
        const Index from =
            op.src_index().empty() ? static_cast<Index>(i) : op.src_index().at(i);
        const Index to =
            op.dst_index().empty() ? static_cast<Index>(i) : op.dst_index().at(i);
        if (from < 0 || from >= n_src || to < 0 || to >= n_dst) {
            misfit(op, "got an index outside its signal");
        }
        dst[at(to)] = (op.inc() ? dst[at(to)] : 0.0) + src[at(from)];
    }
    write(Copy::dst, std::move(dst));
}

void Execution::run(const ElementwiseInc&) {
    const Shape& to = shape(ElementwiseInc::y);
    Values product = read_as(ElementwiseInc::a, to);
    const Values x = read_as(ElementwiseInc::x, to);
    for (std::size_t i = 0; i < product.size(); ++i) {
        product[i] *= x[i];
    }
    write(ElementwiseInc::y, std::move(product));
}

void Execution::run(const DotInc& op) {
    const Values a = read(DotInc::a), x = read(DotInc::x);
    const Shape& matrix = shape(DotInc::a);
    if (matrix.size() != 2 || matrix[1] != static_cast<Index>(x.size())) {
        misfit(op, "got A " + to_string(matrix) + " and X " +
                       to_string(shape(DotInc::x)) + ", needs (m, n) and (n,)");
    }
    Values y(at(matrix[0]), 0.0);
    for (std::size_t i = 0; i < y.size(); ++i) {
        for (std::size_t j = 0; j < x.size(); ++j) {
            y[i] += a[i * x.size() + j] * x[j];
        }
    }
    write(DotInc::y, std::move(y));
}

void Execution::run(const SparseDotInc& op) {
    const Values a = read(SparseDotInc::a), x = read(SparseDotInc::x);
    Values y(at(size(SparseDotInc::y)), 0.0);
    for (std::size_t i = 0; i < a.size(); ++i) {
        y.at(at(op.pattern().rows.at(i))) +=
            a[i] * x.at(at(op.pattern().columns.at(i)));
    }
    write(SparseDotInc::y, std::move(y));
}

void Execution::run(const ConvInc& op) {
    const Values x = read(ConvInc::x), w = read(ConvInc::w);
    Values y = op.transposed() ? naive_transposed_convolution(op.shape(), x, w)
                               : naive_convolution(op.shape(), x, w);
    if (op.has_bias()) {
        const Values bias = read(ConvInc::bias);
        for (std::size_t i = 0; i < y.size(); ++i) {
            y[i] += bias[i % bias.size()];
        }
    }
    write(ConvInc::y, std::move(y));
}

void Execution::run(const SimNeurons& op) {
    const NeuronInfo& info = neuron_info(op.neuron_type());
    const bool rates = op.is_rate() || training_;
    const bool smooth = rates && op.smoothing > 0 && info.name == "LIF";
    const Values input = read(SimNeurons::j);
    const Values gain = op.has_gain() ? read(op.gain_slot()) : Values{1};
    const Values bias = op.has_bias() ? read(op.bias_slot()) : Values{0};
    std::vector<Values> states, params;
    for (int s = 0; s < op.n_states(); ++s) {
        states.push_back(read(SimNeurons::first_state + s));
    }
    for (int p = 0; p < info.n_params; ++p) {
        params.push_back(read(op.first_param() + p));
    }
    Values output;
    for (std::size_t i = 0; i < input.size(); ++i) {
        Neuron neuron{.type = smooth ? "SoftLIFRate" : info.name};
        for (std::size_t p = 0; p < params.size(); ++p) {
            *neuron.find(info.params[p]) = pick(params[p], i);
        }
        if (smooth) {
            neuron.sigma = op.smoothing;
        }
        const double current = pick(gain, i) * input[i] + pick(bias, i);
        if (rates) {
            output.push_back(rate(neuron, current));
            continue;
        }
        for (std::size_t s = 0; s < states.size(); ++s) {
            *neuron.find(info.states[s].name) = states[s][i];
        }
        output.push_back(reference::step(neuron, model_.dt(), current));
        for (std::size_t s = 0; s < states.size(); ++s) {
            states[s][i] = *neuron.find(info.states[s].name);
        }
    }
    write(SimNeurons::output, std::move(output));
    for (std::size_t s = 0; s < states.size() && !rates; ++s) {
        write(SimNeurons::first_state + static_cast<int>(s), std::move(states[s]));
    }
}

void Execution::run(const SimFilter& op) {
    const Values input = read(SimFilter::input);
    const Values coefficients = read(SimFilter::coefficients);
    const std::size_t n = input.size(), order = at(op.order());
    Values state = order > 0 ? read(SimFilter::state) : Values{};
    Values output;
    for (std::size_t i = 0; i < n; ++i) {
        Filter filter{op.form(), order, coefficients, Values(order)};
        for (std::size_t k = 0; k < order; ++k) {
            filter.x[k] = state.at(k * n + i);
        }
        output.push_back(filter.step(input[i]));
        for (std::size_t k = 0; k < order; ++k) {
            state[k * n + i] = filter.x[k];
        }
    }
    write(SimFilter::output, std::move(output));
    if (order > 0) {
        write(SimFilter::state, std::move(state));
    }
}

void Execution::run(const HostFunction& op) {
    const Values x = op.has_x() ? read(op.x_slot()) : Values{};
    Values out(op.has_output() ? at(size(op.output_slot())) : 0, 0.0);
    op.call()(time(), x, out);
    if (op.has_output()) {
        write(op.output_slot(), std::move(out));
    }
}

void Execution::run(const SimLearning& op) {
    const auto given = [&](int slot) { return slot < 0 ? Values{} : read(slot); };
    NaiveRule rule{op.kind(),
                   op.rate(),
                   op.beta(),
                   model_.dt(),
                   read(SimLearning::pre),
                   read(SimLearning::signal_),
                   given(op.theta_slot()),
                   given(op.scale_slot()),
                   given(op.gate_slot()),
                   given(op.inv_gamma_slot())};
    NaiveChange change = naive_change(rule);
    if (op.has_delta()) {
        write(op.delta_slot(), change.matrix(given(op.weights_slot())));
    }
    if (op.inv_gamma_slot() >= 0) {
        write(op.inv_gamma_slot(), std::move(rule.inv_gamma));
    }
    if (op.has_factors()) {
        write(op.row_slot(), std::move(change.row));
        write(op.col_slot(), std::move(change.col));
    }
    if (op.has_factors() && op.has_decay()) {
        write(op.decay_slot(), std::move(change.decay));
    }
}

void Execution::run(const WeightInc& op) {
    NaiveChange change{read(WeightInc::row), read(WeightInc::col), {}};
    if (op.has_decay()) {
        change.decay = read(WeightInc::decay);
    }
    write(WeightInc::weights, change.matrix(read(WeightInc::weights)));
}

void Execution::run(const SimProcess& op) {
    const Values x = op.has_x() ? read(SimProcess::x) : Values{};
    Values out(at(size(SimProcess::output)), 0.0);
    processes_.of(op)(time(), x, out);
    write(SimProcess::output, std::move(out));
}

void Execution::run(const StochasticSpikes&) {
    Values spikes = read(StochasticSpikes::rates);
    const Values uniform = read(StochasticSpikes::uniform),
                 amplitude = read(StochasticSpikes::amplitude);
    for (std::size_t i = 0; i < spikes.size(); ++i) {
        const double height = pick(amplitude, i) * (training_ ? 1.0 : 1 / model_.dt());
        if (training_) {
            spikes[i] *= height;
            continue;
        }
        const double mean = std::abs(spikes[i]) * model_.dt();
        double count = std::floor(mean);
        count += uniform[i] < mean - count ? 1 : 0;
        spikes[i] = spikes[i] < 0 ? -height * count : height * count;
    }
    write(StochasticSpikes::output, std::move(spikes));
}

void Execution::run(const PoissonSpikes& op) {
    Values spikes = read(PoissonSpikes::rates);
    const Values amplitude = read(PoissonSpikes::amplitude);
    for (std::size_t i = 0; i < spikes.size(); ++i) {
        if (training_) {
            spikes[i] *= pick(amplitude, i);
            continue;
        }
        const double count =
            naive_poisson(std::abs(spikes[i]) * model_.dt(), coordinates(op),
                          static_cast<std::uint32_t>(i));
        spikes[i] = std::copysign(pick(amplitude, i) / model_.dt(), spikes[i]) * count;
    }
    write(PoissonSpikes::output, std::move(spikes));
}

/// Where an operator draws in this step.
NaiveCoordinates Execution::coordinates(const Operator& op) const {
    for (const int i : model_.operators().ids()) {
        if (model_.operators()[i].get() == &op) {
            return {.step = static_cast<std::uint64_t>(step_ - 1),
                    .item = static_cast<std::uint32_t>(processes_.item),
                    .op = static_cast<std::uint32_t>(i)};
        }
    }
    throw BuildError("reference: got an operator of another model");
}

void Execution::run(const SimRandom& op) {
    const NaiveCoordinates at = coordinates(op);
    Values numbers;
    for (Index i = 0; i < size(SimRandom::output); ++i) {
        numbers.push_back(
            naive_random(op.options(), at, static_cast<std::uint32_t>(i)));
    }
    write(SimRandom::output, std::move(numbers));
}

std::vector<NaiveWrite> naive_execute(const Model& model, const Operator& op,
                                      const NaiveMemory& memory,
                                      NaiveProcesses& processes, Index step,
                                      bool training) {
    const auto* process = dynamic_cast<const SimProcess*>(&op);
    const bool other = training && process != nullptr && process->trained_as != nullptr;
    const Operator& executed = other ? *process->trained_as : op;
    return Execution(model, executed, memory, processes, step, training).run();
}

}  // namespace nengine::reference
