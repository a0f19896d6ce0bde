#include "kernels/cuda/shared_library.hpp"

#include <dlfcn.h>
#include <library_types.h>

#include <algorithm>
#include <cstdlib>

#include "kernels/base/error.hpp"

namespace nengine::kernels::cuda {
namespace {

/// Paths for dlopen: each name in each folder of the user's list, as it is (the loader
/// searches), and in the toolkit's usual place.
std::vector<std::string> candidates(const std::vector<std::string>& names) {
    std::vector<std::string> folders;
    if (const char* list = std::getenv("NENGINE_CUDA_LIBRARY_PATH")) {
        const std::string text = list;
        for (std::size_t first = 0; first <= text.size();) {
            const std::size_t last = std::min(text.find(':', first), text.size());
            if (last > first) {
                folders.push_back(text.substr(first, last - first) + '/');
            }
            first = last + 1;
        }
    }
    folders.emplace_back();
    folders.emplace_back("/usr/local/cuda/lib64/");
    std::vector<std::string> paths;
    for (const auto& folder : folders) {
        for (const auto& name : names) {
            paths.push_back(folder + name);
        }
    }
    return paths;
}

/// The file that holds `address`, with the folder where the loader found it.
std::string file_of(const void* address) {
    Dl_info found{};
    return dladdr(address, &found) != 0 ? found.dli_fname : "an unknown file";
}

/// Major, minor and patch level; empty if the library does not tell.
std::vector<int> version_of(void* function) {
    const auto property =
        reinterpret_cast<int (*)(libraryPropertyType, int*)>(function);
    std::vector<int> version;
    for (const auto part : {MAJOR_VERSION, MINOR_VERSION, PATCH_LEVEL}) {
        int value = 0;
        if (property(part, &value) != 0) {
            return {};
        }
        version.push_back(value);
    }
    return version;
}

std::string dotted(const std::vector<int>& version) {
    std::string text;
    for (const int part : version) {
        text += (text.empty() ? "" : ".") + std::to_string(part);
    }
    return text;
}

}  // namespace

SharedLibrary::SharedLibrary(LibrarySearch search) {
    std::string reasons;
    for (const auto& path : candidates(search.files)) {
        const std::string reason = try_open(path, search);
        if (handle_ != nullptr) {
            return;
        }
        reasons += "\n  " + reason;
    }
    throw DeviceError("Device::cuda: got no " + search.name + ", needs " +
                      search.files.front() +
                      " on the loader's path or in a folder listed in "
                      "NENGINE_CUDA_LIBRARY_PATH:" +
                      reasons);
}

std::string SharedLibrary::try_open(const std::string& path,
                                    const LibrarySearch& search) {
    void* const handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) {
        const char* reason = dlerror();
        return reason != nullptr ? reason : path;
    }
    void* const function = dlsym(handle, search.version_function);
    if (function == nullptr) {
        dlclose(handle);
        return path + ": got no " + search.version_function + ", needs " + search.name +
               ' ' + std::to_string(search.major);
    }
    const std::string file = file_of(function);
    const std::vector<int> version = version_of(function);
    if (version.empty() || version.front() != search.major) {
        dlclose(handle);
        return file + ": got " + search.name + ' ' +
               (version.empty() ? "of no version" : dotted(version)) + ", needs " +
               std::to_string(search.major);
    }
    info_ = {search.name, dotted(version), file};
    handle_ = handle;
    return {};
}

void* SharedLibrary::symbol(const char* function) const {
    void* const address = dlsym(handle_, function);
    if (address == nullptr) {
        throw DeviceError("Device::cuda: got " + info_.name + ' ' + info_.version +
                          " without " + function + " (" + info_.file +
                          "), needs a newer one");
    }
    return address;
}

}  // namespace nengine::kernels::cuda
