#pragma once

// The metrics, a line each. A new one is a header with its struct, its line here, its
// cases in tests/keras/make_losses.py and its row in docs/losses.md; tests go through
// this list.

#include "nengine/metrics/accuracy.hpp"
#include "nengine/metrics/auc.hpp"
#include "nengine/metrics/binary_accuracy.hpp"
#include "nengine/metrics/categorical_accuracy.hpp"
#include "nengine/metrics/cosine_similarity_metric.hpp"
#include "nengine/metrics/false_negatives.hpp"
#include "nengine/metrics/false_positives.hpp"
#include "nengine/metrics/precision.hpp"
#include "nengine/metrics/recall.hpp"
#include "nengine/metrics/root_mean_squared_error.hpp"
#include "nengine/metrics/sparse_categorical_accuracy.hpp"
#include "nengine/metrics/sparse_top_k_categorical_accuracy.hpp"
#include "nengine/metrics/top_k_categorical_accuracy.hpp"
#include "nengine/metrics/true_negatives.hpp"
#include "nengine/metrics/true_positives.hpp"
