#include <gtest/gtest.h>

#include <type_traits>
#include <vector>

#include "kernels/conv_depth.hpp"
#include "kernels/cuda/convolution_plans.hpp"
#include "tests/kernels/conv_reference.hpp"
#include "tests/kernels/conv_shapes.hpp"

// What is said to a GPU's convolutions beside their operands: tf32, the workspace. Its
// results are compared with those of the same convolution as the other tests run it.

namespace nengine::kernels {
namespace {

using namespace conv_reference;

class CudaConv : public test::WithoutFallbacks {
protected:
    /// `change(context)` before anything runs.
    template <class Change>
    void change_context(const Change& change) const {
        device().run([&](const auto& exec) {
            if constexpr (std::is_same_v<std::decay_t<decltype(exec)>, CudaExec>) {
                change(*exec.context);
            }
        });
    }
    void use_tf32() const {
        change_context([](CudaContext& c) { c.gemm_math = GemmMath::tf32; });
    }

    /// What all passes write, one after the other: y with bias, y added to, dL_dx,
    /// dL_dw. Operands begin `offset` numbers after an aligned address.
    std::vector<float> run(const ConvShape& s, std::size_t offset = 0) const {
        const Data<float> d(s);
        const auto put = [&](const std::vector<float>& values) {
            std::vector<float> moved(offset, 0.0F);
            moved.insert(moved.end(), values.begin(), values.end());
            return upload(moved);
        };
        const Buffer x = put(d.x), w = put(d.w), b = put(d.bias), dy = put(d.y);
        const Buffer y = put(d.y), sum = put(d.y), dx = put(d.x), dw = put(d.w);
        const auto at = [&](const Buffer& buffer) {
            return buffer.as<float>() + offset;
        };
        device().run([&](const auto& exec) {
            conv2d_forward<float>(exec, s, at(x), at(w), at(b), at(y), false);
            conv2d_forward<float>(exec, s, at(x), at(w), at(b), at(sum), true);
            conv2d_backward_data<float>(exec, s, at(dy), at(w), at(dx), false);
            conv2d_backward_filter<float>(exec, s, at(x), at(dy), at(dw), nullptr,
                                          false);
        });
        std::vector<float> all;
        for (const Buffer* written : {&y, &sum, &dx, &dw}) {
            const auto values = download<float>(*written);
            all.insert(all.end(), values.begin() + static_cast<std::ptrdiff_t>(offset),
                       values.end());
        }
        return all;
    }

    static void expect_close(const std::vector<float>& got,
                             const std::vector<float>& want, double bound) {
        ASSERT_EQ(got.size(), want.size());
        for (std::size_t i = 0; i < got.size(); ++i) {
            ASSERT_NEAR(got[i], want[i], bound) << "element " << i;
        }
    }
};

TEST_P(CudaConv, RoundedOperandsGiveNearbyNumbers) {
    const auto layer = main_job_layers(3).back();
    const auto exact = run(layer);

    use_tf32();
    const auto rounded = run(layer);

    // tf32 keeps 11 bits; sums have up to 1152 products of numbers below 1.
    expect_close(rounded, exact, 0.03);
    EXPECT_NE(rounded, exact);
}

TEST_P(CudaConv, PreparedFiltersGiveTheSameBits) {
    for (const auto& s : shapes()) {
        const Data<float> d(s);
        const Buffer x = upload(d.x), w = upload(d.w), y = upload(d.y);
        const Buffer prepared = upload(std::vector<float>(d.w.size()));
        const Buffer other_y = upload(d.y), dx = upload(d.x), other_dx = upload(d.x);

        device().run([&](const auto& exec) {
            ASSERT_EQ(prepared_filter_size<float>(exec, s), std::ssize(d.w));
            ASSERT_EQ(prepared_filter_size<double>(exec, s), 0);
            prepare_filter<float>(exec, s, w.as<float>(), prepared.as<float>());
            const float *none = nullptr, *filter = prepared.as<float>();
            const auto forward = [&](float* to, const float* by) {
                conv_forward<float>(exec, s, x.as<float>(), w.as<float>(), none, to,
                                    false, by);
            };
            const auto backward = [&](float* to, const float* by) {
                conv_backward_data<float>(exec, s, y.as<float>(), w.as<float>(), to,
                                          false, by);
            };
            backward(dx.as<float>(), none);
            backward(other_dx.as<float>(), filter);
            forward(y.as<float>(), none);
            forward(other_y.as<float>(), filter);
        });

        EXPECT_EQ(download<float>(other_y), download<float>(y));
        EXPECT_EQ(download<float>(other_dx), download<float>(dx));
    }
}

// Rounding engines read 16 bytes at a time.
TEST_P(CudaConv, OperandsThatAreNotAlignedAreNotRounded) {
    const auto layer = main_job_layers(3).back();
    const auto exact = run(layer);

    use_tf32();

    EXPECT_EQ(run(layer, 1), exact);
    EXPECT_EQ(run(layer, 2), exact);
}

TEST_P(CudaConv, ResultsDoNotDependOnAddresses) {
    for (const auto& shape : shapes()) {
        EXPECT_EQ(run(shape, 3), run(shape)) << ::testing::PrintToString(shape);
    }
}

// Engines that copy the images find no room for all of them.
TEST_P(CudaConv, PartsOfTheImagesGiveTheWhole) {
    for (const auto& shape : shapes()) {
        SCOPED_TRACE(::testing::PrintToString(shape));
        const auto whole = run(shape);
        change_context([](CudaContext& c) {
            c.convolutions().set_workspace_limit(std::size_t{12} << 10);
        });

        const auto parts = run(shape);

        change_context([](CudaContext& c) {
            c.convolutions().set_workspace_limit(std::size_t{256} << 20);
        });
        expect_close(parts, whole, 2e-4);
    }
}

INSTANTIATE_TEST_SUITE_P(Devices, CudaConv, ::testing::Values("cuda"),
                         test::device_label);

}  // namespace
}  // namespace nengine::kernels
