#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/ir/model.hpp"
#include "engine/trace/term.hpp"

namespace nengine::engine {

/// Adds to a model what expressions compute: an operator for each operation, whose
/// chains the planner joins. Equal operations are there once.
class TermWriter {
public:
    /// @param label  of the user's object: operators are "label.exp"
    TermWriter(Model& model, std::string label);

    /// Where an input's numbers are. The signal has as many elements as the input.
    void bind(const TermPtr& input, SignalId signal);
    /// Adds a term and what it depends on, all of whose inputs are bound.
    /// @return  a signal with the term's shape, of its own or a view
    SignalId write(const TermPtr& term);
    /// Sets a signal with as many elements to the term's value.
    void write_to(const TermPtr& term, SignalId target);

private:
    /// What terms must agree on to be the same.
    struct Key {
        std::size_t kind = 0;
        std::vector<Index> numbers;
        std::vector<double> values;
        auto operator<=>(const Key&) const = default;
    };
    static Key key_of(const Term& term, const std::vector<SignalId>& operands);
    SignalId add(const Term& term, const std::vector<SignalId>& operands);

    SignalId add_kind(const Term::Input& input, const Term& term,
                      const std::vector<SignalId>& operands);
    SignalId add_kind(const Term::Constant& constant, const Term& term,
                      const std::vector<SignalId>& operands);
    SignalId add_kind(const Term::Pointwise& pointwise, const Term& term,
                      const std::vector<SignalId>& operands);
    SignalId add_kind(const Term::Reduced& reduced, const Term& term,
                      const std::vector<SignalId>& operands);
    SignalId add_kind(const Term::Place& place, const Term& term,
                      const std::vector<SignalId>& operands);
    SignalId add_kind(const Term::Product& product, const Term& term,
                      const std::vector<SignalId>& operands);
    SignalId add_kind(const Term::Reshaped& reshaped, const Term& term,
                      const std::vector<SignalId>& operands);
    SignalId add_kind(const Term::Viewed& viewed, const Term& term,
                      const std::vector<SignalId>& operands);
    SignalId add_kind(const Term::Broadcast& broadcast, const Term& term,
                      const std::vector<SignalId>& operands);
    SignalId add_kind(const Term::Concatenated& concatenated, const Term& term,
                      const std::vector<SignalId>& operands);
    SignalId add_kind(const Term::Gathered& gathered, const Term& term,
                      const std::vector<SignalId>& operands);
    SignalId add_kind(const Term::Cumulated& cumulated, const Term& term,
                      const std::vector<SignalId>& operands);
    SignalId add_kind(const Term::Softmax& softmax, const Term& term,
                      const std::vector<SignalId>& operands);
    SignalId add_kind(const Term::Convolved& convolved, const Term& term,
                      const std::vector<SignalId>& operands);
    SignalId add_kind(const Term::Pooled& pooled, const Term& term,
                      const std::vector<SignalId>& operands);
    SignalId add_kind(const Term::Moment& moment, const Term& term,
                      const std::vector<SignalId>& operands);
    SignalId add_kind(const Term::IsTraining& is_training, const Term& term,
                      const std::vector<SignalId>& operands);

    SignalId new_signal(const std::string& what, const Shape& shape);
    /// The signal itself, or a copy if its elements do not lie in order.
    SignalId in_order(SignalId signal);
    /// The same elements in another shape. (By value: signals may move when one is
    /// added.)
    SignalId in_shape(SignalId signal, Shape shape);
    template <class Op>
    void add_operator(Op op, const std::string& what) {
        op.label = label_ + '.' + what;
        model_.add(std::move(op));
    }

    Model& model_;
    std::string label_;
    std::unordered_map<const Term*, SignalId> written_;
    std::vector<TermPtr> kept_;  ///< so that no address is another term's later
    std::map<Key, SignalId> known_;
};

}  // namespace nengine::engine
