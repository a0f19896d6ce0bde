#include "engine/train/gradient_clip.hpp"

#include <algorithm>
#include <vector>

#include "kernels/clip.hpp"

namespace nengine::engine {

auto GradientClip::make_tables(const ParameterStore& parameters, bool as_one) const
    -> Tables {
    std::vector<Index> ends;
    for (const auto& [signal, offset] : parameters.layout()) {
        if (offset > 0 && offset < parameters.trained_size() && !as_one) {
            ends.push_back(offset);
        }
    }
    ends.push_back(parameters.trained_size());
    std::vector<Index> pieces = {0}, segments = {0}, segment_of;
    Tables tables;
    for (const Index end : ends) {
        while (pieces.back() < end) {
            pieces.push_back(std::min(pieces.back() + kernels::piece_size, end));
            segment_of.push_back(static_cast<Index>(segments.size()) - 1);
        }
        const auto n = static_cast<Index>(segment_of.size());
        tables.most_pieces = std::max(tables.most_pieces, n - segments.back());
        segments.push_back(n);
    }
    tables.n_pieces = static_cast<Index>(segment_of.size());
    tables.n_segments = static_cast<Index>(ends.size());
    tables.pieces = upload_table(device_, pieces);
    tables.segments = upload_table(device_, segments);
    tables.segment_of = upload_table(device_, segment_of);
    tables.sums =
        device_.allocate(segment_of.size() * sizeof(double), "norms of gradients");
    tables.factors =
        device_.allocate(ends.size() * sizeof(double), "factors of gradients");
    return tables;
}

void GradientClip::clip_norms(ParameterStore& parameters, bool as_one, double limit) {
    Tables& tables = as_one ? as_one_ : by_parameter_;
    if (tables.n_pieces == 0) {
        tables = make_tables(parameters, as_one);
    }
    run_as(device_, parameters.dtype(), [&]<class Real>(const auto& exec, Real) {
        const kernels::ClipArgs<Real> args{
            .values = static_cast<Real*>(parameters.gradients()),
            .n_pieces = tables.n_pieces,
            .n_segments = tables.n_segments,
            .pieces = tables.pieces.as<Index>(),
            .segments = tables.segments.as<Index>(),
            .most_pieces = tables.most_pieces,
            .segment_of = tables.segment_of.as<Index>(),
            .sums = tables.sums.as<double>(),
            .factors = tables.factors.as<double>()};
        clip_by_norm(exec, args, limit);
    });
}

void GradientClip::apply(ParameterStore& parameters) {
    if (clipping_.norm) {
        clip_norms(parameters, false, *clipping_.norm);
    }
    if (clipping_.global_norm) {
        clip_norms(parameters, true, *clipping_.global_norm);
    }
    if (clipping_.value) {
        run_as(device_, parameters.dtype(), [&]<class Real>(const auto& exec, Real) {
            clip_by_value(exec, static_cast<Real*>(parameters.gradients()),
                          parameters.trained_size(),
                          static_cast<Real>(*clipping_.value));
        });
    }
}

std::size_t GradientClip::bytes() const {
    std::size_t total = 0;
    for (const Tables* tables : {&by_parameter_, &as_one_}) {
        for (const Buffer* buffer :
             {&tables->pieces, &tables->segments, &tables->segment_of, &tables->sums,
              &tables->factors}) {
            total += buffer->bytes();
        }
    }
    return total;
}

}  // namespace nengine::engine
