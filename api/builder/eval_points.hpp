#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include "api/numerics/matrix.hpp"

namespace nengine {

/// Evaluation points [points, dimensions], shared by all that use them and made when
/// they are first asked for: many ensembles are never decoded, and points are most of
/// what is drawn for one.
class EvalPoints {
public:
    /// No points at all.
    EvalPoints() = default;
    explicit EvalPoints(Matrix points) : made_(std::make_shared<Made>()) {
        made_->points = std::move(points);
    }
    /// @param make  is called once at most, by the first of any number of threads
    explicit EvalPoints(std::function<Matrix()> make)
        : made_(std::make_shared<Made>()) {
        made_->make = std::move(make);
    }

    bool empty() const { return made_ == nullptr; }

    /// Not to be called when empty.
    const Matrix& values() const {
        std::call_once(made_->once, [this] {
            if (made_->make) {
                made_->points = std::exchange(made_->make, nullptr)();
            }
        });
        return made_->points;
    }

private:
    struct Made {
        std::once_flag once;
        std::function<Matrix()> make;
        Matrix points;
    };
    std::shared_ptr<Made> made_;
};

}  // namespace nengine
