#include <cmath>

#include "engine/ir/host_call.hpp"
#include "engine/operators/copy.hpp"
#include "engine/operators/dot_inc.hpp"
#include "engine/operators/elementwise_inc.hpp"
#include "engine/operators/random_spikes.hpp"
#include "engine/operators/reset.hpp"
#include "engine/operators/sim_filter.hpp"
#include "engine/operators/sim_neurons.hpp"
#include "engine/operators/sim_process.hpp"
#include "engine/operators/sparse_dot_inc.hpp"
#include "tests/support/random_generator.hpp"

namespace nengine::test {

using namespace engine;
namespace {

/// Coefficients of a stable filter: A row by row, B, C, D.
std::vector<double> filter_numbers(FilterForm form, Index order, Draw& draw) {
    const auto k = static_cast<std::size_t>(order);
    switch (form) {
        case FilterForm::gain:
            return {draw.uniform(0.5, 1)};
        case FilterForm::first_order: {
            // Zero is Lowpass(0): a delay of one step.
            const double a = draw.chance(0.2) ? 0 : draw.uniform(0.5, 0.98);
            return {a, 1 - a};
        }
        default:
            break;
    }
    std::vector<double> numbers(k * k, 0.0);
    for (std::size_t i = 0; i < k; ++i) {
        for (std::size_t j = 0; j < k; ++j) {
            numbers[i * k + j] = i == j
                                     ? draw.uniform(0.3, 0.8)
                                     : draw.uniform(-0.2, 0.2) / static_cast<double>(k);
        }
    }
    const auto rest = draw.numbers(2 * order, 0.2, 0.7);
    numbers.insert(numbers.end(), rest.begin(), rest.end());
    if (form == FilterForm::output_first) {
        numbers.push_back(draw.uniform(0, 1));
    }
    return numbers;
}

}  // namespace

/// y (+)= W x with elements of about `target`.
void Generator::product(const Source& x, SignalId y, Index rows, double target,
                        bool inc, const std::string& name) {
    const double bound =
        1.7 * target / (x.scale * std::sqrt(static_cast<double>(x.size)));
    SignalId weights;
    if (draw_.chance(0.25)) {  // stored the other way round
        const SignalId kernel =
            parameter(name + ".kernel", {x.size, rows}, -bound, bound);
        weights =
            model_->add_view(kernel, name + ".kernel'", {rows, x.size}, 0, {1, rows});
    } else {
        weights = parameter(name + ".weights", {rows, x.size}, -bound, bound);
    }
    add(DotInc(weights, x.signal, y, inc), name);
}

SimNeurons Generator::neurons(NeuronType type, SignalId current, SignalId output,
                              Index n, const std::string& name) {
    const NeuronInfo& info = neuron_info(type);
    std::vector<SignalId> states, params;
    for (int s = 0; s < info.n_states; ++s) {
        const std::string state(info.states[static_cast<std::size_t>(s)].name);
        const bool voltage = state == "voltage";
        states.push_back(
            signal(name + '.' + state, {n},
                   voltage ? draw_.numbers(n, 0, 1) : std::vector<double>{}));
        seen_.push_back(states.back());
    }
    for (int p = 0; p < info.n_params; ++p) {
        const std::string param(info.params[static_cast<std::size_t>(p)]);
        double low = 0.5, high = 1.5;  // amplitude
        if (param == "tau_rc") {
            low = 0.01, high = 0.04;
        } else if (param == "tau_ref") {
            low = 0.001, high = 0.004;
        } else if (param == "min_voltage") {
            low = -0.5, high = 0;
        } else if (param == "sigma") {
            low = 0.05, high = 0.3;
        } else if (param == "tau_n") {
            low = 0.02, high = 0.1;
        } else if (param == "inc_n" || param == "tau_recovery") {
            low = 0.01, high = 0.03;
        } else if (param == "coupling" || param == "negative_slope") {
            low = 0.1, high = 0.3;
        } else if (param == "reset_voltage") {
            low = -70, high = -60;
        } else if (param == "reset_recovery") {
            low = 2, high = 8;
        }
        params.push_back(per_element(name + '.' + param, n, low, high));
    }
    SimNeurons op(type, current, output, states, params);
    op.max_ratio = 0.1;
    if (type == neuron_type("LIF") && (options_.gentle_neurons || draw_.chance(0.3))) {
        op.smoothing = 0.1;
    }
    return op;
}

void Generator::population() {
    const std::string_view type_name =
        options_.gentle_neurons
            ? draw_.one_of<std::string_view>({"LIF", "SoftLIFRate", "Sigmoid", "Tanh"})
            : draw_.one_of<std::string_view>(
                  {"LIF", "LIF", "LIFRate", "SoftLIFRate", "RectifiedLinear",
                   "SpikingRectifiedLinear", "Sigmoid", "Tanh", "AdaptiveLIF",
                   "AdaptiveLIFRate", "LeakyReLU", "SpikingLeakyReLU", "RegularSpiking",
                   "Izhikevich"});
    const NeuronType type = neuron_type(type_name);
    const bool linear = type_name.ends_with("Linear") ||
                        type_name.ends_with("LeakyReLU") ||
                        type_name == "RegularSpiking";
    const double unit = linear                      ? 100
                        : type_name == "Izhikevich" ? 5
                                                    : 1,
                 target = 2 * unit;
    const Index n = draw_.one_of<Index>({1, 3, 5, 7, 17, 33});
    const std::string name = fresh("ensemble");
    const SignalId current = signal(name + ".in", {n});
    const SignalId output = signal(name + ".out", {n});
    if (draw_.chance(0.8)) {
        add(Copy(parameter(name + ".bias", {n}, 0, 2 * unit), current, false),
            name + ".bias");
    } else {
        add(Reset(current, draw_.one_of<double>({0, 1.5 * unit, 1e-7, 2e-7})), name);
    }
    const Source& x = any_source();
    if (draw_.chance(0.35)) {  // neuron by neuron, through gains
        const SignalId direct = signal(name + ".direct", {n});
        product(x, direct, n, 1, false, name + ".direct");
        const SignalId gain =
            draw_.chance(0.3) ? parameter(name + ".gain", {}, 0.5 * target, target)
                              : parameter(name + ".gain", {n}, 0.5 * target, target);
        add(ElementwiseInc(gain, direct, current), name + ".gain");
        seen_.push_back(direct);
    } else {
        product(x, current, n, target, true, name + ".encoders");
    }
    if (draw_.chance(0.3)) {
        product(any_source(), current, n, target, true, name + ".more");
    }
    add(neurons(type, current, output, n, name), name);
    seen_.push_back(current);
    offer(output, n, 200);
}

/// Spikes of rates by chance.
void Generator::random_spikes() {
    const Index n = draw_.one_of<Index>({1, 4, 19});
    const std::string name = fresh("spikes");
    const SignalId rates = signal(name + ".rates", {n}), output = signal(name, {n});
    product(any_source(), rates, n, 400, false, name + ".rates");
    const SignalId amplitude = per_element(name + ".amplitude", n, 0.5, 1.5);
    if (draw_.chance(0.5)) {
        add(PoissonSpikes(rates, output, amplitude), name);
    } else {
        stochastic_spikes(rates, output, amplitude, n, name);
    }
    seen_.push_back(rates);
    offer(output, n, 400);
}

/// The numbers, which look random, are a process.
void Generator::stochastic_spikes(SignalId rates, SignalId output, SignalId amplitude,
                                  Index n, const std::string& name) {
    const SignalId uniform = signal(name + ".uniform", {n});
    add(SimProcess(
            [](Index item) -> ProcessStep {
                return [phase = 0.3 * static_cast<double>(item)](
                           double, std::span<const double>,
                           std::span<double> out) mutable {
                    for (double& number : out) {
                        phase += 0.7548776662466927;
                        number = phase - std::floor(phase);
                    }
                };
            },
            uniform, no_signal, {}),
        name + ".uniform");
    add(StochasticSpikes(rates, output, uniform, amplitude), name);
}

void Generator::decoder() {
    const Source& x = any_source();
    const Index rows = draw_.one_of<Index>({1, 2, 3, 5, 9});
    const std::string name = fresh("decoded");
    const SignalId y = signal(name, {rows});
    const bool reset = draw_.chance(0.5);
    if (reset) {
        add(Reset(y, draw_.chance(0.3) ? 0.25 : 0.0), name);
    }
    product(x, y, rows, 1, reset, name);
    if (draw_.chance(0.3)) {
        product(any_source(), y, rows, 1, true, name + ".too");
    }
    offer(y, rows, 1);
}

void Generator::filter() {
    using enum FilterForm;
    const Source x = any_source();
    const auto form = draw_.one_of<FilterForm>(
        {gain, first_order, first_order, state_first, output_first});
    const Index order = form == gain          ? 0
                        : form == first_order ? 1
                                              : draw_.between(1, 3);
    const std::string name = fresh("filter");
    const SignalId y = signal(name + ".out", {x.size});
    const auto numbers = filter_numbers(form, order, draw_);
    const SignalId coefficients =
        signal(name + ".coefficients", {static_cast<Index>(numbers.size())}, numbers);
    const SignalId state =
        order > 0 ? signal(name + ".state", {order, x.size}) : no_signal;
    const bool update = draw_.chance(0.7);
    add(SimFilter(form, order, x.signal, y, coefficients, state,
                  update ? Role::update : Role::set),
        name);
    offer(y, x.size, x.scale);
    if (update) {
        filtered_.push_back(sources_.back());
    }
    if (order > 0 && draw_.chance(0.3)) {
        seen_.push_back(state);
    }
}

void Generator::scale_unit() {
    const Source x = any_source();
    const std::string name = fresh("scaled");
    const SignalId y = signal(name, {x.size});
    const SignalId factor = draw_.chance(0.5)
                                ? parameter(name + ".factor", {}, -1, 1)
                                : parameter(name + ".factor", {x.size}, -1, 1);
    const bool reset = draw_.chance(0.5);
    if (reset) {
        add(Reset(y), name);
    }
    add(ElementwiseInc(factor, x.signal, y, reset), name);
    offer(y, x.size, 0.5 * x.scale);
}

/// The product of two signals, one of them repeated if it is a scalar.
void Generator::multiply() {
    const Source x = any_source();
    std::vector<Source> partners;
    for (const Source& source : sources_) {
        if ((source.size == x.size || source.size == 1) && source.signal != x.signal) {
            partners.push_back(source);
        }
    }
    if (partners.empty()) {
        return;
    }
    const Source& a = draw_.one_of(partners);
    const SignalId y = signal(fresh("product"), {x.size});
    add(ElementwiseInc(a.signal, x.signal, y, false), "product");
    offer(y, x.size, a.scale * x.scale);
}

/// y[a:b:s] += x[c:d:r], steps of either sign.
void Generator::slices() {
    const Source x = any_source();
    const Index size = draw_.one_of<Index>({3, 5, 8});
    const SignalId y = signal(fresh("joined"), {size});
    add(Reset(y), "joined");
    const auto slice = [&](SignalId of, Index n, Index count) {
        const Index most = count > 1 ? (n - 1) / (count - 1) : 1;
        const Index step = draw_.between(1, std::max<Index>(most, 1));
        const Index span = (count - 1) * step;
        const Index first = draw_.between(0, n - 1 - span);
        return draw_.chance(0.5) ? model_->add_slice(of, first, count, step)
                                 : model_->add_slice(of, first + span, count, -step);
    };
    const Index parts = draw_.between(1, 2);
    for (Index part = 0; part < parts; ++part) {
        const Index count = draw_.between(1, std::min(x.size, size));
        const SignalId from = slice(x.signal, x.size, count);
        const SignalId to = slice(y, size, count);
        if (draw_.chance(0.3)) {
            add(ElementwiseInc(constant(fresh("half"), {}, 0.2, 1), from, to),
                "joined");
        } else {
            add(Copy(from, to, true), "joined");
        }
    }
    offer(y, size, x.scale);
    const Index count = draw_.between(1, size);
    offer(slice(y, size, count), count, x.scale);
}

void Generator::index_lists() {
    const Source x = any_source();
    const Index size = draw_.between(1, 7), count = draw_.between(1, 9);
    const SignalId y = signal(fresh("gathered"), {size});
    std::vector<Index> from, to;
    if (draw_.chance(0.4)) {  // sets every element, from any
        for (Index i = 0; i < size; ++i) {
            from.push_back(draw_.between(0, x.size - 1));
        }
        if (draw_.chance(0.5)) {
            for (Index i = 0; i < size; ++i) {
                to.push_back(size - 1 - i);
            }
        }
        add(Copy(x.signal, y, false, from, to), "gathered");
    } else {
        add(Reset(y, 0.125), "gathered");
        for (Index i = 0; i < count; ++i) {
            from.push_back(draw_.between(0, x.size - 1));
            to.push_back(draw_.between(0, size - 1));
        }
        add(Copy(x.signal, y, true, from, to), "gathered");
    }
    offer(y, size, 2 * x.scale);
}

/// A vector repeated as the rows of a matrix, scaled row by row or column by column.
void Generator::matrix_copy() {
    const Source x = any_source();
    if (x.size > 9) {
        return;
    }
    const Index rows = draw_.between(1, 4);
    const std::string name = fresh("matrix");
    const SignalId y = signal(name, {rows, x.size});
    if (draw_.chance(0.5)) {
        add(Copy(x.signal, y, false), name);
    } else {
        const SignalId factor = parameter(name + ".factor", {rows, 1}, -1, 1);
        add(ElementwiseInc(factor, x.signal, y, false), name);
    }
    if (draw_.chance(0.5)) {
        add(Copy(parameter(name + ".column", {rows, 1}, -1, 1), y, true), name);
    }
    const SignalId flat = model_->add_reshape(y, {rows * x.size});
    offer(flat, rows * x.size, x.scale);
}

void Generator::sparse_product() {
    const Source x = any_source();
    const Index rows = draw_.between(1, 6), count = draw_.between(1, 9);
    const std::string name = fresh("sparse");
    SparsePattern pattern{.n_rows = rows, .n_columns = x.size};
    for (Index i = 0; i < count; ++i) {
        pattern.rows.push_back(draw_.between(0, rows - 1));
        pattern.columns.push_back(draw_.between(0, x.size - 1));
    }
    const SignalId y = signal(name, {rows});
    const bool reset = draw_.chance(0.5);
    if (reset) {
        add(Reset(y, 0.25), name);
    }
    const double bound = 1 / x.scale;
    add(SparseDotInc(parameter(name + ".values", {count}, -bound, bound), x.signal, y,
                     std::move(pattern), reset),
        name);
    offer(y, rows, 1);
}

void Generator::loop_start() {
    const Index size = draw_.between(1, 5);
    const SignalId y = signal(fresh("loop"), {size});
    add(Reset(y), "loop");
    product(any_source(), y, size, 0.5, true, fresh("loop"));
    offer(y, size, 1);
    open_.push_back(sources_.back());
}

void Generator::close_loops() {
    for (const Source& end : open_) {
        if (!filtered_.empty()) {
            product(draw_.one_of(filtered_), end.signal, end.size, 0.5, true,
                    fresh("feedback"));
        }
    }
}

}  // namespace nengine::test
