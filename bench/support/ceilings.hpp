#pragma once

#include <algorithm>
#include <cstddef>

#include "bench/support/operands.hpp"
#include "bench/support/timing.hpp"
#include "kernels/base/device.hpp"
#include "kernels/gemm.hpp"

namespace nengine::bench {

/// What a device reaches at best right now: a large product of one type, and a copy
/// that no cache holds. Measured beside the work, because machines are shared and their
/// clocks change. A GPU gets matrices of 8192 x 8192 and 1 GiB, slower devices what
/// takes as long.
template <class Real>
class Ceilings {
public:
    explicit Ceilings(const kernels::Device& on) : on_(on) {
        do {
            n_ *= 2;
            for (kernels::Buffer* matrix : {&a_, &b_, &c_}) {
                *matrix = random_numbers<Real>(on, n_ * n_, -1, 1);
            }
            multiply();  // the first warms up, and is slower
            product_ = multiply();
        } while (n_ < 8192 && product_ < 0.01);
        do {
            bytes_ *= 2;
            from_ = on.allocate(bytes_, "bench");
            to_ = on.allocate(bytes_, "bench");
            on.zero(from_.data(), bytes_);
            copy();
            copy_ = copy();
        } while (bytes_ < std::size_t{1} << 30 && copy_ < 0.001);
        spent_ = 0;
    }

    /// Measures again if that has taken no longer than the work so far.
    void keep_up_with(double work_seconds) {
        if (spent_ <= work_seconds) {
            product_ = std::min(product_, multiply());
            copy_ = std::min(copy_, copy());
        }
    }

    /// Per second, of the product: 2 n^3 in all.
    double flops() const {
        const auto n = static_cast<double>(n_);
        return 2 * n * n * n / product_;
    }
    /// Per second, read and written, of the copy.
    double bytes() const { return 2 * static_cast<double>(bytes_) / copy_; }

private:
    double multiply() {
        const kernels::GemmArgs<Real> args{.m = n_,
                                           .n = n_,
                                           .k = n_,
                                           .a = a_.as<Real>(),
                                           .lda = n_,
                                           .b = b_.as<Real>(),
                                           .ldb = n_,
                                           .c = c_.as<Real>(),
                                           .ldc = n_};
        return measure([&](const auto& exec) { kernels::gemm<Real>(exec, args); });
    }
    double copy() {
        return measure([&] { on_.copy(to_.data(), from_.data(), bytes_); });
    }
    double measure(const auto& work) {
        const double t = seconds(on_, work);
        spent_ += t * runs_per_timing(on_);
        return t;
    }

    kernels::Device on_;
    Index n_ = 128;
    std::size_t bytes_ = std::size_t{1} << 25;
    kernels::Buffer a_, b_, c_, from_, to_;
    double product_ = 0, copy_ = 0;
    double spent_ = 0;  ///< by all measurements after the first
};

}  // namespace nengine::bench
