#include <cmath>

#include "tests/api/expressions/naive_terms.hpp"
#include "tests/api/helpers.hpp"

// What losses and metrics do with options, targets and labels of every kind, where
// Keras has no number to compare with.

namespace nengine::test {

namespace {

using ::testing::ElementsAre;

std::vector<double> value(const Expression& x) {
    return NaiveTerms({}).value(x.term()).values;
}

/// Whoever has a name and can be called is a loss.
struct Within {
    std::string_view name = "within";
    double distance = 0.1;
    Expression operator()(const Expression& target, const Expression& output) const {
        return abs(output - target) < distance;
    }
};
static_assert(MeanFunction<Within> && !SumsFunction<Within>);
static_assert(MeanFunction<CosineSimilarityLoss> && !SumsFunction<MeanSquaredError>);
static_assert(SumsFunction<AUC> && !MeanFunction<AUC>);
static_assert(!MeanFunction<double> && !SumsFunction<double>);

TEST(LossFunctions, OfTheLastStepSeeIt) {
    const Array target({3, 2}, {1, 2, 3, 4, 5, 6}), output({3, 2}, {0, 0, 0, 0, 6, 9});
    const Array label({3, 1}, {0, 0, 1});

    EXPECT_THAT(value(MeanSquaredError{.last_step = true}(target, output)),
                ElementsAre(5));
    EXPECT_THAT(value(Accuracy{.last_step = true}(label, output)), ElementsAre(1));
    EXPECT_THAT(value(SparseCategoricalCrossentropy{.from_logits = true,
                                                    .last_step = true}(label, output)),
                near_to({std::log1p(std::exp(-3.0))}));
}

TEST(LossFunctions, TakeTargetsThatAreHeld) {
    const Array target({1, 2}, {1, 0}), label({1, 1}, {1.0});
    const Array output({2, 2}, {1, 0, 0, 3});

    EXPECT_THAT(value(MeanAbsoluteError{}(target, output)), ElementsAre(0, 2));
    EXPECT_THAT(value(SparseCategoricalAccuracy{}(label, output)), ElementsAre(0, 1));
    EXPECT_THAT(value(SparseTopKCategoricalAccuracy{.k = 1}(label, output)),
                ElementsAre(0, 1));
    EXPECT_THAT(value(Precision{}.sums(target, output)), ElementsAre(1, 1, 1, 1));
    EXPECT_THAT(value(AUC{.num_thresholds = 2}.sums(target, output)),
                ElementsAre(2, 0, 2, 0));
}

TEST(LossFunctions, OfLabelsThatAreNoClassesAreNaN) {
    const Array output({4, 3}, std::vector<double>(12, 0.5));
    const Array label({4, 1}, {-1, 3, 1.5, 2});

    const auto loss = value(SparseCategoricalCrossentropy{}(label, output));

    EXPECT_TRUE(std::isnan(loss[0]) && std::isnan(loss[1]) && std::isnan(loss[2]));
    EXPECT_NEAR(loss[3], std::log(3.0), 1e-12);
    EXPECT_THAT(value(SparseTopKCategoricalAccuracy{}(Array({1, 1}, {3.0}),
                                                      Array({1, 3}, {1.0, 2.0, 3.0}))),
                ElementsAre(0));
}

TEST(LossFunctions, OfIgnoredSamplesAloneAreZero) {
    const Array output({2, 3}, std::vector<double>(6, 0.5));
    const SparseCategoricalCrossentropy loss{.ignore_class = 1};

    EXPECT_THAT(value(loss(Array({2, 1}, {1.0, 1.0}), output)), ElementsAre(0, 0));
    // The mean over all is that over the others.
    EXPECT_THAT(value(loss(Array({2, 1}, {1.0, 2.0}), output)),
                near_to({0, 2 * std::log(3.0)}));
}

TEST(LossFunctions, RegularizeSamplesOfSeveralAxes) {
    const Array target({1, 1}, {0.0});
    const Array output({1, 2, 2}, {3, 0, 4, 1});

    EXPECT_THAT(value(Regularize{.axis = 0}(target, output)), near_to({5, 1}));
    EXPECT_THAT(value(Regularize{.axis = -1}(target, output)),
                near_to({3, std::sqrt(17.0)}));
    EXPECT_THAT(value(Regularize{.order = 0.5}(target, output)),
                near_to({std::pow(std::sqrt(3.0) + 3, 2)}));
}

TEST(LossFunctions, NameWhatTheyCannotTake) {
    const Array two({3, 2}, std::vector<double>(6, 0.5));
    const auto needs_labels = [&](const auto& function) {
        return message<ShapeError>([&] { function(two, two); });
    };

    EXPECT_EQ(needs_labels(SparseCategoricalCrossentropy{}),
              "sparse_categorical_crossentropy: got targets of shape (3, 2), needs "
              "labels, (samples, 1)");
    EXPECT_EQ(needs_labels(SparseCategoricalAccuracy{}),
              "sparse_categorical_accuracy: got targets of shape (3, 2), needs labels, "
              "(samples, 1)");
    EXPECT_EQ(needs_labels(SparseTopKCategoricalAccuracy{}),
              "sparse_top_k_categorical_accuracy: got targets of shape (3, 2), needs "
              "labels, (samples, 1)");
    EXPECT_EQ(message<ValidationError>([&] { Regularize{.order = 0}(two, two); }),
              "regularize: got order 0.000000, needs one above 0");
    EXPECT_EQ(message<ValidationError>([&] { Regularize{.axis = 1}(two, two); }),
              "regularize: got axis 1, needs one of 1 axes");
    EXPECT_EQ(
        message<ValidationError>([&] { AUC{.num_thresholds = 1}.sums(two, two); }),
        "auc: got 1 thresholds, needs at least 2");
}

}  // namespace
}  // namespace nengine::test
