#pragma once

#include <optional>

#include "dnn_descriptors.hpp"

namespace cuda_emulator {

/// A tensor as its descriptor says: [outermost, channels, depth, height, width], depth
/// 1 where there is none.
struct Tensor {
    explicit Tensor(const Descriptor& descriptor);

    /// Whether its numbers lie side by side, in whatever order.
    bool is_dense() const;
    std::int64_t count() const;

    std::int64_t id, alignment;
    bool is_virtual;
    std::int64_t size[5], stride[5];
};

/// What a finished operation graph asks for: a convolution, perhaps followed by adding
/// a bias.
struct Convolution {
    enum class Pass { forward, backward_data, backward_filter };

    /// @return  none if the graph is not one that cuDNN would take
    static std::optional<Convolution> of_graph(const Descriptor& graph);

    /// The tensors with memory, the one that is written last.
    std::vector<Tensor> operands() const;

    struct Memory {
        const float *x, *w, *y, *bias;
        float* to;
    };
    /// Sums in float, from the last product to the first.
    /// @param tf32  rounds what is multiplied to 11 bits
    void run(const Memory& memory, bool tf32) const;

    Pass pass;
    Tensor x, w, y;
    std::optional<Tensor> bias;
    float beta;
    std::int64_t pad[3], step[3];
    std::int64_t groups;

private:
    Convolution(Pass of, const Descriptor& operation);

    bool is_valid() const;
    template <class Visit>
    void for_each_product(const Visit& visit) const;
};

}  // namespace cuda_emulator
