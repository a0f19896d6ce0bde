#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "engine/operators/copy.hpp"
#include "engine/operators/elementwise_inc.hpp"
#include "engine/operators/reset.hpp"
#include "tests/conformance/operator_conformance.hpp"
#include "tests/conformance/operator_variants.hpp"
#include "tests/reference/naive_broadcast.hpp"

// What operators state of themselves (OperatorProperties), by numbers: passes rewrite
// plans by it, whatever the operator's type.

namespace nengine::test {

using namespace engine;
namespace {

using Values = std::vector<double>;

class StatedProperties : public ::testing::TestWithParam<SlotCaseOn> {
protected:
    void SetUp() override { open_device(GetParam().device, 2, device_); }

    const SlotCase& slot_case() const { return slot_cases()[GetParam().slot_case]; }
    const Device& device() const { return *device_; }

    /// Calls `test(variants)` for each operator of the case that `states` says it of.
    template <class States, class Test>
    void for_each_that(const States& states, const Test& test) const {
        for (std::size_t i = 0; i < Variants::count(slot_case()); ++i) {
            const Variants asked(slot_case(), i);
            if (states(asked)) {
                SCOPED_TRACE(std::string(asked.op().type()) + ", number " +
                             std::to_string(i));
                test(i);
            }
        }
    }

private:
    std::optional<Device> device_;
};

std::vector<int> slots_in(const SlotSet& set, const Variants& of) {
    std::vector<int> slots;
    for (int s = 0; s < of.n_slots(); ++s) {
        if (set.contains(s)) {
            slots.push_back(s);
        }
    }
    return slots;
}

double largest(const Values& values) {
    double most = 0;
    for (const double value : values) {
        most = std::max(most, std::abs(value));
    }
    return most;
}

Values times(Values values, double factor) {
    for (double& value : values) {
        value *= factor;
    }
    return values;
}

TEST_P(StatedProperties, AResultIsProportionalToSlotsThatItIsLinearIn) {
    const auto proportional = [](const Variants& v) {
        std::vector<int> slots = slots_in(v.stated().linear, v);
        // Matrices that a rule changes are read where they are.
        std::erase_if(slots, [&](int slot) { return v.reads_memory(slot); });
        if (v.stated().amplitude >= 0) {
            slots.push_back(v.stated().amplitude);
        }
        return slots;
    };
    for_each_that(
        [&](const Variants& v) { return !proportional(v).empty(); },
        [&](std::size_t which) {
            for (const int slot : proportional(Variants(slot_case(), which))) {
                Variants v(slot_case(), which);
                ASSERT_TRUE(v.reads(slot));
                std::vector<SignalId> results{v.add(v.fresh_slots())};
                for (const double factor : {-2.0, 0.0}) {
                    auto slots = v.fresh_slots();
                    SignalId& signal = slots[static_cast<std::size_t>(slot)].signal;
                    signal = v.scaled(signal, factor);
                    results.push_back(v.add(slots));
                }

                const auto got = v.run(device(), results);

                EXPECT_GT(largest(got[0]), 1e-4) << "nothing is tested";
                EXPECT_TRUE(near({got[1]}, {times(got[0], -2)}, 1e-12)) << slot;
                EXPECT_EQ(largest(got[2]), 0) << slot;
            }
        });
}

TEST_P(StatedProperties, WhatMayBeAddedIsAdded) {
    for_each_that([](const Variants& v) { return v.stated().may_add; },
                  [&](std::size_t which) {
                      Variants v(slot_case(), which);
                      const SignalId set = v.add(v.fresh_slots());
                      auto slots = v.fresh_slots();
                      Slot& result = slots[static_cast<std::size_t>(v.result())];
                      ASSERT_EQ(result.role, Role::set);
                      result.role = Role::inc;
                      v.maker.add(Reset(result.signal, 0.5), "half");

                      const auto got = v.run(device(), {set, v.add(slots)});

                      Values want = got[0];
                      for (double& value : want) {
                          value += 0.5;
                      }
                      EXPECT_GT(largest(got[0]), 1e-4) << "nothing is tested";
                      EXPECT_TRUE(near({got[1]}, {want}, 1e-12));
                  });
}

TEST_P(StatedProperties, WhatWritesAnywhereWritesIntoPartsOfALargerValue) {
    for_each_that([](const Variants& v) { return v.stated().writes_anywhere; },
                  [&](std::size_t which) {
                      Variants v(slot_case(), which);
                      const SignalId whole = v.add(v.fresh_slots());
                      const Shape shape = v.signal(whole).shape;
                      const SignalId larger =
                          v.maker.signal("larger", {2 * shape_size(shape)});
                      auto strides = dense_strides(shape);
                      for (Index& stride : strides) {
                          stride *= 2;
                      }
                      auto slots = v.fresh_slots();
                      slots[static_cast<std::size_t>(v.result())].signal =
                          v.maker.model->add_view(larger, "odd", shape, 1, strides);
                      v.add(v.op().clone(), slots);

                      const auto got = v.run(device(), {whole, larger});

                      Values want;
                      for (const double value : got[0]) {
                          want.insert(want.end(), {0, value});
                      }
                      EXPECT_TRUE(near({got[1]}, {want}, 1e-12));
                  });
}

TEST_P(StatedProperties, AConstantACopyAndAProductAreWhatTheySay) {
    using Copied = CopiedElements::Kind;
    for_each_that(
        [](const Variants& v) {
            return v.stated().constant || v.stated().copy.kind == Copied::in_order ||
                   v.stated().product.kind != Product::Kind::none;
        },
        [&](std::size_t which) {
            Variants v(slot_case(), which);
            const OperatorProperties stated = v.stated();
            std::vector<SignalId> seen{v.add(v.fresh_slots())};
            for (const int slot :
                 {stated.copy.source, stated.product.a, stated.product.x}) {
                if (slot >= 0) {
                    seen.push_back(v.signal_of(slot));
                }
            }
            const Index n = v.signal(seen[0]).size();
            std::vector<std::vector<Index>>
                maps;  // elements of a slot along the result
            for (std::size_t i = 1; i < seen.size(); ++i) {
                maps.push_back(stated.product.kind == Product::Kind::matrix
                                   ? std::vector<Index>{}
                                   : reference::broadcast_map(v.op(),
                                                              v.signal(seen[i]).shape,
                                                              v.signal(seen[0]).shape));
            }

            const auto got = v.run(device(), seen);

            const Index columns = seen.size() > 2 ? v.signal(seen[2]).size() : 0;
            for (std::size_t k = 0; k < got[0].size(); ++k) {
                const Index row = static_cast<Index>(k) / n,
                            i = static_cast<Index>(k) % n;
                const auto at = [&](std::size_t slot, Index element) {
                    const Index size = v.signal(seen[slot]).size();
                    return got[slot][static_cast<std::size_t>(row * size + element)];
                };
                double want = stated.constant.value_or(0);
                if (stated.product.kind == Product::Kind::matrix) {
                    for (Index c = 0; c < columns; ++c) {
                        want += at(1, i * columns + c) * at(2, c);
                    }
                } else if (!maps.empty()) {
                    want = 1;
                    for (std::size_t slot = 1; slot < seen.size(); ++slot) {
                        want *= at(slot, maps[slot - 1][static_cast<std::size_t>(i)]);
                    }
                }
                ASSERT_NEAR(got[0][k], want, 1e-12) << k;
            }
        });
}

/// Slots of two operators, and of the one on the concatenation of their elements.
struct Concatenated {
    std::vector<Slot> first, second, both;
};

Concatenated concatenate(Variants& v) {
    Concatenated made{v.fresh_slots(), v.fresh_slots(), v.fresh_slots()};
    const Index n = v.size_of(v.result());
    const OperatorProperties stated = v.stated();
    for (int s = 0; s < v.n_slots(); ++s) {
        const auto i = static_cast<std::size_t>(s);
        const Index size = v.size_of(s);
        if (!v.reads(s)) {
            Shape shape = v.signal(v.signal_of(s)).shape;
            shape.back() *= 2;
            made.both[i].signal = v.maker.signal("both" + std::to_string(s), shape);
        } else if (size == n && !stated.coefficients.contains(s)) {
            const SignalId one = v.signal_of(s), other = v.scaled(one, 0.75);
            const SignalId all = v.joined(one, other);
            made.second[i].signal = other;
            made.both[i].signal = all;
        }
    }
    return made;
}

TEST_P(StatedProperties, AnElementwiseOperatorOnAConcatenationIsTwoOnItsParts) {
    for_each_that(
        [](const Variants& v) {
            // Random numbers and processes are members' own.
            return v.stated().merging == Merging::elementwise &&
                   !v.stated().has_clock &&
                   v.signal(v.signal_of(v.result())).shape.size() == 1;
        },
        [&](std::size_t which) {
            Variants v(slot_case(), which);
            const Concatenated made = concatenate(v);
            const SignalId first = v.add(made.first), second = v.add(made.second),
                           both = v.add(made.both);
            const auto n = static_cast<std::ptrdiff_t>(v.size_of(v.result()));

            const auto got = v.run(device(), {first, second, both});

            Values want;
            for (auto one = got[0].begin(), other = got[1].begin(); one != got[0].end();
                 one += n, other += n) {
                want.insert(want.end(), one, one + n);
                want.insert(want.end(), other, other + n);
            }
            EXPECT_TRUE(near({got[2]}, {want}, 1e-12));
        });
}

TEST_P(StatedProperties, AnAffineSlotTakesGainAndBias) {
    for_each_that(
        [](const Variants& v) { return v.stated().affine >= 0; },
        [&](std::size_t which) {
            Variants v(slot_case(), which);
            const auto slot = static_cast<std::size_t>(v.stated().affine);
            const SignalId x = v.signal_of(v.stated().affine);
            const Index n = v.signal(x).size();
            const SignalId gain = v.maker.constant("gain'", {n}, 0.8, 1.2),
                           bias = v.maker.constant("bias'", {n}, -0.1, 0.1),
                           current = v.maker.signal("current", {n});
            v.maker.add(Copy(bias, current, false), "bias");
            v.maker.add(ElementwiseInc(gain, x, current), "gain");
            auto slots = v.fresh_slots(), fused = v.fresh_slots();
            slots[slot].signal = current;
            fused.push_back({Role::read, gain});
            fused.push_back({Role::read, bias});
            const auto with = v.op().with_affine(true, true);
            ASSERT_NE(with, nullptr);
            EXPECT_LT(with->properties().affine, 0);
            v.add(with, fused);

            const auto got = v.run(
                device(),
                {v.add(slots), fused[static_cast<std::size_t>(v.result())].signal});

            EXPECT_TRUE(near({got[1]}, {got[0]}, 1e-10));
        });
}

/// By how much values differ from those of the first step, or of the first item.
double difference(const Values& values, bool between_items) {
    const auto size =
        values.size() / static_cast<std::size_t>(Variants::items * Variants::steps);
    double most = 0;
    for (std::size_t k = 0; k < values.size(); ++k) {
        const std::size_t row = k / size,
                          steps = static_cast<std::size_t>(Variants::steps);
        const std::size_t other = between_items ? row % steps : row / steps * steps;
        most = std::max(most, std::abs(values[k] - values[other * size + k % size]));
    }
    return most;
}

/// What is read could differ, as far as the planner knows, and does not.
TEST_P(StatedProperties, WhatVariesByItselfSaysSo) {
    for_each_that(
        [](const Variants& v) {
            for (int slot = 0; slot < v.n_slots(); ++slot) {
                if (v.reads_memory(slot)) {
                    return false;
                }
            }
            return !v.has_memory() &&
                   !(v.stated().has_clock && v.stated().differs_by_item);
        },
        [&](std::size_t which) {
            Variants v(slot_case(), which);
            const OperatorProperties stated = v.stated();
            auto slots = v.fresh_slots();
            for (Slot& slot : slots) {
                if (slot.role == Role::read && !v.is_constant(slot.signal)) {
                    slot.signal = v.scaled(slot.signal, 16);  // rates, of some spikes
                }
            }

            const auto got = v.run(device(), {v.add(slots)}, 0);

            EXPECT_TRUE(stated.has_clock || difference(got[0], false) < 1e-12);
            EXPECT_TRUE(stated.differs_by_item || difference(got[0], true) < 1e-12);
        });
}

TEST_P(StatedProperties, StatesHaveAsManyPlanesAsSaid) {
    for_each_that([](const Variants&) { return true; },
                  [&](std::size_t which) {
                      const Variants v(slot_case(), which);
                      const Index planes = v.stated().state_planes;
                      bool has_state = false;
                      for (int s = 0; s < v.n_slots(); ++s) {
                          if (v.role(s) == Role::state) {
                              has_state = true;
                              EXPECT_EQ(v.size_of(s), planes * v.size_of(v.result()));
                          }
                      }
                      EXPECT_TRUE(has_state || planes == 1);
                  });
}

INSTANTIATE_TEST_SUITE_P(Cases, StatedProperties,
                         ::testing::ValuesIn(slot_cases_on_devices()), slot_case_label);

/// How many operators of the cases state something.
template <class States>
int count_that(const States& states) {
    int count = 0;
    for (const SlotCase& one : slot_cases()) {
        for (std::size_t i = 0; i < Variants::count(one); ++i) {
            count += states(Variants(one, i).stated()) ? 1 : 0;
        }
    }
    return count;
}

TEST(StatedPropertiesSuite, CoversEveryPromise) {
    using P = OperatorProperties;
    using Copied = CopiedElements::Kind;

    EXPECT_GT(count_that([](const P& p) { return p.constant.has_value(); }), 0);
    EXPECT_GT(count_that([](const P& p) { return p.copy.kind == Copied::in_order; }),
              0);
    for (const auto kind : {Product::Kind::elements, Product::Kind::matrix}) {
        EXPECT_GT(count_that([&](const P& p) { return p.product.kind == kind; }), 0);
    }
    EXPECT_GT(count_that([](const P& p) { return !p.linear.empty(); }), 5);
    EXPECT_GT(count_that([](const P& p) { return p.amplitude >= 0; }), 5);
    EXPECT_GT(count_that([](const P& p) { return p.affine >= 0; }), 5);
    EXPECT_GT(count_that([](const P& p) { return p.may_add; }), 5);
    EXPECT_GT(count_that([](const P& p) { return p.writes_anywhere; }), 5);
    EXPECT_GT(count_that([](const P& p) { return p.merging == Merging::elementwise; }),
              5);
    EXPECT_GT(count_that([](const P& p) { return p.state_planes > 1; }), 0);
}

}  // namespace
}  // namespace nengine::test
