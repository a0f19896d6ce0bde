#pragma once

#include <optional>
#include <string>

#include "nengine/callbacks.hpp"

namespace nengine::detail {

/// A value of the epochs that a callback goes by.
class Monitor {
public:
    /// `larger_by_name`: what "auto" means for this name.
    /// @throws ValidationError  the mode is none of "auto", "min" and "max"
    Monitor(std::string callback, std::string name, const std::string& mode,
            bool larger_by_name);

    /// Of this epoch; warns once that there is none.
    std::optional<double> value(const Training& training, const Logs& logs);
    /// NaN is never better.
    bool is_better(double value, double than) const;
    double worsened(double value, double margin) const;
    /// Any number is better than this.
    double worst() const;

private:
    std::string callback_, name_;
    bool larger_;
    bool has_warned_ = false;
};

/// "loss, val_loss"
std::string names_of(const Logs& logs);

}  // namespace nengine::detail
