#include "kernels/cpu/onednn.hpp"

#include <algorithm>
#include <memory>
#include <unordered_map>
#include <utility>

#include "kernels/cpu/grown_memory.hpp"
#include "kernels/cpu/onednn_cache.hpp"
#include "kernels/cpu/thread_limit.hpp"

namespace nengine::kernels::onednn {
namespace {

using dnnl::memory;
using Tag = memory::format_tag;

memory::desc describe(const memory::dims& extents, Tag layout) {
    return memory::desc(extents, memory::data_type::f32, layout);
}

enum class Pass { forward, backward_data, backward_filter };

struct Key {
    Pass pass;
    Conv2DShape shape;
    bool bias, accumulate;
    int threads;  // a primitive is compiled for a number of threads

    bool operator==(const Key&) const = default;
    std::size_t hash() const {
        const Conv2DShape& s = shape;
        return hash_of({static_cast<Index>(pass), s.images, s.in_h, s.in_w, s.in_c,
                        s.out_h, s.out_w, s.out_c, s.k_h, s.k_w, s.stride_h, s.stride_w,
                        s.pad_top, s.pad_left, s.groups, Index{bias}, Index{accumulate},
                        Index{threads}});
    }
};

/// A compiled convolution and the layouts it wants.
struct Convolution {
    dnnl::primitive primitive;
    dnnl::reorder reorder_w;  ///< hwio to oneDNN's layout, or back for the gradient
    memory::desc x, y, w, bias, user_w, scratchpad;
};

/// The sizes as oneDNN wants to hear them.
struct Geometry {
    memory::dims x, y, w, bias, stride, pad_before, pad_after;
    memory::desc user_w;
    bool expressible;  ///< oneDNN derives the same output extent from the paddings

    memory::desc x_desc() const { return describe(x, Tag::nhwc); }
    memory::desc y_desc() const { return describe(y, Tag::nhwc); }
    memory::desc bias_desc() const { return describe(bias, Tag::x); }
    memory::desc any_w() const { return describe(w, Tag::any); }

