#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "engine/ir/plan.hpp"
#include "engine/planner/graph/graph.hpp"
#include "kernels/base/error.hpp"

namespace nengine::engine {

/// Views aligned to one shape, with stride 0 where they repeat, and dimensions merged
/// that lie evenly for all: at most two are left.
class AlignedDims {
public:
    AlignedDims(const std::vector<ElementView>& views, const std::string& what) {
        const ElementView& out = views.back();
        for (int d = out.dims - 1; d >= 0; --d) {
            const Index extent = out.shape[static_cast<std::size_t>(d)];
            if (extent != 1) {
                add_dim(views, out.dims - d, extent, what);
            }
        }
        if (extent_.size() > 2) {
            throw BuildError(what + ": got operands with " +
                             std::to_string(extent_.size()) +
                             " unmergeable dimensions, needs at most 2");
        }
    }

    void apply(Operand& operand, std::size_t view) const {
        operand.cols = extent_.empty() ? 1 : extent_[0];
        operand.col_stride = extent_.empty() ? 1 : strides_[0][view];
        operand.rows = extent_.size() > 1 ? extent_[1] : 1;
        operand.row_stride = extent_.size() > 1 ? strides_[1][view] : 0;
    }

private:
    void add_dim(const std::vector<ElementView>& views, int from_right, Index extent,
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
        const bool merges = !extent_.empty() && [&] {
            for (std::size_t v = 0; v < views.size(); ++v) {
                if (strides[v] != strides_.back()[v] * extent_.back()) {
                    return false;
                }
            }
            return true;
        }();
        if (merges) {
            extent_.back() *= extent;
        } else {
            extent_.push_back(extent);
            strides_.push_back(std::move(strides));
        }
    }

    std::vector<Index> extent_;                // innermost first
    std::vector<std::vector<Index>> strides_;  // per extent, per view
};

}  // namespace nengine::engine
