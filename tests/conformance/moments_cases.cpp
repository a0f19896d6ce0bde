#include "engine/operators/copy.hpp"
#include "engine/operators/moments.hpp"
#include "engine/operators/moving_average.hpp"
#include "engine/operators/pointwise.hpp"
#include "engine/operators/reset.hpp"
#include "tests/conformance/operator_cases.hpp"

namespace nengine::test {

using namespace engine;
namespace {

enum Probed { both, mean_alone, variance_alone };

struct MomentSignals {
    SignalId mean, variance;
};

MomentSignals add_moments(ModelMaker& m, const std::string& name, SignalId from,
                          const Shape& to) {
    const MomentSignals made{m.signal(name + ".mean", to),
                             m.signal(name + ".variance", to)};
    m.add(Moments(from, made.mean, made.variance), name);
    return made;
}

/// y = (x - mean) / sqrt(variance + 0.1)
SignalId normalised(ModelMaker& m, const std::string& name, SignalId x,
                    const MomentSignals& of) {
    const SignalId y = m.signal(name, m.model->signal(x).shape);
    m.add(Pointwise({x, of.mean, of.variance}, y, false,
                    pointwise_graph<3>([](auto u, auto mean, auto variance) {
                        return (u - mean) / sqrt(variance + 0.1);
                    })),
          name);
    return y;
}

/// Over items and each of several axes, of what varies, is held, does not differ by
/// item, and is a parameter.
void moments(ModelMaker& m, Probed probed) {
    const SignalId tensor = m.model->add_reshape(m.input("x", 24), {2, 3, 4});
    const SignalId still = m.model->add_reshape(m.input("still", 6, true), {2, 3});
    const SignalId w = m.parameter("w", {2, 3, 4});
    const SignalId mixed = m.signal("mixed", {2, 3, 4});
    m.add(Copy(tensor, mixed, false), "mixed");
    m.add(Copy(w, mixed, true), "mixed");
    const auto add = [&](const std::string& name, SignalId from, const Shape& to) {
        const MomentSignals made = add_moments(m, name, from, to);
        if (probed != variance_alone) {
            m.probe(made.mean);
        }
        if (probed != mean_alone) {
            m.probe(made.variance);
        }
        return made;
    };
    add("items", mixed, {2, 3, 4});
    add("last", mixed, {2, 3, 1});
    add("middle", mixed, {2, 1, 4});
    add("all", mixed, {1, 1, 1});
    m.probe(normalised(m, "normalised", mixed, add("channels", mixed, {1, 1, 4})));
    m.probe(normalised(m, "held.y", still, add("held", still, {2, 1})));
    add("of_parameter", w, {2, 1, 4});
    add("of_constant", m.constant("numbers", {3, 2}), {1, 2});
    add("turned", m.model->add_view(mixed, "turned", {4, 3, 2}, 3, {-1, 4, 12}),
        {4, 1, 1});
    add("filtered", m.model->add_reshape(m.lowpass("slow", mixed), {6, 4}), {1, 4});
    // What others add to a result is none of its gradient's business.
    const MomentSignals more = add("more", mixed, {1, 3, 1});
    m.add(Copy(m.parameter("b", {1, 3, 1}), more.mean, true), "and b");
    m.probe(normalised(m, "more.y", mixed, more));
}

void moments_in_a_loop(ModelMaker& m) {
    const SignalId x = m.input("x", 6), w = m.parameter("w", {3, 2});
    const SignalId h = m.signal("h", {3, 2}), y = m.signal("y", {3, 2});
    const SignalId slow = m.lowpass("slow", m.model->add_reshape(y, {6}), 0.5);
    m.add(Copy(m.model->add_reshape(slow, {3, 2}), h, false), "h");
    m.add(Copy(m.model->add_reshape(x, {3, 2}), y, false), "y");
    m.add(Copy(w, y, true), "w");
    const MomentSignals of = add_moments(m, "moments", h, {1, 2});
    m.add(Copy(normalised(m, "normalised", h, of), y, true), "back");
    m.probe(y);
    m.probe(of.variance);
}

/// A statistic is a constant to all that is not training.
void moving_average(ModelMaker& m) {
    const SignalId x = m.input("x", 4), w = m.parameter("w", {4});
    const SignalId y = m.signal("y", {4}), z = m.signal("z", {4});
    m.add(Reset(y), "y");
    m.add(Copy(w, y, true), "w");
    m.add(Copy(x, y, true), "x");
    const MomentSignals of = add_moments(m, "moments", y, {4});
    const SignalId slow = m.statistic("slow", {4});
    m.model->signal(slow).initial = std::vector<double>{1, -2, 3, 0.5};
    m.add(MovingAverage(of.mean, slow, 0.75), "slow");
    m.add(Pointwise({y, slow}, z, false,
                    pointwise_graph<2>([](auto u, auto v) { return u * v; })),
          "z");
    m.probe(z);
    m.probe(slow);
}

}  // namespace

std::vector<OperatorCase> moments_cases() {
    return {{"Moments", "Moments", [](ModelMaker& m) { moments(m, both); }},
            {"MomentsMean", "Moments", [](ModelMaker& m) { moments(m, mean_alone); }},
            {"MomentsVariance", "Moments",
             [](ModelMaker& m) { moments(m, variance_alone); }},
            {"MomentsInALoop", "Moments", moments_in_a_loop},
            {"MovingAverage", "MovingAverage", moving_average}};
}

}  // namespace nengine::test
