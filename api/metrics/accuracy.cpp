#include "nengine/metrics/accuracy.hpp"

#include "nengine/losses/parts.hpp"
#include "nengine/metrics/binary_accuracy.hpp"
#include "nengine/metrics/categorical_accuracy.hpp"
#include "nengine/metrics/sparse_categorical_accuracy.hpp"

namespace nengine {

Expression Accuracy::operator()(const Expression& target,
                                const Expression& output) const {
    const Expression wanted = detail::counted(target, last_step);
    const Expression got = detail::counted(output, last_step);
    if (got.extent(-1) == 1) {
        return BinaryAccuracy{}(wanted, got);
    }
    return wanted.extent(-1) == 1 ? SparseCategoricalAccuracy{}(wanted, got)
                                  : CategoricalAccuracy{}(wanted, got);
}

}  // namespace nengine
