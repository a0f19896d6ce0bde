#pragma once

#include <nlohmann/json.hpp>

#include "api/builder/nengo_order/step_order.hpp"

namespace nengine::test {

/// What decides the order of operators of a network in the golden data, read from its
/// manifest: constructs that the front-end lacks can be tested too. The ids are the
/// addresses of the manifest's objects.
outline::Network outline_of(const nlohmann::json& manifest);

}  // namespace nengine::test
