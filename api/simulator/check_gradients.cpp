#include <algorithm>
#include <cmath>

#include "api/numerics/random_state.hpp"
#include "api/numerics/text.hpp"
#include "api/simulator/simulator_impl.hpp"

namespace nengine {

namespace {

/// Numbers in float64 that a feed or a target refers to.
struct OwnTensor {
    std::vector<double> values;
    engine::HostTensor tensor;

    OwnTensor(std::vector<double> numbers, Index batch, Index steps, Index size)
        : values(std::move(numbers)),
          tensor{.data = values.data(),
                 .dtype = DType::float64,
                 .batch = batch,
                 .steps = steps,
                 .size = size} {}
    OwnTensor(OwnTensor&&) = default;  // the numbers stay where they are
};

/// The first items of a call's data.
OwnTensor first_items(const engine::HostTensor& given, Index items) {
    const Index batch = std::min(given.batch, items);
    std::vector<double> values(
        static_cast<std::size_t>(batch * given.steps * given.size));
    with_number(given.dtype, [&]<class Stored>(Stored) {
        const auto* from = static_cast<const Stored*>(given.data);
        std::ranges::transform(values, values.begin(), [&](double) {
            return given.scale * static_cast<double>(*from++);
        });
    });
    return {std::move(values), batch, given.steps, given.size};
}

OwnTensor random_tensor(RandomState& random, Index batch, Index steps, Index size) {
    std::vector<double> values(static_cast<std::size_t>(batch * steps * size));
    std::ranges::generate(values, [&] { return random.normal(0.0, 1.0); });
    return {std::move(values), batch, steps, size};
}

}  // namespace

/// The same network in float64, and the loss that is differentiated: that of all
/// probes, compared with random numbers.
class Simulator::Impl::GradientChecker {
public:
    GradientChecker(const Impl& impl, const CallData& data,
                    const GradientCheckOptions& options)
        : options_(options), n_steps_(data.n_steps), random_(impl.seed) {
        engine::Model model = impl.model().copy();
        model.looks.clear();  // they would be called for every difference
        engine::ReplicaOptions settings = impl.simulation->options();
        settings.dtype = DType::float64;
        simulation_.emplace(std::make_shared<engine::Model>(std::move(model)),
                            impl.simulation->device(), settings);
        std::map<std::string, std::vector<double>> present;
        for (const engine::ParameterInfo& info : impl.simulation->parameters()) {
            present[info.name] = impl.simulation->parameter(info.name);
        }
        simulation_->set_parameters(present);
        add_feeds(impl, data);
        add_targets(impl);
    }

    GradientCheck run() {
        const engine::Gradients analytic =
            simulation_->gradients(n_steps_, feeds(), targets(), objective_, true);
        for (const auto& [name, gradient] : analytic.parameters) {
            check_parameter(name, gradient);
        }
        for (const auto& [input, own] : feeds_) {
            const auto found = analytic.inputs.find(input);
            check_input(input, found != analytic.inputs.end()
                                   ? found->second
                                   : std::vector<double>(own.values.size()));
        }
        return result_;
    }

private:
    void add_feeds(const Impl& impl, const CallData& data) {
        const Index items = std::min(data.items, impl.minibatch());
        for (const auto& [input, tensor] : data.feeds) {
            feeds_.emplace(input, first_items(tensor, items));
        }
        if (feeds_.empty()) {
            for (std::size_t i = 0; i < impl.model().inputs.size(); ++i) {
                const auto& signal = impl.model().signal(impl.model().inputs[i].signal);
                const Index size = signal.size();
                feeds_.emplace(static_cast<int>(i),
                               OwnTensor(std::vector<double>(static_cast<std::size_t>(
                                             items * n_steps_ * size)),
                                         items, n_steps_, size));
            }
        }
        for (const auto& [input, own] : feeds_) {
            names_[input] =
                "node '" + impl.input_names[static_cast<std::size_t>(input)] + "'";
        }
    }

