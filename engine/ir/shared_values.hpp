#pragma once

#include <initializer_list>
#include <memory>
#include <utility>
#include <vector>

namespace nengine::engine {

/// Numbers that copies share: replaced as a whole, never changed in place. A model's
/// weights are copied with it from layer to layer, and may be most of its memory.
class SharedValues {
public:
    using value_type = double;
    using const_iterator = std::vector<double>::const_iterator;

    SharedValues() : SharedValues(std::vector<double>{}) {}
    SharedValues(std::vector<double> values)
        : values_(std::make_shared<const std::vector<double>>(std::move(values))) {}
    SharedValues(std::initializer_list<double> values)
        : SharedValues(std::vector<double>(values)) {}

    operator const std::vector<double>&() const { return *values_; }
    bool empty() const { return values_->empty(); }
    std::size_t size() const { return values_->size(); }
    const double* data() const { return values_->data(); }
    double operator[](std::size_t i) const { return (*values_)[i]; }
    auto begin() const { return values_->begin(); }
    auto end() const { return values_->end(); }
    bool operator==(const SharedValues& other) const {
        return values_ == other.values_ || *values_ == *other.values_;
    }

private:
    std::shared_ptr<const std::vector<double>> values_;
};

}  // namespace nengine::engine
