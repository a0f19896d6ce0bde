#pragma once

#include <cstring>
#include <vector>

#include "kernels/base/index.hpp"
#include "nengine/tensor.hpp"

namespace nengine {

/// Gathers a probe's samples, [items, rows, size], as the engine hands them over.
class Collector {
public:
    Collector(Index items, Index rows, Index size, DType dtype)
        : items_(items), rows_(rows), size_(size), is_float_(dtype == DType::float32) {
        const auto count = static_cast<std::size_t>(items * rows * size);
        is_float_ ? floats_.resize(count) : doubles_.resize(count);
    }

    /// `values` [items, rows, size] of the engine's dtype.
    void put(Index first_item, Index items, Index first_row, Index rows,
             const void* values) {
        if (is_float_) {
            copy(floats_, static_cast<const float*>(values), first_item, items,
                 first_row, rows);
        } else {
            copy(doubles_, static_cast<const double*>(values), first_item, items,
                 first_row, rows);
        }
    }

    /// The first `rows` rows of every item.
    Tensor take(Index rows) {
        return is_float_ ? take(floats_, rows) : take(doubles_, rows);
    }
    Tensor take() { return take(rows_); }
    /// A copy of them, while more is being put.
    Tensor copy_of(Index rows) const {
        return is_float_ ? copy_of(floats_, rows) : copy_of(doubles_, rows);
    }

private:
    template <class Real>
    void copy(std::vector<Real>& to, const Real* from, Index first_item, Index items,
              Index first_row, Index rows) {
        const Index block = rows * size_;
        if (block == 0) {
            return;  // empty ranges have no address
        }
        for (Index i = 0; i < items; ++i) {
            std::memcpy(to.data() + ((first_item + i) * rows_ + first_row) * size_,
                        from + i * block,
                        static_cast<std::size_t>(block) * sizeof(Real));
        }
    }

    template <class Real>
    Tensor take(std::vector<Real>& from, Index rows) {
        if (rows == 0) {
            from.clear();
        } else if (rows != rows_) {
            for (Index i = 0; i < items_; ++i) {
                std::memmove(from.data() + i * rows * size_,
                             from.data() + i * rows_ * size_,
                             static_cast<std::size_t>(rows * size_) * sizeof(Real));
            }
            from.resize(static_cast<std::size_t>(items_ * rows * size_));
        }
        return Tensor({items_, rows, size_}, std::move(from));
    }

    template <class Real>
    Tensor copy_of(const std::vector<Real>& from, Index rows) const {
        Collector copy(items_, rows, size_, dtype_of<Real>);
        for (Index i = 0; i < items_; ++i) {
            copy.put(i, 1, 0, rows, from.data() + i * rows_ * size_);
        }
        return copy.take();
    }

    Index items_, rows_, size_;
    bool is_float_;
    std::vector<float> floats_;
    std::vector<double> doubles_;
};

}  // namespace nengine