    void add_targets(const Impl& impl) {
        const Index items = std::max<Index>(
            1, feeds_.empty() ? impl.minibatch() : feeds_.begin()->second.tensor.batch);
        for (const int probe : impl.all_probes()) {
            if (const Index samples = impl.samples(probe, 0, n_steps_); samples > 0) {
                wanted_.emplace(probe, random_tensor(random_, items, samples,
                                                     impl.probe_size(probe)));
                objective_.losses.push_back({.probe = probe});
            }
        }
    }

    static auto tensors_of(const std::map<int, OwnTensor>& all) {
        std::map<int, engine::HostTensor> result;
        for (const auto& [place, own] : all) {
            result[place] = own.tensor;
        }
        return result;
    }
    engine::Feeds feeds() const { return tensors_of(feeds_); }
    engine::Targets targets() const { return tensors_of(wanted_); }

    double loss() {
        return simulation_
            ->evaluate(n_steps_, feeds(), targets(), objective_, {},
                       engine::Phase::training)
            .loss;
    }

    /// Places of the numbers that are compared.
    std::vector<std::int64_t> some_of(const std::vector<double>& values) {
        const auto size = static_cast<std::int64_t>(values.size());
        return random_.choice_unique(size, std::min(size, options_.elements));
    }

    /// `set(x)` makes the number x; it is `value` again afterwards.
    template <class Set>
    double difference(double value, const Set& set) {
        const double step = 1e-5 * std::max(1.0, std::abs(value));
        set(value + step);
        const double above = loss();
        set(value - step);
        const double below = loss();
        set(value);
        return (above - below) / (2.0 * step);
    }

    void check_parameter(const std::string& name, const std::vector<double>& gradient) {
        std::vector<double> values = simulation_->parameter(name);
        for (const std::int64_t place : some_of(values)) {
            const auto i = static_cast<std::size_t>(place);
            compare("parameter '" + name + "'", i, gradient[i],
                    difference(values[i], [&](double x) {
                        values[i] = x;
                        simulation_->set_parameter(name, values);
                    }));
        }
    }

    void check_input(int input, const std::vector<double>& gradient) {
        std::vector<double>& values = feeds_.at(input).values;
        for (const std::int64_t place : some_of(values)) {
            const auto i = static_cast<std::size_t>(place);
            compare(names_.at(input), i, gradient[i],
                    difference(values[i], [&](double x) { values[i] = x; }));
        }
    }

    void compare(const std::string& where, std::size_t i, double analytic,
                 double numeric) {
        const double apart = std::abs(analytic - numeric);
        if (!(apart < options_.atol + options_.rtol * std::abs(numeric))) {
            throw SimulationError(
                "check_gradients: " + where + ", number " + std::to_string(i) +
                " (counted from 0): got a gradient of " + number_text(analytic) +
                " and a difference of " + number_text(numeric) +
                ", needs them to agree within atol " + number_text(options_.atol) +
                " and rtol " + number_text(options_.rtol));
        }
        ++result_.n_compared;
        if (apart >= result_.largest_difference) {
            result_.largest_difference = apart;
            result_.where = where;
        }
    }

    GradientCheckOptions options_;
    Index n_steps_;
    RandomState random_;
    std::optional<engine::Simulation> simulation_;
    std::map<int, OwnTensor> feeds_, wanted_;
    std::map<int, std::string> names_;  ///< of the nodes
    engine::Objective objective_;
    GradientCheck result_;
};

GradientCheck Simulator::check_gradients(const Data& x,
                                         GradientCheckOptions options) const try {
    const Impl& impl = open("check_gradients");
    impl.simulation->need_idle("check_gradients");
    detail::need_size(options.elements, 1, "check_gradients: elements");
    if (x.empty() && !options.n_steps) {
        options.n_steps = 2;
    }
    const CallData data =
        impl.call_data(x, nullptr, options.n_steps, "check_gradients");
    return Impl::GradientChecker(impl, data, options).run();
} catch (const std::bad_alloc&) {
    refuse_call("check_gradients");
}

}  // namespace nengine