    explicit Geometry(const Conv2DShape& s)
        : x{s.images, s.in_c, s.in_h, s.in_w},
          y{s.images, s.out_c, s.out_h, s.out_w},
          bias{s.out_c},
          stride{s.stride_h, s.stride_w},
          pad_before{s.pad_top, s.pad_left} {
        const Index group_in = s.in_c / s.groups, group_out = s.out_c / s.groups;
        const Index tap = group_in * s.out_c;
        if (s.groups == 1) {
            w = {s.out_c, s.in_c, s.k_h, s.k_w};
            user_w = describe(w, Tag::hwio);
        } else {
            w = {s.groups, group_out, group_in, s.k_h, s.k_w};
            user_w =
                memory::desc(w, memory::data_type::f32,
                             memory::dims{group_out, 1, s.out_c, s.k_w * tap, tap});
        }
        const Index below = (s.out_h - 1) * s.stride_h + s.k_h - s.in_h - s.pad_top;
        const Index right = (s.out_w - 1) * s.stride_w + s.k_w - s.in_w - s.pad_left;
        // Negative: the stride leaves some input unread, which needs no saying unless
        // another output would fit there.
        expressible = -below < s.stride_h && -right < s.stride_w;
        pad_after = {std::max<Index>(below, 0), std::max<Index>(right, 0)};
    }
};

using Forward = dnnl::convolution_forward;
using BackwardData = dnnl::convolution_backward_data;
using BackwardFilter = dnnl::convolution_backward_weights;
constexpr auto direct = dnnl::algorithm::convolution_direct;

// Tensors stay channels last: with two threads that is within 15 % of oneDNN's blocked
// layouts without reorders, and much faster than blocked layouts with them. Weights are
// small enough to be reordered in each call.

Forward::primitive_desc forward(const Geometry& g, const Key& key,
                                const dnnl::primitive_attr& attributes,
                                dnnl::prop_kind kind) {
    const auto description =
        key.bias ? Forward::desc(kind, direct, g.x_desc(), g.any_w(), g.bias_desc(),
                                 g.y_desc(), g.stride, g.pad_before, g.pad_after)
                 : Forward::desc(kind, direct, g.x_desc(), g.any_w(), g.y_desc(),
                                 g.stride, g.pad_before, g.pad_after);
    return {description, attributes, engine()};
}

BackwardData::primitive_desc backward_data(const Geometry& g,
                                           const dnnl::primitive_attr& attributes,
                                           const Forward::primitive_desc& hint) {
    return {{direct, g.x_desc(), g.any_w(), g.y_desc(), g.stride, g.pad_before,
             g.pad_after},
            attributes,
            engine(),
            hint};
}

BackwardFilter::primitive_desc backward_filter(const Geometry& g, const Key& key,
                                               const dnnl::primitive_attr& attributes,
                                               const Forward::primitive_desc& hint) {
    const auto description =
        key.bias ? BackwardFilter::desc(direct, g.x_desc(), g.any_w(), g.bias_desc(),
                                        g.y_desc(), g.stride, g.pad_before, g.pad_after)
                 : BackwardFilter::desc(direct, g.x_desc(), g.any_w(), g.y_desc(),
                                        g.stride, g.pad_before, g.pad_after);
    return {description, attributes, engine(), hint};
}

/// The reorder between the user's weights and the primitive's, if they differ.
dnnl::reorder make_reorder(const memory::desc& from, const memory::desc& to, bool add) {
    if (from == to && !add) {
        return {};
    }
    return dnnl::reorder(dnnl::reorder::primitive_desc(
        engine(), from, engine(), to, add ? adding() : dnnl::primitive_attr()));
}

/// @throws dnnl::error  there is no implementation
std::shared_ptr<const Convolution> compile(const Key& key) {
    const Geometry g(key.shape);
    const bool forwards = key.pass == Pass::forward;
    auto attributes = key.accumulate && forwards ? adding() : dnnl::primitive_attr();
    attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    const auto hint = forward(g, key, attributes,
                              forwards ? dnnl::prop_kind::forward_inference
                                       : dnnl::prop_kind::forward_training);
    auto made = std::make_shared<Convolution>(
        Convolution{{}, {}, g.x_desc(), g.y_desc(), {}, g.bias_desc(), g.user_w, {}});
    bool fast = g.expressible;
    const auto keep = [&](const auto& description, auto primitive,
                          const memory::desc& w) {
        made->primitive = std::move(primitive);
        made->scratchpad = description.scratchpad_desc();
        made->w = w;
        fast = fast && !is_reference(description.impl_info_str());
    };
    if (forwards) {
        keep(hint, Forward(hint), hint.weights_desc());
    } else if (key.pass == Pass::backward_data) {
        const auto data = backward_data(g, attributes, hint);
        keep(data, BackwardData(data), data.weights_desc());
    } else {
        const auto filter = backward_filter(g, key, attributes, hint);
        keep(filter, BackwardFilter(filter), filter.diff_weights_desc());
    }
    made->reorder_w = key.pass == Pass::backward_filter
                          ? make_reorder(made->w, g.user_w, key.accumulate)
                          : make_reorder(g.user_w, made->w, false);
    return fast ? made : nullptr;
}

std::shared_ptr<const Convolution> find(const Key& key) {
    static PrimitiveCache<Key, Convolution> cache(compile);
    return cache.find(key);
}

/// What one thread needs to run convolutions.
struct Workspace {
    dnnl::stream stream{engine()};
    GrownMemory weights, scratchpad, sum;
};

Workspace& workspace() {
    thread_local Workspace mine;
    return mine;
}

/// The weights in the layout that the primitive wants.
memory arrange(const Convolution& conv, const float* w, Workspace& space) {
    const memory user = wrap(conv.user_w, w);
    if (!conv.reorder_w) {
        return user;
    }
    memory arranged = wrap(conv.w, space.weights.get(conv.w.get_size()));
    conv.reorder_w.execute(space.stream, const_cast<memory&>(user), arranged);
    return arranged;
}

memory scratchpad(const Convolution& conv, Workspace& space) {
    return wrap(conv.scratchpad, space.scratchpad.get(conv.scratchpad.get_size()));
}

void add(int threads, const float* from, Index count, float* to) {
#pragma omp parallel for simd num_threads(threads) schedule(static)
    for (Index i = 0; i < count; ++i) {
        to[i] += from[i];
    }
}

void run_backward_data(const Convolution& conv, const float* dL_dy, const float* w,
                       float* dL_dx) {
    Workspace& space = workspace();
    conv.primitive.execute(space.stream,
                           {{DNNL_ARG_DIFF_DST, wrap(conv.y, dL_dy)},
                            {DNNL_ARG_WEIGHTS, arrange(conv, w, space)},
                            {DNNL_ARG_DIFF_SRC, wrap(conv.x, dL_dx)},
                            {DNNL_ARG_SCRATCHPAD, scratchpad(conv, space)}});
}

/// oneDNN does not add to what is there, so some images at a time go through memory
/// that stays in the cache.
bool add_backward_data(int threads, const Conv2DShape& shape, const float* dL_dy,
                       const float* w, float* dL_dx) {
    constexpr Index in_cache = Index{2} << 20;
    const Index x_size = shape.in_h * shape.in_w * shape.in_c;
    const Index y_size = shape.out_h * shape.out_w * shape.out_c;
    const Index n_parts = (shape.images * x_size + in_cache - 1) / in_cache;
    const Index most = (shape.images + n_parts - 1) / n_parts;
    const auto compiled = [&](Index images) {
        Conv2DShape some = shape;
        some.images = images;
        return find({Pass::backward_data, some, false, false, threads});
    };
    const auto full = compiled(most);
    const Index rest = shape.images % most;
    const auto last = rest == 0 ? full : compiled(rest);
    if (full == nullptr || last == nullptr) {
        return false;
    }
    float* sum = workspace().sum.get(full->x.get_size());
    for (Index i = 0; i < shape.images; i += most) {
        const Index images = std::min(most, shape.images - i);
        run_backward_data(images == most ? *full : *last, dL_dy + i * y_size, w, sum);
        add(threads, sum, images * x_size, dL_dx + i * x_size);
    }
    return true;
}

}  // namespace

bool conv2d_forward(int threads, const Conv2DShape& shape, const float* x,
                    const float* w, const float* bias, float* y, bool accumulate) {
    const ThreadLimit limit(threads);
    const auto conv =
        find({Pass::forward, shape, bias != nullptr, accumulate, threads});
    if (conv == nullptr) {
        return false;
    }
    Workspace& space = workspace();
    std::unordered_map<int, memory> arguments{
        {DNNL_ARG_SRC, wrap(conv->x, x)},
        {DNNL_ARG_WEIGHTS, arrange(*conv, w, space)},
        {DNNL_ARG_DST, wrap(conv->y, y)},
        {DNNL_ARG_SCRATCHPAD, scratchpad(*conv, space)}};
    if (bias != nullptr) {
        arguments.emplace(DNNL_ARG_BIAS, wrap(conv->bias, bias));
    }
    conv->primitive.execute(space.stream, arguments);
    return true;
}

bool conv2d_backward_data(int threads, const Conv2DShape& shape, const float* dL_dy,
                          const float* w, float* dL_dx, bool accumulate) {
    const ThreadLimit limit(threads);
    if (accumulate) {
        return add_backward_data(threads, shape, dL_dy, w, dL_dx);
    }
    const auto conv = find({Pass::backward_data, shape, false, false, threads});
    if (conv == nullptr) {
        return false;
    }
    run_backward_data(*conv, dL_dy, w, dL_dx);
    return true;
}

bool conv2d_backward_filter(int threads, const Conv2DShape& shape, const float* x,
                            const float* dL_dy, float* dL_dw, float* dL_dbias,
                            bool accumulate) {
    const ThreadLimit limit(threads);
    const bool with_bias = dL_dbias != nullptr;
    const auto conv =
        find({Pass::backward_filter, shape, with_bias, accumulate, threads});
    if (conv == nullptr) {
        return false;
    }
    Workspace& space = workspace();
    memory user = wrap(conv->user_w, dL_dw);
    memory gradient = user;
    if (conv->reorder_w) {
        gradient = wrap(conv->w, space.weights.get(conv->w.get_size()));
    }
    std::unordered_map<int, memory> arguments{
        {DNNL_ARG_SRC, wrap(conv->x, x)},
        {DNNL_ARG_DIFF_DST, wrap(conv->y, dL_dy)},
        {DNNL_ARG_DIFF_WEIGHTS, gradient},
        {DNNL_ARG_SCRATCHPAD, scratchpad(*conv, space)}};
    const bool add_bias = with_bias && accumulate;
    float* bias = add_bias ? space.sum.get(conv->bias.get_size()) : dL_dbias;
    if (with_bias) {
        arguments.emplace(DNNL_ARG_DIFF_BIAS, wrap(conv->bias, bias));
    }
    conv->primitive.execute(space.stream, arguments);
    if (conv->reorder_w) {
        conv->reorder_w.execute(space.stream, gradient, user);
    }
    if (add_bias) {
        add(1, bias, shape.out_c, dL_dbias);
    }
    return true;
}

}  // namespace nengine::kernels::onednn
