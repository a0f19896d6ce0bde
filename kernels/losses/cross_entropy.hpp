#pragma once

#include <cmath>

#include "kernels/base/macros.hpp"
#include "kernels/base/view.hpp"

namespace nengine::kernels {

/// Numbers that lie `stride` apart, one per class.
template <class Real>
struct Classes {
    Real* data;
    Index stride, n;

    NENGINE_HD Real& operator[](Index i) const { return data[i * stride]; }
};

// An entropy is made from what was predicted, and from where the gradient will lie, if
// one is wanted (else null): what the value costs and the derivative needs again waits
// there. derivative(x, label, i) is asked for once for each class, and is then written
// to the gradient at i.

/// -log softmax(logits)[label], computed from logits less their maximum.
template <class Real>
struct LogitCrossEntropy {
    Real highest, sum;           ///< of the logits; of exp(logit - highest)
    Classes<Real> exponentials;  ///< exp(logit - highest), if a gradient is wanted

    NENGINE_HD LogitCrossEntropy(const Classes<const Real>& logits,
                                 const Classes<Real>& gradient)
        : highest(logits[0]), sum(0), exponentials(gradient) {
        for (Index i = 1; i < logits.n; ++i) {
            highest = logits[i] > highest ? logits[i] : highest;
        }
        for (Index i = 0; i < logits.n; ++i) {
            const Real exponential = std::exp(logits[i] - highest);
            sum += exponential;
            if (exponentials.data != nullptr) {
                exponentials[i] = exponential;
            }
        }
    }

    NENGINE_HD Real value(const Classes<const Real>& logits, Index label) const {
        return std::log(sum) - (logits[label] - highest);
    }

    /// softmax(logits)[i] - [i == label]
    NENGINE_HD Real derivative(const Classes<const Real>&, Index label, Index i) const {
        return exponentials[i] / sum - (i == label ? Real(1) : Real(0));
    }
};

/// -log q[label] with q = p / sum(p) clipped to [1e-7, 1 - 1e-7]. Where the clip holds,
/// q[label] is constant and the gradient 0.
template <class Real>
struct ProbabilityCrossEntropy {
    static constexpr Real lowest = static_cast<Real>(1e-7);
    static constexpr Real highest = Real(1) - lowest;

    Real sum;

    NENGINE_HD ProbabilityCrossEntropy(const Classes<const Real>& p,
                                       const Classes<Real>&)
        : sum(0) {
        for (Index i = 0; i < p.n; ++i) {
            sum += p[i];
        }
    }

    NENGINE_HD Real value(const Classes<const Real>& p, Index label) const {
        Real q = p[label] / sum;
        q = q < lowest ? lowest : q;
        q = q > highest ? highest : q;
        return -std::log(q);
    }

    /// 1 / sum - [i == label] / p[label]
    NENGINE_HD Real derivative(const Classes<const Real>& p, Index label,
                               Index i) const {
        const Real q = p[label] / sum;
        if (q < lowest || q > highest) {
            return Real(0);
        }
        return Real(1) / sum - (i == label ? Real(1) / p[label] : Real(0));
    }
};

}  // namespace nengine::kernels
