#include "kernels/loss.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/support/blocks.hpp"
#include "tests/support/on_each_device.hpp"

namespace nengine::test {

using namespace kernels;
namespace {

constexpr Index steps = 3, batch = 5, n = 11, valid = 4, rows = steps * batch;
constexpr double scale = 0.25;

template <class Real>
struct LossResult {
    double loss;
    std::vector<Real> gradient;
};

enum class Kind { squares, logits, probabilities };

class Loss : public OnEachDevice {
protected:
    template <class Real>
    LossResult<Real> run(Kind kind, const std::vector<Real>& prediction,
                         const std::vector<Real>& target, double before = 0,
                         bool with_gradient = true) const {
        const Buffer p = upload(prediction), t = upload(target);
        const Buffer d = upload(std::vector<Real>(prediction.size(), Real(9)));
        const Buffer loss = upload(std::vector<double>{before});
        LossArgs<Real> args;
        args.prediction = dense<const Real>(p.as<Real>(), steps, batch, 1, n);
        args.target = dense<const Real>(t.as<Real>(), steps, batch, 1,
                                        kind == Kind::squares ? n : 1);
        args.valid = valid;
        args.scale = static_cast<Real>(scale);
        args.loss = loss.as<double>();
        if (with_gradient) {
            args.dL_dprediction = dense(d.as<Real>(), steps, batch, 1, n);
        }
        device().run([&](const auto& exec) {
            if (kind == Kind::squares) {
                mean_squared_error(exec, args);
            } else {
                sparse_categorical_crossentropy(exec, args, kind == Kind::logits);
            }
        });
        return {download<double>(loss)[0], download<Real>(d)};
    }

    /// The mean squared error of numbers that lie `apart` from one another.
    LossResult<float> squares(const std::vector<float>& prediction,
                              const std::vector<float>& target, Index n_steps,
                              Index n_valid, Index apart) const {
        const auto stride = static_cast<std::size_t>(apart);
        const auto spread = [&](const std::vector<float>& from) {
            std::vector<float> to(from.size() * stride, 9.0F);
            for (std::size_t i = 0; i < from.size(); ++i) {
                to[i * stride] = from[i];
            }
            return to;
        };
        const Buffer p = upload(spread(prediction)), t = upload(spread(target));
        const Buffer d = upload(spread(target)), loss = upload(std::vector<double>{1});
        const auto block = [&](const Buffer& buffer) {
            auto all = dense(buffer.as<float>(), n_steps, batch, 1, n * apart);
            all.cols = n;
            all.col_stride = apart;
            return all;
        };
        const LossArgs<float> args{.prediction = block(p),
                                   .target = block(t),
                                   .valid = n_valid,
                                   .scale = 0.25F,
                                   .loss = loss.as<double>(),
                                   .dL_dprediction = block(d)};
        device().run([&](const auto& exec) { mean_squared_error(exec, args); });
        const auto all = download<float>(d);
        LossResult<float> result{download<double>(loss)[0], {}};
        for (std::size_t i = 0; i < all.size(); i += stride) {
            result.gradient.push_back(all[i]);
        }
        return result;
    }

    /// The loss by the book, in double.
    static double plain(Kind kind, const std::vector<double>& p,
                        const std::vector<double>& target) {
        double loss = 0;
        for (std::size_t row = 0; row < rows; ++row) {
            if (row % batch >= valid) {
                continue;
            }
            const double* x = &p[row * n];
            if (kind == Kind::squares) {
                for (std::size_t i = 0; i < n; ++i) {
                    const double e = x[i] - target[row * n + i];
                    loss += e * e;
                }
                continue;
            }
            double sum = 0;
            for (std::size_t i = 0; i < n; ++i) {
                sum += kind == Kind::logits ? std::exp(x[i]) : x[i];
            }
            const double of_label = x[static_cast<std::size_t>(target[row])];
            const double q =
                (kind == Kind::logits ? std::exp(of_label) : of_label) / sum;
            loss -= std::log(
                kind == Kind::logits ? q : std::fmin(std::fmax(q, 1e-7), 1 - 1e-7));
        }
        return scale * loss;
    }

    static std::vector<double> targets(Kind kind) {
        if (kind == Kind::squares) {
            return uniform<double>(rows * n, -1, 1, 2);
        }
        auto labels = uniform<double>(rows, 0, n, 2);
        for (double& label : labels) {
            label = std::floor(label);
        }
        return labels;
    }

