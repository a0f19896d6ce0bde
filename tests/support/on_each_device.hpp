#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "kernels/base/device.hpp"
#include "kernels/base/view.hpp"

namespace nengine::test {

/// Opens a backend by its name in device_names(). Without a GPU the test skips, and
/// fails where NENGINE_REQUIRE_CUDA=1.
inline void open_device(const std::string& name, int threads,
                        std::optional<kernels::Device>& device) {
    if (name != "cuda") {
        device = kernels::Device::cpu(threads, name == "cpu_avx2"
                                                   ? kernels::Device::Isa::avx2
                                                   : kernels::Device::Isa::best);
    } else if (kernels::Device::cuda_count() > 0) {
        device = kernels::Device::cuda();
    } else if (const char* required = std::getenv("NENGINE_REQUIRE_CUDA");
               required != nullptr && std::string(required) == "1") {
        FAIL() << "no CUDA device, and NENGINE_REQUIRE_CUDA=1";
    } else {
        GTEST_SKIP() << "no CUDA device";
    }
}

/// A test body written once runs on every backend of the build; memory goes through
/// upload and download.
class OnEachDevice : public ::testing::TestWithParam<const char*> {
protected:
    void SetUp() override { open_device(GetParam(), 3, device_); }

    const kernels::Device& device() const { return *device_; }

    template <class Real>
    kernels::Buffer upload(const std::vector<Real>& values) const {
        kernels::Buffer buffer =
            device().allocate(values.size() * sizeof(Real), "test");
        device().upload(buffer.data(), values.data(), buffer.bytes());
        return buffer;
    }
    template <class Real>
    std::vector<Real> download(const kernels::Buffer& buffer) const {
        std::vector<Real> values(buffer.bytes() / sizeof(Real));
        device().download(values.data(), buffer.data(), buffer.bytes());
        return values;
    }

private:
    std::optional<kernels::Device> device_;
};

/// The names of the backends in this build, for INSTANTIATE_TEST_SUITE_P.
inline std::vector<const char*> device_names() {
#if NENGINE_WITH_CUDA
    return {"cpu_avx2", "cpu_best", "cuda"};
#else
    return {"cpu_avx2", "cpu_best"};
#endif
}

/// Names the tests of a suite after their backend.
inline std::string device_label(const ::testing::TestParamInfo<const char*>& info) {
    return info.param;
}

/// `count` numbers in [low, high).
template <class Real>
std::vector<Real> uniform(Index count, double low, double high, unsigned seed) {
    std::mt19937 generator(seed);
    std::uniform_real_distribution<double> distribution(low, high);
    std::vector<Real> values(static_cast<std::size_t>(count));
    for (Real& value : values) {
        value = static_cast<Real>(distribution(generator));
    }
    return values;
}

}  // namespace nengine::test
