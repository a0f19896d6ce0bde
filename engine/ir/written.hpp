#pragma once

#include <map>
#include <vector>

#include "engine/ir/plan.hpp"

namespace nengine::engine {

/// For each element of a buffer's rows, 1 if it is written.
using WrittenElements = std::map<BufferId, std::vector<char>>;

/// What the commands of a pass write of the plan's work buffers, and, of the backward
/// pass, where losses put their gradients. The rest of a buffer holds what its memory
/// held before.
WrittenElements written_elements(const Plan& plan, bool backward);

}  // namespace nengine::engine
