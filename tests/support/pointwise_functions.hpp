#pragma once

#include "engine/program/pointwise_graph.hpp"

namespace nengine::test {

/// The graph of a function of so many numbers, by tracing it.
template <class F>
engine::PointwiseGraph function_of_1(const F& f) {
    engine::PointwiseGraph graph;
    graph.add_output(f(graph.input(0)));
    return graph;
}
template <class F>
engine::PointwiseGraph function_of_2(const F& f) {
    engine::PointwiseGraph graph;
    const auto a = graph.input(0), b = graph.input(1);
    graph.add_output(f(a, b));
    return graph;
}
template <class F>
engine::PointwiseGraph function_of_3(const F& f) {
    engine::PointwiseGraph graph;
    const auto a = graph.input(0), b = graph.input(1), c = graph.input(2);
    graph.add_output(f(a, b, c));
    return graph;
}

}  // namespace nengine::test
