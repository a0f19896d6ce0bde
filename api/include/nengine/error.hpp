#pragma once

#include "kernels/base/error.hpp"
