#include "nengine/regularizers/orthogonal_regularizer.hpp"

#include "api/numerics/text.hpp"
#include "kernels/base/error.hpp"
#include "nengine/losses/parts.hpp"

namespace nengine {

Expression OrthogonalRegularizer::operator()(const Expression& w) const {
    const bool by_rows = mode == Mode::rows;
    if (w.rank() != 2 || w.extent(by_rows ? 0 : 1) < 2) {
        throw ShapeError(std::string(name),
                         "a parameter of shape " + shape_text(w.shape()),
                         by_rows ? "a matrix of at least two rows"
                                 : "a matrix of at least two columns");
    }
    const Expression rows = detail::unit_along(by_rows ? w : transpose(w), 1);
    const auto n = rows.extent(0);
    const Expression cosines = abs(matmul(rows, transpose(rows)));
    const Expression others = 1.0 - Expression(Array::identity(n));
    return factor / static_cast<double>(n * (n - 1)) * sum(cosines * others);
}

}  // namespace nengine