    static std::vector<double> predictions(Kind kind) {
        return kind == Kind::probabilities ? uniform<double>(rows * n, 0.01, 1, 1)
                                           : uniform<double>(rows * n, -3, 3, 1);
    }
};

const Kind kinds[] = {Kind::squares, Kind::logits, Kind::probabilities};

TEST_P(Loss, HasTheValueByTheBook) {
    for (const Kind kind : kinds) {
        const auto p = predictions(kind), t = targets(kind);
        const double want = plain(kind, p, t);
        EXPECT_NEAR(run(kind, p, t).loss, want, 1e-12 * want);
        EXPECT_NEAR(run(kind, p, t, 2.5).loss, 2.5 + want, 1e-12 * want);
        EXPECT_NEAR(run(kind, convert<float>(p), convert<float>(t)).loss, want,
                    1e-6 * want);
    }
}

TEST_P(Loss, GradientIsTheDerivativeAndZeroForPaddedItems) {
    constexpr double h = 1e-6;
    for (const Kind kind : kinds) {
        const auto p = predictions(kind), t = targets(kind);
        const auto got = run(kind, p, t).gradient;
        for (std::size_t i = 0; i < p.size(); ++i) {
            auto above = p, below = p;
            above[i] += h;
            below[i] -= h;
            const double want =
                (plain(kind, above, t) - plain(kind, below, t)) / (2 * h);
            ASSERT_NEAR(got[i], want, 1e-7 * (1 + std::fabs(want)));
            if (i / n % batch >= valid) {
                ASSERT_EQ(got[i], 0.0);
            }
        }
    }
}

TEST_P(Loss, WithoutGradientWritesTheValueAlone) {
    for (const Kind kind : kinds) {
        const auto p = predictions(kind), t = targets(kind);
        const auto got = run(kind, p, t, 0, false);
        EXPECT_EQ(got.loss, run(kind, p, t).loss);
        EXPECT_EQ(got.gradient, std::vector<double>(p.size(), 9.0));
    }
}

TEST_P(Loss, LargeLogitsDoNotOverflow) {
    auto p = convert<float>(predictions(Kind::logits));
    for (float& value : p) {
        value *= 1e4F;
    }
    const auto got = run(Kind::logits, p, convert<float>(targets(Kind::logits)));
    EXPECT_TRUE(std::isfinite(got.loss));
    for (const float value : got.gradient) {
        ASSERT_TRUE(std::isfinite(value));
    }
}

// Dense operands are one line for the kernel, others are not.
TEST_P(Loss, OfSquaresIsTheSameWhateverTheStrides) {
    struct Case {
        Index steps, valid;
    };
    for (const Case c : {Case{3, batch}, Case{3, 4}, Case{1, 4}, Case{1, 0}}) {
        const auto p = uniform<float>(c.steps * batch * n, -1, 1, 1);
        const auto t = uniform<float>(c.steps * batch * n, -1, 1, 2);
        const auto line = squares(p, t, c.steps, c.valid, 1);
        const auto apart = squares(p, t, c.steps, c.valid, 2);
        EXPECT_EQ(line.loss, apart.loss) << c.steps << " steps, " << c.valid;
        EXPECT_EQ(line.gradient, apart.gradient);
        for (std::size_t i = 0; i < p.size(); ++i) {
            const bool counts = static_cast<Index>(i) / n % batch < c.valid;
            ASSERT_EQ(line.gradient[i], counts ? 0.25F * (2 * (p[i] - t[i])) : 0.0F);
        }
    }
}

TEST_P(Loss, ClippedProbabilitiesHaveNoGradient) {
    std::vector<double> p(rows * n, 0.0), labels(rows, 3.0);
    for (std::size_t row = 0; row < rows; ++row) {
        p[row * n] = 1.0;  // certain, and wrong
    }
    const auto got = run(Kind::probabilities, p, labels);
    EXPECT_NEAR(got.loss, scale * steps * valid * -std::log(1e-7), 1e-9);
    EXPECT_EQ(got.gradient, std::vector<double>(p.size(), 0.0));
}

TEST_P(Loss, AnUnknownLabelMakesTheLossNaNUnlessItIsPadding) {
    for (const Kind kind : {Kind::logits, Kind::probabilities}) {
        const auto p = predictions(kind);
        for (const double wrong : {-1.0, static_cast<double>(n), std::nan("")}) {
            auto labels = targets(kind);
            labels[valid] = wrong;  // item 4 of step 0 is padding
            EXPECT_TRUE(std::isfinite(run(kind, p, labels).loss));
            labels[0] = wrong;
            EXPECT_TRUE(std::isnan(run(kind, p, labels).loss));
        }
    }
}

TEST_P(Loss, CountsTheRowsWhoseLargestIsTheLabel) {
    auto p = uniform<float>(rows * n, -1, 1, 1);
    std::vector<float> labels;
    double want = 10;
    for (std::size_t row = 0; row < rows; ++row) {
        labels.push_back(static_cast<float>(row % n));
        if (row % 3 == 0) {
            p[row * n + row % n] = 2;
            want += row % batch < valid;
        } else {
            p[row * n + (row + 1) % n] = 2;
        }
    }
    // a tie goes to the first: row 3 has its label at 3, and the same number before it
    p[3 * n] = 2;
    want -= 1;
    const Buffer dp = upload(p), dl = upload(labels);
    const Buffer correct = upload(std::vector<double>{10.0});
    device().run([&](const auto& exec) {
        count_correct<std::decay_t<decltype(exec)>, float>(
            exec, dense<const float>(dp.as<float>(), steps, batch, 1, n),
            dense<const float>(dl.as<float>(), steps, batch, 1, 1), valid,
            correct.as<double>());
    });
    EXPECT_EQ(download<double>(correct)[0], want);
}

TEST_P(Loss, FlagsWhatIsNotFiniteAndKeepsTheFirst) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const Buffer flag = upload(std::vector<int>{0});
    const auto after = [&](double value, int code) {
        const Buffer at = upload(std::vector<double>{value});
        device().run([&](const auto& exec) {
            flag_non_finite(exec, static_cast<const double*>(at.as<double>()),
                            flag.as<int>(), code);
        });
        return download<int>(flag)[0];
    };
    EXPECT_EQ(after(1e308, 4), 0);
    EXPECT_EQ(after(-infinity, 5), 5);
    EXPECT_EQ(after(0.0, 6), 5);
    EXPECT_EQ(after(std::nan(""), 7), 5);
    const int zero = 0;
    device().upload(flag.data(), &zero, sizeof zero);
    EXPECT_EQ(after(std::nan(""), 8), 8);
}

TEST_P(Loss, FlagsAnyNumberThatIsNotFiniteOrWhoseSquareOrProductIsNot) {
    constexpr float infinity = std::numeric_limits<float>::infinity();
    const auto code_of = [&](std::size_t count, std::size_t at, float value,
                             bool squares, int flag, float factor = 1) {
        std::vector<float> values(count, 1e18F);  // the sum of squares is infinite
        values.at(at) = value;
        const Buffer numbers = upload(values), code = upload(std::vector<int>{flag});
        device().run([&](const auto& exec) {
            flag_non_finite(exec, static_cast<const float*>(numbers.as<float>()),
                            static_cast<Index>(count), squares, factor, code.as<int>(),
                            3);
        });
        return download<int>(code)[0];
    };
    for (const std::size_t count : {1U, 257U, 12345U}) {
        for (const std::size_t at : {std::size_t{0}, count / 2, count - 1}) {
            for (const bool squares : {false, true}) {
                EXPECT_EQ(code_of(count, at, -1e18F, squares, 0), 0);
                EXPECT_EQ(code_of(count, at, infinity, squares, 0), 3);
                EXPECT_EQ(code_of(count, at, -infinity, squares, 0), 3);
                EXPECT_EQ(code_of(count, at, std::nanf(""), squares, 0), 3);
                EXPECT_EQ(code_of(count, at, std::nanf(""), squares, 2), 2);
            }
            EXPECT_EQ(code_of(count, at, -1e30F, false, 0), 0);
            EXPECT_EQ(code_of(count, at, -1e30F, true, 0), 3);
            EXPECT_EQ(code_of(count, at, -1e30F, false, 0, 1e9F), 3);
            EXPECT_EQ(code_of(count, at, -1e30F, false, 0, 1e8F), 0);
            EXPECT_EQ(code_of(count, at, infinity, false, 0, 0.0F), 3);
            EXPECT_EQ(code_of(count, at, -1e30F, false, 0, 0.0F), 0);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Devices, Loss, ::testing::ValuesIn(device_names()),
                         device_label);

}  // namespace
}  // namespace nengine::test
