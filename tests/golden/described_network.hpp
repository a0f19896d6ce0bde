#pragma once

#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "nengine/nengine.hpp"

// Networks made from descriptions, which tests/nengo/README.md defines.

namespace nengine::test {

/// The network, without what Nengo rejected.
/// @throws Error  something that Nengo accepted is rejected
Network network_of(const nlohmann::json& description);

/// Fails the test unless what Nengo rejected is rejected for the same reason, at the
/// latest when a simulator is made.
void expect_rejections(const nlohmann::json& description);

/// Whether an error is nengine's namesake of an exception of Nengo's. Where Nengo lets
/// an exception of Python's or numpy's through, any error will do.
bool is_namesake(const Error& error, const std::string& exception);

/// What a description consists of, "LIF", "LIF.tau_rc" and so on, but for what Nengo
/// rejected.
std::set<std::string> constructs_of(const nlohmann::json& description);
/// Everything that a description may consist of.
std::set<std::string> known_constructs();

}  // namespace nengine::test
