#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>

#include "nengine/losses.hpp"

namespace nengine::test {

using MeanCall = std::function<Expression(const Expression&, const Expression&)>;

struct SumsCall {
    MeanCall sums;
    std::function<double(std::span<const double>, double)> finish;
};

/// Every loss and metric of the lists by its name, with the options that it has by
/// default, and some with others, by the name of the case in tests/keras/losses.json. A
/// metric that has a loss's name is called "... as a metric".
const std::map<std::string, MeanCall>& mean_calls();
const std::map<std::string, SumsCall>& sums_calls();

}  // namespace nengine::test
