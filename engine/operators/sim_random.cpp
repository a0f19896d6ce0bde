#include "engine/operators/sim_random.hpp"

#include <bit>

#include "engine/ir/lowering.hpp"
#include "engine/operators/checks.hpp"
#include "engine/operators/operator_base.hpp"

namespace nengine::engine {

SimRandom::SimRandom(SignalId output_signal, Options options)
    : OperatorBase({{Role::set, output_signal}}), options_(options) {}

void SimRandom::check(const std::vector<Shape>& shapes) const {
    constexpr Index most = Index{1} << 33;  // two per pair, which has 32 bits
    if (shape_size(shapes[output]) > most) {
        refuse(*this, std::to_string(shape_size(shapes[output])) + " elements",
               "at most 2^33");
    }
}

MergeKey SimRandom::merge_key(const std::vector<Shape>&) const {
    return {"SimRandom",
            {static_cast<Index>(options_.kind), std::bit_cast<Index>(options_.scale),
             std::bit_cast<Index>(options_.shift), differs_by_item() ? 1 : 0}};
}

OperatorProperties SimRandom::properties() const {
    return {.merging = Merging::elementwise,
            .has_clock = true,
            .differs_by_item = differs_by_item()};
}

void SimRandom::lower(Lowering& low) const {
    constexpr Index stream_of_seed = 0xffffffff;  // no operator's
    std::vector<Index> pairs;
    Index column = 0;
    for (Index i = 0; i < low.members(); ++i) {
        const Lowering::Member member = low.member(i);
        const auto& seed = static_cast<const SimRandom&>(member.op).options().seed;
        const Index size = low.member_size(i, output);
        for (Index done = 0; done < size; done += 2) {
            pairs.insert(pairs.end(),
                         {column + done, done / 2, std::min<Index>(2, size - done),
                          seed ? stream_of_seed : member.order,
                          seed ? static_cast<Index>(*seed) : -1});
        }
        column += size;
    }
    const auto count = static_cast<Index>(pairs.size()) / random_pair_fields;
    low.emit(RandomArgs<Planned>{.kind = options_.kind,
                                 .per_item = differs_by_item(),
                                 .scale = options_.scale,
                                 .shift = options_.shift,
                                 .pairs = low.table(std::move(pairs)),
                                 .n_pairs = count,
                                 .dst = low.flat(output)});
}

double SimRandom::flops(const std::vector<Shape>& shapes) const {
    constexpr double per_number = 60;  // half of Philox's ten rounds, and Box-Muller
    return per_number * elements(shapes, output);
}

}  // namespace nengine::engine
