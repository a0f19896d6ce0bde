#pragma once

#include <cstddef>
#include <string_view>

namespace cuda_emulator {

// What the emulated device is asked to be, by environment variables that are read at
// each use.

/// Whether `what` is in NENGINE_EMULATOR_REFUSES, a list with commas:
///
/// - `pools`: stream-ordered memory pools
/// - `captures`: the end of a capture fails
bool refuses(std::string_view what);

/// Whether NENGINE_EMULATOR_CLOCK is `work`: each piece of a stream's work, events too,
/// takes a millisecond by its events, whatever the host's clock says.
bool counts_work();

/// The memory of the device: NENGINE_EMULATOR_MEMORY in MiB, 8 GiB by default.
std::size_t total_memory();

}  // namespace cuda_emulator
