#pragma once

#include <map>
#include <string>
#include <vector>

namespace nengine::engine {

/// What training goes on from, by name: numbers that a double holds exactly.
using Checkpoint = std::map<std::string, std::vector<double>>;

/// The numbers of that name, of which there have to be `size`.
/// @throws ValidationError  there are none, or another number of them
const std::vector<double>& entry_of(const Checkpoint& checkpoint,
                                    const std::string& name, std::size_t size);
/// One number.
double number_of(const Checkpoint& checkpoint, const std::string& name);

}  // namespace nengine::engine
