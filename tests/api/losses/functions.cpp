#include "tests/api/losses/functions.hpp"

#include <limits>

namespace nengine::test {

namespace {

struct Calls {
    std::map<std::string, MeanCall> means;
    std::map<std::string, SumsCall> sums;
};

template <MeanFunction Function>
void add(Calls& calls, const Function& function) {
    const std::string name(Function::name);
    const bool is_taken = calls.means.count(name) > 0;
    calls.means[is_taken ? name + " as a metric" : name] = function;
}

template <SumsFunction Function>
void add(Calls& calls, const Function& function) {
    calls.sums[std::string(Function::name)] = {
        [=](const Expression& target, const Expression& output) {
            return function.sums(target, output);
        },
        [=](std::span<const double> sums, double items) {
            return function.finish(sums, items);
        }};
}

/// One with other options, by the name and what its case says of them.
template <class Function>
void add(Calls& calls, const std::string& options, const Function& function) {
    Calls one;
    add(one, function);
    for (const auto& [name, call] : one.means) {
        calls.means[name + " " + options] = call;
    }
    for (const auto& [name, call] : one.sums) {
        calls.sums[name + " " + options] = call;
    }
}

template <class Function>
void add_default(Calls& calls) {
    add(calls, Function{});
}

void add_defaults(Calls& calls) {
#define NENGINE_LOSS(type) add_default<type>(calls);
#define NENGINE_METRIC(type) add_default<type>(calls);
#include "generated/loss_types.hpp"
}

/// The same options, on other data.
template <class Function>
void add_same(Calls& calls, std::initializer_list<const char*> data) {
    for (const char* of : data) {
        add(calls, of, Function{});
    }
}

void add_binary(Calls& calls) {
    add_same<BinaryCrossentropy>(calls, {"at edges"});
    add(calls, "smoothed", BinaryCrossentropy{.label_smoothing = 0.2});
    add(calls, "of logits", BinaryCrossentropy{.from_logits = true});
    add(calls, "of large logits", BinaryCrossentropy{.from_logits = true});
    add(calls, "over samples", BinaryCrossentropy{.axis = -2});
    add_same<BinaryFocalCrossentropy>(calls, {"at edges"});
    add(calls, "smoothed", BinaryFocalCrossentropy{.label_smoothing = 0.2});
    add(calls, "of logits", BinaryFocalCrossentropy{.from_logits = true});
    add(calls, "of large logits", BinaryFocalCrossentropy{.from_logits = true});
    add(calls, "over samples", BinaryFocalCrossentropy{.axis = 0});
    add(calls, "balanced",
        BinaryFocalCrossentropy{
            .apply_class_balancing = true, .alpha = 0.3, .gamma = 1.5});
}

void add_categorical(Calls& calls) {
    add_same<CategoricalCrossentropy>(calls, {"at edges"});
    add(calls, "smoothed", CategoricalCrossentropy{.label_smoothing = 0.1});
    add(calls, "of logits", CategoricalCrossentropy{.from_logits = true});
    add(calls, "of large logits", CategoricalCrossentropy{.from_logits = true});
    add(calls, "over samples",
        CategoricalCrossentropy{.label_smoothing = 0.1, .axis = -2});
    using Sparse = SparseCategoricalCrossentropy;
    add_same<Sparse>(calls, {"at edges"});
    add(calls, "of logits", Sparse{.from_logits = true});
    add(calls, "of large logits", Sparse{.from_logits = true});
    add(calls, "ignoring -1", Sparse{.ignore_class = -1});
    add(calls, "of logits ignoring 3", Sparse{.from_logits = true, .ignore_class = 3});
}

void add_other_losses(Calls& calls) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    add(calls, "up to 0.25", Huber{.delta = 0.25});
    add_same<Hinge>(calls, {"of bits", "of -1, 0 and 1"});
    add_same<SquaredHinge>(calls, {"of bits", "of -1, 0 and 1"});
    add_same<CosineSimilarityLoss>(calls, {"of zeros"});
    add(calls, "over samples", CosineSimilarityLoss{.axis = -2});
    add(calls, "1", Regularize{.order = 1});
    add(calls, "0.5", Regularize{.order = 0.5});
    add(calls, "3 along an axis", Regularize{.order = 3, .axis = 0});
    add(calls, "inf", Regularize{.order = infinity});
}

void add_accuracies(Calls& calls) {
    add_same<Accuracy>(calls, {"of classes", "of one output"});
    add(calls, "above 0.7", BinaryAccuracy{.threshold = 0.7});
    add(calls, "2", TopKCategoricalAccuracy{.k = 2});
    add(calls, "2", SparseTopKCategoricalAccuracy{.k = 2});
    add(calls, "of what is not finite", SparseTopKCategoricalAccuracy{.k = 6});
}

template <class Function>
void add_ratio(Calls& calls) {
    add(calls, "above 0.8", Function{.thresholds = 0.8});
    add(calls, "of the best 2", Function{.top_k = 2});
    add(calls, "of class 1", Function{.class_id = 1});
    add(calls, "of class 2 among the best above 0.3",
        Function{.thresholds = 0.3, .top_k = 1, .class_id = 2});
    add_same<Function>(calls, {"of nothing"});
}

void add_sums(Calls& calls) {
    add_ratio<Precision>(calls);
    add_ratio<Recall>(calls);
    add(calls, "above 0.8", TruePositives{.thresholds = 0.8});
    add(calls, "above 0.8", TrueNegatives{.thresholds = 0.8});
    add(calls, "above 0.8", FalsePositives{.thresholds = 0.8});
    add(calls, "above 0.8", FalseNegatives{.thresholds = 0.8});
    add(calls, "of 5", AUC{.num_thresholds = 5});
    add(calls, "of logits", AUC{.from_logits = true});
    add_same<AUC>(calls, {"of nothing"});
    using Summation = AUC::Summation;
    for (const auto& [curve, of] :
         {std::pair("ROC ", AUC::Curve::ROC), std::pair("PR ", AUC::Curve::PR)}) {
        for (const auto& [name, summation] :
             {std::pair("interpolation", Summation::interpolation),
              std::pair("minoring", Summation::minoring),
              std::pair("majoring", Summation::majoring)}) {
            add(calls, std::string(curve) + name,
                AUC{.num_thresholds = 20, .curve = of, .summation_method = summation});
        }
    }
}

const Calls& all_calls() {
    static const Calls all = [] {
        Calls calls;
        add_defaults(calls);
        add_binary(calls);
        add_categorical(calls);
        add_other_losses(calls);
        add_accuracies(calls);
        add_sums(calls);
        return calls;
    }();
    return all;
}

}  // namespace

const std::map<std::string, MeanCall>& mean_calls() {
    return all_calls().means;
}
const std::map<std::string, SumsCall>& sums_calls() {
    return all_calls().sums;
}

}  // namespace nengine::test
