#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "engine/ir/plan.hpp"
#include "engine/planner/graph/graph.hpp"
#include "kernels/base/error.hpp"

namespace nengine::engine {

/// Views aligned to the shape of the last one, with stride 0 where they repeat: an axis
/// for each of its dimensions that is more than 1, whatever else is aligned with it.
/// The last dimensions may be each view's own.
class AlignedDims {
public:
    AlignedDims(const std::vector<ElementView>& views, const std::string& what,
                int own = 0)
        : views_(views), own_(own) {
        const ElementView& out = views.back();
        for (int d = out.dims - own - 1; d >= 0; --d) {
            const Index extent = out.shape[static_cast<std::size_t>(d)];
            if (extent != 1) {
                extent_.push_back(extent);
                strides_.push_back(strides(views, out.dims - d, extent, what));
            }
        }
    }

    void apply(Operand& operand, std::size_t view) const {
        std::array<Axis, kernels::max_item_axes> axes{};
        axes.back().stride = 1;
        std::size_t at = axes.size();
        for (int d = 0; d < own_; ++d) {
            const ElementView& of = views_[view];
            const auto i = static_cast<std::size_t>(of.dims - 1 - d);
            axes[--at] = {of.shape[i], of.strides[i]};
        }
        for (std::size_t d = 0; d < extent_.size(); ++d) {
            axes[--at] = {extent_[d], strides_[d][view]};
        }
        operand.set_item_axes(axes);
    }

private:
    static std::vector<Index> strides(const std::vector<ElementView>& views,
                                      int from_right, Index extent,
                                      const std::string& what) {
        std::vector<Index> strides;
        for (const ElementView& view : views) {
            const int d = view.dims - from_right;
            const auto i = static_cast<std::size_t>(std::max(d, 0));
            const bool repeats = d < 0 || view.shape[i] == 1;
            if (!repeats && view.shape[i] != extent) {
                throw BuildError(what + ": got shapes " + to_string(view.shape_list()) +
                                 " and " + to_string(views.back().shape_list()) +
                                 ", needs one that broadcasts to the other");
            }
            strides.push_back(repeats ? 0 : view.strides[i]);
        }
        return strides;
    }

    const std::vector<ElementView>& views_;
    int own_;
    std::vector<Index> extent_;                // innermost first
    std::vector<std::vector<Index>> strides_;  // per extent, per view
};

}  // namespace nengine::engine
