#pragma once

#include <cstddef>
#include <vector>

#include "kernels/base/device.hpp"
#include "kernels/optimizer.hpp"

namespace nengine::test {

/// Parameters with what an optimizer keeps of them, on a device. Members may be looked
/// at and changed between updates.
template <class Real>
struct OptimizerRun {
    kernels::Device device;
    AnyOptimizer optimizer;
    double learning_rate = 0.01;
    kernels::Buffer parameters, progress, parameter_average, scratch;
    std::vector<kernels::Buffer> averages;

    OptimizerRun(const kernels::Device& on, const AnyOptimizer& of,
                 const std::vector<Real>& start)
        : device(on), optimizer(of), parameters(upload(start)) {
        const auto needs = kernels::optimizer_memory<Real>(
            optimizer, static_cast<Index>(start.size()));
        for (int k = 0; k < needs.n_averages; ++k) {
            averages.push_back(
                upload(std::vector<Real>(static_cast<std::size_t>(needs.average_size),
                                         static_cast<Real>(needs.starts[k]))));
        }
        scratch =
            upload(std::vector<double>(static_cast<std::size_t>(needs.scratch) + 1));
        progress = upload(std::vector<std::byte>(needs.progress_bytes + 1));
        parameter_average = upload(start);
    }

    template <class T>
    kernels::Buffer upload(const std::vector<T>& values) const {
        kernels::Buffer buffer =
            device.allocate(values.size() * sizeof(T), "optimizer test");
        device.upload(buffer.data(), values.data(), buffer.bytes());
        return buffer;
    }
    template <class T = Real>
    std::vector<T> download(const kernels::Buffer& from) const {
        std::vector<T> values(from.bytes() / sizeof(T));
        device.download(values.data(), from.data(), from.bytes());
        return values;
    }
    std::vector<Real> values() const { return download(parameters); }

    kernels::UpdateArgs<Real> args(const kernels::Buffer& gradient,
                                   const int* skip = nullptr) const {
        kernels::UpdateArgs<Real> result{
            .n = static_cast<Index>(parameters.bytes() / sizeof(Real)),
            .parameter = parameters.template as<Real>(),
            .gradient = gradient.as<Real>(),
            .learning_rate = learning_rate,
            .progress = progress.data(),
            .parameter_average = parameter_average.template as<Real>(),
            .skip = skip,
            .scratch = scratch.template as<double>()};
        for (std::size_t k = 0; k < averages.size(); ++k) {
            result.averages[k] = averages[k].template as<Real>();
        }
        return result;
    }

    void update(const kernels::Buffer& gradient, const int* skip = nullptr) const {
        device.run([&](const auto& exec) {
            kernels::optimizer_update(exec, optimizer, args(gradient, skip));
        });
    }
    void update(const std::vector<Real>& gradient) const {
        const kernels::Buffer on_device = upload(gradient);
        update(on_device);
        device.synchronize();
    }
};

}  // namespace nengine::test
