#include "tests/api/expressions/naive_terms.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <stdexcept>

#include "tests/reference/naive_convolution.hpp"
#include "tests/reference/naive_tensors.hpp"
#include "tests/reference/pointwise_operations.hpp"

namespace nengine::test {

using engine::Reduction;
using engine::Term;
using engine::TermPtr;

namespace {

using Place = std::vector<Index>;

/// Calls `visit(place)` for the elements of a shape, in their order.
void each_place(const Shape& shape, const std::function<void(const Place&)>& visit) {
    Place place(shape.size(), 0);
    if (std::ranges::count(shape, 0) > 0) {
        return;
    }
    while (true) {
        visit(place);
        std::size_t k = shape.size();
        while (k > 0 && ++place[k - 1] == shape[k - 1]) {
            place[--k] = 0;
        }
        if (k == 0) {
            return;
        }
    }
}

std::size_t position(const Shape& shape, const Place& place) {
    Index result = 0;
    for (std::size_t k = 0; k < shape.size(); ++k) {
        result = result * shape[k] + place[k];
    }
    return static_cast<std::size_t>(result);
}

/// The element of an operand that belongs to a place of the result.
double repeated(const NaiveTensor& of, const Place& place) {
    Place own(place.end() - static_cast<std::ptrdiff_t>(of.shape.size()), place.end());
    for (std::size_t k = 0; k < own.size(); ++k) {
        own[k] = of.shape[k] == 1 ? 0 : own[k];
    }
    return of.values[position(of.shape, own)];
}

using Operands = std::vector<const NaiveTensor*>;

class Evaluation {
public:
    Evaluation(const Term& term, const Operands& operands)
        : term_(term), operands_(operands) {}

    std::vector<double> operator()(const Term::Input& input) const {
        throw std::logic_error("no value for " + input.name);
    }
    std::vector<double> operator()(const Term::Moment&) const {
        throw std::logic_error("no value for what is computed over items");
    }
    std::vector<double> operator()(const Term::IsTraining&) const {
        throw std::logic_error("no value for what depends on the phase");
    }
    std::vector<double> operator()(const Term::Constant& constant) const {
        return constant.values;
    }
    std::vector<double> operator()(const Term::Pointwise& pointwise) const {
        const auto& f = reference::pointwise_references().at(
            std::string(engine::name_of(pointwise.op)));
        return each([&](const Place& place) {
            reference::PointwiseReference::Operands x{};
            for (std::size_t k = 0; k < operands_.size(); ++k) {
                x[k] = repeated(*operands_[k], place);
            }
            return f.value(x);
        });
    }
    std::vector<double> operator()(const Term::Reduced& reduced) const {
        return each([&](const Place& place) {
            std::vector<double> group;
            each_place(x().shape, [&](const Place& at) {
                if (belongs(at, place)) {
                    group.push_back(x().values[position(x().shape, at)]);
                }
            });
            return reduce(reduced.kind, group);
        });
    }
    std::vector<double> operator()(const Term::Place& wanted) const {
        const auto axis = static_cast<std::size_t>(wanted.axis);
        return each([&](const Place& place) {
            double best = 0, found = 0;
            for (Index i = 0; i < x().shape[axis]; ++i) {
                Place at = place;
                at[axis] = i;
                const double value = x().values[position(x().shape, at)];
                if (i == 0 || (wanted.of_largest ? value > best : value < best)) {
                    best = value;
                    found = static_cast<double>(i);
                }
            }
            return found;
        });
    }
    std::vector<double> operator()(const Term::Product&) const {
        const NaiveTensor &a = *operands_[0], &b = *operands_[1];
        return each([&](const Place& place) {
            double sum = 0;
            for (Index i = 0; i < a.shape.back(); ++i) {
                Place left = place, right = place;
                left.back() = i;
                right[right.size() - 2] = i;
                sum += repeated(a, left) * repeated(b, right);
            }
            return sum;
        });
    }
    std::vector<double> operator()(const Term::Reshaped&) const { return x().values; }
    std::vector<double> operator()(const Term::Viewed& viewed) const {
        return each([&](const Place& place) {
            Place at = viewed.first;
            for (std::size_t k = 0; k < place.size(); ++k) {
                if (viewed.axes[k].of >= 0) {
                    at[static_cast<std::size_t>(viewed.axes[k].of)] +=
                        place[k] * viewed.axes[k].step;
                }
            }
            return x().values.at(position(x().shape, at));
        });
    }
    std::vector<double> operator()(const Term::Broadcast&) const {
        return each([&](const Place& place) { return repeated(x(), place); });
    }
    std::vector<double> operator()(const Term::Concatenated& concatenated) const {
        const auto axis = static_cast<std::size_t>(concatenated.axis);
        return each([&](const Place& place) {
            Place at = place;
            std::size_t k = 0;
            while (at[axis] >= operands_[k]->shape[axis]) {
                at[axis] -= operands_[k]->shape[axis];
                ++k;
            }
            return operands_[k]->values[position(operands_[k]->shape, at)];
        });
    }

