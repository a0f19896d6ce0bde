#pragma once

#include <map>
#include <vector>

#include "engine/trace/term.hpp"

// What terms mean, element by element in double precision: the oracle for what they are
// planned as.

namespace nengine::test {

struct NaiveTensor {
    Shape shape;
    std::vector<double> values;
};

/// By input of the function.
using NaiveInputs = std::map<const engine::Term*, NaiveTensor>;

/// Keeps the values of terms that it has seen: one object for one step of one item.
class NaiveTerms {
public:
    explicit NaiveTerms(NaiveInputs inputs) : known_(std::move(inputs)) {}
    const NaiveTensor& value(const engine::TermPtr& term);

private:
    NaiveInputs known_;
};

}  // namespace nengine::test
