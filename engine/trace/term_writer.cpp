#include "engine/trace/term_writer.hpp"

#include <algorithm>
#include <utility>

#include "engine/ir/element_view.hpp"
#include "engine/operators/arg_reduce.hpp"
#include "engine/operators/conv_inc.hpp"
#include "engine/operators/copy.hpp"
#include "engine/operators/cumulative_sum.hpp"
#include "engine/operators/gather.hpp"
#include "engine/operators/mat_mul.hpp"
#include "engine/operators/max_pool_inc.hpp"
#include "engine/operators/moments.hpp"
#include "engine/operators/pointwise.hpp"
#include "engine/operators/pool_inc.hpp"
#include "engine/operators/reduce.hpp"
#include "engine/operators/reset.hpp"
#include "engine/operators/softmax.hpp"
#include "kernels/base/error.hpp"

namespace nengine::engine {
namespace {

const char* name_of(Reduction kind) {
    switch (kind) {
        case Reduction::sum:
            return "sum";
        case Reduction::product:
            return "prod";
        case Reduction::max:
            return "amax";
        case Reduction::min:
            return "amin";
    }
    return "?";
}

/// What tells one operation of a kind from another, beside shape and operands.
struct Attributes {
    std::vector<Index>& numbers;
    std::vector<double>& values;

