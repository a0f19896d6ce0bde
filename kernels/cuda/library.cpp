#include "kernels/cuda/library.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "kernels/base/error.hpp"

namespace nengine::cuda {
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

/// A library that stays open until the process ends: kernels of it may still be loaded.
class Library {
public:
    Library(std::string title, const std::vector<std::string>& names)
        : title_(std::move(title)) {
        std::string reasons;
        for (const auto& path : candidates(names)) {
            handle_ = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
            if (handle_ != nullptr) {
                return;
            }
            const char* reason = dlerror();
            reasons += std::string("\n  ") + (reason != nullptr ? reason : path);
        }
        throw DeviceError("Device::cuda: got no " + title_ + ", needs " +
                          names.front() +
                          " on the loader's path or in a folder listed in "
                          "NENGINE_CUDA_LIBRARY_PATH:" +
                          reasons);
    }

    template <class Function>
    void find(const char* name, Function& function) const {
        void* const address = dlsym(handle_, name);
        if (address == nullptr) {
            throw DeviceError("Device::cuda: this " + title_ + " has no " + name +
                              ", needs one of CUDA 13");
        }
        function = reinterpret_cast<Function>(address);
    }

private:
    std::string title_;
    void* handle_ = nullptr;
};

#define NENGINE_FIND(function) library.find(#function, calls.function);

Cublas open_cublas() {
    const Library library("cuBLAS", {"libcublas.so.13", "libcublas.so"});
    Cublas calls{};
    NENGINE_CUBLAS_FUNCTIONS(NENGINE_FIND)
    return calls;
}

Cudnn open_cudnn() {
    const Library library("cuDNN", {"libcudnn.so.9", "libcudnn.so"});
    Cudnn calls{};
    NENGINE_CUDNN_FUNCTIONS(NENGINE_FIND)
    return calls;
}

#undef NENGINE_FIND

}  // namespace

const Cublas& cublas() {
    static const Cublas calls = open_cublas();
    return calls;
}

const Cudnn& cudnn() {
    static const Cudnn calls = open_cudnn();
    return calls;
}

void check(cublasStatus_t status, const char* call, Where at) {
    if (status != CUBLAS_STATUS_SUCCESS) {
        fail(call, cublas().cublasGetStatusString(status), status, at);
    }
}

void check(cudnnStatus_t status, const char* call, Where at) {
    if (status != CUDNN_STATUS_SUCCESS) {
        fail(call, cudnn().cudnnGetErrorString(status), status, at);
    }
}

}  // namespace nengine::cuda
