#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/ir/indexed_vector.hpp"
#include "engine/ir/names.hpp"
#include "engine/ir/shared_values.hpp"
#include "kernels/base/dtype.hpp"
#include "kernels/base/shape.hpp"
#include "kernels/base/view.hpp"

namespace nengine::engine {

struct Signal;
using SignalId = Id<Signal>;
inline constexpr SignalId no_signal = -1;

/// The number of elements of a shape; 1 for the empty one (a scalar).
Index shape_size(const Shape& shape);
/// "(3, 4)", as Nengo's users know it.
std::string to_string(const Shape& shape);
/// Row-major strides, in elements.
std::vector<Index> dense_strides(const Shape& shape);
void fill_dense_strides(const Shape& shape, std::span<Index> strides);

/// An array that operators read and write once per step: Nengo's signal.
///
/// A base signal owns elements; a view names some of its base's elements by offset and
/// strides (in elements; negative for reversed slices).
struct Signal {
    std::string name;
    Shape shape;
    std::optional<DType> dtype;  ///< absent: the one that the replica computes in
    /// Row-major values at step 0 (base signals only); empty means zeros. For a signal
    /// that no operator writes, its constant value.
    SharedValues initial;
    /// The name under which a parameter is saved and loaded; empty if it is none.
    std::string parameter;
    bool trainable = false;  ///< changed by the optimizer
    bool learned = false;    ///< changed by a learning rule while simulating
    /// Changed by minibatches of training, not by the optimizer: a moving average, of
    /// which all items have the same.
    bool statistic = false;
    bool readonly = false;  ///< never written

    SignalId base = no_signal;  ///< `no_signal` for a base signal
    Index offset = 0;
    std::vector<Index> strides;

    Index size() const { return shape_size(shape); }
    /// What messages and checkpoints call it.
    const std::string& known_as() const { return parameter.empty() ? name : parameter; }
    bool is_view() const { return base != no_signal; }
};

/// What a replica hands in or out, carries or trains has its dtype.
/// @throws BuildError  the signal states another one; `what` the replica does with it
void need_dtype(const Signal& signal, DType dtype, const std::string& what);

}  // namespace nengine::engine
