#pragma once

#include <map>
#include <string>
#include <vector>

namespace nengine::detail {

/// What callbacks remember: numbers by name.
using Remembered = std::map<std::string, std::vector<double>>;

/// The number of that name.
/// @throws ValidationError  there is none: another callback remembered this
double remembered(const Remembered& state, const std::string& name);

}  // namespace nengine::detail
