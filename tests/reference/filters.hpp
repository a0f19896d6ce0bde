#pragma once

#include <cstddef>
#include <vector>

#include "kernels/filter_scan.hpp"

// Discrete linear filters of one channel, in double.

namespace nengine::reference {

using namespace kernels;

struct Filter {
    FilterForm form{};
    std::size_t order = 0;
    std::vector<double> coefficients;  ///< A row by row, B, C, D; or the weights
    std::vector<double> x;             ///< state

    double step(double u) {
        const auto& k = coefficients;
        const std::size_t b = order * order, c = b + order, d = c + order;
        switch (form) {
            case FilterForm::gain:
                return k[0] * u;
            case FilterForm::first_order:
                x[0] = k[0] * x[0] + k[1] * u;
                return x[0];
            case FilterForm::state_first:
                update(b, u);
                return output(c);
            case FilterForm::finite: {
                x.insert(x.begin(), u);
                double y = 0;
                for (std::size_t i = 0; i <= order; ++i) {
                    y += k[i] * x[i];
                }
                x.pop_back();
                return y;
            }
            case FilterForm::output_first: {
                const double y = output(c) + k[d] * u;
                update(b, u);
                return y;
            }
        }
        return 0;
    }

private:
    double output(std::size_t c) const {
        double y = 0;
        for (std::size_t i = 0; i < order; ++i) {
            y += coefficients[c + i] * x[i];
        }
        return y;
    }
    void update(std::size_t b, double u) {
        std::vector<double> next(order);
        for (std::size_t i = 0; i < order; ++i) {
            next[i] = coefficients[b + i] * u;
            for (std::size_t j = 0; j < order; ++j) {
                next[i] += coefficients[i * order + j] * x[j];
            }
        }
        x = next;
    }
};

}  // namespace nengine::reference
