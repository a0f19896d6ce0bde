#include "api/numerics/parallel_for.hpp"

#include <exception>
#include <vector>

namespace nengine {

void parallel_for(std::size_t count, const std::function<void(std::size_t)>& work) {
    std::vector<std::exception_ptr> errors(count);
#pragma omp parallel for schedule(dynamic) if (count > 1)
    for (std::size_t i = 0; i < count; ++i) {
        try {
            work(i);
        } catch (...) {
            errors[i] = std::current_exception();
        }
    }
    for (const auto& error : errors) {
        if (error) {
            std::rethrow_exception(error);
        }
    }
}

}  // namespace nengine
