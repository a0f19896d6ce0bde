#pragma once

#include <array>

#include "kernels/base/args.hpp"
#include "kernels/base/exec.hpp"
#include "kernels/base/view.hpp"
#include "kernels/pointwise/program.hpp"

namespace nengine::kernels {

/// outputs[k] = or += program(inputs), element by element, for each step and item.
///
/// All have the extents of the first output; what is broadcast has stride 0 there. An
/// output has no stride 0 over an extent above 1, and overlaps no input and no other
/// output.
template <class Ref>
struct PointwiseArgs {
    std::array<typename Ref::ReadView, PointwiseProgram::max_inputs> inputs{};
    std::array<typename Ref::WriteView, PointwiseProgram::max_outputs> outputs{};
    std::array<bool, PointwiseProgram::max_outputs> accumulate{};
    PointwiseProgram program{};

    constexpr auto fields() const {
        return std::tuple{
            reads(&PointwiseArgs::inputs), updates(&PointwiseArgs::outputs),
            constant(&PointwiseArgs::accumulate), constant(&PointwiseArgs::program)};
    }
    template <class Exec>
    void run(const Exec& exec) const {
        pointwise(exec, *this);
    }
};
template <class Exec, class Real>
void pointwise(const Exec& exec, const PointwiseArgs<Bound<Real>>& args);

}  // namespace nengine::kernels
