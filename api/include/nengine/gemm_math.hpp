#pragma once

#include "kernels/base/gemm_math.hpp"