    std::vector<double> operator()(const Term::Gathered& gathered) const {
        const auto axis = static_cast<std::size_t>(gathered.axis);
        const NaiveTensor& index = *operands_[1];
        const std::size_t rank = index.shape.size();
        return each([&](const Place& place) {
            const auto begin = place.begin() + gathered.axis;
            const Place named(begin, begin + static_cast<std::ptrdiff_t>(rank));
            double i = std::nearbyint(index.values[position(index.shape, named)]);
            i += i < 0 ? static_cast<double>(x().shape[axis]) : 0;
            if (!(i >= 0 && i < static_cast<double>(x().shape[axis]))) {
                return std::numeric_limits<double>::quiet_NaN();
            }
            Place at(place.begin(), begin);
            at.push_back(static_cast<Index>(i));
            at.insert(at.end(), begin + static_cast<std::ptrdiff_t>(rank), place.end());
            return x().values[position(x().shape, at)];
        });
    }
    std::vector<double> operator()(const Term::Cumulated& cumulated) const {
        const auto axis = static_cast<std::size_t>(cumulated.axis);
        return each([&](const Place& place) {
            double sum = 0;
            for (Place at = place; at[axis] >= 0; --at[axis]) {
                sum += x().values[position(x().shape, at)];
            }
            return sum;
        });
    }
    std::vector<double> operator()(const Term::Softmax& softmax) const {
        const auto axis = static_cast<std::size_t>(softmax.axis);
        return each([&](const Place& place) {
            std::vector<double> line;
            Place at = place;
            for (at[axis] = 0; at[axis] < x().shape[axis]; ++at[axis]) {
                line.push_back(x().values[position(x().shape, at)]);
            }
            return reference::naive_softmax(line, static_cast<std::size_t>(place[axis]),
                                            softmax.logarithm);
        });
    }
    std::vector<double> operator()(const Term::Convolved& convolved) const {
        return reference::naive_convolution(convolved.shape, x().values,
                                            operands_[1]->values);
    }
    std::vector<double> operator()(const Term::Pooled& pooled) const {
        return pooled.of_largest
                   ? reference::naive_max_pool(pooled.shape, x().values)
                   : reference::naive_average_pool(pooled.shape, x().values);
    }

private:
    const NaiveTensor& x() const { return *operands_.front(); }

    std::vector<double> each(const std::function<double(const Place&)>& value) const {
        std::vector<double> result;
        each_place(term_.shape,
                   [&](const Place& place) { result.push_back(value(place)); });
        return result;
    }

    /// Whether an element of x is reduced into a place of the result.
    bool belongs(const Place& at, const Place& place) const {
        for (std::size_t k = 0; k < at.size(); ++k) {
            if (term_.shape[k] == x().shape[k] && at[k] != place[k]) {
                return false;
            }
        }
        return true;
    }

    static double reduce(Reduction kind, const std::vector<double>& group) {
        double result = group.front();
        for (std::size_t i = 1; i < group.size(); ++i) {
            result = kind == Reduction::sum       ? result + group[i]
                     : kind == Reduction::product ? result * group[i]
                     : kind == Reduction::max     ? std::max(result, group[i])
                                                  : std::min(result, group[i]);
        }
        return result;
    }

    const Term& term_;
    const Operands& operands_;
};

}  // namespace

const NaiveTensor& NaiveTerms::value(const TermPtr& term) {
    const auto found = known_.find(term.get());
    if (found != known_.end()) {
        return found->second;
    }
    Operands operands;
    for (const TermPtr& operand : term->operands) {
        operands.push_back(&value(operand));
    }
    NaiveTensor result{term->shape,
                       std::visit(Evaluation(*term, operands), term->kind)};
    return known_.emplace(term.get(), std::move(result)).first->second;
}

}  // namespace nengine::test
