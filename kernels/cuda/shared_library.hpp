#pragma once

#include <string>
#include <vector>

#include "kernels/base/device.hpp"
#include "kernels/cuda/check.hpp"

namespace nengine::kernels::cuda {

/// What to look for, and what is good enough.
struct LibrarySearch {
    std::string name;                ///< "cuBLAS"
    std::vector<std::string> files;  ///< best first: "libcublas.so.13", "libcublas.so"
    /// A function `int f(libraryPropertyType, int* value)` that tells the version.
    const char* version_function;
    int major;  ///< the only one whose functions are those of our headers
};

/// A library that stays open until the process ends: kernels of it may still be loaded.
/// It is looked for in the folders of the environment variable
/// NENGINE_CUDA_LIBRARY_PATH (separated by colons), then where the dynamic loader
/// looks, then in /usr/local/cuda. A file of another major version is passed over.
class SharedLibrary {
public:
    /// @throws DeviceError  nothing fits: says for each file why not
    explicit SharedLibrary(LibrarySearch search);

    /// The file that was opened, in full, and its version.
    const LibraryInfo& info() const { return info_; }

    /// @throws DeviceError  the library has no such function
    template <class Function>
    void find(const char* function, Function& address) const {
        address = reinterpret_cast<Function>(symbol(function));
    }

private:
    /// Empty, or why the file at `path` does not serve.
    std::string try_open(const std::string& path, const LibrarySearch& search);
    void* symbol(const char* function) const;

    LibraryInfo info_;
    void* handle_ = nullptr;
};

}  // namespace nengine::kernels::cuda
