#pragma once

// The losses, a line each. A new one is a header with its struct, its line here, its
// cases in tests/keras/make_losses.py and its row in docs/losses.md; tests go through
// this list.

#include "nengine/losses/binary_crossentropy.hpp"
#include "nengine/losses/binary_focal_crossentropy.hpp"
#include "nengine/losses/categorical_crossentropy.hpp"
#include "nengine/losses/categorical_hinge.hpp"
#include "nengine/losses/cosine_similarity_loss.hpp"
#include "nengine/losses/hinge.hpp"
#include "nengine/losses/huber.hpp"
#include "nengine/losses/kl_divergence.hpp"
#include "nengine/losses/log_cosh.hpp"
#include "nengine/losses/mean_absolute_error.hpp"
#include "nengine/losses/mean_absolute_percentage_error.hpp"
#include "nengine/losses/mean_squared_error.hpp"
#include "nengine/losses/mean_squared_logarithmic_error.hpp"
#include "nengine/losses/nan_mean_squared_error.hpp"
#include "nengine/losses/poisson.hpp"
#include "nengine/losses/regularize.hpp"
#include "nengine/losses/sparse_categorical_crossentropy.hpp"
#include "nengine/losses/squared_hinge.hpp"