    void operator()(const Term::Constant& constant) { values = constant.values; }
    void operator()(const Term::Pointwise& pointwise) {
        numbers.push_back(static_cast<Index>(pointwise.op));
    }
    void operator()(const Term::Reduced& reduced) {
        numbers.push_back(static_cast<Index>(reduced.kind));
    }
    void operator()(const Term::Place& place) {
        numbers.insert(numbers.end(), {place.of_largest ? 1 : 0, place.axis});
    }
    void operator()(const Term::Viewed& viewed) {
        numbers.insert(numbers.end(), viewed.first.begin(), viewed.first.end());
        for (const auto& axis : viewed.axes) {
            numbers.insert(numbers.end(), {axis.of, axis.step});
        }
    }
    void operator()(const Term::Concatenated& concatenated) {
        numbers.push_back(concatenated.axis);
    }
    void operator()(const Term::Gathered& gathered) {
        numbers.push_back(gathered.axis);
    }
    void operator()(const Term::Cumulated& cumulated) {
        numbers.push_back(cumulated.axis);
    }
    void operator()(const Term::Softmax& softmax) {
        numbers.insert(numbers.end(), {softmax.axis, softmax.logarithm ? 1 : 0});
    }
    void operator()(const Term::Convolved& convolved) {
        const Conv2DShape& s = convolved.shape;
        numbers.insert(numbers.end(),
                       {s.stride_h, s.stride_w, s.pad_top, s.pad_left, s.groups});
    }
    void operator()(const Term::Pooled& pooled) {
        const Pool2DShape& s = pooled.shape;
        numbers.insert(numbers.end(), {pooled.of_largest ? 1 : 0, s.pool_h, s.pool_w,
                                       s.stride_h, s.stride_w, s.pad_top, s.pad_left});
    }
    void operator()(const Term::Moment& moment) {
        numbers.push_back(moment.is_variance ? 1 : 0);
    }
    void operator()(const auto&) {}  // shapes and operands say it all
};

}  // namespace

TermWriter::TermWriter(Model& model, std::string label)
    : model_(model), label_(std::move(label)) {}

void TermWriter::bind(const TermPtr& input, SignalId signal) {
    kept_.push_back(input);
    written_[input.get()] = in_shape(signal, input->shape);
}

SignalId TermWriter::write(const TermPtr& term) {
    // Operands first, without recursion: a traced loop may be long.
    std::vector<const Term*> open = {term.get()};
    while (!open.empty()) {
        const Term& last = *open.back();
        if (written_.contains(&last)) {
            open.pop_back();
            continue;
        }
        std::vector<SignalId> operands;
        for (const TermPtr& operand : last.operands) {
            const auto found = written_.find(operand.get());
            if (found == written_.end()) {
                open.push_back(operand.get());
            } else {
                operands.push_back(found->second);
            }
        }
        if (operands.size() == last.operands.size()) {
            written_[&last] = add(last, operands);
            open.pop_back();
        }
    }
    kept_.push_back(term);
    return written_.at(term.get());
}

void TermWriter::write_to(const TermPtr& term, SignalId target) {
    const SignalId value = write(term);
    add_operator(Copy(in_shape(value, model_.signal(target).shape), target, false),
                 "copy");
}

TermWriter::Key TermWriter::key_of(const Term& term,
                                   const std::vector<SignalId>& operands) {
    Key key{term.kind.index(), term.shape, {}};
    key.numbers.push_back(-1);  // so that no extent is taken for an operand
    for (const SignalId operand : operands) {
        key.numbers.push_back(operand.value);
    }
    std::visit(Attributes{key.numbers, key.values}, term.kind);
    return key;
}

SignalId TermWriter::add(const Term& term, const std::vector<SignalId>& operands) {
    const auto [at, is_new] = known_.try_emplace(key_of(term, operands), no_signal);
    if (is_new) {
        at->second =
            std::visit([&](const auto& kind) { return add_kind(kind, term, operands); },
                       term.kind);
    }
    return at->second;
}

SignalId TermWriter::add_kind(const Term::Input& input, const Term&,
                              const std::vector<SignalId>&) {
    throw BuildError(label_ + ": got '" + input.name +
                     "' of another function, needs what this one was given");
}

SignalId TermWriter::add_kind(const Term::Constant& constant, const Term& term,
                              const std::vector<SignalId>&) {
    const SignalId y = new_signal("constant", term.shape);
    model_.signal(y).initial = constant.values;
    model_.signal(y).readonly = true;
    return y;
}

SignalId TermWriter::add_kind(const Term::Pointwise& pointwise, const Term& term,
                              const std::vector<SignalId>& operands) {
    PointwiseGraph graph;
    std::vector<SignalId> inputs;
    std::vector<PointwiseValue> values;
    for (std::size_t k = 0; k < operands.size(); ++k) {
        // Single numbers become a part of the program.
        if (const auto number = number_of(*term.operands[k])) {
            values.emplace_back(*number);
            continue;
        }
        const auto at = std::ranges::find(inputs, operands[k]);
        values.push_back(graph.input(static_cast<int>(at - inputs.begin())));
        if (at == inputs.end()) {
            inputs.push_back(operands[k]);
        }
    }
    graph.add_output(graph.apply(pointwise.op, values));
    const std::string name(engine::name_of(pointwise.op));
    const SignalId y = new_signal(name, term.shape);
    add_operator(Pointwise(inputs, y, false, std::move(graph)), name);
    return y;
}

SignalId TermWriter::add_kind(const Term::Reduced& reduced, const Term& term,
                              const std::vector<SignalId>& operands) {
    const std::string name = name_of(reduced.kind);
    const SignalId y = new_signal(name, term.shape);
    add_operator(Reduce(reduced.kind, operands.front(), y), name);
    return y;
}

SignalId TermWriter::add_kind(const Term::Place& place, const Term& term,
                              const std::vector<SignalId>& operands) {
    const std::string name = place.of_largest ? "argmax" : "argmin";
    const SignalId y = new_signal(name, term.shape);
    add_operator(
        ArgReduce(place.of_largest ? ArgReduce::Of::largest : ArgReduce::Of::smallest,
                  operands.front(), y),
        name);
    return y;
}

SignalId TermWriter::add_kind(const Term::Product&, const Term& term,
                              const std::vector<SignalId>& operands) {
    const SignalId y = new_signal("matmul", term.shape);
    add_operator(MatMul(operands[0], operands[1], y), "matmul");
    return y;
}

SignalId TermWriter::add_kind(const Term::Reshaped&, const Term& term,
                              const std::vector<SignalId>& operands) {
    return in_shape(operands.front(), term.shape);
}

SignalId TermWriter::add_kind(const Term::Viewed& viewed, const Term& term,
                              const std::vector<SignalId>& operands) {
    const ElementView whole = ElementView::of(model_.signal(operands.front()));
    const auto& strides = whole.strides;
    Index offset = 0;
    for (std::size_t k = 0; k < viewed.first.size(); ++k) {
        offset += viewed.first[k] * strides[k];
    }
    std::vector<Index> of_view;
    for (const auto& axis : viewed.axes) {
        of_view.push_back(
            axis.of < 0 ? 0 : axis.step * strides[static_cast<std::size_t>(axis.of)]);
    }
    return model_.add_view(operands.front(), label_ + ".view", term.shape, offset,
                           std::move(of_view));
}

SignalId TermWriter::add_kind(const Term::Broadcast&, const Term& term,
                              const std::vector<SignalId>& operands) {
    const SignalId y = new_signal("broadcast_to", term.shape);
    add_operator(Copy(operands.front(), y, false), "broadcast_to");
    return y;
}

SignalId TermWriter::add_kind(const Term::Concatenated& concatenated, const Term& term,
                              const std::vector<SignalId>& operands) {
    const SignalId y = new_signal("concat", term.shape);
    const std::vector<Index> strides = dense_strides(term.shape);
    const auto axis = static_cast<std::size_t>(concatenated.axis);
    Index first = 0;
    for (const SignalId operand : operands) {
        const Shape shape = model_.signal(operand).shape;
        const SignalId part = model_.add_view(y, label_ + ".concat", shape,
                                              first * strides[axis], strides);
        add_operator(Copy(operand, part, false), "concat");
        first += shape[axis];
    }
    return y;
}

SignalId TermWriter::add_kind(const Term::Gathered& gathered, const Term& term,
                              const std::vector<SignalId>& operands) {
    const SignalId y = new_signal("gather", term.shape);
    add_operator(Gather(operands[0], operands[1], y, gathered.axis), "gather");
    return y;
}

SignalId TermWriter::add_kind(const Term::Cumulated& cumulated, const Term& term,
                              const std::vector<SignalId>& operands) {
    const SignalId y = new_signal("cumsum", term.shape);
    add_operator(CumulativeSum(operands.front(), y, cumulated.axis, {}), "cumsum");
    return y;
}

SignalId TermWriter::add_kind(const Term::Softmax& softmax, const Term& term,
                              const std::vector<SignalId>& operands) {
    const std::string name = softmax.logarithm ? "log_softmax" : "softmax";
    const SignalId y = new_signal(name, term.shape);
    add_operator(Softmax(operands.front(), y, softmax.axis, softmax.logarithm), name);
    return y;
}

SignalId TermWriter::add_kind(const Term::Convolved& convolved, const Term& term,
                              const std::vector<SignalId>& operands) {
    const SignalId y = new_signal("conv2d", term.shape);
    const SignalId x = in_order(operands[0]);
    add_operator(ConvInc(in_order(operands[1]), x, y, convolved.shape, false),
                 "conv2d");
    return y;
}

SignalId TermWriter::add_kind(const Term::Pooled& pooled, const Term& term,
                              const std::vector<SignalId>& operands) {
    const std::string name = pooled.of_largest ? "max_pool2d" : "average_pool2d";
    const SignalId y = new_signal(name, term.shape), x = in_order(operands.front());
    if (pooled.of_largest) {
        add_operator(MaxPoolInc(x, y, pooled.shape, false), name);
    } else {
        add_operator(PoolInc(x, y, pooled.shape, false), name);
    }
    return y;
}

/// One operator for both moments: the other one is known then, too.
SignalId TermWriter::add_kind(const Term::Moment& moment, const Term& term,
                              const std::vector<SignalId>& operands) {
    const SignalId mean = new_signal("batch_mean", term.shape),
                   variance = new_signal("batch_variance", term.shape);
    add_operator(Moments(operands.front(), mean, variance), "moments");
    const Term other(Term::Moment{!moment.is_variance}, term.shape);
    known_[key_of(other, operands)] = moment.is_variance ? mean : variance;
    return moment.is_variance ? variance : mean;
}

SignalId TermWriter::add_kind(const Term::IsTraining&, const Term& term,
                              const std::vector<SignalId>&) {
    const SignalId y = new_signal("is_training", term.shape);
    add_operator(Reset(y, 0.0, 1.0), "is_training");
    return y;
}

SignalId TermWriter::new_signal(const std::string& what, const Shape& shape) {
    Signal signal;
    signal.name = label_ + '.' + what;
    signal.shape = shape;
    return model_.add_signal(std::move(signal));
}

SignalId TermWriter::in_order(SignalId signal) {
    const Shape shape = model_.signal(signal).shape;
    if (ElementView::of(model_.signal(signal)).contiguous()) {
        return signal;
    }
    const SignalId copy = new_signal("copy", shape);
    add_operator(Copy(signal, copy, false), "copy");
    return copy;
}

SignalId TermWriter::in_shape(SignalId signal, Shape shape) {
    if (model_.signal(signal).shape == shape) {
        return signal;
    }
    signal = in_order(signal);
    return model_.add_view(signal, label_ + ".reshape", shape, 0, dense_strides(shape));
}

}  // namespace nengine::engine
