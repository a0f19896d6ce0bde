#pragma once

#include <string>

#include "tests/fuzz/random.hpp"

namespace nengine::fuzz {

/// An npy file that is right: any dtype, format version, order and small shape.
std::string random_npy(Random& random);

/// The file with another header or other data, where the header's length stays right;
/// now and then a new one.
std::string mutated_npy(const std::string& file, Random& random);

}  // namespace nengine::fuzz
