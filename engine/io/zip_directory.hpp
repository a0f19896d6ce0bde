#pragma once

#include <zip.h>

#include <string>

namespace nengine::engine {

/// Compares the number of members that an archive's end claims with the size of its
/// directory: libzip allocates memory for as many before it looks for the first.
/// @param size  of the archive, in bytes
/// @throws FileError  beginning with `where`: it cannot be read, or claims more members
///                    than its directory can hold
void check_zip_directory(zip_source_t* source, zip_uint64_t size,
                         const std::string& where);

}  // namespace nengine::engine
