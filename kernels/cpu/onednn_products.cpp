#include "kernels/cpu/onednn.hpp"
#include "kernels/cpu/onednn_cache.hpp"
#include "kernels/cpu/thread_limit.hpp"

namespace nengine::kernels::onednn {
namespace {

using dnnl::memory;

/// A stack of products: all that its code depends on.
struct Key {
    Index count, m, n, k;
    bool transpose_a, transpose_b, accumulate;
    Index lda, ldb, ldc, a_stride, b_stride, c_stride;
    int threads;  // a primitive is compiled for a number of threads

    bool operator==(const Key&) const = default;
    std::size_t hash() const {
        return hash_of({count, m, n, k, Index{transpose_a}, Index{transpose_b},
                        Index{accumulate}, lda, ldb, ldc, a_stride, b_stride, c_stride,
                        Index{threads}});
    }
};

struct Product {
    dnnl::matmul primitive;
    memory::desc a, b, c;
};

memory::desc stack(Index count, Index rows, Index cols, Index leading, bool transposed,
                   Index stride) {
    // One matrix for all products is a stack of one, which repeats.
    const Index matrices = stride == 0 ? 1 : count;
    const Index apart = stride == 0 ? rows * cols : stride;
    const memory::dims strides =
        transposed ? memory::dims{apart, 1, leading} : memory::dims{apart, leading, 1};
    return memory::desc({matrices, rows, cols}, memory::data_type::f32, strides);
}

std::shared_ptr<const Product> compile(const Key& p) {
    const auto a = stack(p.count, p.m, p.k, p.lda, p.transpose_a, p.a_stride);
    const auto b = stack(p.count, p.k, p.n, p.ldb, p.transpose_b, p.b_stride);
    const auto c = stack(p.count, p.m, p.n, p.ldc, false, p.c_stride);
    const dnnl::matmul::primitive_desc description(
        {a, b, c}, p.accumulate ? adding() : dnnl::primitive_attr(), engine());
    if (is_reference(description.impl_info_str())) {
        return nullptr;
    }
    return std::make_shared<Product>(Product{dnnl::matmul(description), a, b, c});
}

}  // namespace

bool sgemm(int threads, const GemmArgs<float>& args) {
    const ThreadLimit limit(threads);
    const auto letter = [](bool transposed) { return transposed ? 'T' : 'N'; };
    return dnnl_sgemm(letter(args.transpose_a), letter(args.transpose_b), args.m,
                      args.n, args.k, args.alpha, args.a, args.lda, args.b, args.ldb,
                      args.beta, args.c, args.ldc) == dnnl_success;
}

bool products(int threads, const GemmArgs<float>& args) {
    if (args.alpha != 1 || (args.beta != 0 && args.beta != 1)) {
        return false;
    }
    static PrimitiveCache<Key, Product> cache(compile);
    thread_local dnnl::stream stream(engine());
    const ThreadLimit limit(threads);
    const auto product =
        cache.find({args.count, args.m, args.n, args.k, args.transpose_a,
                    args.transpose_b, args.beta == 1, args.lda, args.ldb, args.ldc,
                    args.a_stride, args.b_stride, args.c_stride, threads});
    if (product == nullptr) {
        return false;
    }
    product->primitive.execute(stream, {{DNNL_ARG_SRC, wrap(product->a, args.a)},
                                        {DNNL_ARG_WEIGHTS, wrap(product->b, args.b)},
                                        {DNNL_ARG_DST, wrap(product->c, args.c)}});
    return true;
}

}  // namespace nengine::kernels::onednn
